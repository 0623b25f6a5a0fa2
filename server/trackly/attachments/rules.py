"""Who may do what with files. Pure."""

from trackly.attachments.errors import NotTheUploader
from trackly.users.facade import Role


def ensure_can_delete(user_id: int, role: Role, uploader_id: int) -> None:
    """`role` is the effective one in the issue's project. NotTheUploader for a reporter with somebody else's file."""
    if role is Role.REPORTER and user_id != uploader_id:
        raise NotTheUploader
