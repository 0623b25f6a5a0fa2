"""The orders in which issues can be listed, and the cursors that name a place in one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, tuple_
from sqlalchemy.types import Date, Text

from trackly.issues.queries import ISSUE
from trackly.issues.terms import SORTS, nearest
from trackly.kit.errors import InvalidInput
from trackly.kit.pages import decode_cursor, encode_cursor
from trackly.kit.schema import utc_text

DEFAULT_SORT = "-updated"
_LAST = date(9999, 12, 31)
_FIRST = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Order:
    """An order by one expression or two, then by id, all in the same direction. Issues without the value come last."""

    name: str
    descending: bool
    keys: tuple[ColumnElement[Any], ...]
    read: tuple[Callable[[Any], Any], ...]

    def by(self) -> list[ColumnElement[Any]]:
        return [key.desc() if self.descending else key.asc() for key in (*self.keys, ISSUE.c.id)]

    def after(self, cursor: str) -> ColumnElement[bool]:
        """The rows that follow. InvalidInput on `after` for a cursor of another order, or of no order."""
        name, *values = decode_cursor(cursor, len(self.keys) + 2)
        if name != self._name:
            raise InvalidInput.of("after", "is a cursor of a list in another order")
        try:
            found = [read(value) for read, value in zip((*self.read, _whole), values, strict=True)]
        except (TypeError, ValueError):
            raise InvalidInput.of("after", "is not a cursor that this list gave") from None
        here = tuple_(*self.keys, ISSUE.c.id)
        there = tuple_(*(literal(v, key.type) for v, key in zip(found, (*self.keys, ISSUE.c.id), strict=True)))
        return here < there if self.descending else here > there

    def cursor(self, values: list[Any]) -> str:
        return encode_cursor([self._name, *(_written(value) for value in values)])

    @property
    def _name(self) -> str:
        return f"-{self.name}" if self.descending else self.name


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError
    return value


def _small(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_PROJECT_OF_KEY = func.split_part(ISSUE.c.key, "-", 1, type_=Text())
_ORDERS: Mapping[str, tuple[tuple[ColumnElement[Any], ...], tuple[Callable[[Any], Any], ...]]] = {
    "updated": ((ISSUE.c.updated_at,), (_moment,)),
    "created": ((ISSUE.c.created_at,), (_moment,)),
    "key": ((_PROJECT_OF_KEY, ISSUE.c.number), (_text, _small)),
    "priority": ((ISSUE.c.priority_rank,), (_small,)),
    "severity": ((ISSUE.c.severity_rank,), (_small,)),
    "status": ((ISSUE.c.status_rank,), (_small,)),
    "title": ((func.lower(ISSUE.c.title),), (_text,)),
}


def order_of(name: str, field: str) -> Order:
    """The order called `name`, `-name` for the other way round. InvalidInput on `field` for an unknown one."""
    plain = name.removeprefix("-")
    descending = plain != name
    if plain == "due":
        missing = literal(_FIRST if descending else _LAST, Date())
        return Order(plain, descending, (func.coalesce(ISSUE.c.due_on, missing),), (date.fromisoformat,))
    if plain not in _ORDERS:
        near = nearest(plain, SORTS)
        hint = f'; did you mean "{near}"?' if near else ""
        raise InvalidInput.of(field, f"is not an order; known are {', '.join(SORTS)}, with - for descending{hint}")
    return Order(plain, descending, *_ORDERS[plain])
