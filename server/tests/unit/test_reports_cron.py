"""When schedules are due: the days of cron, changes of the clock as Debian's cron has them, refusals with a reason."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.debian_cron import Job, debian_runs
from trackly.reports.cron import BadCron, next_slots, parse_cron, slots_between

HELSINKI, NEW_YORK = "Europe/Helsinki", "America/New_York"
CHANGES = [
    (HELSINKI, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    (HELSINKI, datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (NEW_YORK, datetime(2026, 3, 8, 7, tzinfo=UTC)),
    (NEW_YORK, datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),  # from midnight to one
    ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # half an hour
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC)),  # at midnight
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # never
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day that was left out
]
"""Zones, and moments at which their clocks are changed."""
EXPRESSIONS = [
    "* * * * *",
    "*/7 * * * *",
    "*/15 * * * *",
    "30 * * * *",
    "0 * * * *",
    "0 */2 * * *",
    "* 3 * * *",
    "*/20 2,3 * * *",
    "0 0 * * *",
    "30 0 * * *",
    "59 23 * * *",
    "0 1 * * *",
    "30 1 * * *",
    "0 2 * * *",
    "15 2 * * *",
    "30 2 * * *",
    "0 3 * * *",
    "15,45 3 * * *",
    "30 3 * * *",
    "0 4 * * *",
    "0,30 1-4 * * *",
    "5-25/10 2-3 * * *",
    "3-3 * * * *",
    "20-20/1 2-2/1 * * *",
    "0 4 * * 0-0",
    "*/30 3 * * 0-0/1",
    "0 4 * * 6-7/1",
    "30 3 * * 0",
    "30 2 29 3 *",
    "30 2 8 3 1",
    "0 12 */2 * 6,7",
    "10 3 1 * 7",
]


@pytest.mark.parametrize(("tz", "change"), CHANGES)
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_slots_are_those_of_debians_cron_around_a_change_of_the_clock(text: str, tz: str, change: datetime) -> None:
    begin, end = change - timedelta(hours=26), change + timedelta(hours=26)
    expected = debian_runs(Job.of(text), tz, begin, end)
    found, following = slots_between(parse_cron(text, tz), begin, end, 100_000)
    assert found == expected
    assert following > end


def local(text: str, tz: str, after: datetime, n: int) -> list[str]:
    cron = parse_cron(text, tz)
    return [f"{slot.astimezone(cron.zone):%Y-%m-%d %a %H:%M %z}" for slot in next_slots(cron, after, n)]


@pytest.mark.parametrize(
    ("text", "tz", "after", "expected"),
    [
        # forward: the job of the skipped hour is due right after the change
        ("30 3 * * *", HELSINKI, datetime(2026, 3, 28, 12, tzinfo=UTC), "2026-03-29 Sun 04:00 +0300"),
        ("30 2 * * *", NEW_YORK, datetime(2026, 3, 7, 12, tzinfo=UTC), "2026-03-08 Sun 03:00 -0400"),
        # back: the job of the repeated hour is due the first time
        ("30 3 * * *", HELSINKI, datetime(2026, 10, 24, 12, tzinfo=UTC), "2026-10-25 Sun 03:30 +0300"),
        ("30 1 * * *", NEW_YORK, datetime(2026, 10, 31, 12, tzinfo=UTC), "2026-11-01 Sun 01:30 -0400"),
    ],
)
def test_the_days_on_which_the_clock_is_changed(text: str, tz: str, after: datetime, expected: str) -> None:
    first, second = local(text, tz, after, 2)
    assert first == expected
    assert second[:10] > first[:10]  # once a day


def test_a_job_with_a_wildcard_is_not_due_in_an_hour_that_is_skipped() -> None:
    first = local("*/30 3 * * *", HELSINKI, datetime(2026, 3, 28, 12, tzinfo=UTC), 1)
    assert first == ["2026-03-30 Mon 03:00 +0300"]


def test_an_hourly_job_follows_the_clock_through_the_repeated_hour() -> None:
    assert local("30 * * * *", HELSINKI, datetime(2026, 10, 24, 23, 45, tzinfo=UTC), 4) == [
        "2026-10-25 Sun 03:30 +0300",
        "2026-10-25 Sun 03:30 +0200",
        "2026-10-25 Sun 04:30 +0200",
        "2026-10-25 Sun 05:30 +0200",
    ]


def test_monday_is_monday() -> None:
    days = local("0 8 * * 1", HELSINKI, datetime(2026, 11, 26, tzinfo=UTC), 60)
    assert {day.split()[1] for day in days} == {"Mon"}
    assert days[0] == "2026-11-30 Mon 08:00 +0200"
    for number, name in enumerate(["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]):
        assert local(f"0 8 * * {number}", "UTC", datetime(2026, 11, 26, tzinfo=UTC), 1)[0].split()[1] == name
        assert local(f"0 8 * * {name.upper()}", "UTC", datetime(2026, 11, 26, tzinfo=UTC), 1)[0].split()[1] == name


def test_two_day_fields_mean_the_one_or_the_other() -> None:
    days = local("0 0 13 * 5", "UTC", datetime(2026, 11, 1, tzinfo=UTC), 30)
    assert all(day[8:10] == "13" or day.split()[1] == "Fri" for day in days)
    assert any(day[8:10] == "13" and day.split()[1] != "Fri" for day in days)
    assert any(day[8:10] != "13" and day.split()[1] == "Fri" for day in days)
    both = local("0 0 */1 * 5", "UTC", datetime(2026, 11, 1, tzinfo=UTC), 10)
    assert {day.split()[1] for day in both} == {"Fri"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 18 L * *", ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]),
        ("0 18 LW * *", ["2026-11-30", "2026-12-31", "2027-01-29", "2027-02-26"]),
        ("0 9 * * 1#1", ["2026-12-07", "2027-01-04", "2027-02-01", "2027-03-01"]),
        ("0 9 * * 5L", ["2026-11-27", "2026-12-25", "2027-01-29", "2027-02-26"]),
        ("0 0 29 2 *", ["2028-02-29", "2032-02-29", "2036-02-29", "2040-02-29"]),
        ("@monthly", ["2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01"]),
    ],
)
def test_days_that_crontabs_have_no_number_for(text: str, expected: list[str]) -> None:
    assert [day[:10] for day in local(text, "UTC", datetime(2026, 11, 26, tzinfo=UTC), 4)] == expected


@pytest.mark.parametrize(
    ("text", "step_s"), [("@every 1s", 1), ("@every 10s", 10), ("@every 90m", 5400), ("*/5 * * * * *", 5)]
)
def test_intervals_are_even_and_the_same_for_everybody_who_counts(text: str, step_s: int) -> None:
    cron = parse_cron(text, HELSINKI)
    begin = datetime(2026, 10, 25, 0, 0, 0, 123_456, tzinfo=UTC)  # through the repeated hour
    slots = next_slots(cron, begin, 2000)
    assert {b - a for a, b in itertools.pairwise(slots)} == {timedelta(seconds=step_s)}
    assert slots[0] > begin
    assert int(slots[0].timestamp()) % step_s == 0
    assert slots == next_slots(cron, slots[0] - timedelta(microseconds=1), 2000)


def test_slots_between_are_bounded_and_go_on_where_they_ended() -> None:
    cron = parse_cron("*/15 * * * *", NEW_YORK)
    begin, end = datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    whole, following = slots_between(cron, begin, end, 10_000)
    parts: list[datetime] = []
    at = begin
    while True:
        some, after = slots_between(cron, at, end, 7)
        parts += some
        if after > end:
            break
        at = some[-1]
    assert parts == whole
    assert after == following
    assert len(whole) == 2 * 24 * 4
    assert slots_between(cron, whole[-1], whole[-1], 5) == ([], following)


@pytest.mark.parametrize("tz", ["Europe/Berlin", "America/Sao_Paulo", "Asia/Tehran", "Africa/Casablanca"])
def test_years_of_slots_are_in_order_each_once(tz: str) -> None:
    for text in ("30 2 * * *", "0 * * * 1"):
        slots = next_slots(parse_cron(text, tz), datetime(2020, 1, 1, tzinfo=UTC), 2500)
        assert slots == sorted(set(slots))
        assert all(slot.tzinfo is UTC for slot in slots)
        if text == "30 2 * * *":
            assert len({slot.astimezone(ZoneInfo(tz)).date() for slot in slots}) == len(slots)


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("61 * * * *", "minute", "the minute field: 61 is not 0-59"),
        ("* 24 * * *", "hour", "the hour field: 24 is not 0-23"),
        ("* * 0 * *", "day of the month", "the day of the month field: 0 is not 1-31"),
        ("* * * 13 *", "month", "the month field: 13 is not 1-12"),
        ("* * * * 8", "day of the week", "the day of the week field: 8 is not 0-7"),
        ("61 * * * * *", "second", "the second field: 61 is not 0-59"),
        ("x * * * *", "minute", "the minute field: x is no number"),
        ("* * * monday *", "month", "the month field: monday is no number or a name such as FEB"),
        ("30-10 * * * *", "minute", "the minute field: 30-10 goes backwards"),
        ("*/0 * * * *", "minute", "the minute field: a step of 0 is not 1-59"),
        ("*/90 * * * *", "minute", "the minute field: a step of 90 is not 1-59"),
        ("1,,2 * * * *", "minute", "the minute field: there is nothing before or after a comma"),
        ("-1 * * * *", "minute", "the minute field: nothing is no number"),
        ("٣ * * * *", "minute", "the minute field: ٣ is no number"),
        ("* * 5L * *", "day of the month", "the day of the month field: 5L is not known"),
        ("* * * * 1#6", "day of the week", "the day of the week field: 1#6: behind # is a number 1-5"),
        ("0 0 31 2 *", "day of the month", "the day of the month field: such a day never comes"),
        ("0 0 30,31 2 *", "day of the month", "the day of the month field: such a day never comes"),
        ("0 8 * *", None, "a cron expression has five fields, this has 4"),
        ("", None, "a cron expression has five fields, this has 0"),
        ("@reboot", None, "@reboot is none of @yearly"),
        ("@every 0s", None, "an interval is 1 second to 31 days"),
        ("@every 99999h", None, "an interval is 1 second to 31 days"),
    ],
)
def test_a_refusal_names_the_field_and_the_reason(text: str, field: str | None, reason: str) -> None:
    with pytest.raises(BadCron) as refused:
        parse_cron(text, "UTC")
    assert refused.value.field == field
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("tz", ["Europe/Berlino", "", "../etc/passwd", "CEST+2"])
def test_a_zone_that_is_none_is_refused(tz: str) -> None:
    with pytest.raises(BadCron, match="is no time zone of the IANA list"):
        parse_cron("0 8 * * *", tz)
