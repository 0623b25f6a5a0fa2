"""The values of parameters, as parts of the tree: a text with a type, never a piece of SQL. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from trackly.kit.errors import InvalidInput
from trackly.kit.schema import ensure_storable
from trackly.sandbox.checked import CheckedSql, ParameterType

if TYPE_CHECKING:
    from sqlglot import exp

_TEXT_MAX = 10_000
_BIGINT, _INTEGER = 2**63, 2**31
_NUMBER_DIGITS = 40


def with_values(checked: CheckedSql, values: Mapping[str, Any]) -> str:
    """The SELECT with every parameter filled in. `values` by name; None is NULL, a missing one too.

    Raises InvalidInput on the name of a parameter whose value is not of its type."""
    from sqlglot import exp

    from trackly.sandbox.dialect import text_of

    literals = {name: _literal(name, kind, values.get(name)) for name, kind in checked.parameters.items()}
    tree = checked.tree.copy()
    for node in list(tree.find_all(exp.Placeholder)):
        node.replace(literals[node.name].copy())
    return text_of(tree)


def _literal(name: str, kind: ParameterType, value: Any) -> "exp.Cast":
    from sqlglot import exp

    read, column_type = _KINDS[kind]
    try:
        text = None if value is None else read(value)
    except (ValueError, TypeError, InvalidOperation):
        raise InvalidInput.of(name, f"must be {_IN_WORDS[kind]}") from None
    if kind is ParameterType.INTEGER and abs(int(text or 0)) < _INTEGER:
        column_type = "INT"  # a day minus a number of days is for these alone
    inner = exp.Null() if text is None else exp.Literal.string(text)
    return exp.Cast(this=inner, to=exp.DataType(this=exp.DType[column_type], nested=False))


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_MAX:
        raise ValueError
    return ensure_storable(value)


def _whole_number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 20:
        raise ValueError
    number = int(value)
    if not -_BIGINT <= number < _BIGINT:
        raise ValueError
    return str(number)


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError
    number = Decimal(str(value))
    exponent = number.as_tuple().exponent
    if (
        not isinstance(exponent, int)
        or abs(exponent) > _NUMBER_DIGITS
        or len(number.as_tuple().digits) > _NUMBER_DIGITS
    ):
        raise ValueError
    return f"{number:f}"


def _boolean(value: Any) -> str:
    words = {True: "true", False: "false", "true": "true", "false": "false"}
    if not isinstance(value, bool | str) or value not in words:
        raise ValueError
    return words[value]


def _day(value: Any) -> str:
    if isinstance(value, datetime):
        raise TypeError
    return (value if isinstance(value, date) else date.fromisoformat(value)).isoformat()


_KINDS: dict[ParameterType, tuple[Callable[[Any], str], str]] = {
    ParameterType.TEXT: (_text, "TEXT"),
    ParameterType.INTEGER: (_whole_number, "BIGINT"),
    ParameterType.NUMBER: (_number, "DECIMAL"),
    ParameterType.BOOLEAN: (_boolean, "BOOLEAN"),
    ParameterType.DATE: (_day, "DATE"),
    ParameterType.PROJECT: (_text, "TEXT"),
    ParameterType.LABEL: (_text, "TEXT"),
    ParameterType.PERSON: (_whole_number, "BIGINT"),
}
_IN_WORDS = {
    ParameterType.TEXT: f"a text of at most {_TEXT_MAX:,} characters",
    ParameterType.INTEGER: "a whole number",
    ParameterType.NUMBER: "a number",
    ParameterType.BOOLEAN: "true or false",
    ParameterType.DATE: "a day as 2026-11-26",
    ParameterType.PROJECT: "the key of a project",
    ParameterType.LABEL: "the name of a label",
    ParameterType.PERSON: "the number of a person",
}
