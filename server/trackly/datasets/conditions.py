"""A filter as SQL over the rows of a dataset: its own words, and the language of issues where rows belong to issues."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, and_, func, literal, not_, or_

from trackly.datasets.catalog import filter_words
from trackly.datasets.dataset import Dataset, Expression, Field, Rows
from trackly.exports.facade import ColumnType
from trackly.issues.facade import (
    And,
    Node,
    Not,
    Or,
    Phrase,
    Reading,
    Term,
    Unset,
    Value,
    Within,
    Word,
    date_meaning,
    mistake,
    nearest,
    people_named,
    person_meaning,
    term_condition,
    text_condition,
    time_meaning,
)

Condition = ColumnElement[bool]
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
_COMPARE: dict[str, Callable[[Any, Any], Condition]] = {
    ":": lambda column, value: column == value,
    ">=": lambda column, value: column >= value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    "<": lambda column, value: column < value,
}


def condition_of(node: Node, dataset: Dataset, rows: Rows, reading: Reading) -> Condition | None:
    """What a tree of known terms asks of the rows; None when it asks for nothing. InvalidQuery with the place."""
    match node:
        case Word() | Phrase():
            return text_condition(node) if dataset.about_issues else _text_anywhere(node, dataset, rows)
        case Term():
            return _term(node, dataset, rows, reading)
        case Not(part):
            inner = condition_of(part, dataset, rows, reading)
            return None if inner is None else not_(func.coalesce(inner, False))
        case And(parts):
            return _joined(and_, (condition_of(part, dataset, rows, reading) for part in parts))
        case Or(parts):
            return _joined(or_, (condition_of(part, dataset, rows, reading) for part in parts))


def ensure_known(node: Node, dataset: Dataset) -> None:
    """InvalidQuery at the first term about something that the dataset doesn't know."""
    match node:
        case Term(field, op, _, at):
            known = filter_words(dataset)
            if field not in known:
                expected = f"one of {', '.join(known)}, or quotes around text that holds a {op}"
                raise mistake(f"There is no field {field!r}", at, expected, nearest(field, known))
        case Not(part):
            ensure_known(part, dataset)
        case And(parts) | Or(parts):
            for part in parts:
                ensure_known(part, dataset)


def _joined(join: Callable[..., Condition], parts: Iterable[Condition | None]) -> Condition | None:
    found = [part for part in parts if part is not None]
    return join(*found) if found else None


def _term(term: Term, dataset: Dataset, rows: Rows, reading: Reading) -> Condition:
    own = next((one for one in dataset.fields if one.word == term.field and not one.asked_of_issue), None)
    return term_condition(term, reading) if own is None else _own_term(own, term, rows, reading)


def _own_term(field: Field, term: Term, rows: Rows, reading: Reading) -> Condition:
    column = rows.columns[field.name]
    match field.type:
        case ColumnType.DATE:
            return or_(*(_sides(column, one) for one in date_meaning(field.name, term, reading)))
        case ColumnType.TIMESTAMP:
            return _time(column, field, term, reading)
        case ColumnType.INTEGER | ColumnType.DECIMAL | ColumnType.FLOAT:
            return or_(*(_number(column, term, value) for value in term.values))
    if term.op != ":":
        raise mistake(f"{term.field} can't be compared with {term.op}", term.at, f"{term.field}:value")
    if field.name in rows.ids:
        return _person(rows.ids[field.name], term, reading)
    one = _truth if field.type is ColumnType.BOOLEAN else _text
    return or_(*(one(column, field, value) for value in term.values))


def _time(column: Expression, field: Field, term: Term, reading: Reading) -> Condition:
    if term.op == ":" and any(_is_none(value) for value in term.values):
        others = tuple(value for value in term.values if not _is_none(value))
        rest = Term(term.field, term.op, others, term.at)
        return or_(column.is_(None), *([_time(column, field, rest, reading)] if others else []))
    meant = time_meaning(field.name, term, reading)
    several = [meant] if isinstance(meant, Within) else meant.conditions
    return or_(*(_sides(column, one) for one in several if isinstance(one, Within)))


def _sides(column: Expression, meant: Unset | Within) -> Condition:
    if isinstance(meant, Unset):
        return column.is_(None)
    sides = [] if meant.start is None else [column >= meant.start]
    return and_(*sides, *([] if meant.end is None else [column < meant.end]))


def _is_none(value: Value) -> bool:
    return not value.quoted and value.text.lower() == "none"


def _number(column: Expression, term: Term, value: Value) -> Condition:
    if term.op == ":" and _is_none(value):
        return column.is_(None)
    if not _NUMBER.fullmatch(value.text):
        raise mistake(f"{value.text!r} is not a number", value.at, "a number such as 7 or 2.5")
    return _COMPARE[term.op](column, literal(Decimal(value.text), Numeric()))


def _truth(column: Expression, field: Field, value: Value) -> Condition:
    found = _TRUTH.get(value.text.lower())
    if found is None:
        raise mistake(f"{value.text!r} is neither yes nor no", value.at, f"{field.word}:yes or {field.word}:no")
    return column.is_(found)


def _text(column: Expression, field: Field, value: Value) -> Condition:
    if _is_none(value):
        return column.is_(None)
    if field.words:
        return column == _one_of(field.words, value)
    if "*" in value.text and not value.quoted:
        return column.ilike(_pattern(value.text), escape="/")
    return func.lower(column) == func.lower(literal(value.text))


def _one_of(words: tuple[str, ...], value: Value) -> str:
    plain = {word.lower().replace(" ", "_"): str(word) for word in words}
    wanted = value.text.lower().replace("-", "_").replace(" ", "_")
    if wanted not in plain:
        known = tuple(plain)
        expected = f"one of {', '.join(known)}"
        raise mistake(f"{value.text!r} is not known here", value.at, expected, nearest(value.text, known))
    return plain[wanted]


def _pattern(text: str) -> str:
    """`*` is anything; everything else is itself."""
    plain = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return plain.replace("*", "%")


def _person(column: Expression, term: Term, reading: Reading) -> Condition:
    meant = person_meaning(term, reading)
    ways: list[Condition] = [column.is_(None)] if meant.nobody else []
    if meant.ids:
        ways.append(column.in_(meant.ids))
    if meant.names:
        ways.append(column.in_(people_named(meant.names)))
    return or_(*ways)


def _text_anywhere(node: Word | Phrase, dataset: Dataset, rows: Rows) -> Condition:
    texts = [one.name for one in dataset.shown if one.type is ColumnType.TEXT]
    if not texts:
        raise mistake("There is no text to search here", node.at, "field:value")
    return or_(*(rows.columns[name].icontains(node.text, autoescape=True) for name in texts))
