"""The root of the server: from settings to an application. What has state is built here, once, and passed in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

import trackly.tables  # noqa: F401 - every table is known before the first statement
from trackly.attachments.blobs import BlobStore
from trackly.attachments.blobs_disk import DiskBlobs
from trackly.attachments.images import Images
from trackly.attachments.jobs import Sweeper
from trackly.attachments.routes import router as attachments_router
from trackly.attachments.uploads import Receiver, UploadLimits
from trackly.auth.jobs import forget_old_logins
from trackly.auth.provider import ProviderSettings
from trackly.auth.routes import router as auth_router
from trackly.auth.services import AuthServices, AuthSettings
from trackly.comments.routes import router as comments_router
from trackly.events.doorbell import ProcessDoorbell
from trackly.events.log import extend_log
from trackly.events.relay import Relay
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.http.box import BoxState
from trackly.http.box import router as box_router
from trackly.http.description import DescribedApi, operation_id
from trackly.http.docs import install_docs
from trackly.http.edge import Edge
from trackly.http.idempotency import forget_old_answers
from trackly.http.limits import Limits, RateLimiter
from trackly.http.metrics import Metrics
from trackly.http.problem import install_problem_handlers, problems
from trackly.http.static import ClientFiles
from trackly.issues.routes import router as issues_router
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database, libpq_url
from trackly.kit.errors import InvalidInput
from trackly.kit.migrations import Revisions
from trackly.projects.routes import router as projects_router
from trackly.settings import Settings
from trackly.stats.facade import Scheduler, run_aggregation
from trackly.stats.routes import router as stats_router
from trackly.stream.endpoint import StreamDoor
from trackly.stream.hub import Hub
from trackly.stream.routes import router as stream_router
from trackly.stream.settings import StreamSettings

VERSION = "1.0.0"
JSON_LIMIT_BYTES = 1024 * 1024
SWEEP_S, HOURLY_S = 30, 3600
ROUTERS = (
    auth_router, projects_router, issues_router, comments_router, attachments_router, stats_router,
    stream_router, box_router,
)  # fmt: skip
log = structlog.get_logger("trackly")


@asynccontextmanager
async def open_work(settings: Settings) -> AsyncIterator[tuple[Database, UnitsOfWork]]:
    """The database and its transactions, for the commands of the `trackly` command line."""
    database = Database.open(settings.database, pool_size=settings.database_pool_size)
    try:
        yield database, UnitsOfWork(database, SystemClock(), SilentDoorbell())
    finally:
        await database.close()


def build(settings: Settings) -> Any:
    """The whole product as one ASGI application: API, stream, pages. It connects when its lifespan begins."""
    app = DescribedApi(
        title="Trackly",
        version=VERSION,
        description="A self-hosted issue tracker in which every change is an event.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        max_body_size=JSON_LIMIT_BYTES,
        responses=problems(InvalidInput),
        generate_unique_id_function=operation_id,
    )
    install_problem_handlers(app)
    _install_state(app, settings)
    for router in ROUTERS:
        app.include_router(router)
    install_docs(app)
    app.state.openapi = app.openapi
    if settings.client_dir.is_dir():
        app.mount("/", ClientFiles(settings.client_dir))
    edge = Edge(app, app.state.limits, app.state.metrics, settings.secure_cookies)
    return Application(StreamDoor(edge, app, app.state.hub), app.state)


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


def _install_state(app: FastAPI, settings: Settings) -> None:
    state, clock = app.state, SystemClock()
    per_minute = settings.rate_limit_per_minute
    state.settings = settings
    state.clock = clock
    state.database = Database.open(settings.database, pool_size=settings.database_pool_size)
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
    state.receiver = Receiver(state.blobs, Images(), UploadLimits(settings.max_upload_bytes))
    state.scheduler = _scheduler(settings, state)
    state.measure = partial(_measure, state)
    state.begin_stop = state.hub.drain
    state.box = BoxState(VERSION, Revisions.read(), lambda: state.hub.draining, partial(_facts, state))


def _scheduler(settings: Settings, state: State) -> Scheduler:
    scheduler, work = Scheduler(state.clock), state.work
    every_s = settings.stats_aggregation_interval_minutes * 60
    sweeper = Sweeper(work, state.blobs)

    async def forget_logins() -> None:
        async with work.begin("job:logins") as uow:
            await forget_old_logins(uow)

    async def forget_answers() -> None:
        async with work.begin("job:idempotency") as uow:
            await forget_old_answers(uow)

    scheduler.add("daily_stats", every_s, partial(run_aggregation, work, "schedule", interval_s=every_s), at_start=True)
    scheduler.add("deleted_files", SWEEP_S, sweeper.remove_deleted)
    scheduler.add("orphaned_files", HOURLY_S, sweeper.sweep_orphans)
    scheduler.add("idempotency_keys", HOURLY_S, forget_answers)
    scheduler.add("old_logins", HOURLY_S, forget_logins)
    scheduler.add("log_partitions", HOURLY_S, partial(extend_log, state.database), at_start=True)
    return scheduler


def _measure(state: State) -> None:
    metrics, hub = state.metrics, state.hub
    metrics.streams.set(hub.open_streams)
    metrics.live_streams.set(hub.broadcaster.live)
    metrics.log_head.set(hub.broadcaster.ring.head)
    metrics.relay_age.set(monotonic() - state.relay.caught_up_at)


def _facts(state: State) -> dict[str, Any]:
    return {
        "streams": {"open": state.hub.open_streams, "live": state.hub.broadcaster.live},
        "log": {"head": str(state.hub.head), "age_s": round(monotonic() - state.relay.caught_up_at, 3)},
        "scheduler": "running" if state.scheduler.running else "stopped",
    }


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    await state.relay.start()
    background = [
        asyncio.create_task(_supervised("relay", state.relay.run)),
        asyncio.create_task(_supervised("doorbell", state.doorbell.run)),
        asyncio.create_task(_beat(state.hub)),
    ]
    state.scheduler.start()
    try:
        yield
    finally:
        state.hub.drain()
        await state.scheduler.stop()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await state.blobs.close()
        await state.auth.close()
        await state.database.close()


async def _supervised(name: str, run: Any) -> None:
    """A part that must not end: what ends it is logged, and it begins again."""
    while True:
        with contextlib.suppress(Exception):
            try:
                await run()
            except Exception:
                log.exception("background task failed", task=name)
                raise
        await asyncio.sleep(1)


async def _beat(hub: Hub) -> None:
    while True:
        await asyncio.sleep(1)
        hub.tick()
