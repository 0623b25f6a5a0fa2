"""Logins, tokens for programs, and people: everything under /api/auth and /api/users but `me`, which knows projects.

The routes of people are here, not in `users`, because each of them needs to know who asks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import RedirectResponse

from trackly.auth import commands, people, queries, rotation, sign_in
from trackly.auth.deps import (
    AdminActor,
    CurrentActor,
    FromClient,
    NotCrossSite,
    PresentedTokens,
    RefreshCookie,
    ReturnFromProvider,
    Services,
    SessionActor,
)
from trackly.auth.errors import (
    CrossSiteRefused,
    LoginNeeded,
    LoginRefused,
    NotAuthenticated,
    ScopeMissing,
    SessionNotFound,
    TokenNotFound,
    TooManyFailures,
    TooManyTokens,
    WrongPassword,
)
from trackly.auth.schemas import (
    ApiTokenCreate,
    ApiTokenOut,
    LoginIn,
    LoginOut,
    NewApiToken,
    ProfileOut,
    Providers,
    SessionOut,
    TokenForm,
    TokenOut,
)
from trackly.http.deps import IfMatch, ReadSession, RequestId, SnapshotSession, Uow, etag
from trackly.http.problem import problems
from trackly.http.route import CommandRoute, StrictRoute
from trackly.kit.errors import StaleVersion
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page
from trackly.kit.schema import StorableText
from trackly.users import facade as users
from trackly.users.facade import (
    EmailTaken,
    Forbidden,
    LastAdmin,
    MePatch,
    Role,
    UserCount,
    UserCreate,
    UserFilter,
    UserNotFound,
    UserOut,
    UserPatch,
)

# Answers with secrets are never kept for a retry: no CommandRoute here.
logins = APIRouter(prefix="/api/auth", tags=["login"], route_class=StrictRoute)
persons = APIRouter(prefix="/api/users", tags=["people"], route_class=CommandRoute)
_ASKED = (NotAuthenticated, CrossSiteRefused, ScopeMissing)
_ADMIN = (*_ASKED, Forbidden)
UserId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@logins.post("/login", dependencies=[NotCrossSite], responses=problems(LoginRefused, CrossSiteRefused, TooManyFailures))
async def log_in(
    body: LoginIn, services: Services, request_id: RequestId, client: FromClient, response: Response
) -> LoginOut:
    """For browsers: the session is in cookies, which scripts can't read."""
    entry = await commands.log_in(services, request_id, body.email, body.password, client, "browser")
    response.headers.raw.extend(services.cookies.of(entry))
    return LoginOut(user=entry.user, expires_in=services.settings.access_s)


@logins.post("/token", responses=problems(LoginRefused, NotAuthenticated, TooManyFailures))
async def get_token(
    form: Annotated[TokenForm, Form()], services: Services, request_id: RequestId, client: FromClient
) -> TokenOut:
    """For programs: an access token, and a refresh token that is good once."""
    entry = await commands.grant_tokens(services, request_id, form, client)
    return TokenOut(
        access_token=entry.access_token, expires_in=services.settings.access_s, refresh_token=entry.refresh_token
    )


@logins.post("/refresh", responses=problems(NotAuthenticated, CrossSiteRefused))
async def refresh_login(
    cookie: RefreshCookie, services: Services, request_id: RequestId, client: FromClient, response: Response
) -> LoginOut:
    """Renew the login of a browser. Its cookies are replaced; the old refresh token is good for ten more seconds."""
    entry = await rotation.renew(services, request_id, cookie, "browser", client)
    response.headers.raw.extend(services.cookies.of(entry))
    return LoginOut(user=entry.user, expires_in=services.settings.access_s)


@logins.post("/logout", status_code=204, responses=problems(CrossSiteRefused))
async def log_out(presented: PresentedTokens, services: Services, uow: Uow, response: Response) -> None:
    """End this session, on every device that has it. Also fine when it is over already."""
    await commands.log_out(uow, services, *presented)
    response.headers.raw.extend(services.cookies.none())


@logins.get("/providers")
async def list_providers(services: Services) -> Providers:
    """The ways to log in, for the login page."""
    return services.offers


@logins.get("/sessions", responses=problems(*_ASKED))
async def list_sessions(session: ReadSession, actor: CurrentActor, services: Services) -> Page[SessionOut]:
    """Where I am logged in."""
    return await queries.list_sessions(session, actor, services.clock.now())


@logins.delete("/sessions/{session_id}", status_code=204, responses=problems(*_ASKED, LoginNeeded, SessionNotFound))
async def end_session(session_id: UUID, uow: Uow, actor: SessionActor) -> None:
    """Log out over there. Its streams end at once."""
    await commands.end_own_session(uow, actor, session_id)


@logins.get("/tokens", responses=problems(*_ASKED))
async def list_api_tokens(session: ReadSession, actor: CurrentActor, services: Services) -> Page[ApiTokenOut]:
    """My tokens for programs, without their text."""
    return await queries.list_api_tokens(session, actor, services.clock.now())


@logins.post("/tokens", status_code=201, responses=problems(*_ASKED, LoginNeeded, TooManyTokens))
async def create_api_token(body: ApiTokenCreate, uow: Uow, actor: SessionActor, client: FromClient) -> NewApiToken:
    """A token for a program. Its text is in this answer, and nowhere afterwards."""
    return await commands.create_api_token(uow, actor, body, client)


@logins.delete("/tokens/{token_id}", status_code=204, responses=problems(*_ASKED, LoginNeeded, TokenNotFound))
async def revoke_api_token(token_id: UUID, uow: Uow, actor: SessionActor, client: FromClient) -> None:
    await commands.revoke_api_token(uow, actor, token_id, client)


@logins.get("/google/login", status_code=302, response_class=RedirectResponse)
async def begin_sign_in(
    services: Services,
    request_id: RequestId,
    next_path: Annotated[str, Query(alias="next", description="Where to go on after it", max_length=500)] = "/",
) -> Response:
    """To the identity provider. When that is not possible: back to the login page with `?error=` and a reason."""
    departure = await sign_in.begin_sign_in(services, request_id, next_path)
    response = RedirectResponse(departure.location, 302)
    response.headers.raw.extend(services.cookies.departing(departure.cookie))
    return response


@logins.get("/google/callback", status_code=302, response_class=RedirectResponse)
async def finish_sign_in(
    back: ReturnFromProvider, services: Services, request_id: RequestId, client: FromClient
) -> Response:
    """Where the identity provider sends the browser back to: logged in, or to the login page with a reason."""
    arrival = await sign_in.finish_sign_in(services, request_id, back, client)
    response = RedirectResponse(arrival.location, 302)
    response.headers.raw.extend(services.cookies.arriving(arrival.entry))
    return response


@persons.get("", responses=problems(*_ADMIN))
async def list_users(
    session: SnapshotSession,
    actor: AdminActor,
    q: Annotated[StorableText | None, Query(max_length=200, description="Part of a name or a mail address")] = None,
    role: Role | None = None,
    active: bool | None = None,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[StorableText | None, Query(max_length=1000)] = None,
) -> Page[UserOut]:
    """Everybody, by name."""
    return await users.list_users(session, actor, UserFilter(q, role, active), after, limit)


@persons.post("", status_code=201, responses=problems(*_ADMIN, EmailTaken))
async def create_user(body: UserCreate, uow: Uow, actor: AdminActor, services: Services, response: Response) -> UserOut:
    user = await people.create_person(uow, services.passwords, actor, body)
    response.headers["Location"] = f"/api/users/{user.id}"
    response.headers["ETag"] = etag(user.version)
    return user


@persons.get("/count", responses=problems(*_ADMIN))
async def count_users(session: SnapshotSession, actor: AdminActor) -> UserCount:
    return await users.count_users(session, actor)


@persons.patch("/me", responses=problems(*_ASKED, LoginNeeded, WrongPassword, TooManyFailures, StaleVersion))
async def update_me(
    body: MePatch,
    services: Services,
    request_id: RequestId,
    actor: CurrentActor,
    if_match: IfMatch,
    client: FromClient,
    response: Response,
) -> ProfileOut:
    """My own name, preferences and password."""
    me = await people.update_me(services, request_id, actor, body, if_match, client)
    response.headers["ETag"] = etag(me.version)
    return me


@persons.get("/{user_id}", responses=problems(*_ADMIN, UserNotFound))
async def get_user(user_id: UserId, session: SnapshotSession, actor: CurrentActor, response: Response) -> UserOut:
    """Oneself; admins see everybody."""
    found = await users.get_user(session, actor, user_id)
    response.headers["ETag"] = etag(found.version)
    return found


@persons.patch("/{user_id}", responses=problems(*_ADMIN, UserNotFound, EmailTaken, LastAdmin, StaleVersion))
async def update_user(
    user_id: UserId,
    body: UserPatch,
    uow: Uow,
    actor: AdminActor,
    services: Services,
    if_match: IfMatch,
    client: FromClient,
    response: Response,
) -> UserOut:
    """A change of role acts on the person's next request, and on their open streams."""
    changed = await people.update_person(uow, services.passwords, actor, user_id, body, if_match, client)
    response.headers["ETag"] = etag(changed.version)
    return changed


@persons.delete("/{user_id}", status_code=204, responses=problems(*_ADMIN, UserNotFound, LastAdmin, StaleVersion))
async def delete_user(user_id: UserId, uow: Uow, actor: AdminActor, if_match: IfMatch, client: FromClient) -> None:
    """Close the account for good. The name stays in histories; the mail address is free again."""
    await people.delete_person(uow, actor, user_id, if_match, client)


router = APIRouter()
router.include_router(logins)
router.include_router(persons)
