"""Exports of 1,000,000 rows × 12 columns: CSV beside `psql \\copy` in the same run, XLSX, PDF, small ones a second.

Memory is what the export adds to the idle fork server, as the kernel shares it out (PSS of all of our processes, the
database left out). `--libreoffice`: both files are opened by a headless LibreOffice, which must be installed, and read
back; `--rows`: fewer."""

import argparse
import asyncio
import csv
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg

from tests.support.exports import file_of, make_document, make_job
from trackly.exports.facade import (
    Caps,
    Exported,
    Figure,
    Format,
    ReadPlan,
    bar_chart,
    close_exports,
    export,
    warm_up_exports,
)
from trackly.kit.embedded_postgres import EmbeddedPostgres
from trackly.kit.postgres_install import binaries

T = TypeVar("T")
MIB = 1024 * 1024
ROUNDS = 5
SMALL = 120
SELECT = "SELECT * FROM big ORDER BY id"
TABLE = """
CREATE UNLOGGED TABLE big AS SELECT
    i::bigint AS id, 'TRK-' || i AS key,
    CASE i % 50 WHEN 0 THEN '=HYPERLINK("https://x.example/' || i || '","open")' WHEN 1 THEN '+1 for this'
        WHEN 2 THEN '@here, see ' || i WHEN 3 THEN '-12.5' ELSE 'Login fails for user ' || i || ' after update' END
        AS title,
    CASE WHEN i % 7 = 0 THEN 'Größe 漢字 🚀 ' || i || E', "quoted"\\nsecond line'
        ELSE 'plain description number ' || i END AS description,
    (ARRAY['OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE'])[1 + (i % 4)::int] AS status,
    ((i * 7919 % 1000003 - 500000) / 100.0)::numeric(12, 2) AS amount,
    ((i * 104729 % 1000003) / 1e4 - 50)::float8 AS score,
    -(i % 1000)::int AS delta,
    date '2020-01-01' + (i % 2000)::int AS due_on,
    timestamptz '2024-01-01 00:00+00' + (i || ' seconds')::interval AS created_at,
    i % 3 = 0 AS is_open,
    CASE WHEN i % 5 = 0 THEN NULL ELSE 'person ' || (i % 97) END AS assignee
FROM generate_series(1::bigint, %s) AS i"""


@dataclass
class Watch:
    """The largest sum of PSS of this process's children, above what it was at the start."""

    idle_bytes: int = 0
    peak_bytes: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator["Watch"]:
        self.idle_bytes = shared_out()
        watcher = threading.Thread(target=self._look)
        watcher.start()
        try:
            yield self
        finally:
            self._over.set()
            watcher.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.peak_bytes = max(self.peak_bytes, shared_out())

    @property
    def above_mib(self) -> float:
        return max(0, self.peak_bytes - self.idle_bytes) / MIB


def shared_out() -> int:
    ours = fork_servers()
    return sum(map(pss, [*ours, *(child for server in ours for child in server.children(recursive=True))]))


def fork_servers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "trackly.exports.fork_server" in child.cmdline()]


def pss(process: psutil.Process) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


async def run(url: str, folder: Path, select: str, *formats: Format, charts: bool = False) -> tuple[Exported, float]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    document = make_document()
    if charts:
        counted = "SELECT status, count(*) AS n FROM big GROUP BY 1 ORDER BY 1"
        document = make_document(
            charts=(bar_chart("Rows by status", "status", "n", select=counted),) * 2,
            figures=(Figure("Rows", "SELECT count(*) FROM big"),),
        )
    job = make_job(ReadPlan(url, select), *formats, document=document, caps=Caps(rows=1_048_575, seconds=300))
    begun = time.perf_counter()
    done = await export(job, folder, lambda _step, _part: None)
    return done, time.perf_counter() - begun


@dataclass(frozen=True)
class Cpu:
    """CPU seconds that ended processes took: backends of the database, exports, and what this process ran itself."""

    postmaster: int

    def so_far(self) -> float:
        parents = [psutil.Process(self.postmaster), *fork_servers()]
        times = [parent.cpu_times() for parent in parents]
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        return sum(time.children_user + time.children_system for time in times) + own.ru_utime + own.ru_stime

    async def of(self, running: Awaitable[T]) -> tuple[T, float]:
        """The result and its CPU seconds. The database counts a backend a moment after its client is gone."""
        await asyncio.sleep(0.3)
        before = self.so_far()
        result = await running
        await asyncio.sleep(0.3)
        return result, self.so_far() - before


async def copied(url: str, path: Path) -> float:
    command = f"\\copy ({SELECT}) TO '{path}' WITH (FORMAT csv, HEADER)"
    begun = time.perf_counter()
    await asyncio.to_thread(subprocess.run, [str(binaries() / "psql"), url, "-qXc", command], check=True)
    return time.perf_counter() - begun


async def measure_csv(url: str, folder: Path, cpu: Cpu) -> Exported:
    psql, ours, psql_cpu, ours_cpu = [await copied(url, folder / "psql.csv")], [], [], []
    done, _ = await run(url, folder / "csv", SELECT, "csv")
    for _ in range(ROUNDS):
        took, took_cpu = await cpu.of(copied(url, folder / "psql.csv"))
        psql.append(took)
        psql_cpu.append(took_cpu)
        (done, took), took_cpu = await cpu.of(run(url, folder / "csv", SELECT, "csv"))
        ours.append(took)
        ours_cpu.append(took_cpu)
    with Watch().watching() as watch:
        done, _ = await run(url, folder / "csv", SELECT, "csv")
    ratio, cpu_ratio = min(ours) / min(psql), min(ours_cpu) / min(psql_cpu)
    print(f"{'psql copy':<26}{min(psql):8.2f} s   best of {ROUNDS}, beside ours by turns; CPU {min(psql_cpu):.2f} s")
    print(f"{'CSV':<26}{min(ours):8.2f} s   {watch.above_mib:6.1f} MiB   ratio {ratio:.2f}; of CPU {cpu_ratio:.2f}")
    return done


async def measure_xlsx(url: str, folder: Path, cpu: Cpu) -> Exported:
    with Watch().watching() as watch:
        (done, took), took_cpu = await cpu.of(run(url, folder / "xlsx", SELECT, "xlsx"))
    size = done.files[0].bytes / MIB
    print(f"{'XLSX':<26}{took:8.2f} s   {watch.above_mib:6.1f} MiB   file {size:.0f} MiB; CPU {took_cpu:.2f} s")
    return done


async def measure_others(url: str, folder: Path) -> None:
    for name, formats in (("NDJSON", ("ndjson",)), ("CSV, XLSX and JSON", ("csv", "xlsx", "json"))):
        with Watch().watching() as watch:
            _, took = await run(url, folder / "others", SELECT, *formats)
        print(f"{name:<26}{took:8.2f} s   {watch.above_mib:6.1f} MiB")
    with Watch().watching() as watch:
        _, took = await run(url, folder / "pdf", f"{SELECT} LIMIT 500", "pdf", charts=True)
    print(f"{'PDF, 500 rows, 2 charts':<26}{took:8.2f} s   {watch.above_mib:6.1f} MiB")
    begun = time.perf_counter()
    small = [run(url, folder / f"small-{number}", f"{SELECT} LIMIT 20", "csv") for number in range(SMALL)]
    await asyncio.gather(*small)
    each_ms = (time.perf_counter() - begun) / SMALL * 1000
    print(f"{'20 rows as CSV':<26}{each_ms:8.1f} ms each, {1000 / each_ms:.0f} a second")


def checked(name: str, path: Path, rows: int) -> None:
    """LibreOffice opens the file and writes it as CSV; that is compared with what was in the table."""
    with tempfile.TemporaryDirectory() as place:
        settings = f"-env:UserInstallation=file://{place}/profile"
        text_filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
        command = ["soffice", settings, "--headless", "--convert-to", text_filter, "--outdir", place, str(path)]
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took = time.perf_counter() - begun
        (made,) = Path(place).glob("*.csv")
        with made.open(encoding="utf-8", newline="") as file:
            heads, *found = csv.reader(file)
        assert len(found) == rows, f"{len(found)} rows"
        places = {head: index for index, head in enumerate(heads)}
        formula = '=HYPERLINK("https://x.example/50","open")'
        shown = formula if name == "XLSX" else f"'{formula}"
        assert found[49][places["title"]] == shown, found[49]
        assert [float(row[places["delta"]]) for row in found[:5]] == [-1, -2, -3, -4, -5]
        assert float(found[0][places["amount"]]) < 0
        assert all(row[places["title"]] == "-12.5" for row in found[2:2000:50])
    print(f"{name:<26}{took:8.1f} s   to open in LibreOffice: {rows} rows, formulas are text, negatives numbers")


@contextmanager
def place_for_exports() -> Iterator[tuple[Path, EmbeddedPostgres]]:
    """A folder, a PostgreSQL that runs in it, and a fork server that is warm. All are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="trackly-bench-"))
    postgres = EmbeddedPostgres(folder / "database", durable=False)
    try:
        postgres.start()
        warm_up_exports()
        yield folder, postgres
    finally:
        close_exports()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def measure(rows: int, libreoffice: bool) -> None:
    with place_for_exports() as (folder, postgres):
        url = postgres.url()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLE.replace("%s", str(rows)).encode())
            connection.execute("VACUUM ANALYZE big")
        await run(url, folder / "warm", f"{SELECT} LIMIT 1", "csv")
        print(f"{rows:,} rows × 12 columns, load {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")
        postmaster = int((postgres.data / "postmaster.pid").read_text().split()[0])
        csv_done = await measure_csv(url, folder, Cpu(postmaster))
        xlsx_done = await measure_xlsx(url, folder, Cpu(postmaster))
        await measure_others(url, folder)
        if libreoffice:
            checked("CSV", file_of(csv_done, "csv"), rows)
            checked("XLSX", file_of(xlsx_done, "xlsx"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--libreoffice", action="store_true")
    given = parser.parse_args()
    asyncio.run(measure(given.rows, given.libreoffice))


if __name__ == "__main__":
    main()
