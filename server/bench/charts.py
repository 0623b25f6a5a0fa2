"""Small reports with one chart: by pens that are warm beside pens that are new, one after the other and four at once.

A pen that is new is the first drawing of a process: what each report paid before there were pens (ADR-0019). CPU is
that of the jobs and their pens, without the database."""

import argparse
import asyncio
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from bench.exports import fork_servers, place_for_exports
from tests.support.exports import make_document, make_job
from trackly.exports.facade import Caps, Format, ReadPlan, bar_chart, export

SELECT = "SELECT 'Project ' || i AS project, i AS n FROM generate_series(1, 20) AS i"
KINDS: tuple[tuple[Format, ...], ...] = (("csv", "html"), ("xlsx", "pdf"))


@dataclass(frozen=True)
class Taken:
    seconds: float
    cpu_seconds: float


def pens() -> list[psutil.Process]:
    return [child for server in fork_servers() for child in server.children()]


def cpu_seconds() -> float:
    ended = [server.cpu_times() for server in fork_servers()]
    living = [pen.cpu_times() for pen in pens()]
    return sum(t.children_user + t.children_system for t in ended) + sum(t.user + t.system for t in living)


async def until_none_is_idle() -> None:
    for pen in pens():
        with suppress(psutil.NoSuchProcess):
            pen.kill()
    while pens():
        await asyncio.sleep(0.01)


async def made(url: str, folder: Path, formats: Sequence[Format], count: int) -> Taken:
    """`count` reports at once."""
    document = make_document(charts=(bar_chart("Open by project", "project", "n"),))
    job = make_job(ReadPlan(url, SELECT), *formats, document=document, caps=Caps(seconds=60))
    places = [folder / str(number) for number in range(count)]
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    cpu, begun = cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(export(job, place, lambda _step, _part: None) for place in places))
    return Taken(time.perf_counter() - begun, cpu_seconds() - cpu)


async def compare(url: str, folder: Path, formats: Sequence[Format], count: int, rounds: int) -> None:
    new, warm = [], []
    for _ in range(rounds):
        await until_none_is_idle()
        new.append(await made(url, folder, formats, count))
        warm.append(await made(url, folder, formats, count))
    before, after = median(taken.seconds for taken in new), median(taken.seconds for taken in warm)
    cpu_before = median(taken.cpu_seconds for taken in new) / count
    cpu_after = median(taken.cpu_seconds for taken in warm) / count
    print(
        f"{'+'.join(formats):<9} {count} at once   new pens {before:.2f} s, CPU {cpu_before:.2f} s each   "
        f"warm {after:.2f} s, {cpu_after:.2f} s   ratio {after / before:.2f}; of CPU {cpu_after / cpu_before:.2f}"
    )


async def measure(rounds: int) -> None:
    with place_for_exports() as (folder, postgres):
        await made(postgres.url(), folder / "first", ("csv",), 1)
        cores = psutil.cpu_count()
        print(f"one chart, 20 rows, median of {rounds}, load {psutil.getloadavg()[0]:.1f} on {cores} cores")
        for formats in KINDS:
            for count in (1, 4):
                await compare(postgres.url(), folder / "reports", formats, count, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    asyncio.run(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
