"""Reports for tests: definitions through the API, and runs with editions and files as a worker would have left them."""

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.support.app import App
from tests.support.issues import send
from tests.support.logins import rows
from trackly.attachments.facade import new_blob_name
from trackly.kit.ids import hash_token, new_token, new_uuid
from trackly.reports.tables import ReportEditionRow, ReportFileRow, ReportRunRow, ReportShareRow
from trackly.reports.worker import Worker
from trackly.users.facade import Actor

ISSUES = {"kind": "dataset", "dataset": "issues", "filter": "is:open"}
CONTENT = b"key,title\r\nTRK-1,It prints twice\r\n"


WITH_CHARTS: dict[str, Any] = {"layout": "full"}
"""Drawing begins with half a second of work: for tests that look at charts and figures."""


def definition(**over: Any) -> dict[str, Any]:
    """As POST takes it: rows alone, unless `templates` is WITH_CHARTS."""
    return {"name": "Open issues", "source": ISSUES, "formats": ["csv"], "templates": {"layout": "table"}, **over}


async def make_report(app: App, actor: Actor, **over: Any) -> Any:
    """A new report of the actor's, as the API answers it."""
    answer = await send(app, actor, "POST", "/api/reports", definition(**over))
    assert answer.status_code == 201, answer.text
    return answer.json()


def to(*people: Actor) -> list[dict[str, Any]]:
    """As recipients."""
    return [{"kind": "user", "user_id": person.user_id} for person in people]


def facts(readers: Sequence[int], **over: Any) -> dict[str, Any]:
    """What is kept of an edition beside its columns."""
    return {
        "readers": list(readers),
        "day": "2026-11-26",
        "tz": "UTC",
        "values": {},
        "columns": [
            {"name": "key", "type": "text", "title": "Key"},
            {"name": "title", "type": "text", "title": "Title"},
        ],
        "figures": [],
        "head": [["TRK-1", "It prints twice"]],
        **over,
    }


async def make_run(app: App, report: Any, readers: Sequence[int], content: bytes = CONTENT, **over: Any) -> Any:
    """A run that went well: one edition for `readers` with one CSV file. Ids of run, edition and file."""
    stored = new_blob_name()
    await app.asgi.state.blobs.put(stored, _chunks(content))
    async with app.work.begin("test") as uow:
        run = _run_row(report, len(content), uow.now)
        uow.session.add(run)
        await uow.session.flush()
        edition = ReportEditionRow(
            run_id=run.id,
            scope="all",
            scope_label="everything",
            as_of="1.7",
            moment=uow.now,
            rows=1,
            truncated=False,
            fingerprint=b"\x07" * 32,
            facts=facts(readers, **over),
        )
        uow.session.add(edition)
        await uow.session.flush()
        file = _file_row(edition.id, stored, content, uow.now)
        uow.session.add(file)
        return {"run": run.id, "edition": edition.id, "file": str(file.id), "stored": stored}


def _run_row(report: Any, size: int, now: datetime) -> ReportRunRow:
    return ReportRunRow(
        report_id=report["id"],
        trigger="manual",
        report_version=report["version"],
        definition={"source": report["source"], "formats": report["formats"]},
        parameters={},
        state="SUCCESS",
        as_of="1.7",
        moment=now,
        not_before=now,
        created_at=now,
        rows=1,
        bytes=size,
    )


def _file_row(edition_id: int, stored: str, content: bytes, now: datetime) -> ReportFileRow:
    return ReportFileRow(
        id=new_uuid(),
        edition_id=edition_id,
        format="csv",
        name="open-issues.csv",
        content_type="text/csv; charset=utf-8",
        sha256=hashlib.sha256(content).digest(),
        bytes=len(content),
        stored_name=stored,
        created_at=now,
    )


async def ask_run(app: App, actor: Actor, report: Any, path: str = "run", **body: Any) -> int:
    """Ask for a run through the API; returns its number."""
    answer = await send(app, actor, "POST", f"/api/reports/{report['id']}/{path}", body)
    assert answer.status_code == 202, answer.text
    return int(answer.json()["id"])


async def made_run(app: App, actor: Actor, report: Any, path: str = "run", **body: Any) -> Any:
    """Ask for a run and have a worker make it; the run as the API tells of it, its deliveries not sent yet."""
    run_id = await ask_run(app, actor, report, path, **body)
    await work_off(app)
    answer = await send(app, actor, "GET", f"/api/runs/{run_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def work_off(app: App, within_s: float = 40) -> None:
    """Let a real worker make everything that is in the queue."""
    worker = Worker(app.work, app.asgi.state.reports.rendering, 2)
    task = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(within_s):
            while await rows(app, "SELECT id FROM report_run WHERE state IN ('QUEUED', 'RUNNING', 'RENDERED')"):
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def editions_of(app: App, actor: Actor, run: Any) -> Any:
    answer = await send(app, actor, "GET", f"/api/runs/{run['id']}/editions")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def downloaded(app: App, actor: Actor, run: Any, kind: str) -> bytes:
    async with await app.as_(actor) as client:
        answer = await client.get(f"/api/runs/{run['id']}/download?format={kind}")
    assert answer.status_code == 200, answer.text
    return answer.content


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


class ReportTargets(ABC):
    """For the matrix, beside the reports and runs that it makes itself."""

    world: Any
    role: str

    @abstractmethod
    async def named(self, name: str) -> Any:
        """What a place in a row of the matrix stands for."""

    async def _report_definition(self) -> Any:
        return definition()

    async def _sql_definition(self) -> Any:
        return definition(source={"kind": "sql", "sql": "SELECT key FROM issues"})

    async def _versioned_report(self) -> int:
        """With its first version: the maintainer's, sent to the owner; for the stranger an admin's."""
        people = self.world.people
        maker, sent = ("admin", []) if self.role == "stranger" else ("maintainer", to(people["owner"]))
        return int((await make_report(self.world.app, people[maker], recipients=sent))["id"])

    async def _edition_id(self) -> int:
        found = "SELECT id FROM report_edition WHERE run_id = :run"
        return int((await rows(self.world.app, found, run=await self.named("finished_run")))[0].id)

    async def _file_id(self) -> str:
        found = "SELECT id FROM report_file WHERE edition_id = :edition"
        return str((await rows(self.world.app, found, edition=await self.named("edition_id")))[0].id)

    async def _share(self) -> tuple[str, str]:
        """Number and token of a link that the maintainer made to a file that tells nothing."""
        app, maintainer = self.world.app, self.world.people["maintainer"]
        made = await make_run(app, await make_report(app, maintainer), [maintainer.user_id])
        token = new_token()
        async with app.work.begin("test") as uow:
            row = ReportShareRow(
                id=new_uuid(),
                file_id=UUID(made["file"]),
                token_hash=hash_token(token),
                created_by=maintainer.user_id,
                created_at=uow.now,
                expires_at=uow.now + timedelta(hours=1),
            )
            uow.session.add(row)
        return str(row.id), token

    async def _share_id(self) -> str:
        return str((await self.named("share"))[0])

    async def _token(self) -> str:
        return str((await self.named("share"))[1])
