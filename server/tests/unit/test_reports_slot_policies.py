"""What becomes of a slot that is due: by when it was found, catch-up, overlap, pause, jitter, and what it waits for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from trackly.reports.slots import Policy, Slot, decide

NOW = datetime(2026, 11, 26, 12, 0, 2, tzinfo=UTC)
POLICY = Policy(
    report_id=7,
    tz="Europe/Helsinki",
    catchup="latest",
    overlap="skip",
    grace_s=1800,
    jitter_s=0,
    wait_for=None,
    wait_until=None,
    closed_because=None,
    going_since=None,
)
ON_TIME = NOW.replace(second=0)
LATE = [ON_TIME - timedelta(minutes=minutes) for minutes in (60, 45, 30, 15)]
"""Every quarter of an hour of an outage, without the one that is on time."""


def fates(policy: Policy, due: list[datetime], *, more: bool = False, now: datetime = NOW) -> list[str]:
    decided = list(decide(policy, due, now, more=more))
    assert [slot.at for slot in decided] == due
    assert all((slot.reason is None) == (slot.fate == "QUEUED") for slot in decided)
    return [slot.fate for slot in decided]


def test_a_slot_that_is_found_at_once_runs_whatever_the_policy() -> None:
    for catchup in ("latest", "all", "skip"):
        assert fates(replace(POLICY, catchup=catchup, grace_s=0), [ON_TIME]) == ["QUEUED"]


def test_the_latest_within_the_grace_is_made_up_for() -> None:
    assert fates(POLICY, LATE) == ["MISSED", "MISSED", "MISSED", "QUEUED"]
    assert fates(replace(POLICY, grace_s=600), LATE) == ["MISSED"] * 4
    assert fates(POLICY, [*LATE, ON_TIME]) == ["MISSED"] * 4 + ["QUEUED"]


def test_all_within_the_grace_are_made_up_for() -> None:
    assert fates(replace(POLICY, catchup="all"), LATE) == ["MISSED", "MISSED", "MISSED", "QUEUED"]
    assert fates(replace(POLICY, catchup="all", grace_s=4000), LATE) == ["QUEUED"] * 4


def test_nothing_late_is_made_up_for() -> None:
    assert fates(replace(POLICY, catchup="skip", grace_s=4000), [*LATE, ON_TIME]) == ["MISSED"] * 4 + ["QUEUED"]


def test_the_latest_is_not_among_the_first_of_very_many() -> None:
    assert fates(POLICY, LATE, more=True) == ["MISSED"] * 4


def test_the_reason_is_said_in_words() -> None:
    reasons = [slot.reason for slot in decide(POLICY, LATE, NOW, more=False)]
    assert reasons[0] == "60 min late: the grace is 30 min"
    assert reasons[2] == "30 min late: the grace is 30 min"
    near = decide(replace(POLICY, grace_s=7200), LATE, NOW, more=False)
    assert next(near).reason == "60 min late: only the latest of several late slots is made up for"
    none = decide(replace(POLICY, catchup="skip"), [NOW - timedelta(days=3)], NOW, more=False)
    assert next(none).reason == "3 d late: this schedule makes up for nothing"


def test_an_overlap_is_skipped_queued_or_allowed() -> None:
    going = replace(POLICY, going_since=ON_TIME - timedelta(hours=1))
    (skipped,) = decide(going, [ON_TIME], NOW, more=False)
    assert (skipped.fate, skipped.reason) == ("SKIPPED", "The run of 26 Nov 13:00 was still going")
    for overlap in ("queue", "allow"):
        assert fates(replace(going, overlap=overlap), [ON_TIME]) == ["QUEUED"]


def test_slots_of_a_pause_are_skipped_with_its_reason_also_late_ones() -> None:
    rests = replace(POLICY, closed_because="The report is switched off")
    assert [slot.reason for slot in decide(rests, [*LATE, ON_TIME], NOW, more=False)] == [rests.closed_because] * 5
    assert fates(rests, [*LATE, ON_TIME]) == ["SKIPPED"] * 5


def test_jitter_is_within_its_bounds_even_and_the_same_each_time() -> None:
    policy = replace(POLICY, jitter_s=600, catchup="all", grace_s=10**6)
    due = [NOW - timedelta(minutes=n) for n in range(300, 0, -1)]
    delays = [(slot.not_before - slot.at).total_seconds() for slot in decide(policy, due, NOW, more=False)]
    assert all(0 <= delay < 600 for delay in delays)
    assert 240 < sum(delays) / len(delays) < 360
    assert delays == [(slot.not_before - slot.at).total_seconds() for slot in decide(policy, due, NOW, more=False)]
    other = replace(policy, report_id=8)
    assert delays != [(slot.not_before - slot.at).total_seconds() for slot in decide(other, due, NOW, more=False)]


def test_a_slot_waits_for_yesterday_until_its_latest_time() -> None:
    midnight = datetime(2026, 11, 25, 22, tzinfo=UTC)  # 26 November in Helsinki
    policy = replace(POLICY, wait_for="yesterday_closed", wait_until="09:30")
    now = midnight + timedelta(seconds=1)
    (slot,) = decide(policy, [midnight], now, more=False)
    assert slot == Slot(
        at=midnight,
        fate="QUEUED",
        reason="Waits until 25 November is closed, at the latest until 09:30",
        not_before=datetime(2026, 11, 26, 7, 30, tzinfo=UTC),
        waits_for_day=date(2026, 11, 25),
    )
    (too_late,) = decide(policy, [ON_TIME], NOW, more=False)  # 14:00 in Helsinki
    assert (too_late.not_before, too_late.waits_for_day) == (ON_TIME, None)
