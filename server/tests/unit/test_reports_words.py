"""Schedules in plain words: to cron, and back to words that mean the same."""

from datetime import UTC, datetime
from typing import Literal

import pytest

from trackly.kit.errors import InvalidInput
from trackly.reports.cron import next_slots, parse_cron
from trackly.reports.cron_words import say_schedule
from trackly.reports.upcoming import preview_schedule
from trackly.reports.words import UNDERSTOOD, BadWords, Spoken, looks_like_cron, read_words

CLOSED: Literal["yesterday_closed"] = "yesterday_closed"
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "cron"),
    [
        ("every weekday 08:00", "0 8 * * 1-5"),
        ("weekdays at 8", "0 8 * * 1-5"),
        ("every working day at 8:05", "5 8 * * 1-5"),
        ("Monday to Friday 08:00", "0 8 * * 1-5"),
        ("Mondays at 8 am", "0 8 * * 1"),
        ("every Mon, Wed and Fri at 9:15", "15 9 * * 1,3,5"),
        ("Sunday and Monday 08:00", "0 8 * * 1,0"),
        ("Fri-Sun 8:00", "0 8 * * 5-7"),
        ("weekends 10:00", "0 10 * * 6,0"),
        ("weekly on Thursday at noon", "0 12 * * 4"),
        ("daily at 7:30", "30 7 * * *"),
        ("every day at 7.30 pm", "30 19 * * *"),
        ("08:00", "0 8 * * *"),
        ("every weekday at 08:00 and 14:00", "0 8,14 * * 1-5"),
        ("every Tuesday at 8, 12 and 16", "0 8,12,16 * * 2"),
        ("1st of the month 06:00", "0 6 1 * *"),
        ("monthly on the 1st at 06:00", "0 6 1 * *"),
        ("first day of each month 6:00", "0 6 1 * *"),
        ("on the 1st and 15th of the month at 06:00", "0 6 1,15 * *"),
        ("last day of the month 18:00", "0 18 L * *"),
        ("last weekday of the month 17:00", "0 17 LW * *"),
        ("first Monday of the month 09:00", "0 9 * * 1#1"),
        ("second Tuesday of each month 9am", "0 9 * * 2#2"),
        ("last Friday of the month at 4 pm", "0 16 * * 5L"),
        ("first day of the quarter 06:00", "0 6 1 1,4,7,10 *"),
        ("every year on 1 January 06:00", "0 6 1 1 *"),
        ("December 24th at midnight", "0 0 24 12 *"),
        ("every minute", "* * * * *"),
        ("every 15 minutes", "*/15 * * * *"),
        ("every 15 minutes from 8 to 18 on weekdays", "*/15 8-18 * * 1-5"),
        ("hourly", "0 * * * *"),
        ("every hour on weekdays", "0 * * * 1-5"),
        ("every hour at minute 15", "15 * * * *"),
        ("every 2 hours", "0 */2 * * *"),
        ("every 10 seconds", "@every 10s"),
        ("every 45 minutes", "@every 45m"),
        ("every 15 min", "*/15 * * * *"),
        ("every 5mins on Mondays", "*/5 * * * 1"),
        ("every 2 hrs", "0 */2 * * *"),
        ("every 60 minutes", "0 * * * *"),
        ("every 24 hours", "0 0 * * *"),
        ("every 30 secs", "@every 30s"),
        ("Mon\u2013Fri 08:00", "0 8 * * 1-5"),
        ("every business day at 8", "0 8 * * 1-5"),
        ("last business day of the month 17:00", "0 17 LW * *"),
        ("24 Sept 06:00", "0 6 24 9 *"),
        ("  Every   WEEKDAY  08:00. ", "0 8 * * 1-5"),
    ],
)
def test_words_mean_a_cron(words: str, cron: str) -> None:
    assert read_words(words) == Spoken(cron)
    assert parse_cron(cron, "UTC").text == cron


def test_words_may_name_a_zone() -> None:
    assert read_words("every Monday 08:00 Europe/Berlin") == Spoken("0 8 * * 1", "Europe/Berlin")
    assert read_words("every Monday 08:00 america/new_york") == Spoken("0 8 * * 1", "America/New_York")
    assert read_words("23:59 utc") == Spoken("59 23 * * *", "UTC")


def test_words_may_wait_for_yesterday() -> None:
    daily = read_words("as soon as yesterday is closed, at the latest 09:30")
    assert daily == Spoken("0 0 * * *", None, CLOSED, "09:30")
    some = read_words("every weekday as soon as yesterday is closed, at the latest 9:30 am Europe/Helsinki")
    assert some == Spoken("0 0 * * 1-5", "Europe/Helsinki", CLOSED, "09:30")
    later = read_words("every Monday 06:00 as soon as yesterday is closed by 10")
    assert later == Spoken("0 6 * * 1", None, CLOSED, "10:00")
    behind = read_words("as soon as yesterday is closed, by 9:30 every weekday")
    assert behind == Spoken("0 0 * * 1-5", None, CLOSED, "09:30")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("every blue moon", "'every blue moon' is not understood"),
        ("", "At what time is missing"),
        ("weekdays", "At what time is missing"),
        ("tomorrow 08:00", "'tomorrow 08:00' is not understood"),
        ("monkday 08:00", "'monkday 08:00' is not understood"),
        ("every 2 weeks 08:00", "'every 2 weeks 08:00' is not understood"),
        ("32nd of the month 08:00", "'32nd of the month 08:00' is not understood"),
        ("every weekday 25:00", "25:00 is no time of day"),
        ("every Monday 13pm", "13pm is no time of day"),
        ("at 8:00 and 9:30", "Several times have to be at the same minute of the hour"),
        ("every 0 minutes", "every 0 minutes is not understood"),
        ("every 7 minutes on weekdays", "Every 7 minutes can't be bound to days or hours"),
        ("every hour at minute 75", "75 is no minute of an hour"),
        ("every 15 minutes from 18 to 8", "The day's last hour is before its first"),
        ("Monday 08:00 Europe/Berlino", "europe/berlino is no time zone of the IANA list"),
        ("as soon as yesterday is closed", "At the latest when is missing"),
        ("as soon as yesterday is closed by 9:30 if it rains", "'as soon as yesterday is closed by 9:30 if it"),
        ("5 marvelous 08:00", "'5 marvelous 08:00' is not understood"),
        ("every second day", "every second day is not understood"),
        ("every second Tuesday at 9", "every second tuesday at 9 is not understood"),
        ("every other Friday 09:00", "'every other Friday 09:00' is not understood"),
        ("every hour from 9:30 to 17:30", "A span of the day goes from one full hour to another"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is(words: str, reason: str) -> None:
    with pytest.raises(BadWords) as refused:
        read_words(words)
    assert str(refused.value).startswith(reason)
    assert ". Understood are: " in str(refused.value)
    assert all(example in str(refused.value) for example in UNDERSTOOD)


def test_every_example_of_a_refusal_is_understood() -> None:
    for example in UNDERSTOOD:
        assert len(next_slots(parse_cron(read_words(example).cron, "UTC"), NOW, 3)) == 3


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 8 * * 1-5", "every weekday at 08:00"),
        ("0 8 * * 1", "every Monday at 08:00"),
        ("0 8 * * MON", "every Monday at 08:00"),
        ("30 7 * * *", "every day at 07:30"),
        ("15 9 * * 1,3,5", "every Monday, Wednesday and Friday at 09:15"),
        ("0 8 * * 5-7", "every Friday to Sunday at 08:00"),
        ("0 10 * * 6,0", "every weekend at 10:00"),
        ("0 8,14 * * 1-5", "every weekday at 08:00 and 14:00"),
        ("0 6 1,15,22 * *", "1st, 15th and 22nd of the month at 06:00"),
        ("0 18 L * *", "last day of the month at 18:00"),
        ("0 17 LW * *", "last weekday of the month at 17:00"),
        ("0 16 * * 5L", "last Friday of the month at 16:00"),
        ("0 9 * * 2#2", "second Tuesday of the month at 09:00"),
        ("0 6 1 1,4,7,10 *", "first day of the quarter at 06:00"),
        ("0 6 1 1 *", "every year on 1 January at 06:00"),
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("*/15 8-18 * * 1-5", "every 15 minutes from 08:00 to 18:00 on weekdays"),
        ("0 * * * 1-5", "every hour on weekdays"),
        ("15 * * * *", "every hour at minute 15"),
        ("0 */2 * * *", "every 2 hours"),
        ("@every 10s", "every 10 seconds"),
        ("@every 90m", "every 90 minutes"),
        ("@daily", "every day at 00:00"),
    ],
)
def test_a_cron_is_said_in_words_that_mean_it(cron: str, words: str) -> None:
    parsed = parse_cron(cron, "UTC")
    assert say_schedule(parsed) == words
    again = parse_cron(read_words(words).cron, "UTC")
    assert (again.spec, again.every_s) == (parsed.spec, parsed.every_s)


@pytest.mark.parametrize(("cron", "days"), [("0 0 * * *", ""), ("0 0 * * 1-5", "every weekday "), ("0 6 * * 1", None)])
def test_what_waits_is_said_in_words_that_mean_it(cron: str, days: str | None) -> None:
    words = say_schedule(parse_cron(cron, "UTC"), CLOSED, "09:30")
    assert read_words(words) == Spoken(cron, None, CLOSED, "09:30")
    if days is not None:
        assert words == f"{days}as soon as yesterday is closed, at the latest 09:30"


@pytest.mark.parametrize("cron", ["0 0 13 * 5", "5 4 1-7 * *", "*/7 * * * *", "0 6 1,15 */2 *", "*/10 * * * * *"])
def test_what_has_no_words_of_ours_is_described(cron: str) -> None:
    assert len(say_schedule(parse_cron(cron, "UTC"))) > 10
    assert "13th of the month or every Friday" in say_schedule(parse_cron("0 0 13 * 5", "UTC"))


@pytest.mark.parametrize(
    ("text", "is_cron"),
    [
        ("0 8 * * 1", True),
        ("*/5 * * * *", True),
        ("0 8 * *", True),
        ("@daily", True),
        ("1st of the month 06:00", False),
    ],
)
def test_cron_and_words_are_told_apart(text: str, is_cron: bool) -> None:
    assert looks_like_cron(text) == is_cron


def test_a_preview_says_cron_words_and_the_next_five_times() -> None:
    shown = preview_schedule("every Monday 08:00 Europe/Berlin", "UTC", NOW)
    assert (shown.cron, shown.when, shown.tz) == ("0 8 * * 1", "every Monday at 08:00", "Europe/Berlin")
    assert [f"{at:%m-%d %H:%M}" for at in shown.next] == [
        *("11-30 07:00", "12-07 07:00", "12-14 07:00", "12-21 07:00", "12-28 07:00")
    ]
    assert shown.note is None


def test_a_preview_says_how_the_clock_changes_meanwhile() -> None:
    before = datetime(2026, 3, 26, 9, tzinfo=UTC)
    daily = preview_schedule("daily at 08:00", "Europe/Helsinki", before)
    assert daily.note == "From 29 March on Europe/Helsinki is UTC+3 instead of UTC+2; the time of day stays."
    skipped = preview_schedule("30 3 * * *", "Europe/Helsinki", before)
    assert skipped.note is not None
    assert skipped.note.endswith("the time of day stays. On 29 March there is no 03:30: it runs at 04:00.")
    hourly = preview_schedule("every 6 hours", "America/New_York", datetime(2026, 11, 1, 3, tzinfo=UTC))
    assert hourly.note == "From 1 November on America/New_York is UTC−5 instead of UTC−4."


@pytest.mark.parametrize(
    ("when", "tz", "field"),
    [("61 * * * *", "UTC", "when"), ("every blue moon", "UTC", "when"), ("daily at 8", "Europe/Berlino", "tz")],
)
def test_a_preview_refuses_with_the_field(when: str, tz: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        preview_schedule(when, tz, NOW)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 0 31 4 1", "At 00:00 on the 31st day of month or on Monday in April"),
        ("0 8 1-7 * 1", "At 08:00 on every day of month from 1 through 7 or on Monday"),
        ("0 8 */2 * 1", "At 08:00 on every second day of month if it's on Monday"),
    ],
)
def test_two_fields_for_the_day_are_said_as_what_they_mean(cron: str, words: str) -> None:
    assert say_schedule(parse_cron(cron, "UTC")) == words
