"""Two versions of a definition, as a person reads what differs."""

from typing import Any

from trackly.reports.differences import changed_fields, differences

FIRST: dict[str, Any] = {
    "name": "Triage",
    "description": "",
    "source": {"kind": "sql", "sql": "SELECT key,\n  title\nFROM issues\nLIMIT 10"},
    "formats": ["csv"],
    "schedule": {"cron": "0 8 * * *", "tz": "UTC"},
    "is_active": True,
}


def changed(**over: Any) -> dict[str, Any]:
    return {**FIRST, **over}


def test_a_first_version_changes_nothing_and_neither_does_the_same_again() -> None:
    assert differences(None, FIRST) == []
    assert differences(FIRST, changed()) == []


def test_fields_by_their_names() -> None:
    later = changed(name="Triage, daily", schedule={"cron": "0 9 * * *", "tz": "UTC"}, is_active=False)
    assert [(one.field, one.before, one.after) for one in differences(FIRST, later)] == [
        ("name", "Triage", "Triage, daily"),
        ("schedule.cron", "every day at 08:00", "every day at 09:00"),
        ("is_active", True, False),
    ]
    assert changed_fields(FIRST, later) == ["Name", "When", "Active"]


def test_sql_line_by_line() -> None:
    sql = "SELECT key,\n  title,\n  status\nFROM issues\nLIMIT 10"
    (one,) = differences(FIRST, changed(source={"kind": "sql", "sql": sql}))
    assert (one.field, one.label, one.before, one.after) == ("source.sql", "SQL", None, None)
    assert [(line.op, line.text) for line in one.lines or []] == [
        ("keep", "SELECT key,"),
        ("remove", "  title"),
        ("add", "  title,"),
        ("add", "  status"),
        ("keep", "FROM issues"),
        ("keep", "LIMIT 10"),
    ]


def test_another_kind_of_source_differs_as_a_whole() -> None:
    dataset = {"kind": "dataset", "dataset": "issues"}
    (one,) = differences(FIRST, changed(source=dataset))
    assert (one.field, one.before, one.after, one.lines) == ("source", FIRST["source"], dataset, None)


def test_a_schedule_that_comes_or_goes() -> None:
    (one,) = differences(FIRST, changed(schedule=None))
    assert (one.field, one.label, one.before, one.after) == ("schedule", "Schedule", "every day at 08:00 UTC", None)


def test_texts_of_very_many_lines_are_shown_whole() -> None:
    long = {"kind": "sql", "sql": "\n" * 2000}
    (one,) = differences(changed(source=long), changed(source={"kind": "sql", "sql": "x\n" * 2000}))
    assert one.lines is None
    assert one.before == "\n" * 2000
