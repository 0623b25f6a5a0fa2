"""What is told about reports: to admins, the owner and the people whom it is sent to. Never what it reads."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from trackly.events.envelope import AUDIT, ActorRef, Event
from trackly.reports.schemas import ReportFacts
from trackly.reports.share_schemas import ShareOut


def audience_of_report(owner_id: int, readers: Collection[str]) -> frozenset[str]:
    """`readers` are the tokens of those whom it is sent to."""
    return frozenset({"f:admin", f"u:{owner_id}", *readers})


def _event(kind: str, report: ReportFacts, readers: Collection[str], actor: ActorRef | None, body: object) -> Event:
    return Event(
        type=f"report.{kind}",
        entity=f"report:{report.id}",
        version=report.version,
        audience=audience_of_report(report.owner.id, readers),
        body={"report": body, "version": report.version},
        actor=actor,
    )


def report_created(report: ReportFacts, readers: Collection[str], actor: ActorRef | None) -> Event:
    return _event("created", report, readers, actor, report)


def report_updated(report: ReportFacts, readers: Collection[str], actor: ActorRef | None) -> Event:
    return _event("updated", report, readers, actor, report)


def report_withdrawn(report: ReportFacts, readers: Collection[str], actor: ActorRef | None) -> Event:
    """To those alone whom it is no longer sent to. `report` as it was: who sees it in another way is told of a newer
    version right after."""
    gone = _event("deleted", report, readers, actor, {"id": report.id})
    return replace(gone, audience=frozenset(readers))


def report_deleted(report: ReportFacts, readers: Collection[str], actor: ActorRef | None) -> Event:
    return _event("deleted", report, readers, actor, {"id": report.id})


def share_created(share: ShareOut, run_id: int, actor: ActorRef) -> Event:
    return _share_event("created", share.id, {"share": share, "run": {"id": run_id}}, actor)


def share_revoked(share_id: UUID, file_id: UUID, actor: ActorRef) -> Event:
    return _share_event("revoked", share_id, {"share": {"id": str(share_id), "file_id": str(file_id)}}, actor)


def _share_event(kind: str, share_id: UUID, body: dict[str, object], actor: ActorRef) -> Event:
    """For the audit alone: who let data out, and when."""
    return Event(
        type=f"share.{kind}",
        entity=f"share:{share_id}",
        version=1,
        audience=AUDIT,
        body=body,
        actor=actor,
    )
