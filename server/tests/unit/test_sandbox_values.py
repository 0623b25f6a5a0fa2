"""A value stays a value: a text with a type, wherever it is put."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from trackly.kit.errors import InvalidInput
from trackly.sandbox.facade import ParameterType, check_sql, with_values
from trackly.sandbox.roles import Roles, scram_verifier, setup_for

T = ParameterType


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (T.TEXT, "it's", "CAST('it''s' AS TEXT)"),
        (T.TEXT, "'); DROP TABLE issue; --", "CAST('''); DROP TABLE issue; --' AS TEXT)"),
        (T.TEXT, "\\'", "CAST('\\''' AS TEXT)"),
        (T.TEXT, ":value $1 %s {0}", "CAST(':value $1 %s {0}' AS TEXT)"),
        (T.TEXT, None, "CAST(NULL AS TEXT)"),
        (T.INTEGER, 7, "CAST('7' AS INT)"),
        (T.INTEGER, "-7", "CAST('-7' AS INT)"),
        (T.INTEGER, 2**40, "CAST('1099511627776' AS BIGINT)"),
        (T.INTEGER, None, "CAST(NULL AS INT)"),
        (T.NUMBER, 1.5, "CAST('1.5' AS DECIMAL)"),
        (T.NUMBER, Decimal("1e3"), "CAST('1000' AS DECIMAL)"),
        (T.BOOLEAN, True, "CAST('true' AS BOOLEAN)"),
        (T.BOOLEAN, "false", "CAST('false' AS BOOLEAN)"),
        (T.DATE, date(2026, 11, 26), "CAST('2026-11-26' AS DATE)"),
        (T.DATE, "2026-11-26", "CAST('2026-11-26' AS DATE)"),
        (T.PROJECT, "TRK", "CAST('TRK' AS TEXT)"),
        (T.LABEL, "bug", "CAST('bug' AS TEXT)"),
        (T.PERSON, 12, "CAST('12' AS BIGINT)"),
    ],
)
def test_a_value_is_written_with_its_type(kind: ParameterType, value: Any, written: str) -> None:
    checked = check_sql("SELECT :value, key FROM issues WHERE title <> ':value'", {"value": kind})
    expected = f'SELECT {written}, "key" FROM "reporting"."issues" WHERE "title" <> \':value\''
    assert with_values(checked, {"value": value}) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (T.TEXT, 7),
        (T.TEXT, "a\x00b"),
        (T.TEXT, "\ud800"),
        (T.TEXT, "x" * 10_001),
        (T.INTEGER, 1.5),
        (T.INTEGER, True),
        (T.INTEGER, "seven"),
        (T.INTEGER, 2**63),
        (T.INTEGER, "9" * 5_000),
        (T.NUMBER, "NaN"),
        (T.NUMBER, "Infinity"),
        (T.NUMBER, "1e999999"),
        (T.NUMBER, True),
        (T.BOOLEAN, 1),
        (T.BOOLEAN, "yes"),
        (T.DATE, "26.11.2026"),
        (T.DATE, "infinity"),
        (T.DATE, datetime(2026, 11, 26)),  # noqa: DTZ001 - no day
        (T.DATE, 7),
        (T.PERSON, "me"),
    ],
)
def test_what_is_not_of_the_type_is_refused_by_name(kind: ParameterType, value: Any) -> None:
    checked = check_sql("SELECT :value", {"value": kind})
    with pytest.raises(InvalidInput) as refused:
        with_values(checked, {"value": value})
    assert [error.field for error in refused.value.errors] == ["value"]


def test_a_tree_with_values_leaves_the_checked_one_as_it_was() -> None:
    checked = check_sql("SELECT :value", {"value": T.TEXT})
    assert with_values(checked, {"value": "a"}) != with_values(checked, {"value": "b"})
    assert checked.text == "SELECT :value"


def test_the_verifier_of_a_password_does_not_tell_it() -> None:
    """The keys are those of RFC 7677, whose example has another salt; a login by it is in test_sandbox_foreign."""
    verifier = scram_verifier("pencil")
    assert verifier == scram_verifier("pencil") != scram_verifier("pen")
    assert verifier.startswith("SCRAM-SHA-256$4096:") and "pencil" not in verifier


def test_the_script_names_its_own_database_and_keeps_the_password() -> None:
    one, other = Roles("trackly", 16384, 'o"dd'), Roles("trackly", 16385, "trackly")
    script = setup_for(one, "a-secret").script
    assert '"o""dd"' in script and "trackly_report_16384" in script
    assert "a-secret" not in script and "16385" not in script
    prints = {setup_for(roles, word).fingerprint for roles in (one, other) for word in ("a-secret", "another")}
    assert len(prints) == 4
    assert setup_for(one, "a-secret").fingerprint in script
