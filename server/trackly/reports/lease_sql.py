"""The statements of the queue. Time is the database's; a run belongs to whoever holds `(id, attempt, lease_by)`."""

from sqlalchemy import BigInteger, Integer, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

LEASE = text(
    """
    WITH due AS (
        SELECT n.id FROM report_run n LEFT JOIN report_schedule s ON s.report_id = n.report_id
        WHERE n.state = 'QUEUED' AND n.not_before <= statement_timestamp()
          AND (n.trigger <> 'schedule' OR coalesce(s.overlap, 'queue') = 'allow' OR NOT EXISTS (
              SELECT 1 FROM report_run o
              WHERE o.report_id = n.report_id AND o.id < n.id AND o.trigger = 'schedule'
                AND o.state IN ('QUEUED', 'RUNNING', 'RENDERED')))
        ORDER BY n.not_before, n.id LIMIT :free FOR UPDATE OF n SKIP LOCKED
    )
    UPDATE report_run AS n
    SET state = 'RUNNING', attempt = n.attempt + 1, lease_by = :me, started_at = clock_timestamp(), reason = NULL,
        lease_until = clock_timestamp() + make_interval(secs => :lease_s), error_code = NULL, error_message = NULL,
        finished_at = NULL, version = n.version + 1
    FROM due WHERE due.id = n.id RETURNING n.*
    """
)
"""Of runs by the clock that may not overlap, only the oldest one of a report that has not ended."""

HEARTBEAT = text(
    """
    UPDATE report_run AS n
    SET lease_until = clock_timestamp() + make_interval(secs => :lease_s),
        progress = n.progress || d.progress::jsonb
    FROM unnest(:ids, :attempts, :progress) AS d(id, attempt, progress)
    WHERE n.id = d.id AND n.attempt = d.attempt AND n.lease_by = :me AND n.state = 'RUNNING'
    RETURNING n.id, n.cancel_by
    """
).bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("attempts", type_=ARRAY(Integer)),
    bindparam("progress", type_=ARRAY(Text)),
)
SILENT = text(
    """
    SELECT * FROM report_run WHERE state = 'RUNNING' AND lease_until < statement_timestamp()
    ORDER BY lease_until LIMIT 100 FOR UPDATE SKIP LOCKED
    """
)
"""Whose worker has not been heard of for too long."""

ADD_LINES = text(
    """
    INSERT INTO report_run_log (run_id, at, level, text)
    SELECT d.run_id, clock_timestamp(), d.level, d.text
    FROM unnest(:runs, :levels, :texts) WITH ORDINALITY AS d(run_id, level, text, n) ORDER BY d.n
    """
).bindparams(
    bindparam("runs", type_=ARRAY(BigInteger)),
    bindparam("levels", type_=ARRAY(Text)),
    bindparam("texts", type_=ARRAY(Text)),
)


def change_held(changes: str, *, of: str = "RUNNING", keep: bool = False) -> TextClause:
    """A run that is held becomes another one: the fence is in its WHERE. `keep`: it stays leased.

    `more` is merged into its progress."""
    lease = "" if keep else "lease_by = NULL, lease_until = NULL, "
    return text(
        f"UPDATE report_run AS n SET {changes}, {lease}version = n.version + 1,"  # noqa: S608 - our own words
        " progress = (n.progress - 'stage' - 'part') || CAST(:more AS jsonb)"
        f" WHERE n.id = :id AND n.attempt = :attempt AND n.lease_by = :me AND n.state = '{of}' RETURNING n.*"
    )


_ERROR = "error_code = CAST(:code AS text), error_message = CAST(:message AS text), reason = CAST(:reason AS text)"
RENDERED = change_held(
    "state = 'RENDERED', rows = :rows, bytes = :bytes, truncated = :truncated, as_of = CAST(:as_of AS text)", keep=True
)
DELIVERING = change_held("state = 'DELIVERING'", of="RENDERED")
SUCCESS = change_held("state = 'SUCCESS', finished_at = clock_timestamp()", of="RENDERED")
STOPPED = change_held(f"state = 'FAILED', {_ERROR}, finished_at = clock_timestamp()", of="RENDERED")
FAILED = change_held(f"state = 'FAILED', {_ERROR}, finished_at = clock_timestamp()")
CANCELLED = change_held(
    "state = 'CANCELLED', reason = coalesce(n.reason, CAST(:reason AS text)), finished_at = clock_timestamp()"
)
AGAIN = change_held(f"state = 'QUEUED', {_ERROR}, not_before = clock_timestamp() + make_interval(secs => :wait_s)")
