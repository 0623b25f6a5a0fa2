"""A sender as a process of its own, ended by a signal."""

import asyncio

import trackly.tables  # noqa: F401 - every table is known before the first statement
from tests.support.outbox import Words
from tests.support.server import SECRET
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database
from trackly.notifications.facade import NotificationServices
from trackly.notifications.outcomes import Pace

PACE = Pace(
    poll_s=0.05, lease_s=1.5, renew_s=0.3, try_s=5, keep_s=5, first_retry_s=0.2, unknown_retry_s=0.1, settle_s=0.2
)
PUBLIC_URL = "https://issues.example.org"


async def _send(url: str) -> None:
    database = Database.open(url, pool_size=6, application_name="test sender")
    work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
    services = NotificationServices.build(work, (SECRET,), PUBLIC_URL, ())
    await services.sender({"report_run": Words()}, pace=PACE).run()


def send(url: str) -> None:
    asyncio.run(_send(url))
