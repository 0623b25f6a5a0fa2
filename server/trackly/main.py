"""The root of the server: from settings to an application. What has state is built here, once, and passed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

import trackly.tables  # noqa: F401 - every table is known before the first statement
from trackly.attachments.blobs import BlobStore
from trackly.attachments.blobs_disk import DiskBlobs
from trackly.attachments.images import Images
from trackly.attachments.routes import router as attachments_router
from trackly.attachments.uploads import Receiver, UploadLimits
from trackly.auth.provider import ProviderSettings
from trackly.auth.routes import router as auth_router
from trackly.auth.services import AuthServices, AuthSettings
from trackly.comments.routes import router as comments_router
from trackly.events.doorbell import ProcessDoorbell
from trackly.events.relay import Relay
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.http.box import BoxState
from trackly.http.box import router as box_router
from trackly.http.cors import CrossOrigin
from trackly.http.description import DescribedApi, operation_id
from trackly.http.docs import install_docs
from trackly.http.edge import Edge
from trackly.http.head import HeadAnswers
from trackly.http.limits import Limits, RateLimiter
from trackly.http.metrics import Metrics
from trackly.http.problem import install_problem_handlers, problems
from trackly.http.static import ClientFiles
from trackly.issues.routes import router as issues_router
from trackly.issues.routes import text_router
from trackly.jobs.facade import JobServices
from trackly.jobs.routes import router as jobs_router
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database, libpq_url
from trackly.kit.errors import InvalidInput
from trackly.kit.migrations import Revisions
from trackly.notifications.facade import NotificationServices
from trackly.notifications.routes import ROUTERS as NOTIFICATION_ROUTERS
from trackly.projects.routes import router as projects_router
from trackly.reports.facade import COMPOSED, Followers, Keep, ReportServices, RunningReports
from trackly.reports.routers import ROUTERS as REPORT_ROUTERS
from trackly.sandbox.facade import Sandbox
from trackly.sandbox.routes import router as sandbox_router
from trackly.settings import Settings
from trackly.sources.facade import SourceServices
from trackly.sources.routes import router as sources_router
from trackly.stats.routes import router as stats_router
from trackly.stream.endpoint import StreamDoor
from trackly.stream.hub import Hub
from trackly.stream.routes import router as stream_router
from trackly.stream.settings import StreamSettings
from trackly.working import Kind, add_beats, serving

VERSION = "1.0.0"
JSON_LIMIT_BYTES = 1024 * 1024
ROUTERS = (
    issues_router, auth_router, projects_router, text_router, comments_router, attachments_router, stats_router,
    jobs_router, *NOTIFICATION_ROUTERS, sandbox_router, sources_router, *REPORT_ROUTERS, stream_router, box_router,
)  # fmt: skip


@asynccontextmanager
async def open_work(settings: Settings) -> AsyncIterator[tuple[Database, UnitsOfWork]]:
    """The database and its transactions, for the commands of the `trackly` command line."""
    database = Database.open(settings.database, pool_size=settings.database_pool_size)
    try:
        yield database, UnitsOfWork(database, SystemClock(), SilentDoorbell())
    finally:
        await database.close()


def make_api() -> DescribedApi:
    """All operations, without what they work on."""
    api = DescribedApi(
        title="Trackly",
        version=VERSION,
        description="A self-hosted issue tracker in which every change is an event.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=serving,
        max_body_size=JSON_LIMIT_BYTES,
        responses=problems(InvalidInput),
        generate_unique_id_function=operation_id,
    )
    install_problem_handlers(api)
    for router in ROUTERS:
        api.include_router(router)
    install_docs(api)
    return api


def build(
    settings: Settings, kind: Kind = "server", *, api: DescribedApi | None = None, database: Database | None = None
) -> Any:
    """The whole product as one ASGI application: API, stream, pages. It connects when its lifespan begins.

    Of a `worker` only the state is used, which works without pages. `api` and `database`: ones that no other
    application uses any more; who builds many applications saves the time that describing and compiling takes."""
    app = api or make_api()
    app.state = State()
    app.state.database = database or Database.open(settings.database, pool_size=settings.database_pool_size)
    _install_state(app, settings, kind)
    app.state.openapi = app.openapi
    if settings.client_dir.is_dir():
        app.mount("/", ClientFiles(settings.client_dir))
    state = app.state
    edge = Edge(app, state.limits, state.metrics, settings.secure_cookies, lambda: state.hub.draining)
    door = StreamDoor(HeadAnswers(edge), app, app.state.hub)
    return Application(CrossOrigin(door, settings.public_url), app.state)


@dataclass(frozen=True)
class Application:
    """What the server runs. `state.begin_stop()` lets the streams say goodbye before requests are waited for."""

    app: ASGIApp
    state: State

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def blob_store(settings: Settings) -> BlobStore:
    """Azure Blob Storage when it is set, else a folder below the data folder."""
    if settings.azure_storage_account_name and settings.azure_storage_account_key:
        from trackly.attachments.blobs_azure import AzureBlobs  # it alone would be a third of the start

        return AzureBlobs.connect(
            settings.azure_storage_account_name,
            settings.azure_storage_account_key.get_secret_value(),
            settings.azure_storage_container_name,
            settings.azure_storage_blob_endpoint,
        )
    return DiskBlobs(settings.data_dir / "files")


def auth_settings(settings: Settings) -> AuthSettings:
    previous = settings.jwt_secret_key_previous
    own_address = f"http://{settings.host}:{settings.port}"
    provider = None
    if settings.google_client_id and settings.google_client_secret:
        provider = ProviderSettings(
            client_id=settings.google_client_id,
            client_secret=settings.google_client_secret.get_secret_value(),
            discovery_url=settings.google_discovery_url,
            allowed_domains=settings.google_allowed_domains,
        )
    demo = None
    if settings.demo:
        from trackly.demo.people import demo_people

        demo = demo_people()
    return AuthSettings(
        keys=(settings.secret_key, *([previous.get_secret_value()] if previous else [])),
        origins=tuple(dict.fromkeys((settings.public_url, own_address))),
        secure_cookies=settings.secure_cookies,
        access_s=settings.access_token_expire_minutes * 60,
        refresh_s=settings.refresh_token_expire_days * 24 * 3600,
        provider=provider,
        demo=demo,
    )


def _install_state(app: FastAPI, settings: Settings, kind: Kind) -> None:
    state, clock = app.state, SystemClock()
    per_minute = settings.rate_limit_per_minute
    state.settings = settings
    state.clock = clock
    state.doorbell = ProcessDoorbell(libpq_url(settings.database))
    state.work = UnitsOfWork(state.database, clock, state.doorbell)
    state.limits = Limits(
        people=RateLimiter(per_minute),
        anonymous=RateLimiter(settings.rate_limit_anonymous_per_minute if per_minute else 0),
    )
    state.metrics = Metrics()
    state.hub = Hub(state.database, StreamSettings(limit_per_user=settings.stream_limit_per_user))
    state.relay = Relay(state.database, state.hub.broadcaster, state.doorbell.woken, state.hub.on_epoch)
    state.auth = AuthServices.build(auth_settings(settings), state.work)
    state.blobs = blob_store(settings)
    state.notifications = NotificationServices.build(
        state.work, settings.secrets_keys, settings.public_url, settings.webhook_allowed_hosts
    )
    state.composers = {}
    state.sender = state.notifications.sender(state.composers, registry=state.metrics.registry)
    state.receiver = Receiver(state.blobs, Images(), UploadLimits(settings.max_upload_bytes))
    _install_reports(state, settings)
    _install_jobs(state, settings, kind)
    state.measure = partial(_measure, state)
    state.begin_stop = state.hub.drain
    state.box = BoxState(VERSION, Revisions.read(), lambda: state.hub.draining, partial(_facts, state))


def _install_reports(state: State, settings: Settings) -> None:
    state.sources = SourceServices.build(state.work, state.notifications.box, settings.max_upload_bytes)
    state.sandbox = Sandbox(state.work, state.notifications.box, settings.superuser_database)
    state.reports = ReportServices.build(
        state.work, state.blobs, state.sandbox, state.notifications, settings.reports_git_folder
    )
    state.composers[COMPOSED] = state.reports.composer
    quota, ledger_days = settings.report_quota_bytes, settings.ledger_keep_days
    keep = Keep(settings.report_keep_days, settings.report_keep_runs, quota, ledger_days)
    runs = RunningReports.build(state.work, state.reports.rendering, keep, parallel=settings.report_workers)
    state.runs, state.followers = runs, Followers(state.database, lambda: state.hub.draining)


def _install_jobs(state: State, settings: Settings, kind: Kind) -> None:
    lag_s = partial(_lag_s, state) if kind == "server" else float
    state.jobs = JobServices.build(state.work, kind, VERSION, settings.data_dir, doing=state.runs.doing, lag_s=lag_s)
    state.scheduler, state.presence, state.sampler = state.jobs.scheduler, state.jobs.presence, state.jobs.sampler
    add_beats(settings, state, kind)


def _lag_s(state: State) -> float:
    return monotonic() - float(state.relay.caught_up_at)


def _measure(state: State) -> None:
    metrics, hub = state.metrics, state.hub
    metrics.streams.set(hub.open_streams)
    metrics.live_streams.set(hub.broadcaster.live)
    metrics.log_head.set(hub.broadcaster.ring.head)
    metrics.relay_age.set(_lag_s(state))


def _facts(state: State) -> dict[str, Any]:
    return {
        "streams": {"open": state.hub.open_streams, "live": state.hub.broadcaster.live},
        "log": {"head": str(state.hub.head), "age_s": round(_lag_s(state), 3)},
        "scheduler": "running" if state.scheduler.running else "stopped",
    }
