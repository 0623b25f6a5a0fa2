"""People and projects for tests and benches, made through the product's own doors."""

import asyncio
from dataclasses import dataclass
from functools import cache

from trackly.events.unit_of_work import UnitsOfWork
from trackly.projects.facade import ProjectCreate, create_project, put_member
from trackly.users.facade import Actor, NewUser, Passwords, Role, create_user

PASSWORD = "correct horse battery staple"


@cache
def password_hash() -> str:
    """Of PASSWORD: made once, for everybody."""
    import threading

    found: list[str] = []
    worker = threading.Thread(target=lambda: found.append(asyncio.run(Passwords().hash(PASSWORD))))
    worker.start()
    worker.join()
    return found[0]


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
