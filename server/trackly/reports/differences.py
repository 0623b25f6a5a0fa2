"""What differs between two versions of a definition, so that a person can read it: field by field, texts line by line.

Pure."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from trackly.reports.cron import BadCron, parse_cron
from trackly.reports.cron_words import say_schedule
from trackly.reports.schemas import FieldChange, LineChange

_TEXTS = ("source.sql", "templates.intro", "description")
"""Compared line by line."""
_ALIGNED_MOST = 1_000_000
_LABELS = {
    "name": "Name",
    "description": "Description",
    "is_active": "Active",
    "source": "Data",
    "source.sql": "SQL",
    "source.dataset": "Dataset",
    "source.filter": "Filter",
    "source.columns": "Columns",
    "source.group_by": "Grouped by",
    "source.sort": "Sorted by",
    "source.data_source_id": "Data source",
    "parameters": "Parameters",
    "formats": "Formats",
    "schedule": "Schedule",
    "schedule.cron": "When",
    "schedule.tz": "Time zone",
    "schedule.catchup": "If slots were missed",
    "schedule.overlap": "If the last run is still going",
    "schedule.grace_s": "Grace",
    "schedule.jitter_s": "Spread",
    "schedule.wait_for": "Waits for",
    "schedule.wait_until": "Waits until",
    "schedule.pause_after": "Pauses after failures",
    "recipients": "Recipients",
    "templates.subject": "Subject",
    "templates.intro": "Words at the top",
    "templates.layout": "Layout",
    "checks": "Checks",
    "document.charts": "Charts",
    "document.group_by": "Tables by",
}


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[FieldChange]:
    """In the order of the definition; of a first version nothing. A part of another kind differs as a whole."""
    if before is None:
        return []
    return [_change(path, old, new) for path, old, new in _differing("", before, after)]


def changed_fields(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """The labels alone, for a list of versions."""
    return [change.label for change in differences(before, after)]


def _differing(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        place = f"{path}.{name}" if path else name
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping) and old.get("kind") == new.get("kind"):
            yield from _differing(place, old, new)
        else:
            yield place, old, new


def _change(path: str, before: Any, after: Any) -> FieldChange:
    label = _LABELS.get(path, path)
    if path in _TEXTS and isinstance(before, str) and isinstance(after, str) and _can_be_aligned(before, after):
        return FieldChange(field=path, label=label, before=None, after=None, lines=_lines(before, after))
    return FieldChange(field=path, label=label, before=_said(path, before), after=_said(path, after), lines=None)


def _said(path: str, value: Any) -> Any:
    """A value as it is shown: times in words."""
    if path == "schedule.cron" and isinstance(value, str):
        return _times(value, {})
    if path == "schedule" and isinstance(value, Mapping):
        return f"{_times(value['cron'], value)} {value['tz']}"
    return value


def _times(cron: str, schedule: Mapping[str, Any]) -> str:
    """What is kept was read once; a later product may have other words for it."""
    try:
        return say_schedule(parse_cron(cron, "UTC"), schedule.get("wait_for"), schedule.get("wait_until"))
    except BadCron:
        return cron


def _can_be_aligned(before: str, after: str) -> bool:
    """Aligning takes time with the product of their lines; longer texts are shown whole."""
    return (before.count("\n") + 1) * (after.count("\n") + 1) <= _ALIGNED_MOST


def _lines(before: str, after: str) -> list[LineChange]:
    """All lines of both, in order; what was replaced is removed first, then added."""
    old, new = before.splitlines(), after.splitlines()
    found: list[LineChange] = []
    for op, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            found += [LineChange(op="keep", text=line) for line in old[old_from:old_to]]
            continue
        found += [LineChange(op="remove", text=line) for line in old[old_from:old_to]]
        found += [LineChange(op="add", text=line) for line in new[new_from:new_to]]
    return found
