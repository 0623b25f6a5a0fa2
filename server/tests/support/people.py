"""People and projects for tests and benches, made through the product's own doors."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import text

from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database
from trackly.projects.facade import ProjectCreate, create_project, put_member
from trackly.users.facade import Actor, NewUser, Passwords, Role, create_user

T = TypeVar("T")
PASSWORD = "correct horse battery staple"


@cache
def password_hash() -> str:
    """Of PASSWORD: made once, for everybody."""
    return _apart(Passwords().hash(PASSWORD))


def _apart(wanted: Coroutine[Any, Any, T]) -> T:
    """What it gives, in a loop of its own: that of the tests may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, wanted).result()


@dataclass(frozen=True)
class Cast:
    """One of each, and a second reporter: everybody logs in with PASSWORD."""

    admin: Actor
    maintainer: Actor
    reporter: Actor
    other: Actor


async def make_person(work: UnitsOfWork, name: str, role: Role) -> Actor:
    async with work.begin("test") as uow:
        email = f"{name.lower().replace(' ', '.')}@example.com"
        user = await create_user(uow, None, NewUser(email, name, role, password_hash()))
    return Actor(user.id, user.email, user.name, role)


async def make_cast(work: UnitsOfWork) -> Cast:
    return Cast(
        await make_person(work, "Ada Admin", Role.ADMIN),
        await make_person(work, "Max Maintainer", Role.MAINTAINER),
        await make_person(work, "Rea Reporter", Role.REPORTER),
        await make_person(work, "Oto Other", Role.REPORTER),
    )


async def make_project(work: UnitsOfWork, admin: Actor, key: str = "TRK", **over: object) -> int:
    async with work.begin("test") as uow:
        fields = {"key": key, "name": f"Project {key}", **over}
        project = await create_project(uow, admin, ProjectCreate.model_validate(fields))
    return project.id


async def add_member(work: UnitsOfWork, admin: Actor, key: str, user: Actor, role: Role) -> None:
    async with work.begin("test") as uow:
        await put_member(uow, admin, key, user.user_id, role)


async def furnished(work: UnitsOfWork) -> Cast:
    """The cast, and their open project TRK."""
    cast = await make_cast(work)
    await make_project(work, cast.admin)
    return cast


def furnish(url: str) -> None:
    """`furnished`, for the database at `url`."""
    _apart(_furnish(url))


async def _furnish(url: str) -> None:
    database = Database.open(url, pool_size=1)
    await furnished(UnitsOfWork(database, SystemClock(), SilentDoorbell()))
    await database.close()


async def the_cast(database: Database) -> Cast:
    """Of a database that is furnished."""
    async with database.read_session() as session:
        rows = await session.execute(text("SELECT id, email, name, role FROM user_account ORDER BY id"))
        return Cast(*(Actor(user_id, email, name, Role(role)) for user_id, email, name, role in rows))
