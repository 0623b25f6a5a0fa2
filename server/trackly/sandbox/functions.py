"""Which calls a report may have: known names, and results that do not grow without end. Pure."""

from sqlglot import exp

from trackly.sandbox.vocabulary import ALLOWED, SERIES

MAX_GROWTH = 1_000
MAX_SERIES = 100_000
_GROWING = {"repeat": 1, "lpad": 1, "rpad": 1}
"""Functions whose result is as long as an argument says, and which one."""


def complaint(call: exp.Anonymous, *, bounded_series: bool) -> str | None:
    """Why a report may not have this call; None when it may.

    `bounded_series`: generate_series is bounded by who runs it; else its bounds have to be seen."""
    name = call.this
    if not isinstance(name, str):
        return "expected a function by its name without quotes"
    if name.lower() not in ALLOWED:
        return f"the function {name.lower()} is not known to reports"
    return _about_growth(name.lower(), call.expressions) or (
        None if bounded_series or name.lower() != SERIES else _about_series(call.expressions)
    )


def _about_growth(name: str, arguments: list[exp.Expr]) -> str | None:
    place = _GROWING.get(name)
    if place is None or len(arguments) <= place:
        return None
    length = _whole_number(arguments[place])
    return (
        None if length is not None and length <= MAX_GROWTH else f"expected a number up to {MAX_GROWTH:,} in {name}()"
    )


def _about_series(arguments: list[exp.Expr]) -> str | None:
    first, last = (_whole_number(argument) for argument in [*arguments, None, None][:2])
    if first is None or last is None or len(arguments) != 2 or abs(last - first) > MAX_SERIES:
        return f"expected two numbers in {SERIES}(), at most {MAX_SERIES:,} apart"
    return None


def _whole_number(node: exp.Expr | None) -> int | None:
    sign = -1 if isinstance(node, exp.Neg) else 1
    plain = node.this if isinstance(node, exp.Neg) else node
    if isinstance(plain, exp.Literal) and not plain.is_string and plain.this.isdigit():
        return sign * int(plain.this)
    return None
