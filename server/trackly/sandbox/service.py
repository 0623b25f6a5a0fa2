"""The sandbox of one process: it sets the roles up where it may, attacks itself, and says whether SQL reports run."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
import structlog

from trackly.events.unit_of_work import UnitsOfWork
from trackly.kit.secret_box import SecretBox, SecretUnreadable, row_identity
from trackly.sandbox import events
from trackly.sandbox.commands import forget_runs, keep_password
from trackly.sandbox.errors import SqlReportsOff
from trackly.sandbox.roles import setup_for
from trackly.sandbox.schemas import UNTRIED, LayerOut, LayerState, SandboxOut
from trackly.sandbox.setup import OLDEST, Place, connected, find_place, set_up
from trackly.sandbox.target import Target
from trackly.users.facade import Actor

_log = structlog.get_logger(__name__)
_IDENTITY = row_identity("sandbox_setup", "password", 1)
_PATIENCE_S = 30
_LOOK_AGAIN_S, _LOOK_EVERY_S = 5.0, 60
_AFTER_START_S = 1
"""A server that starts has better things to do; who needs SQL at once sets it going."""
_NOT_YET = "SQL reports are being set up"


@dataclass(frozen=True, slots=True)
class Access:
    """How SQL reports read: the address of their role, with its password, and the setup that made it."""

    reader_url: str = field(repr=False)
    fingerprint: str


class Sandbox:
    """In `app.state.sandbox`. `admin_url`: the superuser of a PostgreSQL of our own; None for another server."""

    def __init__(self, work: UnitsOfWork, box: SecretBox, admin_url: str | None) -> None:
        self._work, self._box, self._admin_url = work, box, admin_url
        self._access: Access | None = None
        self._reason: str | None = _NOT_YET
        self._script: str | None = None
        self._target: Target | None = None
        self._layers: list[LayerOut] = []
        self._attacked_at: datetime | None = None
        self._took_ms: int | None = None
        self._looked_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        """Whether SQL reports run: the roles are there, and no layer was found open."""
        return self.reason is None

    @property
    def reason(self) -> str | None:
        """Why they don't."""
        red = next((layer for layer in self._layers if layer.state is LayerState.RED), None)
        if self._reason is None and red is not None:
            return f"Layer {red.number} ({red.name}) does not hold: {red.reason}"
        return self._reason

    @property
    def layers(self) -> list[LayerOut]:
        """As the last attack found them."""
        return self._layers

    def state(self) -> SandboxOut:
        return SandboxOut(
            available=self.available,
            reason=self.reason,
            layers=self._layers,
            attacked_at=self._attacked_at,
            took_ms=self._took_ms,
            script=self._script if self._access is None or self._is_weaker() else None,
        )

    def _is_weaker(self) -> bool:
        return any(layer.state is LayerState.AMBER for layer in self._layers)

    def _is_to_be_looked_at(self) -> bool:
        """Not set up, not attacked yet, or the database was away meanwhile."""
        untried = any((layer.reason or "").startswith(UNTRIED) for layer in self._layers)
        return self._access is None or not self._layers or untried

    def start(self) -> None:
        """Set up and attack in the background: nothing waits for it but the first report that is written in SQL.

        Where SQL reports are off, look every minute whether an administrator has set them up."""
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def ready(self) -> Access:
        """How to read. Waits for the setup when it is under way. Raises SqlReportsOff with the reason."""
        if self._is_to_be_looked_at():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    await self.look_again()
        if self._access is None or not self.available:
            raise SqlReportsOff(self.reason)
        return self._access

    async def look_again(self) -> None:
        """Where SQL reports are off, see whether an administrator has set them up meanwhile; at most every 5 s."""
        async with self._one_at_a_time:
            if self._is_to_be_looked_at() and time.monotonic() - self._looked_at > _LOOK_AGAIN_S:
                await self._begin()

    async def attack(self, actor: Actor | None = None, *, repair: bool = False) -> SandboxOut:
        """Try all layers once more, and keep in mind how they stood; `actor` is who asked for it.

        `repair`: set up roles and rights anew before, where this server may."""
        async with self._one_at_a_time:
            await self._prepare(anew=repair)
            await self._attack(actor)
        return self.state()

    async def look_after(self) -> None:
        """The beat of every hour: forget old run tokens, and try the layers, which somebody may have opened."""
        async with self._work.begin("sandbox:runs") as uow:
            await forget_runs(uow)
        await self.attack()

    async def _run(self) -> None:
        await asyncio.sleep(_AFTER_START_S)
        while True:
            try:
                await self.look_again()
            except Exception:
                _log.exception("sql_reports_not_set_up")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _begin(self) -> None:
        """What was opened while no server ran is closed again, once."""
        for anew in (False, True):
            await self._prepare(anew=anew)
            await self._attack(None)
            if not any(layer.state is LayerState.RED for layer in self._layers):
                return

    async def _prepare(self, *, anew: bool = False) -> None:
        """See that the roles are as this version wants them, or make them so where that is allowed.

        Once they were, they are made so `anew` only: what was opened since is to be seen."""
        self._looked_at = time.monotonic()
        url = self._work.database.url
        try:
            async with connected(url) as connection:
                place = await find_place(connection)
                password = await self._password(place)
                wanted = anew or (self._access is None and not place.is_ready(password))
                if wanted and self._may_set_up(place):
                    await set_up(self._admin_url or url, place.roles, password)
                    place = await find_place(connection)
        except psycopg.Error as error:
            self._access = None
            self._reason = f"SQL reports could not be set up: {error.diag.message_primary or 'no connection'}"
            _log.warning("sql_reports_not_set_up", reason=self._reason)
            return
        self._settle(place, password)

    def _may_set_up(self, place: Place) -> bool:
        return place.version >= OLDEST and (self._admin_url is not None or place.may_make_roles)

    def _settle(self, place: Place, password: str) -> None:
        setup, reader_url = setup_for(place.roles, password), place.roles.reader_url(self._work.database.url, password)
        if self._access is not None and not place.is_ready(password):
            return  # it was ready: the attack tells what was opened since
        self._script = setup.script if place.version >= OLDEST else None
        if not place.is_ready(password):
            self._target, self._layers, self._reason = None, [], _how_to(place)
            return
        self._access, self._reason = Access(reader_url, setup.fingerprint), None
        closable = self._admin_url is not None or place.superuser
        self._target = Target(self._work, place.roles, reader_url, closable, place.version)

    async def _password(self, place: Place) -> str:
        """The one that is kept, sealed, in the database; on the first start a random one is put there."""
        if place.sealed is not None:
            with contextlib.suppress(SecretUnreadable):
                return self._box.open(_IDENTITY, place.sealed)
        sealed = self._box.seal(_IDENTITY, secrets.token_urlsafe(32))
        async with self._work.begin("sandbox:password") as uow:
            return self._box.open(_IDENTITY, await keep_password(uow, sealed, place.sealed))

    async def _attack(self, actor: Actor | None) -> None:
        if self._target is None:
            return
        attack = await asyncio.to_thread(_the_attack)
        began, before = time.perf_counter(), [layer.state for layer in self._layers]
        self._layers = await attack(self._target)
        self._attacked_at, self._took_ms = self._work.clock.now(), round((time.perf_counter() - began) * 1000)
        states = [layer.state for layer in self._layers]
        for layer in self._layers:
            if layer.state is not LayerState.GREEN:
                _log.warning("sandbox_layer", layer=layer.number, state=layer.state.value, reason=layer.reason)
        if actor is not None or (states != before and LayerState.RED in (*before, *states)):
            async with self._work.begin("sandbox:attack") as uow:
                uow.record(events.attacked(self._layers, actor))


def _the_attack() -> Callable[[Target], Awaitable[list[LayerOut]]]:
    from trackly.sandbox.attack import attack  # with the parser of SQL; not part of every start

    return attack


def _how_to(place: Place) -> str:
    if place.version < OLDEST:
        return f"SQL reports need PostgreSQL {OLDEST // 10_000} or newer"
    return (
        f"SQL reports are off: the role {place.roles.app} may not make roles. An administrator of the database server"
        f" runs the script in the database {place.roles.database}; that is noticed by itself."
    )
