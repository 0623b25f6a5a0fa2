"""Settings: what is missing, weak or wrong is named with its reason; a trial makes its own secret and keeps it."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trackly.kit.secrets import ensure_strong, is_loopback
from trackly.settings import Settings, SettingsError, load_settings

SERVER = Path(__file__).parents[2]
DOCS = SERVER.parent / "docs" / "operate" / "settings.md"
STRONG = secrets.token_hex(32)
PRODUCTION = {
    "HOST": "0.0.0.0",
    "DATABASE_URL": "postgresql://trackly:pw@db/trackly",
    "JWT_SECRET_KEY": STRONG,
    "FRONTEND_URL": "https://issues.example.org",
}


def names() -> set[str]:
    return {(field.alias or name).upper() for name, field in Settings.model_fields.items()}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper() in names()]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRACKLY_DATA_DIR", str(tmp_path / "data"))


def load(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], **overrides: Any) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings(**{"_env_file": None, **overrides})


def test_a_trial_needs_nothing_and_keeps_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = load(monkeypatch, {}), load(monkeypatch, {})
    assert first.trial
    assert first.demo
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    kept = first.data_dir / "secrets" / "jwt_secret_key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert first.secret_key not in repr(first)


def test_the_embedded_database_does_not_end_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {})
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        _ = settings.database
    running = settings.with_embedded("postgresql://trackly@/trackly")
    assert running.database == "postgresql://trackly@/trackly"
    assert running.trial
    assert running.demo
    assert running.embedded


def test_production_holds_together(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, PRODUCTION)
    assert not settings.trial
    assert not settings.demo
    assert settings.secure_cookies
    assert settings.public_url == "https://issues.example.org"
    assert settings.secret_key == STRONG


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"JWT_SECRET_KEY": ""}, "JWT_SECRET_KEY is missing: at least 32 random bytes"),
        ({"JWT_SECRET_KEY": "tooshort"}, "JWT_SECRET_KEY: is too short"),
        ({"JWT_SECRET_KEY": "your-super-secret-jwt-key-change-me-now"}, "JWT_SECRET_KEY: looks like a placeholder"),
        ({"JWT_SECRET_KEY": "a" * 64}, "JWT_SECRET_KEY: follows a pattern"),
        ({"JWT_SECRET_KEY_PREVIOUS": "old"}, "JWT_SECRET_KEY_PREVIOUS: is too short"),
        ({"TRACKLY_DEMO": "true"}, "TRACKLY_DEMO: the demo people exist on a loopback address only"),
        ({"FRONTEND_URL": ""}, "FRONTEND_URL is missing"),
        ({"FRONTEND_URL": "http://issues.example.org"}, "FRONTEND_URL: must start with https://"),
        ({"FRONTEND_URL": "issues.example.org"}, "FRONTEND_URL: must start with https:// or http://"),
        ({"FRONTEND_URL": "https://example.org/issues"}, "FRONTEND_URL: must be an address without a path"),
        ({"FRONTEND_URL": "https://me:pw@example.org"}, "FRONTEND_URL: must be an address without a path"),
        ({"DATABASE_URL": "mysql://db/trackly"}, "DATABASE_URL: must start with postgresql://"),
        ({"DATABASE_URL": "postgresql://u:pw@db:x/trackly"}, "DATABASE_URL: has no port that is a number"),
        ({"DATABASE_URL": "postgresql://db"}, "DATABASE_URL: names no database"),
        ({"DATABASE_URL": "postgresql://u:pw@db/trackly?nonsense=1"}, "DATABASE_URL: can't be read: "),
        ({"TRUSTED_PROXIES": "10.0.0.0/8, proxy"}, "TRUSTED_PROXIES: proxy is neither an address nor a network"),
        ({"PORT": "eighty"}, "PORT: should be a valid integer"),
        ({"PORT": "70000"}, "PORT: should be less than or equal to 65535"),
        ({"RATE_LIMIT_PER_MINUTE": "-1"}, "RATE_LIMIT_PER_MINUTE: should be greater than or equal to 0"),
        ({"ACCESS_TOKEN_EXPIRE_MINUTES": "0"}, "ACCESS_TOKEN_EXPIRE_MINUTES: should be greater than or equal to 1"),
        ({"GOOGLE_CLIENT_ID": "id"}, "GOOGLE_CLIENT_SECRET is missing"),
        ({"AZURE_STORAGE_ACCOUNT_KEY": "key"}, "AZURE_STORAGE_ACCOUNT_NAME is missing"),
        ({"AZURE_STORAGE_CONTAINER_NAME": "No_Such"}, "AZURE_STORAGE_CONTAINER_NAME: "),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL: should be"),
    ],
)
def test_a_wrong_value_is_named_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, PRODUCTION | change)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_mistakes_are_told_at_once_and_no_value_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, PRODUCTION | {"PORT": "x", "JWT_SECRET_KEY": "hunter2hunter2"})
    assert "PORT: " in str(refused.value)
    assert "JWT_SECRET_KEY: " in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_an_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9001\nSTREAM_LIMIT_PER_USER=3\nGOOGLE_ALLOWED_DOMAINS=example.org, example.com\nNOT_OURS=1\n")
    settings = load(monkeypatch, {"PORT": "9002"}, _env_file=file)
    assert settings.port == 9002
    assert settings.stream_limit_per_user == 3
    assert settings.google_allowed_domains == ("example.org", "example.com")


def test_demo_can_be_switched_off_on_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load(monkeypatch, {"TRACKLY_DEMO": "false"}).demo


def test_settings_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(monkeypatch, {}).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    "secret",
    ["0123456789abcdef" * 4, "abcdefghijklmnopqrstuvwxyz0123456789", "ab" * 20, "x" * 31]
    + ["thisisaverylongbutweaksecretkey1234567890", "supersecretkeythatshouldnotbeusedinproduction"],
)
def test_guessable_secrets_are_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        ensure_strong(secret)


def test_random_secrets_are_accepted() -> None:
    for _ in range(500):
        ensure_strong(secrets.token_hex(32))
        ensure_strong(secrets.token_urlsafe(32))
    ensure_strong(f"test-secret-{secrets.token_urlsafe(24)}")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)]
    + [("10.0.0.1", False), ("example.org", False), ("localhost.example.org", False)],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_every_setting_is_documented() -> None:
    documented = {line.split("`")[1] for line in DOCS.read_text().splitlines() if line.startswith("| `")}
    assert documented == names()


def test_the_command_refuses_with_one_line_and_exit_code_2() -> None:
    environment = os.environ | {"HOST": "0.0.0.0", "JWT_SECRET_KEY": "", "FRONTEND_URL": "https://issues.example.org"}
    refused = subprocess.run(
        [sys.executable, "-m", "trackly", "serve"],
        cwd=SERVER,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert refused.stderr.startswith("trackly: JWT_SECRET_KEY is missing: ")
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""
