"""Attachments as they travel."""

from uuid import UUID

from trackly.kit.schema import Out, UtcTime
from trackly.users.facade import Person


class AttachmentOut(Out):
    """A file on an issue. `bytes` and `sha256` are those of `…/content`: pictures are written anew, without metadata.

    `inline`: a page may show it. `thumbnail`: `…/thumbnail` has a small picture of it."""

    id: UUID
    issue: str
    name: str
    content_type: str
    bytes: int
    sha256: str
    inline: bool
    thumbnail: bool
    uploader: Person
    created_at: UtcTime


class AttachmentGone(Out):
    """What is left to say of a deleted one."""

    id: UUID
