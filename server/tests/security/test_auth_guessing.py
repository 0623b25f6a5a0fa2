"""Guessing passwords, from one address, from many, and all at once."""

import asyncio
import threading

import httpx
import pytest

from tests.support.app import App
from tests.support.logins import rows, stop_clock, try_password
from tests.support.people import PASSWORD
from trackly.users import passwords
from trackly.users.facade import Passwords


def from_address(app: App, ip: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app.asgi, client=(ip, 5000)), base_url="http://127.0.0.1:8000"
    )


async def tried(client: httpx.AsyncClient, email: str, password: str = "wrong password") -> httpx.Response:
    return await client.post("/api/auth/login", json={"email": email, "password": password})


async def test_ten_failures_for_one_person_and_address(app: App) -> None:
    clock, email = stop_clock(app), app.cast.reporter.email
    client = from_address(app, "192.0.2.1")
    assert [(await tried(client, email)).status_code for _ in range(10)] == [401] * 10
    clock.advance(seconds=60)
    refused = await tried(client, email.upper(), PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_failures")
    assert refused.headers["Retry-After"] == "240"
    assert (await tried(client, app.cast.other.email, PASSWORD)).status_code == 200, "somebody else may"
    assert (await tried(from_address(app, "192.0.2.2"), email, PASSWORD)).status_code == 200, "from elsewhere"
    clock.advance(seconds=239)
    assert (await tried(client, email, PASSWORD)).status_code == 429
    clock.advance(seconds=1)
    assert (await tried(client, email, PASSWORD)).status_code == 200


async def test_thirty_failures_for_one_address(app: App) -> None:
    stop_clock(app)
    client = from_address(app, "192.0.2.1")
    codes = [(await tried(client, f"person{n}@example.com")).status_code for n in range(31)]
    assert codes == [401] * 30 + [429]
    assert (await tried(client, app.cast.reporter.email, PASSWORD)).status_code == 429
    form = {"grant_type": "password", "username": app.cast.reporter.email, "password": PASSWORD}
    assert (await client.post("/api/auth/token", data=form)).status_code == 429
    assert (await tried(from_address(app, "192.0.2.2"), app.cast.reporter.email, PASSWORD)).status_code == 200


async def test_a_customer_of_ipv6_is_one_address(app: App) -> None:
    stop_clock(app)
    codes = [
        (await tried(from_address(app, f"2001:db8:0:1::{n:x}"), f"person{n}@example.com")).status_code
        for n in range(31)
    ]
    assert codes[-1] == 429


async def test_an_unknown_person_is_throttled_alike(app: App) -> None:
    stop_clock(app)
    client = from_address(app, "192.0.2.1")
    codes = [(await tried(client, "nobody@example.com")).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


async def test_logging_in_is_no_failure(app: App) -> None:
    client = from_address(app, "192.0.2.1")
    codes = [(await tried(client, app.cast.reporter.email, PASSWORD)).status_code for _ in range(32)]
    assert codes == [200] * 32


async def test_many_at_once_get_no_extra_tries(app: App) -> None:
    stop_clock(app)
    client, email = from_address(app, "192.0.2.1"), app.cast.reporter.email
    answers = await asyncio.gather(*(tried(client, email, f"guess number {n}") for n in range(40)))
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {401, 429}
    assert 10 <= codes.count(401) <= 13, "at most four are under way when the tenth fails"
    assert len(await rows(app, "SELECT 1 FROM login_attempt")) == codes.count(401)


async def test_many_good_logins_at_once_all_succeed(app: App) -> None:
    client = from_address(app, "192.0.2.1")
    people = [app.cast.admin, app.cast.maintainer, app.cast.reporter, app.cast.other]
    answers = await asyncio.gather(*(tried(client, people[n % 4].email, PASSWORD) for n in range(40)))
    assert {answer.status_code for answer in answers} == {200}


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The parameters of each hash that a login is checked against, and the thread that did it."""
    found: list[tuple[str, int]] = []
    plain = passwords._matches

    def noted(password_hash: str, password: str) -> bool:
        found.append((password_hash.rsplit("$", 2)[0], threading.get_ident()))
        return plain(password_hash, password)

    monkeypatch.setattr(passwords, "_matches", noted)
    return found


async def test_an_unknown_person_costs_the_same_work(app: App, checks: list[tuple[str, int]]) -> None:
    for n, email in enumerate((app.cast.reporter.email, "nobody@example.com")):
        assert (await tried(from_address(app, f"198.51.100.{n}"), email)).status_code == 401
    known, unknown = (cost for cost, _ in checks)
    assert known == unknown == "$argon2id$v=19$m=19456,t=2,p=1"


async def test_at_most_four_hashes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    box, under_way, most = Passwords(), 0, 0
    plain = asyncio.to_thread

    async def counted(*args, **kwargs):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            return await plain(*args, **kwargs)
        finally:
            under_way -= 1

    monkeypatch.setattr(asyncio, "to_thread", counted)
    hashes = await asyncio.gather(*(box.hash("a good password") for _ in range(12)))
    assert (most, len(set(hashes))) == (4, 12)


async def test_a_password_is_checked_off_the_loop(app: App, checks: list[tuple[str, int]]) -> None:
    await try_password(app, app.cast.reporter.email, PASSWORD)
    assert len(checks) == 1
    assert checks[0][1] != threading.get_ident()
