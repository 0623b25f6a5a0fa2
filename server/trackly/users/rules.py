"""Who may do what with people. Pure."""

from collections.abc import Mapping
from typing import Any

from trackly.users.actor import Actor, Role
from trackly.users.errors import Forbidden


def ensure_admin(actor: Actor) -> None:
    """Raises Forbidden for everybody else."""
    if not actor.is_admin:
        raise Forbidden("Only an admin may do this.")


def ensure_may_see(actor: Actor, user_id: int) -> None:
    """People see themselves, admins see everybody. Raises Forbidden."""
    if actor.user_id != user_id:
        ensure_admin(actor)


def stops_being_admin(role: str, active: bool, changes: Mapping[str, Any]) -> bool:
    """Whether `changes` take the admin's rights from a person with this `role`."""
    was_admin = role == Role.ADMIN and active
    remains = changes.get("role", role) == Role.ADMIN and changes.get("active", active)
    return was_admin and not remains
