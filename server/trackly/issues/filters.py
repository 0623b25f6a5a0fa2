"""Conditions of the query language as SQL, over rows of `issue`. The reader's rights are added by who selects."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, exists, func, literal, not_, or_
from sqlalchemy.dialects.postgresql import TSQUERY

from trackly.issues.language import And, Node, Not, Or, Phrase, Term, Word
from trackly.issues.queries import ISSUE, LABEL, WATCHER, people_named, projects_keyed
from trackly.issues.terms import (
    AnyOf,
    Condition,
    Flag,
    InProjects,
    Labelled,
    OneOf,
    PersonIs,
    Ranked,
    Reading,
    Unset,
    Within,
    meaning_of,
)
from trackly.issues.words import phrase_query, word_query

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]{1,9}-[1-9][0-9]{0,8}")
_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    ">=": lambda column, value: column >= value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    "<": lambda column, value: column < value,
}


def where(node: Node, reading: Reading) -> ColumnElement[bool] | None:
    """The condition of a tree; None when it asks for nothing (punctuation alone). InvalidQuery for unknown terms.

    As in any WHERE, unknown counts as no: what has no due date is not due, and `-due<…` finds it."""
    match node:
        case Word() | Phrase():
            return text_condition(node)
        case Term():
            return term_condition(node, reading)
        case Not(part):
            inner = where(part, reading)
            return None if inner is None else not_(func.coalesce(inner, False))
        case And(parts):
            return _joined(and_, _all(parts, reading))
        case Or(parts):
            return _joined(or_, (where(part, reading) for part in parts))


def _all(parts: Iterable[Node], reading: Reading) -> Iterable[ColumnElement[bool] | None]:
    """The parts, with all plain words as one search of the index."""
    asked: list[str] = []
    for part in parts:
        if isinstance(part, Phrase) or (isinstance(part, Word) and not _KEY.fullmatch(part.text)):
            query = _query(part)
            if query is not None:
                asked.append(query)
        else:
            yield where(part, reading)
    if asked:
        yield _matches(" & ".join(asked))


def _joined(
    join: Callable[..., ColumnElement[bool]], parts: Iterable[ColumnElement[bool] | None]
) -> ColumnElement[bool] | None:
    found = [part for part in parts if part is not None]
    return join(*found) if found else None


def _query(node: Word | Phrase) -> str | None:
    return word_query(node.text) if isinstance(node, Word) else phrase_query(node.text)


def term_condition(term: Term, reading: Reading) -> ColumnElement[bool]:
    """What one term asks of a row of `issue`. InvalidQuery."""
    return sql_of(meaning_of(term, reading), reading)


def text_condition(node: Word | Phrase) -> ColumnElement[bool] | None:
    """Words in title, description and comments; None when there is nothing to look for."""
    query = _query(node)
    if query is None:
        return None
    if isinstance(node, Word) and _KEY.fullmatch(node.text):
        return or_(ISSUE.c.key == node.text.upper(), _matches(query))
    return _matches(query)


def _matches(query: str) -> ColumnElement[bool]:
    return ISSUE.c.search.op("@@", is_comparison=True)(cast(literal(query), TSQUERY))


def sql_of(condition: Condition, reading: Reading) -> ColumnElement[bool]:
    """One condition as SQL."""
    if isinstance(condition, Flag):
        return _flag(condition.name, reading)
    if isinstance(condition, AnyOf):
        return or_(*(sql_of(part, reading) for part in condition.conditions))
    return _plain_condition(condition)


def _plain_condition(
    condition: OneOf | Ranked | PersonIs | Labelled | InProjects | Within | Unset,
) -> ColumnElement[bool]:
    match condition:
        case PersonIs():
            return _person(condition)
        case Labelled():
            return _labelled(condition)
        case Within():
            return _within(condition)
        case InProjects(keys):
            return ISSUE.c.project_id.in_(projects_keyed(keys))
        case _:
            return _column_condition(condition)


def _column_condition(condition: OneOf | Ranked | Unset) -> ColumnElement[bool]:
    column = ISSUE.c[condition.column]
    match condition:
        case OneOf(_, values):
            return column.in_(values) if len(values) > 1 else column == values[0]
        case Ranked(_, op, rank):
            return _COMPARE[op](column, rank)
        case Unset():
            return column.is_(None)


def _person(condition: PersonIs) -> ColumnElement[bool]:
    column = ISSUE.c[condition.column]
    ways: list[ColumnElement[bool]] = []
    if condition.ids:
        ways.append(column.in_(condition.ids))
    if condition.names:
        ways.append(column.in_(people_named(condition.names)))
    if condition.nobody:
        ways.append(column.is_(None))
    return or_(*ways)


def _labelled(condition: Labelled) -> ColumnElement[bool]:
    held = LABEL.c.issue_id == ISSUE.c.id
    ways: list[ColumnElement[bool]] = []
    if condition.names:
        ways.append(exists().where(held, func.lower(LABEL.c.name).in_(condition.names)))
    if condition.none:
        ways.append(not_(exists().where(held)))
    return or_(*ways)


def _within(condition: Within) -> ColumnElement[bool]:
    column = ISSUE.c[condition.column]
    sides: list[ColumnElement[bool]] = []
    if condition.start is not None:
        sides.append(column >= condition.start)
    if condition.end is not None:
        sides.append(column < condition.end)
    return and_(*sides)


def _flag(name: str, reading: Reading) -> ColumnElement[bool]:
    match name:
        case "overdue":
            return and_(ISSUE.c.due_on < reading.today, ISSUE.c.status != "DONE")
        case "open":
            return ISSUE.c.status != "DONE"
        case "done":
            return ISSUE.c.status == "DONE"
        case "unassigned":
            return ISSUE.c.assignee_id.is_(None)
        case _:
            return exists().where(WATCHER.c.issue_id == ISSUE.c.id, WATCHER.c.user_id == reading.user_id)
