"""verify_command: the events of a command tell each reader exactly what the command did, and nothing else.

Snapshot what every reader sees, run the command, apply the events that the log holds for that reader to the old
snapshot, fetch fresh: the two are equal."""

import json
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from sqlalchemy import text

from tests.support.app import App
from tests.support.reducer import Json, Refetch, Seen
from trackly.projects.facade import reader_tokens
from trackly.users.facade import Actor

EXAMPLES = Path(__file__).parents[3] / "docs" / "api" / "events"
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Verified:
    """What a command recorded: all of its events as staff see them, and what each reader was told."""

    answer: Any
    events: list[Json]
    told: dict[str, list[Json]]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


async def verify_command(
    app: App,
    command: Callable[[], Awaitable[Any]],
    *,
    readers: Sequence[Actor] | None = None,
    examples: Sequence[str] = (),
) -> Verified:
    """Run `command` and hold its events against what each reader sees before and after it.

    `readers`: the cast, unless others are named. `examples`: event types whose first event here is the one in
    `docs/api/events`; it is written with UPDATE_EXAMPLES=1, and has to be the same otherwise."""
    people = list(readers or (app.cast.admin, app.cast.maintainer, app.cast.reporter, app.cast.other))
    for reader in people:
        await app.sign_in(reader)
    position = await _head(app)
    before = {reader.name: await _seen_at(app, position, reader) for reader in people}
    answer = await command()
    events, told = await _told(app, people, position)
    end = await _head(app)
    for reader in people:
        fresh = await see(app, reader)
        try:
            reduced = before[reader.name].reduced(told[reader.name])
        except Refetch:
            continue
        expected = _fetched(reduced, fresh)
        assert expected == fresh, f"{reader.name} was told something else than what is there"
        await _counts_agree(app, reader, fresh)
        _LAST_SEEN.setdefault(app, {})[reader.name] = (end, fresh)
    for kind in examples:
        _check_example(next(event for event in events if event["type"] == kind))
    return Verified(answer, events, told)


_LAST_SEEN: WeakKeyDictionary[App, dict[str, tuple[int, "Seen"]]] = WeakKeyDictionary()


async def _seen_at(app: App, position: int, reader: Actor) -> "Seen":
    """What was there after the last command, if there was no event since: whatever changed without one is found."""
    last, seen = _LAST_SEEN.get(app, {}).get(reader.name, (-1, None))
    return seen if seen is not None and last == position else await see(app, reader)


async def see(app: App, reader: Actor) -> Seen:
    """Everything that the reader can fetch."""
    async with await app.as_(reader) as client:
        me = await _get(client, "/api/auth/me")
        projects = {one["key"]: one for one in await _all(client, "/api/projects")}
        labels = {one["project"]: one["labels"] for one in await _all(client, "/api/labels")}
        keys = [issue["key"] for issue in await _all(client, "/api/issues?sort=key")]
        return Seen(
            me={"id": me["id"], "role": me["role"]},
            issues={key: await _get(client, f"/api/issues/{key}") for key in keys},
            comments={key: await _all(client, f"/api/issues/{key}/comments") for key in keys},
            attachments={key: await _all(client, f"/api/issues/{key}/attachments") for key in keys},
            projects=projects,
            labels={key: labels.get(key, []) for key in projects},
            members={key: _items(await _get(client, f"/api/projects/{key}/members")) for key in projects},
            workflows={key: await _get(client, f"/api/projects/{key}/workflow") for key in projects},
            inbox=await _all(client, "/api/notifications"),
            sources=await _sources(client, me),
            reports={one["id"]: _facts(one) for one in await _all(client, "/api/reports")},
        )


def _facts(report: Json) -> Json:
    """What a list has of a report without what is the reader's own, or the ledger's."""
    return {name: value for name, value in report.items() if name not in ("last_run", "can_edit")}


async def _sources(client: httpx.AsyncClient, me: Json) -> dict[int, Json]:
    """Those that the reader is told of: their own, and as an admin all."""
    if me["role"] == "REPORTER":
        return {}
    found = await _all(client, "/api/data-sources")
    told = [source for source in found if me["role"] == "ADMIN" or source["owner"]["id"] == me["id"]]
    return {source["id"]: {name: told for name, told in source.items() if name != "can_edit"} for source in told}


def _fetched(reduced: Seen, fresh: Seen) -> Seen:
    """The client fetches an issue that became visible; it is there then."""
    for key in reduced.missing:
        assert key in fresh.issues, f"{key} was told of and is not there"
    return replace(
        reduced,
        issues=reduced.issues | {key: fresh.issues[key] for key in reduced.missing},
        comments=reduced.comments | {key: fresh.comments[key] for key in reduced.missing},
        attachments=reduced.attachments | {key: fresh.attachments[key] for key in reduced.missing},
        missing=set(),
    )


async def _counts_agree(app: App, reader: Actor, fresh: Seen) -> None:
    """Lists, counts and statistics of a reader are about the same issues."""
    issues = list(fresh.issues.values())
    async with await app.as_(reader) as client:
        assert await _get(client, "/api/issues/count") == {"count": len(issues)}
        for column, path in (("status", "by-status"), ("severity", "by-severity")):
            counts = await _get(client, f"/api/issues/stats/{path}")
            assert counts == {value: sum(issue[column] == value for issue in issues) for value in counts}
        newest_first = sorted(issues, key=lambda issue: (issue["updated_at"], issue["id"]), reverse=True)
        listed = await _all(client, "/api/issues")
        assert [issue["key"] for issue in listed] == [issue["key"] for issue in newest_first]
        for issue in listed:
            assert issue.items() <= fresh.issues[issue["key"]].items()


async def _get(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def _items(answer: Any) -> list[Json]:
    return answer["items"] if isinstance(answer, dict) else answer


async def _all(client: httpx.AsyncClient, path: str) -> list[Json]:
    """All pages of a list; one that is no page is whole."""
    found: list[Json] = []
    after = ""
    while True:
        answer = await _get(client, f"{path}{'&' if '?' in path else '?'}limit=100{after}")
        found += _items(answer)
        if not isinstance(answer, dict) or answer.get("next") is None:
            return found
        after = f"&after={answer['next']}"


async def _head(app: App) -> int:
    async with app.database.read_session() as session:
        return int(await session.scalar(text("SELECT last_seq FROM stream_head WHERE stream = 0")) or 0)


async def _told(app: App, readers: Sequence[Actor], after: int) -> tuple[list[Json], dict[str, list[Json]]]:
    statement = text("SELECT audience, body_full, body_public FROM event_log WHERE seq > :after ORDER BY seq")
    async with app.database.read_session() as session:
        rows = (await session.execute(statement, {"after": after})).all()
        tokens = await reader_tokens(session, [reader.user_id for reader in readers])
    told: dict[str, list[Json]] = {reader.name: [] for reader in readers}
    for reader in readers:
        for audience, full, public in rows:
            mine = tokens[reader.user_id].tokens & set(audience)
            if mine:
                sees_all = any(token.startswith("f:") for token in mine)
                told[reader.name].append(_data(full if sees_all or public is None else public))
    return [_data(full) for _, full, _ in rows], told


def _data(frame: bytes) -> Json:
    kind, data = re.fullmatch(rb"event: ([a-z._]+)\ndata: (.*)\n\n", frame, re.DOTALL).groups()  # type: ignore[union-attr]
    event: Json = json.loads(data)
    assert event["type"] == kind.decode()
    return event


def _check_example(event: Json) -> None:
    path = EXAMPLES / f"{event['type']}.json"
    written = _normalised(event)
    if os.environ.get("UPDATE_EXAMPLES") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written)
    assert path.exists(), f"{path.name} is missing: run the test with UPDATE_EXAMPLES=1"
    before = path.read_text()
    differences = "\n".join(unified_diff(before.splitlines(), written.splitlines(), path.name, "the server", n=0))
    assert before == written, f"run with UPDATE_EXAMPLES=1 if this is meant:\n{differences}"


def _normalised(event: Json) -> str:
    """With times and random ids that stay the same from run to run, in the order that they had."""
    plain = json.dumps(event, ensure_ascii=False)
    for index, moment in enumerate(sorted(set(_TIME.findall(plain)))):
        plain = plain.replace(moment, f"2026-11-20T09:41:{12 + index:02}.123456Z")
    for index, name in enumerate(dict.fromkeys(_UUID.findall(plain))):
        plain = plain.replace(name, f"00000000-0000-4000-8000-{index + 1:012}")
    return json.dumps(json.loads(plain), ensure_ascii=False, indent=2) + "\n"
