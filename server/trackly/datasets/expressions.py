"""Small pieces of SQL that several datasets are made of."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Numeric,
    Text,
    cast,
    extract,
    func,
    literal,
    type_coerce,
)

from trackly.datasets.dataset import Expression

DAY_S = 86_400


def moment_literal(moment: datetime) -> ColumnElement[Any]:
    return literal(moment, DateTime(timezone=True))


def days_between(start: Expression, end: Expression) -> ColumnElement[Any]:
    """Days with one digit after the point; NULL when an end is missing."""
    seconds = type_coerce(extract("epoch", end - start), Numeric())
    return func.round(seconds / DAY_S, 1, type_=Numeric())


def local_day(moment: Expression, zone: str) -> ColumnElement[Any]:
    """The day of a moment in `zone`."""
    return cast(func.timezone(zone, moment), Date())


def calendar_group(value: Expression, unit: str, zone: str) -> ColumnElement[Any]:
    """The day, or the first day of the week (Monday) or month, that a date or a moment falls in."""
    local = value if isinstance(value.type, Date) else func.timezone(zone, value)
    if unit == "day":
        return cast(local, Date())
    return cast(func.date_trunc(literal(unit, Text()), local), Date())


def how_many(which: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    counted = func.count()
    return counted if which is None else counted.filter(which)


def average(value: Expression, which: ColumnElement[bool] | None = None) -> ColumnElement[Any]:
    found = func.avg(value) if which is None else func.avg(value).filter(which)
    return func.round(type_coerce(found, Numeric()), 1, type_=Numeric())


def percentile(part: float, value: Expression, which: ColumnElement[bool] | None = None) -> ColumnElement[Any]:
    """Between two values, the place in between; NULLs are not counted."""
    ordered = func.percentile_cont(part).within_group(value)
    found = ordered if which is None else ordered.filter(which)
    return func.round(cast(found, Numeric()), 1, type_=Numeric())


def total(value: Expression) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(value), 0), BigInteger())
