"""What a client makes of events: a snapshot of what one reader sees, kept up to date by the log alone.

The same rules as the client's reducers, in plain Python; `verify.py` holds the result against a fresh snapshot."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class Refetch(Exception):
    """The reader's own rights changed: nothing held is good any more, and the client reads everything anew."""


@dataclass
class Seen:
    """What one reader sees. `missing`: issues that became visible and whose text the client has to fetch."""

    me: Json
    issues: dict[str, Json]
    comments: dict[str, list[Json]]
    attachments: dict[str, list[Json]]
    projects: dict[str, Json]
    labels: dict[str, list[Json]]
    members: dict[str, list[Json]]
    workflows: dict[str, Json]
    inbox: list[Json]
    sources: dict[int, Json]
    reports: dict[int, Json]
    missing: set[str] = field(default_factory=set)

    def reduced(self, events: list[Json]) -> "Seen":
        """After `events`, in order; self stays as it is."""
        seen = deepcopy(self)
        for event in events:
            REDUCERS[event["type"]](seen, event)
        return seen

    def is_staff(self, project: str) -> bool:
        return self.projects[project]["role"] in ("ADMIN", "MAINTAINER")


def _apply(seen: Seen, summary: Json) -> bool:
    """Take over a newer issue. False when it is not held, and has to be fetched."""
    held = seen.issues.get(summary["key"])
    if held is None:
        seen.missing.add(summary["key"])
        return False
    if (summary["version"], summary["updated_at"]) > (held["version"], held["updated_at"]):
        held.update(summary)
    return True


def _drop(seen: Seen, key: str) -> None:
    for held in (seen.issues, seen.comments, seen.attachments):
        held.pop(key, None)
    seen.missing.discard(key)


def _issue_created(seen: Seen, event: Json) -> None:
    issue = event["issue"]
    watchers = (issue["reporter"]["id"], (issue["assignee"] or {}).get("id"))
    seen.issues[issue["key"]] = {**issue, "watching": seen.me["id"] in watchers}
    seen.comments[issue["key"]] = []
    seen.attachments[issue["key"]] = []


def _issue_updated(seen: Seen, event: Json) -> None:
    _apply(seen, event["issue"])


def _issue_deleted(seen: Seen, event: Json) -> None:
    _drop(seen, event["issue"]["key"])


def _watcher_added(seen: Seen, event: Json) -> None:
    if _apply(seen, event["issue"]) and event["watcher"]["id"] == seen.me["id"]:
        seen.issues[event["issue"]["key"]]["watching"] = True


def _watcher_removed(seen: Seen, event: Json) -> None:
    issue, project = event["issue"], seen.projects[event["project"]]
    if event["watcher"]["id"] == seen.me["id"] and issue["key"] in seen.issues:
        seen.issues[issue["key"]]["watching"] = False
        own = issue["reporter"]["id"] == seen.me["id"]
        if not (own or seen.is_staff(event["project"]) or project["reporters_see_all"]):
            _drop(seen, issue["key"])
            return
    _apply(seen, issue)


def _put(kind: str) -> Callable[[Seen, Json], None]:
    def reduce(seen: Seen, event: Json) -> None:
        if not _apply(seen, event["issue"]):
            return
        held: list[Json] = getattr(seen, f"{kind}s")[event["issue"]["key"]]
        held[:] = [one for one in held if one["id"] != event[kind]["id"]] + [event[kind]]
        held.sort(key=lambda one: (one["created_at"], one["id"]))

    return reduce


def _take(kind: str) -> Callable[[Seen, Json], None]:
    def reduce(seen: Seen, event: Json) -> None:
        if _apply(seen, event["issue"]):
            held: list[Json] = getattr(seen, f"{kind}s")[event["issue"]["key"]]
            held[:] = [one for one in held if one["id"] != event[kind]["id"]]

    return reduce


def _project_updated(seen: Seen, event: Json) -> None:
    held = seen.projects[event["project"]["key"]]
    rights = ("visibility", "reporters_see_all")
    if any(held[name] != event["project"][name] for name in rights) and not seen.is_staff(held["key"]):
        raise Refetch
    held.update(event["project"])


def _project_deleted(seen: Seen, event: Json) -> None:
    key = event["project"]["key"]
    for held in (seen.projects, seen.labels, seen.members, seen.workflows):
        held.pop(key, None)
    for issue in [issue for issue in seen.issues.values() if issue["project"] == key]:
        _drop(seen, issue["key"])


def _label_created(seen: Seen, event: Json) -> None:
    held = seen.labels[event["project"]]
    held.append(event["label"])
    held.sort(key=lambda label: label["name"].lower())


def _member_updated(seen: Seen, event: Json) -> None:
    _ensure_not_me(seen, event)
    held = seen.members[event["project"]]
    held[:] = [one for one in held if one["user_id"] != event["member"]["user_id"]] + [event["member"]]
    held.sort(key=lambda one: (one["name"].lower(), one["user_id"]))


def _member_removed(seen: Seen, event: Json) -> None:
    _ensure_not_me(seen, event)
    held = seen.members[event["project"]]
    held[:] = [one for one in held if one["user_id"] != event["member"]["user_id"]]


def _ensure_not_me(seen: Seen, event: Json) -> None:
    if event["member"]["user_id"] == seen.me["id"]:
        raise Refetch


def _workflow_updated(seen: Seen, event: Json) -> None:
    seen.workflows[event["project"]] = event["workflow"]


def _notification_created(seen: Seen, event: Json) -> None:
    seen.inbox.insert(0, event["notification"])
    assert event["unread"] == sum(line["read_at"] is None for line in seen.inbox)


def _notification_read(seen: Seen, event: Json) -> None:
    read = event["read"]
    for line in seen.inbox:
        wanted = line["id"] <= read["through"] if read["ids"] is None else line["id"] in read["ids"]
        if wanted and line["read_at"] is None:
            line.update(read_at=read["read_at"], version=2)
    assert event["unread"] == sum(line["read_at"] is None for line in seen.inbox)


def _report_put(seen: Seen, event: Json) -> None:
    report = event["report"]
    if report["version"] >= seen.reports.get(report["id"], {"version": 0})["version"]:
        seen.reports[report["id"]] = report


def _report_deleted(seen: Seen, event: Json) -> None:
    seen.reports.pop(event["report"]["id"], None)


def _source_put(seen: Seen, event: Json) -> None:
    source = event["source"]
    if source["version"] > seen.sources.get(source["id"], {"version": 0})["version"]:
        seen.sources[source["id"]] = source


def _source_deleted(seen: Seen, event: Json) -> None:
    seen.sources.pop(event["source"]["id"])


def _rights_changed(seen: Seen, event: Json) -> None:
    raise Refetch


def _nothing(seen: Seen, event: Json) -> None:
    return None


REDUCERS: dict[str, Callable[[Seen, Json], None]] = {
    "issue.created": _issue_created,
    "issue.updated": _issue_updated,
    "issue.deleted": _issue_deleted,
    "watcher.added": _watcher_added,
    "watcher.removed": _watcher_removed,
    "comment.created": _put("comment"),
    "comment.updated": _put("comment"),
    "comment.deleted": _take("comment"),
    "attachment.created": _put("attachment"),
    "attachment.deleted": _take("attachment"),
    "project.created": _rights_changed,
    "project.updated": _project_updated,
    "project.deleted": _project_deleted,
    "label.created": _label_created,
    "member.updated": _member_updated,
    "member.removed": _member_removed,
    "workflow.updated": _workflow_updated,
    "delivery.updated": _nothing,
    "notification.created": _notification_created,
    "notification.read": _notification_read,
    "report.created": _report_put,
    "report.updated": _report_put,
    "report.deleted": _report_deleted,
    "report.run_created": _nothing,
    "report.run_updated": _nothing,
    "report.run_finished": _nothing,
    "job.paused": _nothing,
    "job.resumed": _nothing,
    "job.ran": _nothing,
    "source.created": _source_put,
    "source.updated": _source_put,
    "source.deleted": _source_deleted,
    "sandbox.writer_granted": _nothing,
    "sandbox.writer_revoked": _nothing,
    "user.created": _nothing,
    "user.updated": _rights_changed,
    "user.deleted": _rights_changed,
}
