"""Whether this server is alive, ready and well: for load balancers, operators and Prometheus."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from starlette.responses import JSONResponse, Response

from trackly.http.metrics import Metrics
from trackly.kit.db import Database
from trackly.kit.migrations import Revisions

router = APIRouter(tags=["box"])
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@dataclass(frozen=True)
class BoxState:
    """`facts` adds the parts that the roots know of: streams, scheduler, relay."""

    version: str
    revisions: Revisions
    is_draining: Callable[[], bool]
    facts: Callable[[], dict[str, Any]]


def _state(request: Request) -> BoxState:
    state: BoxState = request.app.state.box
    return state


class Liveness(BaseModel):
    status: Literal["alive"]


class Readiness(BaseModel):
    """`checks`: what was looked at, and what is wrong with it."""

    status: Literal["ready", "not ready"]
    checks: dict[str, str]


class Health(BaseModel):
    """With the figures of the parts that this server has: streams, log, scheduler."""

    model_config = ConfigDict(extra="allow")
    status: Literal["healthy", "unhealthy"]
    version: str
    checks: dict[str, str]


@router.get("/livez")
async def livez() -> Liveness:
    """The process answers. No I/O."""
    return Liveness(status="alive")


async def _checks(request: Request) -> tuple[bool, dict[str, str]]:
    state = _state(request)
    if state.is_draining():
        return False, {"server": "stopping"}
    database: Database = request.app.state.database
    try:
        async with database.engine.connect() as connection:
            revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except Exception as error:
        return False, {"database": f"not answering ({type(error).__name__})"}
    wanted = state.revisions
    if revision != wanted.head and (revision is None or revision in wanted.known):
        return False, {"database": "ok", "schema": f"is {revision}, this server wants {wanted.head}"}
    return True, {"database": "ok", "schema": "ok"}


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness, "description": "Not ready"}})
async def readyz(request: Request) -> Response:
    """Requests can be served: the database answers and has this server's schema, or a newer one (during an upgrade)."""
    ready, checks = await _checks(request)
    headers = {} if ready else {"Retry-After": "1"}
    return JSONResponse({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503, headers)


@router.get("/health", response_model=Health, responses={503: {"model": Health, "description": "Unhealthy"}})
async def health(request: Request) -> Response:
    """As `/readyz`, in words, with version and a few figures."""
    healthy, checks = await _checks(request)
    state = _state(request)
    body = {"status": "healthy" if healthy else "unhealthy", "version": state.version, "checks": checks}
    headers = {} if healthy else {"Retry-After": "1"}
    return JSONResponse({**body, **state.facts()}, 200 if healthy else 503, headers)


@router.get("/metrics", response_class=Response, responses=_TEXT)
async def metrics(request: Request) -> Response:
    figures: Metrics = request.app.state.metrics
    request.app.state.measure()
    return Response(figures.text(), media_type="text/plain; version=0.0.4")
