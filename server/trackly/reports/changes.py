"""What differs between the rows of two editions of the same report. Pure.

Each side is read from its beginning, at most twice; of the earlier one only digests are held, 16 bytes a row."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

Row = Sequence[Any]
Rows = Callable[[], Iterable[Row]]
"""Reads the rows of one edition from their beginning."""
Key = tuple[Any, ...]
NAMED_MOST = 20
"""So many rows of each sort are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One row that is named: its key, the words that tell what it is, and of a changed one the fields."""

    key: Key
    label: str
    fields: tuple[FieldDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Counts are of all rows; the tuples name the first of each sort, in the order of their edition."""

    n_added: int
    n_gone: int
    n_changed: int
    n_unchanged: int
    added: tuple[RowDifference, ...] = ()
    gone: tuple[RowDifference, ...] = ()
    changed: tuple[RowDifference, ...] = ()

    @property
    def total(self) -> int:
        return self.n_added + self.n_gone + self.n_changed


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns the rows have, which of them name a row together, and which one says what it is.

    Of two rows with the same key, columns that grow by themselves are not compared: `days`, `age_days` and the like."""

    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    label: str | None = None

    @property
    def compared(self) -> tuple[int, ...]:
        """The places of the columns that are compared."""
        return tuple(n for n, name in enumerate(self.columns) if name != "days" and not name.endswith("_days"))

    def digest_of(self) -> Callable[[Row], bytes]:
        places = self.compared
        return lambda row: _digest([row[place] for place in places])

    def key_of(self) -> Callable[[Row], Key] | None:
        """None when some key column is not among the columns, or there is none."""
        if not self.key or not set(self.key) <= set(self.columns):
            return None
        places = [self.columns.index(name) for name in self.key]
        return lambda row: tuple(row[place] for place in places)

    def label_of(self, row: Row) -> str:
        if self.label is None or self.label not in self.columns:
            return ""
        return str(row[self.columns.index(self.label)] or "")


@dataclass
class _Later:
    """What a pass over the later side finds."""

    seen: set[Key] = field(default_factory=set)
    added: list[Row] = field(default_factory=list)
    changed: dict[Key, Row] = field(default_factory=dict)
    n_added: int = 0
    n_changed: int = 0
    n_unchanged: int = 0


def compare_rows(before: Rows, after: Rows, then: Layout, now: Layout) -> RowChanges | None:
    """By the key of `now`; without one, or where a key is there twice, whole rows, each as often as it is there.

    None when the two have other columns: they tell of different things."""
    if then.columns != now.columns:
        return None
    key_of = now.key_of()
    if key_of is not None:
        digest = now.digest_of()
        old = _digests(before, key_of, digest)
        later = None if old is None else _look(after, old, key_of, digest)
        if old is not None and later is not None:
            return _by_key(before, old, later, now, key_of)
    return _as_a_whole(before, after, now)


def _digest(row: Row) -> bytes:
    return hashlib.blake2b(orjson.dumps(list(row)), digest_size=16).digest()


def _digests(rows: Rows, key_of: Callable[[Row], Key], digest: Callable[[Row], bytes]) -> dict[Key, bytes] | None:
    found: dict[Key, bytes] = {}
    for row in rows():
        key = key_of(row)
        if key in found:
            return None
        found[key] = digest(row)
    return found


def _look(
    rows: Rows, old: dict[Key, bytes], key_of: Callable[[Row], Key], digest: Callable[[Row], bytes]
) -> _Later | None:
    later = _Later()
    for row in rows():
        key = key_of(row)
        if key in later.seen:
            return None
        later.seen.add(key)
        if key not in old:
            later.n_added += 1
            later.added += [row] if len(later.added) < NAMED_MOST else []
        elif old[key] == digest(row):
            later.n_unchanged += 1
        else:
            later.n_changed += 1
            if len(later.changed) < NAMED_MOST:
                later.changed[key] = row
    return later


def _by_key(
    before: Rows, old: dict[Key, bytes], later: _Later, layout: Layout, key_of: Callable[[Row], Key]
) -> RowChanges:
    gone: list[RowDifference] = []
    were: dict[Key, Row] = {}
    for row in before():
        key = key_of(row)
        if key in later.changed:
            were[key] = row
        elif key not in later.seen and len(gone) < NAMED_MOST:
            gone.append(RowDifference(key, layout.label_of(row)))
    return RowChanges(
        n_added=later.n_added,
        n_gone=len(old) - later.n_changed - later.n_unchanged,
        n_changed=later.n_changed,
        n_unchanged=later.n_unchanged,
        added=tuple(RowDifference(key_of(row), layout.label_of(row)) for row in later.added),
        gone=tuple(gone),
        changed=tuple(
            RowDifference(key, layout.label_of(row), _fields(layout, were[key], row))
            for key, row in later.changed.items()
        ),
    )


def _fields(layout: Layout, before: Row, after: Row) -> tuple[FieldDifference, ...]:
    pairs = ((layout.columns[place], before[place], after[place]) for place in layout.compared)
    return tuple(FieldDifference(name, old, new) for name, old, new in pairs if old != new)


def _as_a_whole(before: Rows, after: Rows, layout: Layout) -> RowChanges:
    digest_of = layout.digest_of()
    left = Counter(digest_of(row) for row in before())
    n_before = left.total()
    added: list[RowDifference] = []
    n_added = n_after = 0
    for row in after():
        n_after += 1
        digest = digest_of(row)
        if left[digest] > 0:
            left[digest] -= 1
            continue
        n_added += 1
        if len(added) < NAMED_MOST:
            added.append(RowDifference((), layout.label_of(row)))
    n_kept = n_after - n_added
    return RowChanges(n_added, n_before - n_kept, 0, n_kept, added=tuple(added))
