"""The machine of this process, sampled every few seconds, and the database, as readings with their levels."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import psutil

from trackly.jobs.rules import LIMITS, level_of, worst
from trackly.jobs.schemas import Reading, System

BEAT_S = 5.0
_SAMPLES = 60


class Sampler:
    """CPU and memory of the last five minutes. `lag_s` tells how far the live screens are behind the log."""

    def __init__(self, folder: Path, lag_s: Callable[[], float]) -> None:
        self._folder = folder
        self._lag_s = lag_s
        self._process = psutil.Process()
        self._cpu: deque[float] = deque(maxlen=_SAMPLES)
        self._memory: deque[float] = deque(maxlen=_SAMPLES)
        psutil.cpu_percent(interval=None)

    async def beat(self) -> None:
        """Take one sample. The CPU's is of the time since the last one."""
        self._cpu.append(psutil.cpu_percent(interval=None))
        self._memory.append(psutil.virtual_memory().percent)

    def read(self, instance: str, database: Mapping[str, float], now: datetime) -> System:
        """All readings of now. `database` as `read_database_figures` gives it."""
        readings = [*self._machine(), *_database(database), _reading("event_lag", round(self._lag_s(), 3), "seconds")]
        return System(as_of=now, instance=instance, level=worst(r.level for r in readings), readings=readings)

    def _machine(self) -> list[Reading]:
        memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(self._nearest()))
        cpu = self._cpu[-1] if self._cpu else psutil.cpu_percent(interval=None)
        return [
            _reading("cpu", cpu, "percent", recent=self._cpu),
            _reading("memory", memory.percent, "percent", of=memory.total, recent=self._memory),
            _reading("disk", disk.percent, "percent", of=disk.total),
            _reading("own_memory", self._process.memory_info().rss, "bytes"),
        ]

    def _nearest(self) -> Path:
        """The data folder, or what of its path is there."""
        return next(folder for folder in (self._folder, *self._folder.parents) if folder.exists())


def _database(found: Mapping[str, float]) -> list[Reading]:
    share = round(100 * found["connections"] / found["most"], 1)
    return [
        _reading("database_size", found["size"], "bytes"),
        _reading("connections", share, "percent", of=found["most"]),
        _reading("from_memory", round(found["from_memory"], 2), "percent"),
        _reading("oldest_transaction", round(found["oldest"], 3), "seconds"),
    ]


def _reading(
    name: str,
    value: float,
    unit: Literal["percent", "bytes", "count", "seconds"],
    *,
    of: float | None = None,
    recent: Sequence[float] | deque[float] = (),
) -> Reading:
    warn, critical = LIMITS.get(name, (None, None))
    return Reading(
        name=name,
        value=value,
        unit=unit,
        of=of,
        warn_at=warn,
        critical_at=critical,
        level=level_of(name, value),
        recent=list(recent),
    )
