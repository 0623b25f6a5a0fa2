"""Changing projects, their members, labels and workflow."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.errors import StaleVersion
from trackly.projects import events
from trackly.projects.access import ProjectAccess, get_project_access
from trackly.projects.errors import LabelExists, MemberNotFound, ProjectKeyTaken, ProjectNotFound
from trackly.projects.queries import load_workflow
from trackly.projects.rules import Transitions, color_for, default_transitions, distinct_labels, ensure_staff
from trackly.projects.schemas import (
    LabelCreate,
    LabelOut,
    MemberOut,
    ProjectCreate,
    ProjectFacts,
    ProjectOut,
    ProjectPatch,
    ProjectRef,
    WorkflowOut,
    WorkflowPut,
)
from trackly.projects.tables import LabelRow, MembershipRow, ProjectRow, TransitionRow
from trackly.users.facade import Actor, Role, ensure_admin, load_user


async def create_project(uow: UnitOfWork, actor: Actor, new: ProjectCreate) -> ProjectOut:
    """A project with the default workflow. Admins only: Forbidden. Raises ProjectKeyTaken."""
    ensure_admin(actor)
    row = await uow.session.scalar(
        insert(ProjectRow)
        .values(**new.model_dump(), created_at=uow.now, updated_at=uow.now)
        .on_conflict_do_nothing()
        .returning(ProjectRow)
    )
    if row is None:
        raise ProjectKeyTaken
    await _write_transitions(uow, row.id, default_transitions())
    project = ProjectFacts.model_validate(row)
    uow.record(events.project_created(project, actor.ref))
    return _as_admin(project)


async def update_project(
    uow: UnitOfWork, actor: Actor, key: str, patch: ProjectPatch, if_match: int | None
) -> ProjectOut:
    """Admins only: Forbidden. Nothing is told when nothing changes. Raises ProjectNotFound, StaleVersion.

    Locks: the project."""
    row = await _lock_project(uow, actor, key, if_match)
    wanted: dict[str, Any] = patch.model_dump(exclude_unset=True)
    changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if changes:
        for name, value in changes.items():
            setattr(row, name, value)
        row.version += 1
        row.updated_at = uow.now
        await uow.session.flush()
        uow.record(events.project_updated(ProjectFacts.model_validate(row), actor.ref))
    return _as_admin(ProjectFacts.model_validate(row))


async def delete_project(uow: UnitOfWork, actor: Actor, key: str, if_match: int | None) -> None:
    """Remove the project with all of its issues. Admins only: Forbidden. Raises ProjectNotFound, StaleVersion.

    Locks: the project."""
    row = await _lock_project(uow, actor, key, if_match)
    project = ProjectFacts.model_validate(row).model_copy(update={"version": row.version + 1})
    of_project = MembershipRow.project_id == row.id
    members = await uow.session.scalars(delete(MembershipRow).where(of_project).returning(MembershipRow.user_id))
    knew = {f"u:{user_id}" for user_id in members}
    await uow.session.execute(delete(ProjectRow).where(ProjectRow.id == row.id))
    uow.record(events.project_deleted(project, knew, actor.ref))


async def put_member(uow: UnitOfWork, actor: Actor, key: str, user_id: int, role: Role) -> MemberOut:
    """Give somebody a role of their own in the project. Admins only: Forbidden. Raises ProjectNotFound, UserNotFound.

    Locks: the project."""
    project = await _lock_project(uow, actor, key, None)
    user = await load_user(uow.session, user_id)
    changed = await uow.session.scalar(
        insert(MembershipRow)
        .values(project_id=project.id, user_id=user_id, role=role)
        .on_conflict_do_update(
            index_elements=["project_id", "user_id"], set_={"role": role}, where=MembershipRow.role != role
        )
        .returning(MembershipRow.user_id)
    )
    member = MemberOut(user_id=user_id, name=user.name, role=role)
    if changed is not None:
        uow.record(events.member_updated(_ref(project), member, actor.ref))
    return member


async def remove_member(uow: UnitOfWork, actor: Actor, key: str, user_id: int) -> None:
    """Admins only: Forbidden. Raises ProjectNotFound, MemberNotFound. Locks: the project."""
    project = await _lock_project(uow, actor, key, None)
    role = await uow.session.scalar(
        delete(MembershipRow)
        .where(MembershipRow.project_id == project.id, MembershipRow.user_id == user_id)
        .returning(MembershipRow.role)
    )
    if role is None:
        raise MemberNotFound
    user = await load_user(uow.session, user_id)
    member = MemberOut(user_id=user_id, name=user.name, role=Role(role))
    uow.record(events.member_removed(_ref(project), member, actor.ref))


async def put_workflow(
    uow: UnitOfWork, actor: Actor, key: str, workflow: WorkflowPut, if_match: int | None
) -> WorkflowOut:
    """Replace the moves and the limits. Admins only: Forbidden. Raises ProjectNotFound, StaleVersion (of the workflow).

    Locks: the project."""
    project = await _lock_project(uow, actor, key, None)
    if if_match is not None and if_match != project.workflow_version:
        raise StaleVersion(fields={"version": project.workflow_version})
    listed = ((move.role, move.from_status, move.to_status) for move in workflow.transitions)
    moves = frozenset((role, old, new) for role, old, new in listed if old != new)
    await uow.session.execute(delete(TransitionRow).where(TransitionRow.project_id == project.id))
    await _write_transitions(uow, project.id, Transitions(moves))
    project.wip_limits = {str(status): limit for status, limit in workflow.wip_limits.items()}
    project.workflow_version += 1
    await uow.session.flush()
    changed = await load_workflow(uow.session, project.id)
    uow.record(events.workflow_updated(_ref(project), changed, actor.ref))
    return changed


async def create_label(uow: UnitOfWork, actor: Actor, key: str, new: LabelCreate) -> LabelOut:
    """Maintainers of the project: Forbidden otherwise. Raises ProjectNotFound, LabelExists."""
    access = await get_project_access(uow.session, actor, key)
    ensure_staff(access.role)
    label = LabelOut(name=new.name, color=new.color or color_for(new.name))
    if not await _add_labels(uow, actor, access, [label]):
        raise LabelExists
    return label


async def ensure_labels(uow: UnitOfWork, actor: Actor, access: ProjectAccess, names: Sequence[str]) -> list[str]:
    """`names` as the project spells them, sorted; missing ones are made. The caller checks rights."""
    wanted = distinct_labels(names)
    if not wanted:
        return []
    await _add_labels(uow, actor, access, [LabelOut(name=name, color=color_for(name)) for name in wanted])
    lowered = [name.lower() for name in wanted]
    found = await uow.session.scalars(
        select(LabelRow.name).where(LabelRow.project_id == access.project_id, func.lower(LabelRow.name).in_(lowered))
    )
    return sorted(found)


async def _add_labels(
    uow: UnitOfWork, actor: Actor, access: ProjectAccess, labels: Sequence[LabelOut]
) -> list[LabelOut]:
    """Those that were new. In the order of names, so that two who add several don't wait for each other in a ring."""
    ordered = sorted(labels, key=lambda label: label.name.lower())
    rows = await uow.session.execute(
        insert(LabelRow)
        .values([{"project_id": access.project_id, **label.model_dump()} for label in ordered])
        .on_conflict_do_nothing()
        .returning(LabelRow.name, LabelRow.color)
    )
    added = [LabelOut.model_validate(row) for row in rows]
    for event in events.labels_created(ProjectRef(id=access.project_id, key=access.key), added, actor.ref):
        uow.record(event)
    return added


async def _lock_project(uow: UnitOfWork, actor: Actor, key: str, if_match: int | None) -> ProjectRow:
    """The project for an admin to change. What others may not know of answers ProjectNotFound, the rest Forbidden."""
    access = await get_project_access(uow.session, actor, key)
    ensure_admin(actor)
    row = await uow.session.scalar(select(ProjectRow).where(ProjectRow.id == access.project_id).with_for_update())
    if row is None:
        raise ProjectNotFound
    if if_match is not None and if_match != row.version:
        raise StaleVersion(fields={"version": row.version})
    return row


async def _write_transitions(uow: UnitOfWork, project_id: int, transitions: Transitions) -> None:
    if transitions.moves:
        await uow.session.execute(
            insert(TransitionRow),
            [
                {"project_id": project_id, "role": role, "from_status": old, "to_status": new}
                for role, old, new in sorted(transitions.moves)
            ],
        )


def _as_admin(project: ProjectFacts) -> ProjectOut:
    return ProjectOut(**project.model_dump(), role=Role.ADMIN)


def _ref(project: ProjectRow) -> ProjectRef:
    return ProjectRef(id=project.id, key=project.key)
