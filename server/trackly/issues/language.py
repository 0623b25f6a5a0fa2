"""The query language: text to a tree, with the place of every mistake. Pure.

query   = any ("sort:" may stand anywhere at the top)
any     = all ("OR" all)*
all     = part (("AND")? part)*
part    = "-" part | "(" any ")" | term | "phrase" | word
term    = field (":" | "=" | ">=" | "<=" | ">" | "<") value ("," value)*
value   = "quoted" | run of characters without space , ( ) "
"""

import re
from dataclasses import dataclass

from trackly.issues.errors import InvalidQuery
from trackly.kit.errors import FieldError

QUERY_MAX = 2_000
_DEPTH_MAX = 20
_PARTS_MAX = 100

_SPACE = re.compile(r"\s*")
_OPERATOR = r"(:(?![:/]|$|\s)|:(?=$|\s)|>=|<=|[=<>])"
_FIELD = re.compile(rf"([A-Za-z_]+){_OPERATOR}")
_NUMBERED_FIELD = re.compile(rf"([A-Za-z_][A-Za-z0-9_]*){_OPERATOR}")
_WORD = re.compile(r'[^\s()"]+')
_VALUE = re.compile(r'[^\s,()"]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_JOIN = re.compile(r"(OR|AND)(?=[\s(]|$)")


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Value:
    text: str
    at: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    field: str
    op: str
    values: tuple[Value, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]


Node = Word | Phrase | Term | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for (an empty And: everything) and in which order, if the text says so."""

    where: Node
    sort: Value | None


def mistake(message: str, at: int, expected: str, suggestion: str | None = None) -> InvalidQuery:
    """The refusal of a query at a place of the text; `at` counts characters from 0."""
    hint = f'; did you mean "{suggestion}"?' if suggestion else ""
    text = f"{message} at character {at + 1}: expected {expected}{hint}"
    members: dict[str, object] = {"position": at, "expected": expected}
    if suggestion:
        members["suggestion"] = suggestion
    return InvalidQuery(text, fields=members, errors=[FieldError("q", text)])


def parse_query(text: str, *, numbered_fields: bool = False) -> Query:
    """The tree of `text`. InvalidQuery at the first mistake in form; the meaning of terms is checked in `terms.py`.

    `numbered_fields`: a field may have digits in its name; without, `utf8:x` is a word."""
    if len(text) > QUERY_MAX:
        raise mistake("The query is too long", QUERY_MAX, f"at most {QUERY_MAX} characters")
    return _Parser(text, _NUMBERED_FIELD if numbered_fields else _FIELD).query()


class _Parser:
    def __init__(self, text: str, field: re.Pattern[str]) -> None:
        self.text = text
        self.field = field
        self.at = 0
        self.depth = 0
        self.parts = 0
        self.sort: Value | None = None

    def query(self) -> Query:
        self._skip_space()
        if self._ended():
            return Query(And(()), None)
        where = self._any(top=True)
        if not self._ended():
            raise mistake("There is a ) without its (", self.at, "the end of the query or another term")
        return Query(where, self.sort)

    def _ended(self) -> bool:
        return self.at >= len(self.text)

    def _skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _join(self) -> str | None:
        found = _JOIN.match(self.text, self.at)
        return found[1] if found else None

    def _any(self, *, top: bool) -> Node:
        branches = [self._all(top=top)]
        while self._join() == "OR":
            at = self.at
            self._step(2)
            branches.append(self._all(top=top))
            if And(()) in branches[-2:]:
                raise mistake("There is nothing to choose from", at, "a term on each side of OR")
        return branches[0] if len(branches) == 1 else Or(tuple(branches))

    def _all(self, *, top: bool) -> Node:
        parts: list[Node] = []
        wanting = True
        while not self._ended() and self.text[self.at] != ")":
            joined = self._join()
            if joined == "OR" or (joined and wanting):
                break
            if joined:
                self._step(3)
                wanting = True
                continue
            part = self._part(top=top)
            wanting = False
            if part is not None:
                parts.append(part)
            self._skip_space()
        if wanting:
            raise mistake("Something is missing", self.at, 'a word, a "phrase", field:value or (')
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _step(self, characters: int) -> None:
        self.at += characters
        self._skip_space()

    def _part(self, *, top: bool) -> Node | None:
        self.parts += 1
        if self.parts > _PARTS_MAX:
            raise mistake("The query has too many parts", self.at, f"at most {_PARTS_MAX} words and terms")
        char = self.text[self.at]
        if char == "-":
            return self._negated()
        if char == "(":
            return self._group()
        if char == '"':
            at = self.at
            return Phrase(self._quoted(), at)
        found = self.field.match(self.text, self.at)
        if found:
            return self._term(found, top=top)
        return self._word()

    def _negated(self) -> Node:
        at = self.at
        self.at += 1
        if self._ended() or self.text[self.at].isspace() or self.text[self.at] == ")":
            return Word("-", at)
        self._enter()
        part = self._part(top=False)
        self.depth -= 1
        return Not(part or And(()))

    def _group(self) -> Node:
        opened = self.at
        self._enter()
        self.at += 1
        self._skip_space()
        inner = self._any(top=False)
        if self._ended():
            raise mistake("A ( is not closed", opened, ")")
        self.at += 1
        self.depth -= 1
        return inner

    def _enter(self) -> None:
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            raise mistake("The query is nested too deeply", self.at, f"at most {_DEPTH_MAX} levels of ( and -")

    def _word(self) -> Word:
        found = _WORD.match(self.text, self.at)
        if found is None:
            raise mistake("This can't stand here", self.at, 'a word, a "phrase", field:value or (')
        at, self.at = self.at, found.end()
        return Word(found[0], at)

    def _quoted(self) -> str:
        found = _QUOTED.match(self.text, self.at)
        if found is None:
            raise mistake("A quotation is not closed", self.at, 'a closing "')
        self.at = found.end()
        return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL)

    def _term(self, found: re.Match[str], *, top: bool) -> Term | None:
        at, self.at = self.at, found.end()
        field, op = found[1].lower(), ":" if found[2] == "=" else found[2]
        values = [self._value(field)]
        while not self._ended() and self.text[self.at] == ",":
            self.at += 1
            values.append(self._value(field))
        if op != ":" and len(values) > 1:
            raise mistake("A comparison takes one value", values[1].at, "a space or the end of the query")
        if field != "sort":
            return Term(field, op, tuple(values), at)
        self._set_sort(values, op, at, top=top)
        return None

    def _set_sort(self, values: list[Value], op: str, at: int, *, top: bool) -> None:
        if not top or op != ":" or len(values) > 1 or self.sort is not None:
            raise mistake("A query has one order", at, "one sort:field, outside of ( ) and without -")
        self.sort = values[0]

    def _value(self, field: str) -> Value:
        at = self.at
        if not self._ended() and self.text[at] == '"':
            return Value(self._quoted(), at, quoted=True)
        found = _VALUE.match(self.text, at)
        if found is None:
            raise mistake(f"{field} has no value", at, f"a value for {field}")
        self.at = found.end()
        return Value(found[0], at)
