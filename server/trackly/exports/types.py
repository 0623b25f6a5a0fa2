"""From the database's types to ours, and what SQL to read a column with."""

from collections.abc import Sequence
from dataclasses import dataclass

from trackly.exports.guard import guarded
from trackly.exports.plan import Column, ColumnType

_TYPES = {
    16: ColumnType.BOOLEAN,
    20: ColumnType.INTEGER,
    21: ColumnType.INTEGER,
    23: ColumnType.INTEGER,
    26: ColumnType.INTEGER,
    114: ColumnType.JSON,
    700: ColumnType.FLOAT,
    701: ColumnType.FLOAT,
    1082: ColumnType.DATE,
    1114: ColumnType.TIMESTAMP,
    1184: ColumnType.TIMESTAMP,
    1700: ColumnType.DECIMAL,
    3802: ColumnType.JSON,
}
_NEVER_A_FORMULA = {  # shown as text, but made by the database: numbers, times, addresses, identifiers, bytes
    *(17, 650, 774, 790, 829, 869, 1083, 1186, 1266, 1560, 1562, 2950, 3220, 5069)
}


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column of the SELECT and the OID of its type."""

    column: Column
    oid: int

    @property
    def is_free_text(self) -> bool:
        """Whether somebody may have written its values, so that they are guarded."""
        return self.column.type is ColumnType.TEXT and self.oid not in _NEVER_A_FORMULA


def described(names: Sequence[str], oids: Sequence[int], known: tuple[Column, ...] | None) -> tuple[ReadColumn, ...]:
    """The columns of a result; `known` gives names and titles. Names are made unique, as keys of JSON: `id`, `id_2`."""
    given = known if known is not None and len(known) == len(names) else None
    found: list[ReadColumn] = []
    taken: set[str] = set()
    for index, (name, oid) in enumerate(zip(names, oids, strict=True)):
        title = given[index].title if given else ""
        key = _free(given[index].name if given else name, taken)
        found.append(ReadColumn(Column(key, _TYPES.get(oid, ColumnType.TEXT), title), oid))
        taken.add(key)
    return tuple(found)


def _free(name: str, taken: set[str]) -> str:
    wanted, number = name or "column", 2
    key = wanted
    while key in taken:
        key, number = f"{wanted}_{number}", number + 1
    return key


def selection(select: str, columns: Sequence[ReadColumn], limit: int, *, raw: bool, unicode: bool) -> str:
    """The SELECT whose rows are written as CSV: guarded text, and at most `limit` rows."""
    names = [f"c{index}" for index in range(len(columns))]
    shown = ", ".join(
        _expression(name, column, raw=raw, unicode=unicode) for name, column in zip(names, columns, strict=True)
    )
    return f"SELECT {shown} FROM (\n{select}\n) AS r({', '.join(names)}) LIMIT {limit}"  # noqa: S608 - a plan is a whole statement


def _expression(name: str, column: ReadColumn, *, raw: bool, unicode: bool) -> str:
    if column.column.type is ColumnType.BOOLEAN:
        return f"{name}::text"
    if column.is_free_text and not raw:
        return guarded(name if column.oid == 25 else f"{name}::text", unicode=unicode)
    return name
