"""The description of the API is true: what fits it, and what just does not, is answered as it says, never with a 5xx.

Cases are made from the description itself, the same ones in each run."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.files import attached, make_issue, picture
from tests.support.http import http
from tests.support.people import PASSWORD, furnished, make_person
from tests.support.server import RealServer
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database
from trackly.users.facade import Role

DESCRIPTION = json.loads((Path(__file__).parents[3] / "docs" / "api" / "openapi.json").read_text())
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
LAST = ("delete", "log_out")
OPERATIONS = sorted(
    (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)),
    key=lambda operation: (operation.method in LAST, operation.definition.raw["operationId"] in LAST),
)
TAKING = [operation for operation in OPERATIONS if operation.body or list(operation.iter_parameters())]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LONGEST_URL = 60_000
"""Above it the server does not even read what is wanted."""
NO_SUCH_PLACE = {404: "not_found", 405: "method_not_allowed"}
"""Where a wrong value makes the address another one, which is nobody's."""


Case = schemathesis.Case[Any]


@dataclass
class House:
    """A real server with one of everything, and an admin's login."""

    server: RealServer
    database_url: str
    email: str
    known: dict[str, Any]
    session: requests.Session

    def log_in(self) -> None:
        """The admin may have been logged out, renamed or demoted by what was tried before."""
        if self.session.get(f"{self.server.url}/api/users/count").status_code == 200:
            return
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(
                "UPDATE user_account SET role = 'ADMIN', active = true, email = %s, deleted_at = NULL WHERE id = %s",
                (self.email, self.known["admin_id"]),
            )
        form = {"grant_type": "password", "username": self.email, "password": PASSWORD}
        answer = requests.post(f"{self.server.url}/api/auth/token", data=form, timeout=10)
        assert answer.status_code == 200, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def known_places(self, operation: Any) -> dict[str, Any] | None:
        """Path parameters that name something which is there."""
        names = [parameter.name for parameter in operation.path_parameters]
        kinds = {
            "key": "project" if operation.path.startswith("/api/projects") else "issue",
            "name": "job" if operation.path.startswith("/api/jobs") else "ready_made",
        }
        return {name: self.known[kinds.get(name, name)] for name in names} or None


@pytest.fixture(scope="module")
async def house(postgres) -> AsyncIterator[House]:
    with postgres.cloned() as url:
        database = Database.open(url, pool_size=2)
        work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
        cast = await furnished(work)
        spare = await make_person(work, "Sid Spare", Role.REPORTER)
        await database.close()
        session = requests.Session()
        session.headers["Accept"] = "application/json"
        async with RealServer(url) as server:
            known = {"admin_id": cast.admin.user_id, "user_id": spare.user_id, "project": "TRK", "figure": "created"}
            home = House(server, url, cast.admin.email, known, session)
            home.log_in()
            await _furnish(home)
            yield home
        session.close()


async def _furnish(home: House) -> None:
    headers = {"Authorization": str(home.session.headers["Authorization"])}
    async with http(home.server.url, headers=headers) as client:
        home.known["issue"] = await make_issue(client)
        home.known["attachment_id"] = (await attached(client, home.known["issue"], picture(), "a.png"))["id"]
        comments = f"/api/issues/{home.known['issue']}/comments"
        home.known["comment_id"] = (await client.post(comments, json={"body": "Yes"})).json()["id"]
        made = await client.post("/api/auth/tokens", json={"name": "A program", "scopes": ["read"]})
        home.known["token_id"] = made.json()["id"]
        home.known["session_id"] = (await client.get("/api/auth/sessions")).json()["items"][0]["id"]
        table = {"file": ("targets.csv", b"name,target\nA,7\n")}
        made = await client.post("/api/data-sources/uploads?name=Targets", files=table)
        home.known["source_id"] = made.json()["id"]
        await client.put(f"/api/projects/TRK/members/{home.known['user_id']}", json={"role": "REPORTER"})
        await _report(home, client)


async def _report(home: House, client: httpx.AsyncClient) -> None:
    """A report that has run, with a link to its file and an unsubscribe token that is nobody's."""
    ready = (await client.get("/api/reports/ready-made")).json()["items"][0]["name"]
    report = (await client.post(f"/api/reports/ready-made/{ready}", json={})).json()
    path = f"/api/reports/{report['id']}"
    run = (await client.post(f"{path}/run", json={})).json()
    for _ in range(300):
        run = (await client.get(f"/api/runs/{run['id']}")).json()
        if run["files"]:
            break
        await asyncio.sleep(0.1)
    file = run["files"][0]["id"]
    share = (await client.post(f"/api/runs/{run['id']}/files/{file}/shares", json={"expires_in_h": 1})).json()
    home.known |= {
        "job": "idempotency_keys",
        "ready_made": ready,
        "report_id": report["id"],
        "version": 1,
        "run_id": run["id"],
        "edition_id": 1,
        "file_id": file,
        "share_id": share["id"],
        "delivery_id": 1,
        "token": "A" * 43,
    }


def _try(house: House, case: Case) -> None:
    answer = case.call(base_url=house.server.url, session=house.session, timeout=20, allow_redirects=False)
    if len(answer.request.url or "") > LONGEST_URL:
        return
    if answer.status_code in NO_SUCH_PLACE and answer.json()["code"] == NO_SUCH_PLACE[answer.status_code]:
        return
    case.validate_response(answer, checks=CHECKS)
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.definition.raw["operationId"])
def test_what_fits(house: House, operation: Any) -> None:
    house.log_in()

    @EXAMPLES
    @given(case=operation.as_strategy(path_parameters=house.known_places(operation)))
    def run(case: Case) -> None:
        _try(house, case)

    run()


@pytest.mark.parametrize("operation", TAKING, ids=lambda operation: operation.definition.raw["operationId"])
def test_what_does_not_fit(house: House, operation: Any) -> None:
    house.log_in()

    @EXAMPLES
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def run(case: Case) -> None:
        _try(house, case)

    run()
