"""What each role may do, as `tests/security/matrix.yaml` says it, and the world in which that is tried."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import yaml
from sqlalchemy import text

from tests.support.app import App
from tests.support.files import attached, picture
from tests.support.outbox import ask, rows
from tests.support.people import PASSWORD, add_member, make_person, make_project
from tests.support.report_runs import INSERT_RUN, make_report, returned, write_whole_edition
from tests.support.reports import ReportTargets
from trackly.notifications.facade import Channel, Delivery
from trackly.users.facade import Actor, Role

MATRIX = Path(__file__).parents[1] / "security" / "matrix.yaml"
PRIVATE_WORD, OWNERS_WORD = "Quokka", "Wombat"
"""In everything of the private project, and in everything of the owner's: nobody else may read them anywhere."""
SAFE = ("GET", "HEAD")
_WHOLE_TABLES = (
    *(
        "user_account",
        "project",
        "membership",
        "label",
        "transition",
        "issue",
        "issue_label",
        "watcher",
        "issue_change",
    ),
    *("report", "report_version", "report_schedule", "report_run", "report_edition", "report_file", "report_share"),
    *("comment", "attachment", "blob_deletion", "stats_run", "daily_stats", "idempotency_key"),
    *("delivery", "delivery_attempt", "mail_refusal", "email_config", "notification", "webhook"),
    *("data_source", "retired_table"),
    *("report", "report_version", "report_schedule", "report_run", "report_edition", "report_file"),
)
_KEPT = {
    **{table: f"SELECT ctid, xmin FROM {table}" for table in dict.fromkeys(_WHOLE_TABLES)},
    "session": "SELECT id, ended_at FROM session",
    "report_share": "SELECT id, revoked_at FROM report_share",
    "api_token": "SELECT id, revoked_at FROM api_token",
    "event_log": "SELECT seq FROM event_log WHERE NOT audience <@ '{audit}'",
}
"""What a refused request must leave as it was: all but when a login was seen last, and the notes of refusals.

A row that was written has another place (`ctid`) and another transaction (`xmin`) than before, whatever is in it."""


@dataclass(frozen=True)
class Row:
    """One operation, and what each role gets."""

    operation: str
    variant: str
    statuses: dict[str, int]
    unchanged: frozenset[str]
    how: dict[str, Any]

    @property
    def method(self) -> str:
        return self.operation.split(" ")[0]

    @property
    def path(self) -> str:
        return self.operation.split(" ")[1]

    def __str__(self) -> str:
        return f"{self.operation} {self.variant}".strip()


def read_matrix() -> list[Row]:
    document = yaml.safe_load(MATRIX.read_text())
    return list(_rows(document["roles"], document["operations"]))


def _rows(roles: list[str], operations: dict[str, dict[str, Any]]) -> Iterator[Row]:
    for name, how in operations.items():
        method, path, variant = [*name.split(" ", 2), ""][:3]
        said = [str(status).split(" ") for status in how["statuses"]]
        assert len(said) == len(roles), name
        unchanged = {role for role, words in zip(roles, said, strict=True) if words[1:] or int(words[0]) >= 400}
        statuses = {role: int(words[0]) for role, words in zip(roles, said, strict=True)}
        yield Row(f"{method} {path}", variant, statuses, frozenset(unchanged), how)


@dataclass
class World:
    """An open project and a private one with the same in both, and somebody for each role."""

    app: App
    people: dict[str, Actor] = field(default_factory=dict)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    number: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    async def make(cls, app: App) -> "World":
        world, cast = cls(app), app.cast
        stranger = await make_person(app.work, "Sam Stranger", Role.MAINTAINER)
        gone = await make_person(app.work, "Dora Disabled", Role.ADMIN)
        await make_project(app.work, cast.admin, "PRV", visibility="private", name=f"Project {PRIVATE_WORD}")
        await add_member(app.work, cast.admin, "PRV", cast.reporter, Role.REPORTER)
        world.people = {"disabled": gone, "stranger": stranger, "other": cast.other, "owner": cast.reporter}
        world.people |= {"maintainer": cast.maintainer, "admin": cast.admin}
        world.clients = {role: await app.as_(actor) for role, actor in world.people.items()}
        world.clients["anonymous"] = app.client()
        answer = await world.clients["admin"].patch(f"/api/users/{gone.user_id}", json={"active": False})
        assert answer.status_code == 200
        await app.asgi.state.relay.start()
        return world

    def target(self, row: Row, role: str) -> "Target":
        """Something of its own for each try that may change it."""
        return Target(self, row, role)

    async def client(self, row: Row, role: str) -> httpx.AsyncClient:
        if row.how.get("own_login") and role not in ("anonymous", "disabled"):
            return self.app.client(Authorization=f"Bearer {await self.app.token(self.people[role])}")
        return self.clients[role]

    async def state(self) -> list[Any]:
        """A fingerprint of all that is kept."""
        parts = [
            f"SELECT '{table}', count(*), sum(hashtextextended(x::text, 0)) FROM ({rows}) x"
            for table, rows in _KEPT.items()
        ]
        async with self.app.database.read_session() as session:
            return [tuple(found) for found in await session.execute(text(" UNION ALL ".join(parts)))]


@dataclass
class Target(ReportTargets):
    """What `row` is tried on by `role`: made when it is first named."""

    world: World
    row: Row
    role: str
    known: dict[str, Any] = field(default_factory=dict)

    async def url(self) -> str:
        path = self.row.path
        for name in re.findall(r"\{(\w+)\}", path):
            given = self.row.how.get("path", {}).get(name)
            path = path.replace(
                f"{{{name}}}", str(await (self.filled(given) if given else self.named(self._kind(name))))
            )
        return path

    async def request(self, media_type: str | None) -> dict[str, Any]:
        """The rest of the request, in the form that the operation's description asks for."""
        made: dict[str, Any] = {"params": await self.filled(self.row.how.get("query", {}))}
        made["headers"] = {"Accept": "application/json", **self.row.how.get("headers", {})}
        body = await self.filled(self.row.how.get("body"))
        if media_type == "multipart/form-data":
            made["files"] = {"file": ("note.txt", b"words", "text/plain")}
        elif body is not None:
            made["json" if media_type == "application/json" else "data"] = body
        return made

    async def filled(self, value: Any) -> Any:
        """`value` with each `$name` in it replaced."""
        if isinstance(value, dict):
            return {key: await self.filled(member) for key, member in value.items()}
        if isinstance(value, list):
            return [await self.filled(member) for member in value]
        return await self.named(value[1:]) if isinstance(value, str) and value.startswith("$") else value

    async def named(self, name: str) -> Any:
        if name not in self.known:
            self.known[name] = await getattr(self, f"_{name}")()
        return self.known[name]

    def _kind(self, name: str) -> str:
        if name == "key":
            return "issue" if self.row.path.startswith("/api/issues") else "project"
        return "member" if name == "user_id" and "/members/" in self.row.path else name

    @property
    def _word(self) -> str:
        return PRIVATE_WORD if self.role == "stranger" else OWNERS_WORD

    @property
    def _owner(self) -> httpx.AsyncClient:
        return self.world.clients["owner"]

    async def _project(self) -> str:
        private = self.role == "stranger"
        if self.row.method in SAFE or not self.row.path.startswith("/api/projects/"):
            return "PRV" if private else "TRK"
        key = await self._new_key()
        over = {"name": PRIVATE_WORD, "visibility": "private"} if private else {}
        await make_project(self.world.app.work, self.world.people["admin"], key, **over)
        return key

    async def _issue(self) -> str:
        new = {"project": await self.named("project"), "title": f"{self._word} is broken"}
        answer = await self._owner.post("/api/issues", json=new)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["key"])

    async def _comment_id(self) -> int:
        path = f"/api/issues/{await self.named('issue')}/comments"
        answer = await self._owner.post(path, json={"body": f"{self._word} again"})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def _attachment_id(self) -> str:
        made = await attached(self._owner, await self.named("issue"), picture(), f"{self._word}.png")
        return str(made["id"])

    async def _member(self) -> int:
        person = await self._user_id()
        actor = Actor(person, "", "", Role.REPORTER)
        admin = self.world.people["admin"]
        await add_member(self.world.app.work, admin, await self.named("project"), actor, Role.REPORTER)
        return person

    async def _user_id(self) -> int:
        return (await make_person(self.world.app.work, f"Person {next(self.world.number)}", Role.REPORTER)).user_id

    async def _session_id(self) -> str:
        token = await self.world.app.token(self.world.people["owner"])
        client = self.world.app.client(Authorization=f"Bearer {token}")
        return str((await client.get("/api/auth/me")).json()["session_id"])

    async def _token_id(self) -> str:
        answer = await self._owner.post("/api/auth/tokens", json={"name": "A program", "scopes": ["read"]})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def _delivery_id(self) -> int:
        return int((await self._delivery()).id)

    async def _mail_token(self) -> str:
        return str((await self._delivery()).unsubscribe_token)

    async def _delivery(self) -> Any:
        """A mail of the owner's, which waits."""
        ref = f"report_run:{next(self.world.number)}"
        mail = Delivery(
            ref, Channel.EMAIL, "a@example.com", owner_id=self.world.people["owner"].user_id, topic="report:1"
        )
        await ask(self.world.app.work, [mail])
        (row,) = (await rows(self.world.app.work, ref)).values()
        return row

    async def _mail_server(self) -> str:
        config = {"host": "127.0.0.1", "port": 1, "security": "none", "from_address": "t@example.org"}
        answer = await self.world.clients["admin"].post("/api/email-config", json=config)
        assert answer.status_code in (201, 409), answer.text
        return "mail"

    async def _no_mail_server(self) -> str:
        await self.world.clients["admin"].delete("/api/email-config")
        return "no-mail"

    async def _source_id(self) -> int:
        """An upload of the maintainer, shared with the project; one of an admin where that is private."""
        return await self._uploaded("admin" if self.role == "stranger" else "maintainer")

    async def _admins_source(self) -> int:
        return await self._uploaded("admin")

    async def _uploaded(self, role: str) -> int:
        query = {"name": f"{self._word} targets", "project": await self.named("project")}
        file = {"file": ("targets.csv", f"name,target\n{self._word},7\n", "text/csv")}
        answer = await self.world.clients[role].post("/api/data-sources/uploads", params=query, files=file)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def _admins_database(self) -> int:
        """Shared with the project. Nothing answers there."""
        new = {"name": f"{self._word} elsewhere", "host": "127.0.0.1", "port": 1, "database": "d", "username": "u"}
        project = {"project": await self.named("project")}
        answer = await self.world.clients["admin"].post("/api/data-sources", json=new | project)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def _report_id(self) -> int:
        """A report of the maintainer's that is sent to the owner; where that is private, an admin's that is not."""
        private = self.role == "stranger"
        actor = self.world.people["admin" if private else "maintainer"]
        sent_to = [] if private else [{"kind": "user", "user_id": self.world.people["owner"].user_id}]
        name = f"{self._word} {next(self.world.number)}"
        work, definition = self.world.app.work, {"recipients": sent_to}
        return await make_report(work, actor, name, definition=definition, cron="0 0 1 1 *")

    async def _run_id(self) -> int:
        """A run that waits."""
        work, values = self.world.app.work, {"id": await self.named("report_id"), "state": "QUEUED"}
        return int((await returned(work, INSERT_RUN, **values)).id)

    async def _failed_run(self) -> int:
        work, values = self.world.app.work, {"id": await self.named("report_id"), "state": "FAILED"}
        return int((await returned(work, INSERT_RUN, **values)).id)

    async def _finished_run(self) -> int:
        """A run with one file, which was made for the maintainer and the owner."""
        app, values = self.world.app, {"id": await self.named("report_id"), "state": "SUCCESS"}
        run = await returned(app.work, INSERT_RUN, **values)
        readers = [self.world.people[role].user_id for role in ("maintainer", "owner")]
        await write_whole_edition(app.work, app.asgi.state.blobs, run.id, readers, f"{self._word}\n".encode())
        return int(run.id)

    async def _figure(self) -> str:
        return "created"

    async def _assignee(self) -> int:
        return self.world.people["maintainer"].user_id

    async def _my_id(self) -> int:
        return self.world.people[self.role].user_id if self.role in self.world.people else await self._user_id()

    async def _my_email(self) -> str:
        return self.world.people[self.role].email if self.role in self.world.people else "nobody@example.com"

    async def _password(self) -> str:
        return PASSWORD

    async def _new_email(self) -> str:
        return f"new{next(self.world.number)}@example.com"

    async def _new_key(self) -> str:
        return f"K{next(self.world.number)}"
