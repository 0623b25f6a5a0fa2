"""This process among the others: its name, and the beat that says it is there."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from trackly.events.unit_of_work import UnitsOfWork
from trackly.jobs.commands import say_goodbye, see_instance
from trackly.kit.db import is_unavailable
from trackly.kit.ids import new_token

BEAT_S = 10.0


@dataclass
class Presence:
    """`doing` tells in words what the process is at."""

    work: UnitsOfWork
    kind: Literal["server", "worker"]
    version: str
    started_at: datetime
    doing: Callable[[], list[str]]
    name: str = field(default_factory=lambda: f"{platform.node()}-{os.getpid()}-{new_token(4)}")

    async def beat(self) -> None:
        """Say that we are there."""
        async with self.work.begin("job:presence") as uow:
            await see_instance(uow, self.name, self.kind, self.version, self.started_at, self.doing())

    async def end(self) -> None:
        """Say goodbye; a database that is away does not hear it."""
        try:
            async with self.work.begin("job:presence") as uow:
                await say_goodbye(uow, self.name)
        except Exception as error:
            if not is_unavailable(error):
                raise
