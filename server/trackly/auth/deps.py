"""Who asks: from a cookie or a bearer token to the Actor of a request, with the rights of this moment."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.security import OAuth2PasswordBearer

from trackly.auth.csrf import SAFE_METHODS, ensure_not_cross_site, ensure_own_page
from trackly.auth.errors import LoginNeeded, NotAuthenticated, ScopeMissing
from trackly.auth.queries import Login, find_session_login, find_token_login
from trackly.auth.schemas import Client
from trackly.auth.services import API_TOKEN_PREFIX, AuthServices
from trackly.auth.sign_in import Return
from trackly.http.limits import Limits, address_key
from trackly.http.route import claim_when_ready
from trackly.kit.ids import hash_token
from trackly.users.facade import Actor, Role, ensure_admin

_API_TOKEN_MAX = 100
_TEXT_MAX = 4096
_bearer = OAuth2PasswordBearer(tokenUrl="/api/auth/token", auto_error=False, description="Or the cookies of a login")


@dataclass(frozen=True, slots=True)
class StreamLogin:
    """Whose stream it is, and when its right to listen ends."""

    user_id: int
    session_id: UUID | None
    expires_at: datetime


async def auth_services(request: Request) -> AuthServices:
    services: AuthServices = request.app.state.auth
    return services


async def client_of(request: Request) -> Client:
    agent = request.headers.get("user-agent")
    return Client(ip=request.client.host if request.client else "", user_agent=agent[:300] if agent else None)


async def _current_actor(request: Request, _documented: Annotated[str | None, Depends(_bearer)]) -> Actor:
    actor = _narrowed((await _counted(request)).actor, request.method)
    request.state.actor_id = actor.user_id
    await claim_when_ready(request)
    return actor


async def _admin_actor(actor: Annotated[Actor, Depends(_current_actor)]) -> Actor:
    ensure_admin(actor)
    if actor.scopes is not None and "admin" not in actor.scopes:
        raise ScopeMissing("This needs the scope admin.")
    return actor


async def _session_actor(actor: Annotated[Actor, Depends(_current_actor)]) -> Actor:
    if actor.session_id is None:
        raise LoginNeeded
    return actor


async def _not_cross_site(request: Request) -> None:
    ensure_not_cross_site(request.headers, request.app.state.auth.settings.origins)


async def _refresh_cookie(request: Request, services: Annotated[AuthServices, Depends(auth_services)]) -> str:
    ensure_own_page(request.headers, services.settings.origins)
    cookie = request.cookies.get(services.cookies.refresh)
    if not cookie:
        raise NotAuthenticated
    return cookie


async def _presented_tokens(
    request: Request, services: Annotated[AuthServices, Depends(auth_services)]
) -> tuple[str | None, str | None]:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bearer.strip(), None
    cookies = request.cookies
    tokens = cookies.get(services.cookies.access), cookies.get(services.cookies.refresh)
    if any(tokens):
        ensure_own_page(request.headers, services.settings.origins)
    return tokens


async def _return_from_provider(
    request: Request,
    services: Annotated[AuthServices, Depends(auth_services)],
    state: Annotated[str, Query(max_length=_TEXT_MAX)] = "",
    code: Annotated[str, Query(max_length=_TEXT_MAX)] = "",
    error: Annotated[str, Query(max_length=_TEXT_MAX)] = "",
) -> Return:
    return Return(state, code, error, request.cookies.get(services.cookies.provider, ""))


Services = Annotated[AuthServices, Depends(auth_services)]
FromClient = Annotated[Client, Depends(client_of)]
CurrentActor = Annotated[Actor, Depends(_current_actor)]
"""Who asks. Raises NotAuthenticated; for a cookie on an unsafe method also CrossSiteRefused; ScopeMissing."""
AdminActor = Annotated[Actor, Depends(_admin_actor)]
"""As CurrentActor, and an admin: raises Forbidden or ScopeMissing."""
SessionActor = Annotated[Actor, Depends(_session_actor)]
"""As CurrentActor, and logged in: an API token can't make another or change a password. Raises LoginNeeded."""
RefreshCookie = Annotated[str, Depends(_refresh_cookie)]
"""The refresh token of a browser. Raises NotAuthenticated, CrossSiteRefused."""
PresentedTokens = Annotated[tuple[str | None, str | None], Depends(_presented_tokens)]
"""Access and refresh token, whatever there is of them. Raises CrossSiteRefused."""
ReturnFromProvider = Annotated[Return, Depends(_return_from_provider)]
NotCrossSite = Depends(_not_cross_site)


async def authenticate_stream(request: Request) -> StreamLogin:
    """For the stream, which runs beside the framework. Raises NotAuthenticated, ScopeMissing, TooManyRequests."""
    login = await _counted(request)
    actor = _narrowed(login.actor, "GET")
    return StreamLogin(actor.user_id, actor.session_id, login.expires_at)


async def _counted(request: Request) -> Login:
    """Who asks; the request counts for them, or for their address when they are nobody. Raises TooManyRequests."""
    limits: Limits = request.app.state.limits
    state = request.scope["state"]
    try:
        login = await _authenticate(request)
    except NotAuthenticated:
        if "rate" not in state:
            limits.anonymous.count(address_key(request.scope), state)
        raise
    limits.people.count(f"user:{login.actor.user_id}", state)
    return login


async def _authenticate(request: Request) -> Login:
    services: AuthServices = request.app.state.auth
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated
        return await _login_by_header(services, token.strip())
    cookie = request.cookies.get(services.cookies.access)
    if cookie is None:
        raise NotAuthenticated
    if request.method not in SAFE_METHODS:
        ensure_own_page(request.headers, services.settings.origins)
    return await _login_by_session(services, cookie)


async def _login_by_session(services: AuthServices, access_token: str) -> Login:
    now = services.clock.now()
    claims = services.signer.verify(access_token, now)
    async with services.identities.connect() as connection:
        return _found(await find_session_login(connection, claims, now))


async def _login_by_header(services: AuthServices, token: str) -> Login:
    if not token.startswith(API_TOKEN_PREFIX):
        return await _login_by_session(services, token)
    if len(token) > _API_TOKEN_MAX:
        raise NotAuthenticated
    async with services.identities.connect() as connection:
        return _found(await find_token_login(connection, hash_token(token), services.clock.now()))


def _found(login: Login | None) -> Login:
    if login is None:
        raise NotAuthenticated
    return login


def _narrowed(actor: Actor, method: str) -> Actor:
    """What the scopes of an API token leave: reading, changing as a maintainer, or all that its owner may."""
    if actor.scopes is None:
        return actor
    if method in SAFE_METHODS:
        if actor.scopes.isdisjoint({"read", "write"}):
            raise ScopeMissing("This needs the scope read.")
        return actor
    if "write" not in actor.scopes:
        raise ScopeMissing("This needs the scope write.")
    if actor.is_admin and "admin" not in actor.scopes:
        return replace(actor, role=Role.MAINTAINER)
    return actor
