"""What an operator can set: environment variables and `.env` beside the README, typed, checked once, then passed in.

Every name is described in docs/operate/settings.md (a test compares the two)."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from trackly.kit.db import ensure_postgres_url
from trackly.kit.hosts import AllowedHosts
from trackly.kit.operators import OperatorError
from trackly.kit.secrets import HOW_TO_MAKE_ONE, ensure_strong, is_loopback, kept_secret

_ROOT = Path(__file__).resolve().parents[2]


class SettingsError(OperatorError):
    """One or more settings are wrong; the message names each, with the reason."""

    exit_code = 2


def _strong(secret: SecretStr) -> SecretStr:
    ensure_strong(secret.get_secret_value())
    return secret


def _web_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must start with https:// or http:// and name a host")
    return url.rstrip("/")


def _origin(url: str) -> str:
    if url != "{0.scheme}://{0.netloc}".format(urlsplit(url)) or "@" in url:
        raise ValueError("must be an address without a path, such as https://issues.example.org")
    return url


def _listed(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _networks(entries: tuple[str, ...]) -> tuple[str, ...]:
    for entry in entries:
        try:
            ip_network(entry, strict=False)
        except ValueError:
            raise ValueError(f"{entry} is neither an address nor a network such as 10.0.0.0/8") from None
    return entries


def _hosts(entries: tuple[str, ...]) -> tuple[str, ...]:
    AllowedHosts.of(entries)
    return entries


Secret = Annotated[SecretStr, AfterValidator(_strong)]
PostgresUrl = Annotated[str, AfterValidator(ensure_postgres_url)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Origin = Annotated[str, AfterValidator(_web_url), AfterValidator(_origin)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Networks = Annotated[Names, AfterValidator(_networks)]
HostNames = Annotated[Names, AfterValidator(_hosts)]


class Settings(BaseSettings):
    """Frozen. Without DATABASE_URL and on a loopback address Trackly is on trial: its secret and its database live
    in the data folder, and the demo people exist."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_file=_ROOT / ".env",
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    frontend_url: Origin | None = None
    trusted_proxies: Networks = ("127.0.0.1", "::1")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    data_dir: Path = Field(default=_ROOT / "server" / "data", alias="TRACKLY_DATA_DIR")
    client_dir: Path = Field(default=_ROOT / "client" / "build", alias="TRACKLY_CLIENT_DIR")
    demo_wanted: bool | None = Field(default=None, alias="TRACKLY_DEMO")

    database_url: PostgresUrl | None = None
    database_pool_size: int = Field(default=20, ge=2, le=200)

    jwt_secret_key: Secret | None = None
    jwt_secret_key_previous: Secret | None = None
    access_token_expire_minutes: int = Field(default=30, ge=1, le=24 * 60)
    refresh_token_expire_days: int = Field(default=7, ge=1, le=365)

    secrets_key: Secret | None = None
    secrets_key_previous: Secret | None = None
    webhook_allowed_hosts: HostNames = ()

    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    google_discovery_url: WebUrl = "https://accounts.google.com/.well-known/openid-configuration"
    google_allowed_domains: Names = ()

    azure_storage_account_name: str | None = None
    azure_storage_account_key: SecretStr | None = None
    azure_storage_container_name: str = Field(default="issue-files", pattern=r"^[a-z0-9](-?[a-z0-9]){2,62}$")
    azure_storage_blob_endpoint: WebUrl | None = None

    rate_limit_per_minute: int = Field(default=600, ge=0, le=1_000_000)
    rate_limit_anonymous_per_minute: int = Field(default=60, ge=0, le=1_000_000)
    stream_limit_per_user: int = Field(default=10, ge=1, le=10_000)
    max_upload_bytes: int = Field(default=25 * 1024 * 1024, ge=1, le=5 * 1024**3)
    stats_aggregation_interval_minutes: int = Field(default=30, ge=1, le=24 * 60)
    report_workers: int = Field(default=2, ge=0, le=64)
    report_keep_days: int = Field(default=400, ge=1, le=36_500)
    report_keep_runs: int = Field(default=400, ge=1, le=100_000)
    ledger_keep_days: int = Field(default=400, ge=1, le=36_500)
    report_quota_bytes: int = Field(default=10 * 1024**3, ge=1024**2, le=2**60)
    reports_git_dir: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")

    _embedded: bool = PrivateAttr(default=False)

    def with_embedded(self, url: str) -> Self:
        """These settings with the PostgreSQL that Trackly started itself."""
        settings = self.model_copy(update={"database_url": url})
        settings._embedded = True  # noqa: SLF001
        return settings

    @property
    def database(self) -> str:
        """Where the database is; the embedded one only once it was started (`with_embedded`)."""
        if self.database_url is None:
            raise SettingsError("DATABASE_URL is missing")
        return self.database_url

    @property
    def reports_git_folder(self) -> Path | None:
        """Where versions of reports are committed."""
        return self.data_dir / self.reports_git_dir if self.reports_git_dir else None

    @property
    def superuser_database(self) -> str | None:
        """The embedded database as its superuser reaches it; None on a server that is not ours."""
        from trackly.kit.embedded_postgres import DATABASE, EmbeddedPostgres

        return EmbeddedPostgres(self.data_dir).superuser_url(DATABASE) if self.embedded else None

    @property
    def embedded(self) -> bool:
        """Whether PostgreSQL is our own affair."""
        return self._embedded or self.database_url is None

    @property
    def on_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def trial(self) -> bool:
        return self.embedded and self.on_loopback

    @property
    def demo(self) -> bool:
        """Whether the demo people exist and may log in."""
        return self.trial if self.demo_wanted is None else self.demo_wanted

    @property
    def secret_key(self) -> str:
        """The key that signs; always there after `load_settings`."""
        if self.jwt_secret_key is None:
            raise SettingsError("JWT_SECRET_KEY is missing")
        return self.jwt_secret_key.get_secret_value()

    @property
    def secrets_keys(self) -> tuple[str, ...]:
        """What opens the secrets in the database; the first one seals. Without SECRETS_KEY it is the key kept in
        the data folder, and that goes on opening after SECRETS_KEY was set."""
        given = [key.get_secret_value() for key in (self.secrets_key, self.secrets_key_previous) if key is not None]
        kept = self.data_dir / "secrets" / "secrets_key"
        if self.secrets_key is None:
            return (kept_secret(kept), *given)
        return (*given, *([kept_secret(kept)] if kept.exists() else []))

    @property
    def public_url(self) -> str:
        """The address in the browser's address bar, without a slash at its end."""
        return self.frontend_url or f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def secure_cookies(self) -> bool:
        """`__Host-` names and Secure; only plain HTTP on a loopback address goes without."""
        return self.public_url.startswith("https://")

    @property
    def google_enabled(self) -> bool:
        return self.google_client_id is not None

    @property
    def azure_enabled(self) -> bool:
        return self.azure_storage_account_name is not None

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        problems = [*self._unsafe(), *self._half_set()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _unsafe(self) -> list[str]:
        problems = []
        if self.jwt_secret_key is None and not self.trial:
            problems.append(f"JWT_SECRET_KEY is missing: {HOW_TO_MAKE_ONE}")
        if self.demo and not self.on_loopback:
            problems.append(f"TRACKLY_DEMO: the demo people exist on a loopback address only, and HOST is {self.host}")
        if self.frontend_url is None and not self.on_loopback:
            problems.append("FRONTEND_URL is missing: the address that people open, https://…")
        elif not self.secure_cookies and not is_loopback(urlsplit(self.public_url).hostname or ""):
            problems.append("FRONTEND_URL: must start with https://, plain http:// is for a loopback address")
        return problems

    def _half_set(self) -> list[str]:
        """Where one of two belongs to the other."""
        pairs = {
            ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"): (self.google_client_id, self.google_client_secret),
            ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY"): (
                self.azure_storage_account_name,
                self.azure_storage_account_key,
            ),
        }
        return [
            f"{missing} is missing: {' and '.join(names)} go together"
            for names, values in pairs.items()
            for missing, value, other in zip(names, values, reversed(values), strict=True)
            if value is None and other is not None
        ]


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; on trial with a random secret that is kept in the data folder.

    Raises SettingsError."""
    try:
        settings = Settings(**overrides)
        if settings.jwt_secret_key is None:
            secret = kept_secret(settings.data_dir / "secrets" / "jwt_secret_key")
            settings = settings.model_copy(update={"jwt_secret_key": SecretStr(secret)})
        return settings
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None
    except OSError as error:
        raise SettingsError(f"TRACKLY_DATA_DIR: {error.strerror}: {error.filename}") from None


def _one_line(error: ValidationError) -> str:
    """Names and reasons, never values: they may be secrets."""
    return "; ".join(_reason(item["loc"], item["msg"]) for item in error.errors())


def _reason(place: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ").replace("Input should", "should")
    return f"{str(place[0]).upper()}: {text}" if place else text
