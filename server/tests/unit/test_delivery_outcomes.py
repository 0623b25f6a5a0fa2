"""What follows from the end of a try: pure, so every case is here."""

from datetime import UTC, datetime, timedelta

import pytest

from trackly.notifications.messages import Channel, State
from trackly.notifications.outcomes import Ending, Next, Outcome, Pace, delay_s, what_follows

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PACE = Pace()


def follows(ending: Ending, channel: Channel = Channel.EMAIL, attempts: int = 1, unknowns: int = 0, **over) -> Next:
    outcome = Outcome(ending, "accepted", "")
    given = {"now": NOW, "give_up_at": NOW + timedelta(hours=24), "pace": PACE, "dice": lambda: 0.5, **over}
    return what_follows(outcome, channel, attempts=attempts, unknowns=unknowns, **given)


@pytest.mark.parametrize("ending", [Ending.SENT, Ending.FAILED, Ending.SUPPRESSED])
def test_these_are_final(ending: Ending) -> None:
    assert follows(ending) == Next(State(ending.value), None)


def test_not_now_is_later() -> None:
    assert follows(Ending.DEFERRED) == Next(State.PENDING, NOW + timedelta(seconds=60))
    assert follows(Ending.DEFERRED, attempts=3) == Next(State.PENDING, NOW + timedelta(seconds=240))


def test_later_than_the_deadline_is_never() -> None:
    assert follows(Ending.DEFERRED, give_up_at=NOW + timedelta(seconds=59)) == Next(State.FAILED, None)


def test_a_mail_without_an_answer_is_tried_once_more() -> None:
    assert follows(Ending.UNKNOWN, unknowns=1) == Next(State.UNKNOWN, NOW + timedelta(seconds=60))
    assert follows(Ending.UNKNOWN, unknowns=2, attempts=2) == Next(State.UNKNOWN, None)


def test_a_mail_that_may_have_arrived_never_counts_as_not_sent() -> None:
    assert follows(Ending.DEFERRED, unknowns=1).state is State.UNKNOWN
    late = follows(Ending.DEFERRED, unknowns=1, give_up_at=NOW)
    assert late == Next(State.UNKNOWN, None)


def test_a_webhook_without_an_answer_is_tried_until_the_deadline() -> None:
    again = follows(Ending.UNKNOWN, Channel.WEBHOOK, attempts=5, unknowns=5)
    assert again == Next(State.UNKNOWN, NOW + timedelta(seconds=960))
    assert follows(Ending.UNKNOWN, Channel.WEBHOOK, unknowns=1, give_up_at=NOW) == Next(State.UNKNOWN, None)


def test_the_wait_doubles_up_to_an_hour_and_differs() -> None:
    assert [delay_s(n, PACE, 0.5) for n in range(1, 9)] == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert (round(delay_s(1, PACE, 0)), round(delay_s(1, PACE, 1))) == (48, 72)
    assert delay_s(10_000, PACE, 0.5) == 3600


def test_a_lease_outlives_renewals_that_are_late() -> None:
    assert PACE.renew_s * 5 < PACE.lease_s
