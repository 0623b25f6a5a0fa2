"""Whether what a client holds since its cursor is still its to hold."""

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.recall import read_after, read_last_until
from trackly.projects.facade import NotRecalled, ReaderTokens, as_it_was, entities_about, load_standing, to_recall

RIGHTS_TYPES = frozenset(
    {
        "user.updated", "user.deleted", "member.updated", "member.removed",
        "project.created", "project.updated", "project.deleted",
    }
)  # fmt: skip
"""Events that may change what a person sees of whole projects. Of single issues: see `Connection`."""


async def has_other_sight(session: AsyncSession, reader: ReaderTokens, after: int) -> bool:
    """Whether the reader sees more or less now of what there was at event `after`; True also when nobody can tell.

    One look into the log when nothing has happened to their rights since. The session's snapshot is that of the
    rights: what they hold already counts, though it was not applied to streams yet."""
    since = await read_after(session, after, RIGHTS_TYPES, entities_about(reader.user_id))
    if not since:
        return False
    now = await load_standing(session, reader.user_id, reader.role)
    recalled = await read_last_until(session, after, to_recall(now, since))
    try:
        return as_it_was(now, since, recalled).differs_from(now)
    except NotRecalled:
        return True
