"""A PostgreSQL elsewhere: how it is reached, and how a connection to it is made to read and nothing else."""

import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

from psycopg import sql

CONNECT_S = 8
STATEMENT_S = 60
_OWN = "This is Trackly's own database: it is not read as a data source"


@dataclass(frozen=True, slots=True)
class Server:
    """`sslmode` as libpq has it; `verify-full` by the certificates that this machine trusts."""

    host: str
    port: int
    database: str
    username: str
    password: str | None = field(repr=False)
    sslmode: str

    @property
    def url(self) -> str:
        """The address for libpq. Nothing of it comes from this account's own files: no password file, no certificate,
        no ticket of Kerberos."""
        login = quote(self.username, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        host = f"[{self.host}]" if ":" in self.host else quote(self.host, safe="")
        options = {
            "sslmode": self.sslmode,
            "connect_timeout": str(CONNECT_S),
            "application_name": "trackly reports",
            "passfile": "/dev/null",
            "gssencmode": "disable",
            "sslcertmode": "disable",
            **({"sslrootcert": "system"} if self.sslmode == "verify-full" else {}),
        }
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
        return f"postgresql://{login}@{host}:{self.port}/{quote(self.database, safe='')}?{query}"

    def without_secrets(self, words: str) -> str:
        """What a server or libpq said, on one line, with the password blotted out should it be in it."""
        plain = " ".join(words.split())[:500]
        return plain.replace(self.password, "…") if self.password else plain


def reading_only(own_system: str, own_database: str) -> tuple[str, ...]:
    """What is run first on each connection, each by itself. It fails when the server is Trackly's own database."""
    return (
        "SET default_transaction_read_only = on",
        f"SET statement_timeout = '{STATEMENT_S}s'",
        "SET lock_timeout = '1s'",
        "SET idle_in_transaction_session_timeout = '60s'",
        "SET timezone = 'UTC'",
        not_own(own_system, own_database),
    )


def not_own(own_system: str, own_database: str) -> str:
    """Fails on the database with this system identifier and name, by whatever address and role it was reached.

    Where the role may not ask for the identifier, it is another server: ours lets everybody ask."""
    tag = f"$a{secrets.token_hex(8)}$"
    system, database = (sql.Literal(text).as_string(None) for text in (own_system, own_database))
    body = (
        f"BEGIN IF current_database() = {database}"  # noqa: S608 - quoted by the driver
        f" AND (SELECT system_identifier::text FROM pg_control_system()) = {system}"
        f" THEN RAISE EXCEPTION '%', {sql.Literal(_OWN).as_string(None)}; END IF;"
        " EXCEPTION WHEN insufficient_privilege OR undefined_function THEN NULL; END"
    )
    return f"DO {tag}{body}{tag}"
