"""What is told about files, to everybody who sees their issue."""

from datetime import datetime
from uuid import UUID

from trackly.attachments.schemas import AttachmentGone, AttachmentOut
from trackly.events.envelope import ActorRef, Event
from trackly.issues.facade import TouchedIssue


def attachment_created(
    touched: TouchedIssue, attachment: AttachmentOut, actor: ActorRef, at: datetime | None = None
) -> Event:
    return _event("attachment.created", 1, touched, attachment, actor, at)


def attachment_deleted(touched: TouchedIssue, attachment_id: UUID, actor: ActorRef) -> Event:
    return _event("attachment.deleted", 2, touched, AttachmentGone(id=attachment_id), actor)


def _event(
    kind: str,
    version: int,
    touched: TouchedIssue,
    attachment: AttachmentOut | AttachmentGone,
    actor: ActorRef,
    at: datetime | None = None,
) -> Event:
    return Event(
        type=kind,
        entity=f"attachment:{attachment.id}",
        version=version,
        audience=touched.audience,
        body={"project": touched.project_key, "issue": touched.summary, "attachment": attachment},
        actor=actor,
        project=touched.project_key,
        issue=touched.key,
        at=at,
    )
