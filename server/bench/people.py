"""People for the load generators."""

from dataclasses import dataclass

from tests.support.people import PASSWORD, make_person, make_project
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database
from trackly.users.facade import Role


@dataclass(frozen=True)
class Staff:
    """`audience` is that of an issue in the project BEN, which all of them maintain."""

    emails: list[str]
    password: str
    audience: frozenset[str]


async def make_staff(url: str, people: int) -> Staff:
    database = Database.open(url, pool_size=4)
    work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
    try:
        admin = await make_person(work, "Bench Admin", Role.ADMIN)
        project = await make_project(work, admin, "BEN")
        emails = [(await make_person(work, f"Person {n}", Role.MAINTAINER)).email for n in range(people)]
    finally:
        await database.close()
    return Staff(emails, PASSWORD, frozenset({"f:admin", f"f:p{project}"}))
