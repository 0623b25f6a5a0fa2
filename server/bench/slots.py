"""Slots under kills: four servers, four workers, 40 schedules each second, twelve kill -9, ten seconds without anybody.

Prints what the ledger and the mail server say in the end: `scripts/bench slots [seconds] [schedules] [kills]`."""

import asyncio
import logging
import sys
import time

from tests.support.postgres import TestPostgres
from tests.support.slots import Found, Plan, run_trial


def table(plan: Plan, found: Found, took_s: float) -> str:
    states = ", ".join(f"{n} {state}" for state, n in sorted(found.states.items()))
    lines = [
        ("servers, workers", f"{plan.servers}, {plan.workers} (each {plan.parallel} at once)"),
        (
            "schedules",
            f"{plan.schedules}, each second, for {plan.seconds:.0f} s and an outage of {plan.outage_s:.0f} s",
        ),
        ("kill -9", str(found.kills)),
        ("slots", f"{found.slots}: {states}"),
        ("slots without a row", str(found.holes)),
        ("slots with two", str(found.doubles)),
        ("missed without a reason", str(found.without_reason)),
        ("against the policy", str(found.against_policy)),
        ("runs taken over", str(found.reclaimed)),
        ("deliveries, mails", f"{found.deliveries}, {found.mails}"),
        ("sent twice", str(found.twice)),
        ("sent never", str(found.never)),
        ("same mail again, answer lost", str(found.resent_after_lost_answer)),
        ("drained after", f"{found.drained_s:.0f} s (of {took_s:.0f} s in all)"),
    ]
    return "\n".join(f"{name:<30} {value}" for name, value in lines)


async def measure(plan: Plan) -> int:
    postgres = TestPostgres()
    try:
        with postgres.cloned() as url:
            begun = time.monotonic()
            found = await run_trial(url, plan)
            print(table(plan, found, time.monotonic() - begun))
    finally:
        postgres.close()
    bad = found.holes + found.doubles + found.twice + found.never + found.without_reason + found.against_policy
    return 1 if bad or set(found.states) - {"SUCCESS", "MISSED"} else 0


def main(arguments: list[str]) -> int:
    logging.basicConfig(level=logging.ERROR)
    seconds, schedules, kills = [*map(int, arguments), *(60, 40, 12)[len(arguments) :]]
    return asyncio.run(measure(Plan(seconds=seconds, schedules=schedules, kills=kills)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
