"""What runs by itself: forgetting."""

from datetime import timedelta

from sqlalchemy import delete

from trackly.auth.tables import ApiTokenRow, LoginAttemptRow, OAuthStateRow, SessionRow
from trackly.auth.throttle import WINDOW
from trackly.events.unit_of_work import UnitOfWork

KEPT_FOR = timedelta(days=30)


async def forget_old_logins(uow: UnitOfWork) -> int:
    """Remove sessions and tokens that have been over for 30 days, failures that no longer count, and sign-ins that
    never came back; returns the sessions. Who did what when stays in the event log."""
    await uow.session.execute(delete(LoginAttemptRow).where(LoginAttemptRow.at <= uow.now - WINDOW))
    await uow.session.execute(delete(OAuthStateRow).where(OAuthStateRow.expires_at <= uow.now))
    long_ago = uow.now - KEPT_FOR
    await uow.session.execute(
        delete(ApiTokenRow).where((ApiTokenRow.expires_at <= long_ago) | (ApiTokenRow.revoked_at <= long_ago))
    )
    over = (SessionRow.expires_at <= long_ago) | (SessionRow.ended_at <= long_ago)
    gone = await uow.session.scalars(delete(SessionRow).where(over).returning(SessionRow.id))
    return len(gone.all())
