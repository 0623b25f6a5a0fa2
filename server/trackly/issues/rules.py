"""What an issue may become, and who may change what. Pure: no I/O, no clock."""

from collections.abc import Collection
from enum import StrEnum

from trackly.issues.errors import FieldsNotAllowed, IllegalTransition, NotAllowed
from trackly.projects.facade import STAFF, Status, Transitions
from trackly.users.facade import Role


class Resolution(StrEnum):
    FIXED = "FIXED"
    WONT_FIX = "WONT_FIX"
    DUPLICATE = "DUPLICATE"
    CANNOT_REPRODUCE = "CANNOT_REPRODUCE"


class Severity(StrEnum):
    """How bad it is."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Priority(StrEnum):
    """In which order it is worked on."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    URGENT = "URGENT"


TITLE_MAX = 200
DESCRIPTION_MAX = 100_000
LABELS_MAX = 20
LABEL_MAX = 40

_REPORTER_CREATES = frozenset({"project", "title", "description", "severity"})
_REPORTER_EDITS = frozenset({"title", "description"})


def ensure_may_create(role: Role, fields: Collection[str]) -> None:
    """Raises FieldsNotAllowed for what only maintainers say of a new issue."""
    if role not in STAFF:
        _ensure_only(_REPORTER_CREATES, fields)


def ensure_may_edit(role: Role, fields: Collection[str], *, own: bool) -> None:
    """Reporters edit the text of what they reported. Raises FieldsNotAllowed, or NotAllowed for others' issues."""
    if role in STAFF:
        return
    _ensure_only(_REPORTER_EDITS, fields)
    if not own:
        raise NotAllowed("Reporters edit only the issues that they reported.")


def ensure_may_delete(role: Role) -> None:
    """Raises NotAllowed for everybody but admins."""
    if role is not Role.ADMIN:
        raise NotAllowed("Only admins delete issues.")


def ensure_may_bulk_edit(role: Role) -> None:
    """Raises NotAllowed for reporters."""
    if role not in STAFF:
        raise NotAllowed("Only maintainers edit many issues at once.")


def ensure_legal(transitions: Transitions, role: Role, old: str, new: str) -> None:
    """Raises IllegalTransition, naming the legal moves, unless the project's table has this one."""
    if old != new and not transitions.allows(role, old, new):
        legal = [str(status) for status in transitions.legal(role, old)]
        ways = ", ".join(legal) or "nowhere"
        raise IllegalTransition(
            f"From {old} an issue can go to: {ways}; not to {new}.", fields={"from": old, "to": new, "legal": legal}
        )


def resolution_of(status: str, wanted: str | None, held: str | None) -> str | None:
    """Done issues have a resolution (FIXED unless another is said), all others have none."""
    if status != Status.DONE:
        return None
    return wanted or held or Resolution.FIXED.value


def _ensure_only(allowed: Collection[str], fields: Collection[str]) -> None:
    refused = sorted(set(fields) - set(allowed))
    if refused:
        raise FieldsNotAllowed(f"Only maintainers may set: {', '.join(refused)}.", fields={"fields": refused})
