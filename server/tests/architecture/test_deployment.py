"""Compose files, image and examples name only settings that exist, keep secrets out, and agree with each other."""

import json
import os
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
import yaml

from trackly.settings import Settings, load_settings

ROOT = Path(__file__).parents[3]
COMPOSE = ["docker-compose.yml", "server/docker-compose.yml"]
SETTINGS = {(field.alias or name).upper() for name, field in Settings.model_fields.items()}
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)")
_SECRETS = ("JWT_SECRET_KEY", "POSTGRES_PASSWORD", "AZURE_STORAGE_ACCOUNT_KEY")


def services(place: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / place).read_text())["services"]
    return loaded


def documented() -> set[str]:
    pages = [*(ROOT / "docs" / "operate").glob("*.md"), ROOT / ".env.example"]
    return set(re.findall(r"\b[A-Z][A-Z0-9_]{3,}\b", "\n".join(page.read_text() for page in pages)))


@pytest.mark.parametrize("place", COMPOSE)
def test_every_variable_is_documented(place: str) -> None:
    assert set(_VARIABLE.findall((ROOT / place).read_text())) <= documented()


@pytest.mark.parametrize("place", COMPOSE)
def test_the_server_is_given_settings_that_exist(place: str) -> None:
    assert set(services(place)["server"]["environment"]) <= SETTINGS


def interpolated(text: str, given: dict[str, str]) -> str:
    """As docker compose fills in `${NAME}`, `${NAME:-default}` and `${NAME:?reason}`, which may stand in each other."""
    inner = re.compile(r"\$\{(\w+)(?:(:[-?])([^{}]*))?\}")

    def value(found: re.Match[str]) -> str:
        name, how, other = found.groups()
        if given.get(name):
            return given[name]
        assert how != ":?", f"{name}: {other}"
        return other or ""

    while inner.search(text):
        text = inner.sub(value, text)
    return text


NEEDED = {
    "POSTGRES_PASSWORD": secrets.token_hex(24),
    "JWT_SECRET_KEY": secrets.token_hex(32),
    "AZURE_STORAGE_ACCOUNT_NAME": "trackly",
    "AZURE_STORAGE_ACCOUNT_KEY": "k" * 64,
}
FILLED = NEEDED | {"TRACKLY_DOMAIN": "issues.example.org", "MAX_UPLOAD_BYTES": "1000000", "GOOGLE_CLIENT_ID": ""}


@pytest.mark.parametrize("place", COMPOSE)
@pytest.mark.parametrize("given", [NEEDED, FILLED], ids=["needed", "filled"])
def test_with_what_is_needed_the_server_has_good_settings(
    place: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.upper() in SETTINGS]:
        monkeypatch.delenv(name)
    image = dict(re.findall(r"(HOST|PORT)=(\S+)", (ROOT / "server/Dockerfile").read_text()))
    environment = {name: str(value) for name, value in services(place)["server"]["environment"].items()}
    for name, value in {**image, **environment, "TRACKLY_DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, interpolated(value, given))
    settings = load_settings(_env_file=None)
    assert settings.database == f"postgresql://trackly:{given['POSTGRES_PASSWORD']}@database/trackly"
    assert (settings.demo, settings.trial, settings.host) == (False, False, "0.0.0.0")
    if place == "docker-compose.yml":
        assert settings.public_url == f"https://{given.get('TRACKLY_DOMAIN', 'localhost')}"
        assert settings.azure_storage_blob_endpoint == "http://files:10000/trackly"
        assert settings.secure_cookies


@pytest.mark.parametrize("place", COMPOSE)
@pytest.mark.parametrize("missing", ["POSTGRES_PASSWORD", "JWT_SECRET_KEY"])
def test_a_secret_that_is_missing_stops_it_with_the_reason(place: str, missing: str) -> None:
    text = (ROOT / place).read_text()
    with pytest.raises(AssertionError, match=f"{missing}: set it"):
        interpolated(text, {name: value for name, value in NEEDED.items() if name != missing})


@pytest.mark.parametrize("place", COMPOSE)
def test_no_secret_has_a_default(place: str) -> None:
    text = (ROOT / place).read_text()
    for secret in _SECRETS:
        assert f"${{{secret}:-" not in text
        assert f"${{{secret}-" not in text
    assert "${JWT_SECRET_KEY:?" in text
    assert "${POSTGRES_PASSWORD:?" in text


@pytest.mark.parametrize("place", COMPOSE)
def test_every_service_restarts_and_nothing_starts_before_what_it_needs(place: str) -> None:
    all_services = services(place)
    for service in all_services.values():
        assert service["restart"] == "unless-stopped"
        for needed, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            has_check = "healthcheck" in all_services[needed] or needed == "server"
            assert has_check, f"{needed} has no health check"


@pytest.mark.parametrize("place", COMPOSE)
def test_what_is_mounted_and_built_exists(place: str) -> None:
    folder = (ROOT / place).parent
    for service in services(place).values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (folder / source).exists(), source
        if build := service.get("build"):
            context = folder / build["context"]
            stages = re.findall(r"^FROM \S+ AS (\w+)$", (context / build["dockerfile"]).read_text(), re.MULTILINE)
            assert build["target"] in stages


def test_the_database_is_on_5433_beside_the_server_alone() -> None:
    assert services("server/docker-compose.yml")["database"]["ports"] == ["127.0.0.1:5433:5432"]
    assert set(services("server/docker-compose.yml")) == {"server", "database"}


def test_only_the_proxy_is_open_in_the_full_stack() -> None:
    assert {name for name, service in services("docker-compose.yml").items() if "ports" in service} == {"proxy"}


def test_what_the_image_copies_exists_and_it_does_not_run_as_root() -> None:
    text = (ROOT / "server/Dockerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    assert "\nUSER trackly\n" in text
    assert "\nHEALTHCHECK " in text


def test_the_stream_is_neither_compressed_nor_held_back() -> None:
    text = (ROOT / "docs/operate/Caddyfile").read_text()
    stream = text[text.index("handle @stream") : text.index("encode")]
    assert "flush_interval -1" in stream
    assert "path /api/events" in text


def test_both_locks_pin_the_same_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "server" / name).read_text()
        return dict(re.findall(r"^([a-z0-9._-]+(?:\[[^]]*\])?)==([^ \\]+)", text, re.MULTILINE))

    run, develop = pins("requirements.txt"), pins("requirements-dev.txt")
    assert run
    assert {name: develop.get(name) for name in run} == run


def test_the_client_lock_names_the_packages_of_every_platform() -> None:
    """`npm install` on one machine may leave the others' out, and `npm ci` then refuses the lock everywhere."""
    packages: dict[str, Any] = json.loads((ROOT / "client/package-lock.json").read_text())["packages"]
    wanted = {name for package in packages.values() for name in package.get("optionalDependencies", {})}
    assert wanted
    assert {name for name in wanted if not any(place.endswith(f"node_modules/{name}") for place in packages)} == set()
