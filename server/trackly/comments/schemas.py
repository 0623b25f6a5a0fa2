"""Comments as they travel."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from trackly.comments.rules import BODY_MAX, CommentKind
from trackly.kit.schema import In, Out, UtcTime, unset
from trackly.users.facade import Person


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Body = Annotated[str, StringConstraints(max_length=BODY_MAX), AfterValidator(_not_blank)]


class CommentNew(In):
    """`body` is Markdown."""

    body: Body
    kind: CommentKind = CommentKind.COMMENT


class CommentPatch(In):
    """Only the members that are sent are changed."""

    body: Body = Field(default_factory=unset)
    kind: CommentKind = Field(default_factory=unset)


class CommentOut(Out):
    """A comment; `issue` is the key of the issue that it is on."""

    id: int
    issue: str
    body: str
    body_html: str
    kind: CommentKind
    author: Person
    version: int
    created_at: UtcTime
    updated_at: UtcTime
