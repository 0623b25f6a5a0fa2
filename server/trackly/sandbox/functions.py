"""Which calls a report may have: known names, and results that do not grow without end. Pure."""

from collections.abc import Iterator

from sqlglot import exp

from trackly.sandbox.vocabulary import ALLOWED, SERIES

MAX_GROWTH = 1_000
MAX_SERIES = 100_000
_GROWING = {"repeat": 1, "lpad": 1, "rpad": 1}
"""Functions whose result is as long as an argument says, and which one."""
_SEARCHING = frozenset({"btrim", "ltrim", "replace", "rtrim", "split_part", "string_to_array", "strpos", "translate"})
"""Functions that go through a text for each character of their second argument: for two long ones they take hours,
and nothing can end them meanwhile."""
_PAIRED = (
    *(exp.ArrayContainsAll, exp.ArrayContainedBy, exp.ArrayOverlaps),
    *(exp.JSONBContainsAllTopKeys, exp.JSONBContainsAnyTopKeys),
)
"""Operators that compare each with each, likewise."""
MAX_NEEDLE = 100
_LONGEST_WRITTEN = 1_000
_SCALARS = (exp.Literal, exp.Null, exp.Boolean, exp.Neg, exp.Placeholder)


def long_searches(tree: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    """Each call or operator whose time is that of two sizes together, where neither is seen to be small."""
    for node in tree.walk():
        if isinstance(node, _PAIRED):
            if not (_is_written(node.this) or _is_written(node.expression)):
                yield node, "expected one side to be written out, as in ARRAY['a', 'b']"
            continue
        needle = _needle(node)
        if needle is not None and not _is_short(needle):
            yield (
                needle,
                f"expected what to look for in quotes, up to {MAX_NEEDLE} characters, or left(…, {MAX_NEEDLE})",
            )


def _needle(node: exp.Expr) -> exp.Expr | None:
    if isinstance(node, exp.StrPosition):
        return node.args.get("substr")
    if isinstance(node, exp.Trim):
        return node.args.get("expression")
    if isinstance(node, exp.Anonymous) and isinstance(node.this, str):
        return node.expressions[1] if node.this.lower() in _SEARCHING and len(node.expressions) > 1 else None
    return None


def _plain(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def _is_short(needle: exp.Expr) -> bool:
    plain = _plain(needle)
    if isinstance(plain, exp.Literal):
        return len(plain.this) <= MAX_NEEDLE
    if isinstance(plain, exp.Anonymous) and str(plain.this).lower() == "left" and len(plain.expressions) == 2:
        length = _whole_number(plain.expressions[1])
        return length is not None and 0 <= length <= MAX_NEEDLE
    return isinstance(plain, exp.Null) or (isinstance(plain, exp.Anonymous) and str(plain.this).lower() == "chr")


def _is_written(side: exp.Expr) -> bool:
    plain = _plain(side)
    if isinstance(plain, exp.Array):
        return len(plain.expressions) <= MAX_NEEDLE and all(
            isinstance(_plain(one), _SCALARS) for one in plain.expressions
        )
    return isinstance(plain, exp.Literal | exp.Null) and len(plain.name) <= _LONGEST_WRITTEN


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
