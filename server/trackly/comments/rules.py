"""What a comment can be, and who may change it. Pure."""

from enum import StrEnum

from trackly.comments.errors import NotYourComment
from trackly.projects.facade import STAFF
from trackly.users.facade import Role

BODY_MAX = 50_000


class CommentKind(StrEnum):
    """What it tells: anything, how the work goes, why it happens, how it ended."""

    COMMENT = "comment"
    PROGRESS = "progress"
    ANALYSIS = "analysis"
    RESOLUTION = "resolution"


def ensure_may_edit(user_id: int, author_id: int) -> None:
    """Nobody changes another's words. Raises NotYourComment."""
    if user_id != author_id:
        raise NotYourComment("Only its author edits a comment.")


def ensure_may_delete(user_id: int, role: Role, author_id: int) -> None:
    """Its author, and maintainers of the project. Raises NotYourComment."""
    if user_id != author_id and role not in STAFF:
        raise NotYourComment("Only its author and maintainers of the project delete a comment.")
