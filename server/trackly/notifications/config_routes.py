"""The mail server, for admins."""

from fastapi import APIRouter, Response, status
from fastapi.responses import StreamingResponse

from trackly.auth.deps import AdminActor
from trackly.http.deps import IfMatch, ReadSession, Uow, etag
from trackly.http.problem import problems
from trackly.http.route import CommandRoute, StrictRoute
from trackly.kit.errors import StaleVersion
from trackly.notifications import config_commands, config_queries, trial
from trackly.notifications.config_schemas import EmailConfigIn, EmailConfigOut, EmailPresets, EmailTrial, EmailTrialIn
from trackly.notifications.deps import Notifications
from trackly.notifications.errors import EmailConfigExists, EmailConfigMissing, PasswordNeeded, UnencryptedMail
from trackly.notifications.presets import PRESETS
from trackly.users.facade import Forbidden

router = APIRouter(prefix="/api/email-config", tags=["mail"], route_class=CommandRoute)
steps = APIRouter(prefix="/api/email-config", tags=["mail"], route_class=StrictRoute)
"""An answer that is not there at once can't be kept for an `Idempotency-Key`."""


@router.get("", responses=problems(Forbidden, EmailConfigMissing))
async def get_email_config(session: ReadSession, _: AdminActor, response: Response) -> EmailConfigOut:
    """How mail leaves. The password is not in it."""
    config = await config_queries.get_config(session)
    response.headers["ETag"] = etag(config.version)
    return config


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problems(Forbidden, EmailConfigExists, UnencryptedMail),
)
async def create_email_config(
    body: EmailConfigIn, uow: Uow, actor: AdminActor, services: Notifications, response: Response
) -> EmailConfigOut:
    """Set the mail server up."""
    config = await config_commands.create_config(uow, actor, services.box, body)
    response.headers["Location"] = "/api/email-config"
    response.headers["ETag"] = etag(config.version)
    return config


@router.put("", responses=problems(Forbidden, EmailConfigMissing, StaleVersion, PasswordNeeded, UnencryptedMail))
async def replace_email_config(
    body: EmailConfigIn,
    uow: Uow,
    actor: AdminActor,
    services: Notifications,
    if_match: IfMatch,
    response: Response,
) -> EmailConfigOut:
    """Replace it whole. Without a password the stored one is kept, if it still goes to the same place."""
    config = await config_commands.replace_config(uow, actor, services.box, body, if_match)
    response.headers["ETag"] = etag(config.version)
    return config


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=problems(Forbidden, EmailConfigMissing))
async def delete_email_config(uow: Uow, actor: AdminActor) -> None:
    """Forget the mail server and its password."""
    await config_commands.delete_config(uow, actor)


@router.get("/presets", responses=problems(Forbidden))
async def list_email_presets(session: ReadSession, _: AdminActor) -> EmailPresets:
    """What well-known providers need, and whether any mail server is set up."""
    return EmailPresets(items=PRESETS, configured=await config_queries.find_config(session) is not None)


@router.post("/test", responses=problems(Forbidden, EmailConfigMissing, PasswordNeeded, UnencryptedMail))
async def try_email_config(
    body: EmailTrialIn,
    uow: Uow,
    actor: AdminActor,
    services: Notifications,
) -> EmailTrial:
    """Try the mail server step by step, up to a test mail, with the server's own words. Takes up to 20 s."""
    return await trial.run(services, uow, actor, body)


@steps.post(
    "/test/steps",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}, "description": "One step a line"},
        **problems(Forbidden, EmailConfigMissing, PasswordNeeded, UnencryptedMail),
    },
)
async def watch_email_config_test(body: EmailTrialIn, actor: AdminActor, services: Notifications) -> StreamingResponse:
    """The same, each step as soon as it is done: a line of JSON for each, and the whole as the last one."""
    lines = await trial.watch(services, actor, body)
    return StreamingResponse(lines, media_type="application/x-ndjson")
