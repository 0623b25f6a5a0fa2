"""Four weeks of a warehouse: people, three projects, some sixty issues, through the product's own doors."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import text

from trackly.attachments.facade import (
    BlobStore,
    Images,
    Received,
    Receiver,
    UploadLimits,
    create_attachment,
)
from trackly.comments.facade import CommentKind, CommentNew, create_comment
from trackly.demo.files import make_file
from trackly.demo.people import PEOPLE
from trackly.demo.story import PROJECTS, ZONE, Act, acts_until, keys_of, with_keys
from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.issues.facade import IssueNew, IssuePatch, create_issue, update_issue, watch_issue
from trackly.kit.db import Database
from trackly.projects.facade import ProjectCreate, WorkflowPut, create_project, get_workflow, put_member, put_workflow
from trackly.stats.facade import aggregate
from trackly.users.facade import Actor, NewUser, Passwords, Role, count_users, create_user

_BEGAN = timedelta(days=29)
_OPERATOR = Actor(0, "", "Demo", Role.ADMIN)
_LOCK = "SELECT pg_advisory_xact_lock(7211, 1002)"
_DESCRIPTIONS = {
    "DEP": "Stock, bays, docks and orders.",
    "SCN": "The app on the handhelds.",
    "LBL": "What the printers print. For its members only.",
}
_IN_PROGRESS_LIMITS = {"DEP": 4, "SCN": 3, "LBL": 3}
_LABEL_TEAM = {"yuki": Role.MAINTAINER, "priya": Role.MAINTAINER, "dario": Role.MAINTAINER, "petra": Role.REPORTER}


@dataclass
class _Stage:
    """The one transaction of the demo: each act happens in it at its own time."""

    uow: UnitOfWork
    cast: dict[str, Actor] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    files: dict[str, Received] = field(default_factory=dict)

    def at(self, moment: datetime) -> UnitOfWork:
        """A unit of work whose now is `moment`; its events go into the transaction by `keep`."""
        return UnitOfWork(self.uow.session, moment, self.uow.request_id, self.uow.doorbell)

    def keep(self, part: UnitOfWork) -> None:
        for event in part.events:
            self.uow.record(replace(event, at=event.at or part.now))


async def seed_demo(work: UnitsOfWork, database: Database, blobs: BlobStore, now: datetime) -> bool:
    """Fill an instance that has no people; returns whether it did. All of it, or nothing: one transaction.

    The same `now` gives the same issues, texts and times. Ends with an aggregation of the statistics."""
    async with database.read_session() as session:
        if (await count_users(session, _OPERATOR)).count:
            return False
    receiver = Receiver(blobs, Images(), UploadLimits())
    acts = acts_until(now)
    names = [str(act.fields["file"]) for act in acts if act.kind == "attach"]
    receiving = asyncio.create_task(_receive(receiver, names))
    hashes = await _hash_passwords()
    files: dict[str, Received] = {}
    try:
        async with work.begin("demo") as uow:
            await uow.session.execute(text(_LOCK))
            if (await count_users(uow.session, _OPERATOR)).count:
                raise _AlreadyThere
            stage = _Stage(uow, keys=keys_of(acts))
            await _let_people_in(stage, hashes, now - _BEGAN)
            await _make_projects(stage, now - _BEGAN + timedelta(hours=1))
            files = stage.files = await receiving
            for act in acts:
                await _perform(stage, act)
            await aggregate(uow, "demo")
    except BaseException as error:
        for received in (files or await receiving).values():
            await receiver.discard(received)
        if isinstance(error, _AlreadyThere):
            return False
        raise
    return True


class _AlreadyThere(Exception):
    """Another server was faster."""


async def _hash_passwords() -> dict[str, str]:
    passwords = Passwords()
    known = {name: one.password for name, one in PEOPLE.items() if one.password is not None}
    return dict(zip(known, await asyncio.gather(*map(passwords.hash, known.values())), strict=True))


async def _receive(receiver: Receiver, names: list[str]) -> dict[str, Received]:
    """All files, as if they had been uploaded."""
    return dict(zip(names, await asyncio.gather(*(_receive_one(receiver, name) for name in names)), strict=True))


async def _receive_one(receiver: Receiver, name: str) -> Received:
    content = await asyncio.to_thread(make_file, name)

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    return await receiver.receive_named(name, chunks())


async def _let_people_in(stage: _Stage, hashes: Mapping[str, str], at: datetime) -> None:
    part = stage.at(at)
    for name, one in PEOPLE.items():
        user = await create_user(part, None, NewUser(one.email, one.name, one.role, hashes.get(name)))
        stage.cast[name] = Actor(user.id, user.email, user.name, one.role)
    stage.keep(part)


async def _make_projects(stage: _Stage, at: datetime) -> None:
    part, admin = stage.at(at), stage.cast["mara"]
    for name, key in PROJECTS.items():
        new = ProjectCreate(
            key=key,
            name=name.capitalize(),
            description=_DESCRIPTIONS[key],
            timezone=ZONE,
            visibility="private" if key == "LBL" else "open",
        )
        await create_project(part, admin, new)
        workflow = await get_workflow(part.session, admin, key)
        limits = {"transitions": workflow.model_dump(by_alias=True)["transitions"]}
        wanted = WorkflowPut.model_validate(limits | {"wip_limits": {"IN_PROGRESS": _IN_PROGRESS_LIMITS[key]}})
        await put_workflow(part, admin, key, wanted, None)
    for name, role in _LABEL_TEAM.items():
        await put_member(part, admin, "LBL", stage.cast[name].user_id, role)
    stage.keep(part)


async def _perform(stage: _Stage, act: Act) -> None:
    part, actor, key = stage.at(act.at), stage.cast[act.who], stage.keys[act.issue]
    fields = dict(act.fields)
    match act.kind:
        case "create":
            fields["description"] = with_keys(fields["description"], stage.keys)
            made = await create_issue(part, actor, IssueNew.model_validate(fields))
            assert made.key == key
        case "edit":
            if "assignee" in fields:
                fields["assignee_id"] = stage.cast[fields.pop("assignee")].user_id
            await update_issue(part, actor, key, IssuePatch.model_validate(fields), None)
        case "say":
            body = with_keys(fields["body"], stage.keys)
            await create_comment(part, actor, key, CommentNew(body=body, kind=CommentKind(fields["kind_of"])))
        case "attach":
            await create_attachment(part, actor, key, stage.files[fields["file"]])
        case _:
            await watch_issue(part, actor, key)
    stage.keep(part)
