"""The key of the secrets in the database: kept, changed, and refused when it is another one."""

import secrets
import stat
from pathlib import Path

import psycopg
import pytest

from tests.api.test_cli import database, rows
from trackly.cli import main
from trackly.kit.db import libpq_url
from trackly.kit.secret_box import SecretBox, row_identity
from trackly.notifications.config_queries import PASSWORD_OF
from trackly.settings import load_settings

__all__ = ["database"]
OLD, NEW = secrets.token_hex(32), secrets.token_hex(32)
HOOK = row_identity("webhook", "secret", 1)
CONFIG = (
    "INSERT INTO email_config"
    " (id, preset, host, port, security, username, password, from_address, created_at, updated_at)"
    " VALUES (1, 'custom', 'mail.example.org', 587, 'tls', 'me', %s, 't@example.org', now(), now())"
)
WEBHOOK = (
    "WITH u AS (INSERT INTO user_account (email, name, role, created_at, updated_at)"
    " VALUES ('a@example.org', 'A', 'ADMIN', now(), now()) RETURNING id)"
    " INSERT INTO webhook (owner_id, url, secret, created_at, updated_at)"
    " SELECT id, 'https://x.example/', %s, now(), now() FROM u"
)


@pytest.fixture
def sealed(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with two secrets, sealed with OLD."""
    monkeypatch.setenv("SECRETS_KEY", OLD)
    assert main(["rotate-secrets"]) == 0
    box = SecretBox([OLD])
    with psycopg.connect(libpq_url(database), autocommit=True) as connection:
        connection.execute(CONFIG, (box.seal(PASSWORD_OF, "hunter2"),))
        connection.execute(WEBHOOK, (box.seal(HOOK, "whsec_x"),))
    return database


def stored(url: str) -> list[str]:
    tables = ("SELECT password FROM email_config", "SELECT secret FROM webhook", "SELECT sealed FROM secret_canary")
    return [str(row[0]) for statement in tables for row in rows(url, statement)]


def test_everything_is_sealed_anew_with_the_newest_key(
    sealed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECRETS_KEY", NEW)
    monkeypatch.setenv("SECRETS_KEY_PREVIOUS", OLD)
    assert main(["rotate-secrets"]) == 0
    assert "3 secrets are sealed with the newest key now" in capsys.readouterr().out
    monkeypatch.delenv("SECRETS_KEY_PREVIOUS")
    password, hook, _ = stored(sealed)
    box = SecretBox([NEW])
    assert (box.open(PASSWORD_OF, password), box.open(HOOK, hook)) == ("hunter2", "whsec_x")
    assert main(["rotate-secrets"]) == 0


def test_another_key_is_refused_at_the_start_in_one_line(
    sealed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stored(sealed)
    monkeypatch.setenv("SECRETS_KEY", NEW)
    monkeypatch.setenv("PORT", "0")
    for command in ("serve", "rotate-secrets"):
        capsys.readouterr()
        assert main([command]) == 2
        said = capsys.readouterr().err
        assert said.startswith("trackly: SECRETS_KEY: the secrets in this database were sealed with another key")
        assert said.count("\n") == 1
    assert stored(sealed) == before


def test_one_secret_that_does_not_open_leaves_all_as_they_were(
    sealed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(libpq_url(sealed), autocommit=True) as connection:
        connection.execute("UPDATE webhook SET secret = (SELECT password FROM email_config)")
    before = stored(sealed)
    monkeypatch.setenv("SECRETS_KEY", NEW)
    monkeypatch.setenv("SECRETS_KEY_PREVIOUS", OLD)
    capsys.readouterr()
    assert main(["rotate-secrets"]) == 1
    assert capsys.readouterr().err == "trackly: nothing was changed: webhook.secret:1 belongs to another row\n"
    assert stored(sealed) == before


def test_without_the_setting_a_random_key_is_kept_and_goes_on_opening(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert main(["rotate-secrets"]) == 0
    kept = tmp_path / "secrets" / "secrets_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    (key,) = load_settings(_env_file=None).secrets_keys
    assert key == kept.read_text()
    monkeypatch.setenv("SECRETS_KEY", NEW)
    assert load_settings(_env_file=None).secrets_keys == (NEW, key)
    assert main(["rotate-secrets"]) == 0
    kept.unlink()
    assert main(["rotate-secrets"]) == 0
