"""Servers and workers on one database, schedules that fire each second, kills: and then the ledger is looked at.

Everything is real: processes, PostgreSQL, the files, the mails at a server of their own."""

import asyncio
import contextlib
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.http import http
from tests.support.people import PASSWORD, furnished
from tests.support.report_runs import execute, rows
from tests.support.server import RealServer, RealWorker
from tests.support.smtp import Sink, mail_sink
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database
from trackly.notifications.outcomes import Pace
from trackly.reports.claim import claim_due

SECRETS = "slots-secret-4pXrB1nC7dE5fG3h6yJ0mQ2vVt9wq8Zk"
CATCHUPS = ("latest", "all", "skip")
ON_TIME_S, UNSURE_S = 5.0, 1.0
_OPEN = "('QUEUED', 'RUNNING', 'RENDERED', 'DELIVERING')"
_FREE = (
    "UPDATE delivery SET lease_until = now() WHERE final_at IS NULL AND lease_until > now()"
    f" AND lease_until < now() + interval '{Pace().lease_s - 15} s'"
)
"""Of senders that have said nothing for a quarter of a minute: the others renew theirs more often."""


@dataclass(frozen=True)
class Plan:
    """`kills` are spread over `seconds`, one process each; then `outage_s` without any process at all."""

    servers: int = 4
    workers: int = 4
    schedules: int = 40
    seconds: float = 60
    kills: int = 12
    outage_s: float = 10
    parallel: int = 2
    drain_s: float = 900


@dataclass
class Found:
    """What the ledger and the mail server say in the end."""

    slots: int
    holes: int
    doubles: int
    states: Counter[str]
    without_reason: int
    against_policy: int
    reclaimed: int
    deliveries: int
    mails: int
    twice: int
    resent_after_lost_answer: int
    never: int
    drained_s: float
    kills: int


@dataclass
class Trial:
    plan: Plan
    url: str
    sink: Sink
    folder: str
    processes: list[RealServer] = field(default_factory=list)
    restarts: list["asyncio.Task[Any]"] = field(default_factory=list)
    starting: set[RealServer] = field(default_factory=set)
    killed: int = 0
    promised: dict[int, datetime] = field(default_factory=dict)
    """By report, its first slot, as the answer to who made it says."""

    @property
    def server(self) -> RealServer:
        return self.processes[0]

    async def start(self) -> None:
        """Everything at once."""
        settings: dict[str, Any] = {
            "TRACKLY_DATA_DIR": self.folder,
            "SECRETS_KEY": SECRETS,
            "REPORT_WORKERS": str(self.plan.parallel),
        }
        settings["DATABASE_POOL_SIZE"] = str(min(20, 80 // (self.plan.servers + self.plan.workers)))
        self.processes = [RealServer(self.url, **settings) for _ in range(self.plan.servers)]
        workers = [RealWorker(self.url, parallel=self.plan.parallel, **settings) for _ in range(self.plan.workers)]
        self.processes += workers
        await asyncio.gather(*(process.start() for process in self.processes))

    async def define(self, email: str) -> None:
        """The reports: each goes to an address of its own, policies in turn."""
        async with http(self.server.url, timeout=30) as client:
            form = {"grant_type": "password", "username": email, "password": PASSWORD}
            token = (await client.post("/api/auth/token", data=form)).raise_for_status().json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            (await client.post("/api/email-config", json=self.sink.config())).raise_for_status()
            for n in range(self.plan.schedules):
                answer = await client.post("/api/reports", json=definition(n))
                assert answer.status_code == 201, answer.text
                made = answer.json()
                self.promised[made["id"]] = datetime.fromisoformat(made["next_fire_at"])

    async def fire(self) -> None:
        """Let the schedules fire, and kill now and then; at the end everything is down for a while."""
        pause_s = self.plan.seconds / (self.plan.kills + 1)
        for _ in range(self.plan.kills):
            await asyncio.sleep(pause_s)
            while not (ready := [one for one in self.processes if one not in self.starting]):
                await asyncio.sleep(0.1)
            victim = random.choice(ready)
            victim.kill()
            self.killed += 1
            self.starting.add(victim)
            self.restarts.append(asyncio.create_task(self._again(victim)))
        await asyncio.sleep(pause_s)
        await asyncio.gather(*self.restarts)
        for process in self.processes:
            process.kill()
        await asyncio.sleep(self.plan.outage_s)
        await asyncio.gather(*(process.start() for process in self.processes))
        await asyncio.sleep(2)

    async def _again(self, victim: RealServer) -> None:
        await victim.start()
        self.starting.discard(victim)

    async def stop(self) -> None:
        await asyncio.gather(*self.restarts, return_exceptions=True)
        await asyncio.gather(*(asyncio.to_thread(process.stop) for process in self.processes))


def definition(n: int) -> dict[str, Any]:
    schedule = {"cron": "@every 1s", "catchup": CATCHUPS[n % 3], "overlap": "allow", "grace_s": 3600, "pause_after": 0}
    return {
        "name": f"Report {n}",
        "source": {"kind": "dataset", "dataset": "issues"},
        "formats": ["csv"],
        "schedule": schedule,
        "recipients": [{"kind": "email", "address": f"r{n}@example.org"}],
    }


async def run_trial(url: str, plan: Plan) -> Found:
    """Start, fire, kill, drain, and look."""
    database = Database.open(url, pool_size=4)
    work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
    try:
        cast = await furnished(work)
        with tempfile.TemporaryDirectory(prefix="trackly-slots-", ignore_cleanup_errors=True) as folder:
            async with mail_sink() as sink, trial_of(Trial(plan, url, sink, folder)) as trial:
                await trial.define(cast.admin.email)
                await trial.fire()
                ends = await no_more_slots(work)
                begun = time.monotonic()
                await drained(work, plan.drain_s)
                return await look(work, trial, ends, time.monotonic() - begun)
    finally:
        await database.close()


@asynccontextmanager
async def trial_of(trial: Trial) -> AsyncIterator[Trial]:
    try:
        await trial.start()
        yield trial
    finally:
        with contextlib.suppress(Exception):
            await trial.stop()
        for process in trial.processes:
            if process.process is not None and process.process.poll() is None:
                process.kill()


async def no_more_slots(work: UnitsOfWork) -> dict[int, Any]:
    """Take the schedules away; returns up to which slot each of them has rows."""
    await claim_due(work)
    async with work.begin("test") as uow:
        connection = await uow.session.connection()
        found = await connection.exec_driver_sql("DELETE FROM report_schedule RETURNING report_id, last_slot")
        return {row.report_id: row.last_slot for row in found}


async def drained(work: UnitsOfWork, within_s: float) -> None:
    """Until no run is open any more. What a killed sender held is freed soon, and not only when its lease ends."""
    open_runs = f"SELECT id, state, attempt, reason FROM report_run WHERE state IN {_OPEN} ORDER BY id"
    ends_at = time.monotonic() + within_s
    while left := await rows(work, open_runs):
        assert time.monotonic() < ends_at, f"{len(left)} runs are still open, such as {left[:3]}"
        if all(run.state == "DELIVERING" for run in left):
            await execute(work, _FREE)
            await execute(work, "UPDATE delivery SET not_before = now() WHERE final_at IS NULL AND not_before > now()")
        await asyncio.sleep(1)


async def look(work: UnitsOfWork, trial: Trial, ends: dict[int, Any], drained_s: float) -> Found:
    ledger = await rows(
        work,
        "SELECT report_id, count(*) AS n, count(DISTINCT scheduled_for) AS d, min(scheduled_for) AS first,"
        " max(scheduled_for) AS last FROM report_run GROUP BY report_id",
    )
    expected = sum(int((ends[row.report_id] - row.first).total_seconds()) + 1 for row in ledger)
    states = await rows(work, "SELECT state, count(*) AS n FROM report_run GROUP BY state")
    quiet = "SELECT count(*) AS n FROM report_run WHERE state IN ('MISSED', 'SKIPPED', 'FAILED') AND reason IS NULL"
    again = "SELECT count(*) AS n FROM report_run_log WHERE text LIKE 'Its worker % fell silent'"
    ids = Counter(mail.message_id.strip("<>") for mail in trial.sink.mails)
    lost = await rows(
        work,
        "SELECT DISTINCT d.message_id FROM delivery d JOIN delivery_attempt a ON a.delivery_id = d.id"
        " WHERE a.outcome = 'unknown'",
    )
    answers_lost = {row.message_id.strip("<>") for row in lost if row.message_id}
    sent = await rows(work, "SELECT message_id, ref, address FROM delivery WHERE state = 'sent'")
    return Found(
        slots=sum(row.n for row in ledger),
        holes=expected - sum(row.d for row in ledger) + _late_beginnings(trial.promised, ledger),
        doubles=sum(row.n - row.d for row in ledger),
        states=Counter({row.state: row.n for row in states}),
        without_reason=(await rows(work, quiet))[0].n,
        against_policy=await _against_policy(work),
        reclaimed=(await rows(work, again))[0].n,
        deliveries=(await rows(work, "SELECT count(*) AS n FROM delivery"))[0].n,
        mails=len(trial.sink.mails),
        twice=sum(n - 1 for message_id, n in ids.items() if message_id not in answers_lost)
        + len(sent)
        - len({(row.ref, row.address) for row in sent}),
        resent_after_lost_answer=sum(n - 1 for message_id, n in ids.items() if message_id in answers_lost),
        never=sum(1 for row in sent if row.message_id.strip("<>") not in ids),
        drained_s=drained_s,
        kills=trial.killed + len(trial.processes),
    )


def _late_beginnings(promised: dict[int, datetime], ledger: Sequence[Any]) -> int:
    """Reports whose first row is not that of the first slot that was promised."""
    first = {row.report_id: row.first for row in ledger}
    return sum(first.get(report_id) != slot for report_id, slot in promised.items())


async def _against_policy(work: UnitsOfWork) -> int:
    """Slots that were made up for, or not, against what their schedule says: by when their row was written."""
    late, soon = ON_TIME_S + UNSURE_S, ON_TIME_S - UNSURE_S
    found = await rows(
        work,
        "SELECT count(*) AS n FROM (SELECT n.*, r.definition -> 'schedule' ->> 'catchup' AS catchup,"
        " extract(epoch FROM n.created_at - n.scheduled_for) AS late_s FROM report_run n JOIN report r"
        " ON r.id = n.report_id) s WHERE (catchup = 'skip' AND late_s > :late AND state <> 'MISSED')"
        " OR (late_s < :soon AND state = 'MISSED') OR (catchup = 'all' AND state = 'MISSED') OR state = 'SKIPPED'",
        late=late,
        soon=soon,
    )
    return int(found[0].n)
