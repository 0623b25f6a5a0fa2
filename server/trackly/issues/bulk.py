"""The same edit for many issues, and its rehearsal."""

from collections.abc import Sequence

from trackly.events.unit_of_work import UnitOfWork
from trackly.issues.changes import EditPlan, plan_edit
from trackly.issues.edits import look_around, write_edits
from trackly.issues.errors import IssueNotFound, NotAllowed
from trackly.issues.held import HeldIssue
from trackly.issues.listing import find_matching_ids
from trackly.issues.parameters import IssueQuery
from trackly.issues.queries import ISSUE, hold_issues
from trackly.issues.rules import ensure_may_bulk_edit
from trackly.issues.schemas import BulkChange, BulkEdit, BulkRefusal, BulkResult
from trackly.kit.errors import AppError, InvalidInput
from trackly.projects.facade import STAFF
from trackly.users.facade import Actor

BULK_MAX = 500


async def edit_issues(uow: UnitOfWork, actor: Actor, edit: BulkEdit) -> BulkResult:
    """Give every chosen issue the same patch, or with `dry_run` only say what that would do: nothing is written then.

    What is refused stays as it is, and is named with the reason. One transaction, the events appended once.
    Raises NotAllowed for who is a maintainer nowhere here, InvalidQuery, InvalidInput when `q` finds over 500.
    Locks: the issues, in the order of their ids."""
    issues = await _chosen(uow, actor, edit)
    if actor.role not in STAFF and not any(held.role in STAFF for held in issues):
        raise NotAllowed("Only maintainers edit many issues at once.")
    around = await look_around(uow, actor, issues, edit.patch, making_labels=not edit.dry_run)
    plans: list[EditPlan] = []
    refused = [_unknown(key) for key in _missing(edit, issues)]
    for held in issues:
        try:
            ensure_may_bulk_edit(held.role_here)
            plans.append(plan_edit(held, edit.patch, actor.user_id, around[held.project_id], uow.now))
        except AppError as refusal:
            refused.append(BulkRefusal(key=held.key, code=refusal.code, detail=refusal.detail))
    if not edit.dry_run:
        await write_edits(uow, actor, plans)
    return BulkResult(
        outcome="rehearsed" if edit.dry_run else "applied",
        changed=[BulkChange(key=plan.held.key, changed=plan.changed) for plan in plans if plan.changed],
        unchanged=[plan.held.key for plan in plans if not plan.changed],
        refused=refused,
    )


async def _chosen(uow: UnitOfWork, actor: Actor, edit: BulkEdit) -> list[HeldIssue]:
    if edit.keys is not None:
        return await hold_issues(uow.session, actor, ISSUE.c.key.in_(edit.keys))
    ids = await find_matching_ids(uow.session, actor, IssueQuery(q=edit.q), uow.now, BULK_MAX + 1)
    if len(ids) > BULK_MAX:
        raise InvalidInput.of("q", f"finds more than {BULK_MAX} issues; narrow it")
    return await hold_issues(uow.session, actor, ISSUE.c.id.in_(ids)) if ids else []


def _missing(edit: BulkEdit, issues: Sequence[HeldIssue]) -> list[str]:
    found = {held.key for held in issues}
    return [key for key in dict.fromkeys(edit.keys or ()) if key not in found]


def _unknown(key: str) -> BulkRefusal:
    return BulkRefusal(key=key, code=IssueNotFound.code, detail=IssueNotFound.title)
