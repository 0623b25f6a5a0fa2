"""Parameters inside a filter: their values go into the tree that was parsed, never into the text. Pure.

So a value is one value at its place, whatever it holds: quotes, commas, brackets, `OR`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from trackly.issues.facade import And, Node, Not, Or, Phrase, Term, Value, Word, mistake, nearest

Scalar = str | int | float | bool | date | datetime | None
Given = Scalar | Sequence[Scalar]

_OF_VALUE = re.compile(r"[$:]([a-z][a-z0-9_]{0,39})")
_OF_WORD = re.compile(r"\$([a-z][a-z0-9_]{0,39})")
_NOTHING = And(())


def with_values(node: Node, values: Mapping[str, Given]) -> Node:
    """The tree with each `$name` (or `:name` behind a comparison) replaced by what `values` holds under that name.

    None, and no values: the term is left out, as if it had not been written. InvalidQuery for an unknown name."""
    match node:
        case Word(text, at):
            return _word(node, text, at, values)
        case Term():
            return _term(node, values)
        case Not(part):
            return Not(with_values(part, values))
        case And(parts):
            return And(tuple(with_values(part, values) for part in parts))
        case Or(parts):
            return Or(tuple(with_values(part, values) for part in parts))
        case _:
            return node


def parameters_of(node: Node) -> set[str]:
    """The names of the parameters that a tree asks for."""
    match node:
        case Word(text):
            return _names(_OF_WORD, [text])
        case Term():
            return _names(_OF_VALUE, [value.text for value in node.values if not value.quoted])
        case Not(part):
            return parameters_of(part)
        case And(parts) | Or(parts):
            return set().union(*(parameters_of(part) for part in parts))
        case _:
            return set()


def _names(pattern: re.Pattern[str], texts: list[str]) -> set[str]:
    return {found[1] for text in texts if (found := pattern.fullmatch(text))}


def _word(word: Word, text: str, at: int, values: Mapping[str, Given]) -> Node:
    found = _OF_WORD.fullmatch(text)
    if found is None:
        return word
    return And(tuple(Phrase(spelled, at) for spelled in _spelled(found[1], at, values)))


def _term(term: Term, values: Mapping[str, Given]) -> Node:
    found: list[Value] = []
    for value in term.values:
        name = None if value.quoted else _OF_VALUE.fullmatch(value.text)
        if name is None:
            found.append(value)
        else:
            found += [Value(spelled, value.at) for spelled in _spelled(name[1], value.at, values)]
    if not found:
        return _NOTHING
    if term.op != ":" and len(found) > 1:
        raise mistake("A comparison takes one value", found[1].at, "a parameter with one value")
    return replace(term, values=tuple(found))


def _spelled(name: str, at: int, values: Mapping[str, Given]) -> list[str]:
    """The values of a parameter, as they would be written."""
    if name not in values:
        known = ", ".join(f"${one}" for one in values) or "a report with parameters"
        raise mistake(f"There is no parameter ${name}", at, known, nearest(name, tuple(values)))
    given = values[name]
    several = given if isinstance(given, Sequence) and not isinstance(given, str) else (given,)
    return [_text(value) for value in several if value is not None and value != ""]


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else str(value)
