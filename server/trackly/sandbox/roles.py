"""The two roles of SQL reports in one database, what they may read, and the text that sets them up.

Roles belong to a whole PostgreSQL server, so their names carry the number of the database: several databases of one
server, clones among them, never touch each other's."""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from psycopg import sql
from sqlalchemy.engine import make_url

from trackly.sandbox.catalog import VIEWS

CONNECTIONS = 10
TEMP_FILE_LIMIT = "512MB"
SETTINGS = {
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "repeatable read",
    "statement_timeout": "30s",
    "lock_timeout": "1s",
    "idle_in_transaction_session_timeout": "1min",
    "idle_session_timeout": "5min",
    "work_mem": "16MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "standard_conforming_strings": "on",
}
CLOSED_FUNCTIONS = (
    r"^(set_config|pg_notify|pg_sleep(_for|_until)?|pg_(cancel|terminate)_backend|pg_(try_)?advisory_.*|lo_.*|loread|"
    r"lowrite|(query|table|schema|database|cursor)_to_xml.*|ts_stat|ts_rewrite|pg_stat_get_activity|"
    r"pg_stat_get_backend_.*|pg_logical_emit_message|pg_export_snapshot|dblink.*)$"
)
"""What everybody may call in a new database: it changes settings, waits, takes locks, ends or watches others, writes
without a table, or runs a text as a statement."""
OPEN_FUNCTIONS = (
    "reporting.rights()",
    "reporting.attach(text)",
    "reporting.as_of()",
    "reporting.ensure_short(double precision)",
    "reporting.generate_series(integer, integer, integer)",
    "reporting.generate_series(timestamptz, timestamptz, interval)",
    "reporting.generate_series(timestamp, timestamp, interval)",
)
COLUMNS = {
    "issue": (
        "id, project_id, key, title, description, status, status_since, resolution, severity, priority, "
        "reporter_id, assignee_id, due_on, watchers_count, comments_count, attachments_count, created_at, "
        "updated_at, done_at, severity_rank, priority_rank"
    ),
    "issue_label": "issue_id, name",
    "issue_change": (
        "id, issue_id, issue_key, project_id, at, type, actor_id, changed, status_before, status_after, "
        "severity_before, severity_after"
    ),
    "watcher": "issue_id, user_id",
    "comment": "id, issue_id, kind, body, author_id, created_at, updated_at",
    "attachment": "id, issue_id, uploader_id, name, content_type, bytes, created_at",
    "project": "id, key, name, description, visibility, timezone, created_at",
    "membership": "project_id, user_id",
    "label": "project_id, name, color",
    "user_account": "id, name, role, active",
    "daily_stats": (
        "project_id, day, created, triaged, started, done, reopened, in_open, in_triaged, in_progress, "
        "in_done, open_low, open_medium, open_high, open_critical"
    ),
    "event_log": "stream, seq, type",
    "stream_epoch": "stream, epoch",
}


@dataclass(frozen=True, slots=True)
class Roles:
    """Who is who in one database. `app` is the role that Trackly itself works as."""

    database: str
    database_oid: int
    app: str

    @property
    def reader(self) -> str:
        return f"trackly_report_{self.database_oid}"

    @property
    def owner(self) -> str:
        return f"trackly_reporting_{self.database_oid}"

    def reader_url(self, url: str, password: str) -> str:
        """The address of Trackly's own connection, for the reader."""
        made = make_url(url).set(drivername="postgresql", username=self.reader, password=password)
        return made.render_as_string(hide_password=False)


def scram_verifier(password: str) -> str:
    """What PostgreSQL keeps of a password, so that a script can set it without telling it. RFC 5803, RFC 7677.

    The salt is made from the password, which is random: the same password gives the same text."""
    iterations, salt = 4096, hashlib.sha256(b"salt of " + password.encode()).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored, server = hashlib.sha256(client).digest(), hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${iterations}:{_base64(salt)}${_base64(stored)}:{_base64(server)}"


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


@dataclass(frozen=True, slots=True)
class Setup:
    """`script` is what an administrator runs, and Trackly itself where it may; it does not tell the password.
    `fingerprint` is what it leaves in the database, to be known by."""

    script: str
    fingerprint: str


@cache
def setup_for(roles: Roles, password: str) -> Setup:
    text = files("trackly.sandbox").joinpath("sql", "setup.sql").read_text(encoding="utf-8")
    settings = [f"ALTER ROLE {roles.reader} SET {name} = '{value}';" for name, value in SETTINGS.items()]
    settings.append(f"ALTER ROLE {roles.reader} SET search_path = reporting, pg_temp;")
    parts = {
        "app": _quoted(roles.app),
        "app_text": sql.quote(roles.app),
        "database": _quoted(roles.database),
        "owner": roles.owner,
        "reader": roles.reader,
        "connections": str(CONNECTIONS),
        "temp_file_limit": TEMP_FILE_LIMIT,
        "verifier": scram_verifier(password),
        "settings": "\n".join(settings),
        "columns": "\n".join(f"GRANT SELECT ({c}) ON public.{t} TO {roles.owner};" for t, c in COLUMNS.items()),
        "views": ", ".join(f"reporting.{view.name}" for view in VIEWS),
        "functions": ", ".join(OPEN_FUNCTIONS),
        "closed": CLOSED_FUNCTIONS,
    }
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return Setup(text.replace("{fingerprint}", fingerprint), fingerprint)


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()
