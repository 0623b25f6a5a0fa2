"""The door to comments, for imports and demos."""

from trackly.comments.commands import ImportedComment, create_comment, import_comment
from trackly.comments.rules import CommentKind
from trackly.comments.schemas import CommentNew, CommentOut

__all__ = ["CommentKind", "CommentNew", "CommentOut", "ImportedComment", "create_comment", "import_comment"]
