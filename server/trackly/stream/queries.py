"""What a stream has to look up: which issues of a page are still the reader's."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.issues.facade import visible_predicate
from trackly.issues.tables import IssueRow
from trackly.users.facade import Actor, Role
from trackly.users.tables import UserAccount


async def visible_issue_keys(session: AsyncSession, user_id: int, keys: set[str]) -> set[str]:
    """Those of `keys` that the user may see now; none of an inactive user."""
    statement = select(UserAccount.id, UserAccount.email, UserAccount.name, UserAccount.role)
    row = (await session.execute(statement.where(UserAccount.id == user_id, UserAccount.active))).one_or_none()
    if row is None:
        return set()
    actor = Actor(row.id, row.email, row.name, Role(row.role))
    found = await session.scalars(select(IssueRow.key).where(IssueRow.key.in_(keys), visible_predicate(actor)))
    return set(found.all())
