"""The `trackly` command on a real database: what it does, and how it says no."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import TestPostgres
from tests.support.server import SECRET
from trackly.cli import main
from trackly.demo.people import PEOPLE
from trackly.kit.db import libpq_url
from trackly.settings import Settings

_OURS = {(field.alias or name).upper() for name, field in Settings.model_fields.items()}


@pytest.fixture
def database(postgres: TestPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, which the environment names."""
    for name in [name for name in os.environ if name.upper() in _OURS | {"TRACKLY_ADMIN_PASSWORD"}]:
        monkeypatch.delenv(name)
    with postgres.cloned() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("JWT_SECRET_KEY", SECRET)
        monkeypatch.setenv("TRACKLY_DATA_DIR", str(tmp_path))
        yield url


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(libpq_url(url)) as connection:
        return connection.execute(statement).fetchall()


def test_the_first_admin_gets_a_password_that_is_shown_once(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["create-admin", "--email", "Ada@example.org", "--name", "Ada"]) == 0
    said = capsys.readouterr().out
    assert "ada@example.org is an admin now" in said
    assert len(said.split("shown this once: ")[1].strip()) == 20
    assert rows(database, "SELECT email, name, role, active FROM user_account") == [
        ("ada@example.org", "Ada", "ADMIN", True)
    ]
    assert rows(database, "SELECT type, actor FROM event_log") == [("user.created", None)]


def test_a_password_of_ones_own_is_not_shown(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKLY_ADMIN_PASSWORD", "correct horse battery")
    assert main(["create-admin", "--email", "ada@example.org", "--name", "Ada"]) == 0
    assert "Password" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("email", "name", "password", "code", "reason"),
    [
        ("nobody", "Ada", "", 2, "trackly: --email: is no such thing\n"),
        ("ada@example.org", "", "", 2, "trackly: --name: it should have at least 1 character\n"),
        ("ada@example.org", "Ada", "short", 2, "trackly: --password: it should have at least 12 characters\n"),
    ],
)
def test_a_wrong_admin_is_refused_in_one_line(
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    email: str,
    name: str,
    password: str,
    code: int,
    reason: str,
) -> None:
    monkeypatch.setenv("TRACKLY_ADMIN_PASSWORD", password)
    assert main(["create-admin", "--email", email, "--name", name]) == code
    assert capsys.readouterr().err == reason
    assert rows(database, "SELECT 1 FROM user_account") == []


def test_an_address_that_is_taken_is_refused(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    again = ["create-admin", "--email", "ada@example.org", "--name", "Ada"]
    assert main(again) == 0
    assert main(again) == 1
    assert capsys.readouterr().err == "trackly: Somebody else has this mail address\n"


def test_the_demo_is_made_once_and_not_beside_people(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKLY_DEMO", "true")
    assert main(["demo"]) == 0
    assert "The demo is there" in capsys.readouterr().out
    counted = "SELECT (SELECT count(*) FROM user_account), (SELECT count(*) FROM issue)"
    first = rows(database, counted)
    assert first[0][0] == len(PEOPLE)
    assert main(["demo"]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert rows(database, counted) == first


def test_the_demo_is_refused_where_it_is_switched_off(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 2
    assert capsys.readouterr().err.startswith("trackly: TRACKLY_DEMO: ")
    assert rows(database, "SELECT 1 FROM user_account") == []


def test_migrate_on_the_newest_schema_does_nothing(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    assert capsys.readouterr().out == "The database has the newest schema\n"


def test_a_file_that_is_not_there_is_told(database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["import", "github", str(tmp_path / "none.jsonl")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("trackly: ")
    assert told.count("\n") == 1


def test_the_description_of_the_api_needs_no_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACKLY_DATA_DIR", str(tmp_path))
    assert main(["openapi"]) == 0
    described = json.loads(capsys.readouterr().out)
    assert described["openapi"].startswith("3.1")
    assert "/api/issues" in described["paths"]
