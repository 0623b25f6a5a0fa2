"""When a figure warns."""

import pytest

from trackly.jobs.rules import level_of, worst
from trackly.jobs.schemas import Level


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
        ("cpu", 79.9, Level.OK),
        ("cpu", 80, Level.WARN),
        ("cpu", 95, Level.CRITICAL),
        ("disk", 84.99, Level.OK),
        ("oldest_transaction", 61, Level.WARN),
        ("oldest_transaction", 3600, Level.CRITICAL),
        ("database_size", 1e15, Level.OK),
    ],
)
def test_a_value_has_the_level_that_it_reached(name: str, value: float, level: Level) -> None:
    assert level_of(name, value) is level


def test_the_whole_is_as_bad_as_its_worst_part() -> None:
    assert worst([Level.WARN, Level.CRITICAL, Level.OK]) is Level.CRITICAL
    assert worst([]) is Level.OK
