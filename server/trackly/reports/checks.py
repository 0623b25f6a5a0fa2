"""Whether a report's rows are fit to be sent: what is measured in their snapshot, and what it means. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trackly.exports.facade import Figure
from trackly.reports.parts import Check, FreshnessCheck, NullsCheck, RowCountCheck

_UNITS_S = {"m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_WORDS = (("d", 24 * 3600), ("h", 3600), ("min", 60))


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one check ended. `stops`: it failed, and nothing may be sent. `text` has the figures."""

    kind: str
    ok: bool
    stops: bool
    text: str


def span_s(text: str) -> int:
    """Seconds of a span such as 36h."""
    return int(text[:-1]) * _UNITS_S[text[-1]]


def measures(checks: Sequence[Check], select: str) -> tuple[Figure, ...]:
    """What is to be measured on the rows of `select`, labelled by the place of its check: for each check but those of
    the row count, which is known anyway. Freshness in seconds, nulls as a share of the rows."""
    return tuple(
        Figure(str(index), _measure(check, select))
        for index, check in enumerate(checks)
        if not isinstance(check, RowCountCheck)
    )


def judge(checks: Sequence[Check], rows: int, measured: Mapping[str, str | None]) -> list[Verdict]:
    """A verdict for each check, in their order. No rows: nothing is missing, and nothing is fresh."""
    return [_verdict(check, rows, measured.get(str(index))) for index, check in enumerate(checks)]


def _measure(check: FreshnessCheck | NullsCheck, select: str) -> str:
    column = '"' + check.column.replace('"', '""') + '"'
    if isinstance(check, FreshnessCheck):
        return f"SELECT extract(epoch FROM now() - max({column})::timestamptz) FROM ({select}) checked"  # noqa: S608
    empty = f"count(*) FILTER (WHERE {column} IS NULL)"
    return f"SELECT {empty}::float8 / nullif(count(*), 0) FROM ({select}) checked"  # noqa: S608


def _verdict(check: Check, rows: int, measured: str | None) -> Verdict:
    if isinstance(check, RowCountCheck):
        ok, text = _row_count(check, rows)
    elif isinstance(check, FreshnessCheck):
        ok, text = _freshness(check, None if measured is None else float(measured))
    else:
        ok, text = _nulls(check, None if measured is None else float(measured))
    return Verdict(check.kind, ok, not ok and check.on_fail == "stop", text)


def _row_count(check: RowCountCheck, rows: int) -> tuple[bool, str]:
    found = f"{rows:,} {'row' if rows == 1 else 'rows'}"
    if check.min is not None and rows < check.min:
        return False, f"{found}, and at least {check.min:,} are expected"
    if check.max is not None and rows > check.max:
        return False, f"{found}, and at most {check.max:,} are expected"
    return True, found


def _freshness(check: FreshnessCheck, age_s: float | None) -> tuple[bool, str]:
    if age_s is None:
        return False, f"{check.column} has no value at all, and one of the last {check.max_age} is expected"
    found = f"the newest {check.column} is {_age(age_s)} old"
    if age_s > span_s(check.max_age):
        return False, f"{found}, and at most {check.max_age} is expected"
    return True, found


def _nulls(check: NullsCheck, share: float | None) -> tuple[bool, str]:
    if share is None:
        return True, f"no rows, so none without {check.column}"
    found = f"{share:.1%} of the rows have no {check.column}"
    if share > check.max_share:
        return False, f"{found}, and at most {check.max_share:.1%} is expected"
    return True, found


def _age(age_s: float) -> str:
    for unit, length_s in _WORDS:
        if age_s >= length_s:
            return f"{age_s / length_s:.1f} {unit}"
    return f"{max(age_s, 0):.0f} s"
