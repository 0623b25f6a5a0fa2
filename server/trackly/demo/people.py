"""The people of the demo. Their passwords are known to everybody: they exist on a loopback address only."""

from dataclasses import dataclass

from trackly.auth.facade import DemoPerson
from trackly.events.unit_of_work import UnitsOfWork
from trackly.kit.ids import new_token
from trackly.users.facade import Passwords, Role, find_credentials, set_password_hash


@dataclass(frozen=True, slots=True)
class Somebody:
    """`password` None: they work here, and can't log in."""

    name: str
    email: str
    role: Role
    password: str | None = None


PEOPLE: dict[str, Somebody] = {
    "mara": Somebody("Mara Velling", "admin@trackly.com", Role.ADMIN, "admin123"),
    "yuki": Somebody("Yuki Halvar", "maintainer@trackly.com", Role.MAINTAINER, "maintainer123"),
    "lea": Somebody("Lea Sommerlin", "reporter@trackly.com", Role.REPORTER, "reporter123"),
    "priya": Somebody("Priya Sandaru", "priya@depot.example", Role.MAINTAINER),
    "tomo": Somebody("Tomo Adeyar", "tomo@depot.example", Role.MAINTAINER),
    "dario": Somebody("Dario Vennik", "dario@depot.example", Role.MAINTAINER),
    "jonas": Somebody("Jonas Kehl", "jonas@depot.example", Role.MAINTAINER),
    "ines": Somebody("Ines Harrow", "ines@depot.example", Role.MAINTAINER),
    "olu": Somebody("Olu Bankole", "olu@depot.example", Role.REPORTER),
    "petra": Somebody("Petra Nowak", "petra@depot.example", Role.REPORTER),
    "mouser": Somebody("M. Ouser", "mouser@trackly.com", Role.REPORTER, "meow123"),
}
"""By the names that the stories use. Whoever reads this has found the fourth one the short way."""
OFFERED = ("mara", "yuki", "lea")


def demo_people() -> tuple[DemoPerson, ...]:
    """Those whom the login page offers."""
    return tuple(
        DemoPerson(email=one.email, password=one.password, name=one.name, role=one.role)
        for one in (PEOPLE[name] for name in OFFERED)
        if one.password is not None
    )


async def shut_out_demo_people(work: UnitsOfWork) -> int:
    """Take their known passwords from the people of a demo that is over; returns of how many.

    For every start that is not a demo: a database that began as one may be opened to others later."""
    passwords, changed = Passwords(), 0
    for somebody in PEOPLE.values():
        if somebody.password is None:
            continue
        async with work.begin("demo:end") as uow:
            found = await find_credentials(uow.session, somebody.email)
            if found is None or found.password_hash is None:
                continue
            async with passwords.gate:
                known = await passwords.verify_within_gate(found.password_hash, somebody.password)
            if known:
                await set_password_hash(uow, found.user_id, await passwords.hash(new_token()))
                changed += 1
    return changed
