"""Files of reports go by age, by number and by size; what they were stays in their receipts: names, sizes, hashes.
Much later the receipts go too, with the rows of the ledger."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from trackly.attachments.facade import remove_blobs_later
from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork

_AFTER = timedelta(hours=1)
"""A run that is being made may just take over the files of an earlier one."""
_EDITIONS = 200
"""So many editions are relieved of their files in one transaction."""
_TOO_OLD = text(
    """
    WITH kept AS (
        SELECT e.id, n.created_at, n.state,
               dense_rank() OVER (PARTITION BY n.report_id ORDER BY e.run_id DESC) AS place
        FROM report_edition e JOIN report_run n ON n.id = e.run_id
        WHERE e.data_blob IS NOT NULL
           OR EXISTS (SELECT 1 FROM report_file f WHERE f.edition_id = e.id AND f.stored_name IS NOT NULL)
    )
    SELECT id FROM kept
    WHERE state NOT IN ('QUEUED', 'RUNNING', 'RENDERED', 'DELIVERING')
      AND (created_at < statement_timestamp() - make_interval(days => :days) OR place > :runs)
    ORDER BY id LIMIT :most
    """
)
_TOO_MUCH = text(
    """
    WITH sizes AS (
        SELECT f.stored_name, max(f.bytes) AS bytes, max(f.edition_id) AS newest
        FROM report_file f WHERE f.stored_name IS NOT NULL GROUP BY f.stored_name
    ), summed AS (
        SELECT newest, sum(bytes) OVER (ORDER BY newest DESC, stored_name) AS bytes FROM sizes
    )
    SELECT DISTINCT e.id
    FROM summed s JOIN report_edition e ON e.id = s.newest JOIN report_run n ON n.id = e.run_id
    WHERE s.bytes > :quota AND n.state NOT IN ('QUEUED', 'RUNNING', 'RENDERED', 'DELIVERING')
    ORDER BY e.id LIMIT :most
    """
)
"""From the newest backwards; a file that several editions share counts once, with the newest of them."""
_STRIP = text(
    """
    WITH files AS (
        SELECT f.id, f.stored_name FROM report_file f
        WHERE f.edition_id = ANY(:ids) AND f.stored_name IS NOT NULL
    ), bare_files AS (
        UPDATE report_file f SET stored_name = NULL FROM files WHERE f.id = files.id
    ), rows AS (
        SELECT id, data_blob FROM report_edition WHERE id = ANY(:ids) AND data_blob IS NOT NULL
    ), bare_editions AS (
        UPDATE report_edition e SET data_blob = NULL FROM rows WHERE e.id = rows.id
    )
    SELECT stored_name FROM files UNION SELECT data_blob FROM rows
    """
)
_STILL_USED = text(
    "SELECT stored_name FROM report_file WHERE stored_name = ANY(:names)"
    " UNION SELECT data_blob FROM report_edition WHERE data_blob = ANY(:names)"
)
_OLD_LINES = text(
    "DELETE FROM report_run_log WHERE id IN (SELECT l.id FROM report_run_log l"
    " WHERE l.at < statement_timestamp() - make_interval(days => :days) ORDER BY l.id LIMIT 10000)"
)
_RUNS = 1000
"""So many runs leave the ledger in one transaction."""
_OLD_RUNS = text(
    """
    DELETE FROM report_run WHERE id IN (
        SELECT n.id FROM report_run n
        WHERE n.created_at < statement_timestamp() - make_interval(days => :days)
          AND n.state NOT IN ('QUEUED', 'RUNNING', 'RENDERED', 'DELIVERING')
          AND n.id < (SELECT max(newer.id) FROM report_run newer WHERE newer.report_id = n.report_id)
          AND NOT EXISTS (
              SELECT 1 FROM report_edition e WHERE e.run_id = n.id AND (e.data_blob IS NOT NULL OR EXISTS (
                  SELECT 1 FROM report_file f WHERE f.edition_id = e.id AND f.stored_name IS NOT NULL)))
        ORDER BY n.id LIMIT :most)
    RETURNING id
    """
)
"""Never the newest run of a report, and none that still has a file."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Files of the last `days`, of each report's last `runs` with files, and `quota_bytes` in all; receipts and rows of
    the ledger of the last `ledger_days`."""

    days: int
    runs: int
    quota_bytes: int
    ledger_days: int = 400


@dataclass(frozen=True, slots=True)
class Retention:
    """Safe to repeat, to break off, and to be done by several processes at once."""

    work: UnitsOfWork
    keep: Keep

    async def sweep(self) -> int:
        """Remove what is over the limits, oldest first; returns how many blobs are on the way out.

        Files of runs that are still on their way stay. Log lines go with the days."""
        removed = 0
        while found := await self._sweep_some():
            removed += found
        async with self.work.begin("reports:retention") as uow:
            await uow.session.execute(_OLD_LINES, {"days": self.keep.days})
        await self._forget_runs()
        return removed

    async def _forget_runs(self) -> None:
        limits, gone = {"days": self.keep.ledger_days, "most": _RUNS}, _RUNS
        while gone == _RUNS:
            async with self.work.begin("reports:retention") as uow:
                gone = len((await uow.session.scalars(_OLD_RUNS, limits)).all())

    async def _sweep_some(self) -> int:
        async with self.work.begin("reports:retention") as uow:
            await uow.session.execute(text("SELECT pg_advisory_xact_lock(7214, 1)"))
            limits = {"days": self.keep.days, "runs": self.keep.runs, "most": _EDITIONS}
            ids = (await uow.session.scalars(_TOO_OLD, limits)).all()
            if not ids:
                over = {"quota": self.keep.quota_bytes, "most": _EDITIONS}
                ids = (await uow.session.scalars(_TOO_MUCH, over)).all()
            return await _strip(uow, list(ids)) if ids else 0


async def _strip(uow: UnitOfWork, edition_ids: list[int]) -> int:
    """What another edition still has stays in the store."""
    names = set((await uow.session.scalars(_STRIP, {"ids": edition_ids})).all())
    still = set((await uow.session.scalars(_STILL_USED, {"names": list(names)})).all())
    await remove_blobs_later(uow, sorted(names - still), _AFTER)
    return len(names)
