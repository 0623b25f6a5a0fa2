"""Blobs without a use leave the store: those of deleted files and issues soon, those of accidents within hours."""

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.attachments import commands, queries
from trackly.attachments.blobs import BlobStore
from trackly.attachments.errors import BlobStoreDown
from trackly.attachments.uploads import SPOOL_PREFIX
from trackly.events.unit_of_work import UnitsOfWork

log = structlog.get_logger("trackly.attachments")
ORPHAN_AFTER = timedelta(hours=1)
MANY = 100
"""So many orphans are no accident any more when they are most of what there is."""
_PAGE = 500


UsedBlobs = Callable[[AsyncSession, Collection[str]], Awaitable[set[str]]]
"""Those of some names that a domain has a use for."""


@dataclass(frozen=True)
class Sweeper:
    """Every run is safe to repeat, to break off, and to be done by several processes at once.

    `also_used` says what other domains keep in the same store."""

    work: UnitsOfWork
    blobs: BlobStore
    spool: Path | None = None
    also_used: tuple[UsedBlobs, ...] = ()

    async def remove_deleted(self) -> int:
        """Queue the blobs of issues that are gone, then remove what is due; returns how many blobs were removed.

        One that the store refuses to remove is tried again, later each time, at most a day later."""
        async with self.work.begin("job:blobs") as uow:
            await commands.forget_files_of_gone_issues(uow)
        removed = 0
        while batch := await self._claim():
            kept = await self._used(batch, self.also_used)
            for name in batch:
                try:
                    if name not in kept:
                        await self.blobs.delete(name)
                except BlobStoreDown:
                    return removed
                async with self.work.begin("job:blobs") as uow:
                    await commands.forget_blob(uow, name)
                removed += name not in kept
        return removed

    async def sweep_orphans(self, *, whatever: bool = False) -> int:
        """Remove what lies in the store for over an hour without a row, and forgotten folders; returns how many.

        Nothing is removed when most of the store would go: then it rather belongs to another database than this one
        (a wrong DATABASE_URL, a restored backup, a shared container). `whatever` says that it is ours and may go."""
        await asyncio.to_thread(_sweep_spool, self.spool)
        old, orphans = await self._find_orphans()
        if not whatever and len(orphans) > MANY and len(orphans) > old / 2:
            log.error("orphans left in place: is this the store of this database?", orphans=len(orphans), blobs=old)
            return 0
        for name in orphans:
            await self.blobs.delete(name)
            log.info("orphan removed", blob=name)
        return len(orphans)

    async def run(self, every_s: float = 30, orphans_every_s: float = 3600) -> None:
        """Until cancelled. What fails is logged and tried again at the next turn."""
        orphans_at = time.monotonic() + every_s
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.remove_deleted()
                if time.monotonic() >= orphans_at:
                    orphans_at = time.monotonic() + orphans_every_s
                    await self.sweep_orphans()
            except Exception as error:  # the store or the database is away: the next turn may find it back
                log.warning("sweep broke off", error=f"{type(error).__name__}: {error}"[:300])

    async def _claim(self) -> list[str]:
        """The next blobs to remove. Their next try is set before this one begins: a crash can't repeat it at once."""
        async with self.work.begin("job:blobs") as uow:
            return await commands.claim_deletions(uow, _PAGE)

    async def _find_orphans(self) -> tuple[int, list[str]]:
        """How many blobs are older than an hour, and the names of those that no row has."""
        old = 0
        orphans: list[str] = []
        page: list[str] = []
        before = self.work.clock.now() - ORPHAN_AFTER
        async for entry in self.blobs.entries():
            if entry.changed_at < before:
                old += 1
                page.append(entry.name)
            if len(page) >= _PAGE:
                orphans += await self._unused(page)
                page = []
        return old, orphans + await self._unused(page)

    async def _unused(self, names: list[str]) -> list[str]:
        used = await self._used(names, (queries.find_used_blobs, *self.also_used))
        return [name for name in names if name not in used]

    async def _used(self, names: list[str], sources: Iterable[UsedBlobs]) -> set[str]:
        async with self.work.database.read_session() as session:
            return {name for find_used in sources for name in await find_used(session, names)}


def _sweep_spool(spool: Path | None) -> None:
    """What a crash left of pictures on their way."""
    before = time.time() - ORPHAN_AFTER.total_seconds()
    for folder in Path(spool or tempfile.gettempdir()).glob(f"{SPOOL_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < before:
                shutil.rmtree(folder)
