"""The numbers of each project and day as rows of one SELECT, for whoever makes reports of them."""

from datetime import datetime

from sqlalchemy import Boolean, Date, DateTime, Integer, Subquery, Text, bindparam, text

from trackly.stats.queries import LEVELS, MOVES, seen_one_by_one, seen_whole
from trackly.stats.sql import whole_text
from trackly.users.facade import Actor


def each_day(reader: Actor, now: datetime) -> Subquery:
    """One row for each project that the reader may know of and each day from its first change to today, by its zone.

    `project_id, project, project_name, day, partial`, the moves of the day, and the levels at its end. Where the reader
    is a reporter, over the issues that they may know of. Exact at the snapshot of who reads it."""
    figures = dict.fromkeys((*MOVES, *LEVELS), Integer)
    rows = text(f"SELECT * FROM ({whole_text('each_day')}) AS found")  # noqa: S608 - our own file
    named = rows.bindparams(bindparam("now", now, DateTime(timezone=True))).columns(
        project_id=Integer, project=Text, project_name=Text, day=Date, partial=Boolean, **figures
    )
    return named.add_cte(seen_whole(reader), seen_one_by_one(reader)).subquery("each_day")
