"""The stories of the demo's issues: read from `stories/*.toml`, and put into time before a given now. Pure.

An issue has `project` (the file's), `id` (its name in the stories), `title`, `by`, `at`, `severity`, `text`; what
triage decides: `triaged`, `priority`, `labels`, `assignee`, `due` (days from today); then `started`, `done` with
`resolution`, `talk` = [at, who, kind, text], `files` = [at, who, name], `also` = [at, who, fields], `watch` = who.
A time is "4 14:12", four working days ago at 14:12 in the depot, or "31 min", so long ago. In a text, `{id}` is the key
of another issue that is there by then."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

ZONE = "Europe/Berlin"
PROJECTS = {"depot": "DEP", "scanner": "SCN", "labels": "LBL"}
_REFERENCE = re.compile(r"\{([a-z0-9-]+)\}")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does to one issue: `create`, `edit`, `say`, `attach` or `watch`."""

    at: datetime
    issue: str
    who: str
    kind: str
    fields: Mapping[str, Any]


@cache
def read_stories() -> tuple[dict[str, Any], ...]:
    """All issues as they are written down, with their project."""
    folder = files("trackly.demo").joinpath("stories")
    return tuple(
        issue | {"project": key}
        for name, key in PROJECTS.items()
        for issue in tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))["issue"]
    )


def acts_until(now: datetime) -> list[Act]:
    """Everything that happens, in order of time, all of it before `now`. Of one issue, in the order of its story."""
    acts = [act for story in read_stories() for act in _in_order(list(_acts(story, now)), now)]
    return sorted(acts, key=lambda act: act.at)


def keys_of(acts: list[Act]) -> dict[str, str]:
    """The keys that the issues will get, by their names in the stories."""
    counts: dict[str, int] = {}
    keys = {}
    for act in acts:
        if act.kind == "create":
            project = str(act.fields["project"])
            counts[project] = counts.get(project, 0) + 1
            keys[act.issue] = f"{project}-{counts[project]}"
    return keys


def with_keys(text: str, keys: Mapping[str, str]) -> str:
    """`{id}` as the key of that issue; other braces stay."""
    return _REFERENCE.sub(lambda match: keys.get(match[1], match[0]), text).strip()


def moment(text: str, now: datetime) -> datetime:
    """When "4 14:12" or "31 min" was."""
    ago, word = text.split(" ", 1)
    if word == "min":
        return now - timedelta(minutes=int(ago))
    zone = ZoneInfo(ZONE)
    day = _working_days_before(now.astimezone(zone).date(), int(ago))
    return datetime.combine(day, time.fromisoformat(word), zone).astimezone(UTC)


def _working_days_before(today: date, days: int) -> date:
    day = today
    while days > 0:
        day -= timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return day


def _in_order(acts: list[Act], now: datetime) -> Iterator[Act]:
    """The same by time, with seconds that a person would have, none after `now` and no two at once."""
    last = datetime.min.replace(tzinfo=UTC)
    latest = now - timedelta(seconds=len(acts) + 1)
    for place, act in enumerate(sorted(acts, key=lambda act: act.at)):
        second = timedelta(seconds=(sum(map(ord, act.issue)) + 17 * place) % 50)
        at = max(min(act.at.replace(second=0, microsecond=0) + second, latest), last + timedelta(seconds=1))
        yield Act(at, act.issue, act.who, act.kind, act.fields)
        last = at


def _acts(story: Mapping[str, Any], now: datetime) -> Iterator[Act]:
    def act(at: str, who: str, kind: str, **fields: Any) -> Act:
        return Act(moment(at, now), story["id"], who, kind, fields)

    first = {name: story[name] for name in ("project", "title", "severity")}
    yield act(story["at"], story["by"], "create", description=story["text"], **first)
    for name, status in (("triaged", "TRIAGED"), ("started", "IN_PROGRESS"), ("done", "DONE")):
        if name in story:
            at, who = story[name].rsplit(" ", 1)
            yield act(at, who, "edit", status=status, **_decided(story, name, now))
    for at, who, fields in story.get("also", ()):
        yield act(at, who, "edit", **fields)
    for at, who, kind, text in story.get("talk", ()):
        yield act(at, who, "say", kind_of=kind, body=text)
    for at, who, file in story.get("files", ()):
        yield act(at, who, "attach", file=file)
    for who in story.get("watch", ()):
        yield act(story["triaged"].rsplit(" ", 1)[0], who, "watch")


def _decided(story: Mapping[str, Any], step: str, now: datetime) -> dict[str, Any]:
    if step == "done":
        return {"resolution": story["resolution"]} if "resolution" in story else {}
    if step != "triaged":
        return {}
    today = now.astimezone(ZoneInfo(ZONE)).date()
    decided = {name: story[name] for name in ("priority", "labels", "assignee") if name in story}
    return decided | ({"due_on": today + timedelta(days=story["due"])} if "due" in story else {})
