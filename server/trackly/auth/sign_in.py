"""Signing in through the identity provider: there with PKCE, state and nonce, back once, in the same browser."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import structlog
from itsdangerous import BadSignature, Signer
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from trackly.auth import events
from trackly.auth.errors import ProviderRefused
from trackly.auth.provider import Identity, IdentityProvider
from trackly.auth.schemas import Client, Entry
from trackly.auth.services import AuthServices
from trackly.auth.sessions import start_session
from trackly.auth.tables import OAuthStateRow
from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.ids import hash_token, new_token
from trackly.users.facade import NewUser, Role, UserOut, create_user, find_user, find_user_by_identity, link_identity

STATE_LIFE = timedelta(minutes=10)
CALLBACK_PATH = "/api/auth/google/callback"
_PATH_MAX = 500

log = structlog.get_logger("trackly.auth")


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what it keeps in a cookie until it is back (None: it goes nowhere)."""

    location: str
    cookie: str | None


@dataclass(frozen=True, slots=True)
class Return:
    """What the provider sent the browser back with."""

    state: str
    code: str
    error: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the browser goes on, logged in or (`entry` None) to the login page with a reason."""

    location: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class _State:
    nonce: str
    code_verifier: str
    next_path: str


async def begin_sign_in(services: AuthServices, request_id: str, next_path: str) -> Departure:
    """Never fails for a reason that lies with the provider: then the browser goes back to the login page."""
    state, nonce, browser, code_verifier = new_token(), new_token(), new_token(), new_token(48)
    try:
        url = await _provider(services).authorization_url(_redirect_uri(services), state, nonce, code_verifier)
    except ProviderRefused as refused:
        return Departure(_login_page(services, refused.reason), None)
    async with services.work.begin(request_id) as uow:
        await uow.session.execute(delete(OAuthStateRow).where(OAuthStateRow.expires_at <= uow.now))
        await uow.session.execute(
            insert(OAuthStateRow).values(
                state_hash=hash_token(state),
                browser_hash=hash_token(browser),
                nonce=nonce,
                code_verifier=code_verifier,
                next_path=safe_path(next_path),
                expires_at=uow.now + STATE_LIFE,
            )
        )
    return Departure(url, _signer(services).sign(browser).decode())


async def finish_sign_in(services: AuthServices, request_id: str, back: Return, client: Client) -> Arrival:
    """Log in whoever the provider vouches for. Every refusal is a way back to the login page with its reason."""
    try:
        state = await _take_state(services, request_id, back)
        if back.error or not back.code:
            raise ProviderRefused("cancelled" if back.error == "access_denied" else "provider_refused")
        identity = await _provider(services).identity(
            _redirect_uri(services), back.code, state.code_verifier, state.nonce
        )
        async with services.work.begin(request_id) as uow:
            user = await _admit(uow, services, identity)
            entry = await start_session(uow, services, user, client, "browser")
    except ProviderRefused as refused:
        log.info("sign-in refused", reason=refused.reason)
        if refused.reason in _ABOUT_PEOPLE:
            async with services.work.begin(request_id) as uow:
                uow.record(events.login_failed(None, refused.reason, client))
        return Arrival(_login_page(services, refused.reason), None)
    return Arrival(services.settings.origins[0] + state.next_path, entry)


_ABOUT_PEOPLE = frozenset({"email_unverified", "unknown_person", "account_disabled", "another_identity"})


def safe_path(path: str) -> str:
    """`path` if it leads to a page of ours, else the first page: never to another host."""
    plain = path.isprintable() and path.isascii() and "\\" not in path and len(path) <= _PATH_MAX
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


async def _take_state(services: AuthServices, request_id: str, back: Return) -> _State:
    """What we remembered of this sign-in, for the browser that began it; it is forgotten now, whatever comes next."""
    try:
        browser = _signer(services).unsign(back.cookie).decode()
    except (BadSignature, UnicodeError):
        raise ProviderRefused("state") from None
    ours = (OAuthStateRow.state_hash == hash_token(back.state), OAuthStateRow.browser_hash == hash_token(browser))
    columns = (OAuthStateRow.nonce, OAuthStateRow.code_verifier, OAuthStateRow.next_path, OAuthStateRow.expires_at)
    async with services.work.begin(request_id) as uow:
        row = (await uow.session.execute(delete(OAuthStateRow).where(*ours).returning(*columns))).one_or_none()
    if row is None or row.expires_at <= uow.now:
        raise ProviderRefused("state")
    return _State(row.nonce, row.code_verifier, row.next_path)


async def _admit(uow: UnitOfWork, services: AuthServices, identity: Identity) -> UserOut:
    """The person with this identity; else the one who was invited under its mail address; else, from an allowed
    domain, a new reporter."""
    if not identity.email_verified or not identity.email:
        raise ProviderRefused("email_unverified")
    user = await find_user_by_identity(uow.session, identity.issuer, identity.subject)
    if user is None:
        user = await find_user(uow.session, identity.email, lock=True)
        if user is not None and not await link_identity(uow, user.id, identity.issuer, identity.subject):
            raise ProviderRefused("another_identity")
    if user is None:
        if identity.domain not in _allowed_domains(services):
            raise ProviderRefused("unknown_person")
        google = (identity.issuer, identity.subject)
        return await create_user(uow, None, NewUser(identity.email, identity.name, Role.REPORTER, google=google))
    if not user.active:
        raise ProviderRefused("account_disabled")
    return user


def _allowed_domains(services: AuthServices) -> frozenset[str]:
    listed = services.settings.provider.allowed_domains if services.settings.provider else ()
    return frozenset(domain.lower().lstrip("@") for domain in listed)


def _provider(services: AuthServices) -> IdentityProvider:
    if services.provider is None:
        raise ProviderRefused("provider_off")
    return services.provider


def _redirect_uri(services: AuthServices) -> str:
    return services.settings.origins[0] + CALLBACK_PATH


def _login_page(services: AuthServices, reason: str) -> str:
    return f"{services.settings.origins[0]}/login?error={quote(reason)}"


def _signer(services: AuthServices) -> Signer:
    return Signer(list(reversed(services.settings.keys)), salt="trackly provider sign-in")
