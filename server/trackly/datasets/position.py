"""The place in the log that the data of a report is of: the newest event that says something about it."""

_ABOUT = ("attachment", "comment", "issue", "label", "member", "project", "user", "watcher", "workflow")


def position_select(*more: str) -> str:
    """A SELECT of one value, `<epoch>.<seq>`, to run in the snapshot that is read.

    Runs, logins and jobs write to the log too, and change no figure: only events about issues, comments, people and
    projects count, and those whose kind is in `more`. `0.0` when there is none."""
    kinds = ", ".join(f"'{kind}'" for kind in sorted({*_ABOUT, *more}))
    return (
        "SELECT coalesce((SELECT coalesce((SELECT max(p.epoch) FROM stream_epoch p"  # noqa: S608 - words of our own
        " WHERE p.stream = e.stream AND p.first_seq <= e.seq), 0) || '.' || e.seq"
        f" FROM event_log e WHERE e.stream = 0 AND split_part(e.type, '.', 1) IN ({kinds})"
        " ORDER BY e.seq DESC LIMIT 1), '0.0')"
    )
