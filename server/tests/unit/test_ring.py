"""The ring and the broadcaster, without a socket."""

from dataclasses import dataclass, field

import pytest

from trackly.events.broadcaster import Broadcaster, Narrowing, Subscriber
from trackly.events.ring import Entry, Ring


def entry(seq: int, *tokens: str, kind: str = "issue.updated", project: str = "TRK") -> Entry:
    return Entry(seq, kind, "issue:1", project, "TRK-1", frozenset(tokens), b"full%d;" % seq, b"public%d;" % seq)


@dataclass
class Wire:
    blocked: bool = False
    sent: list[bytes] = field(default_factory=list)

    def write(self, payload: bytes, chunk: bytes) -> None:
        assert chunk == b"%x\r\n%b\r\n" % (len(payload), payload)
        self.sent.append(payload)


async def nothing(_: Entry) -> None:
    return None


def subscriber(
    wire: Wire, *tokens: str, narrowing: Narrowing | None = None, lag: list[int] | None = None
) -> Subscriber:
    return Subscriber(wire, frozenset(tokens), narrowing or Narrowing(), lambda: (lag or []).append(1))


def test_a_ring_forgets_its_oldest_and_knows_it() -> None:
    ring = Ring(max_events=3)
    for seq in range(1, 6):
        ring.append(entry(seq, "f:p1"))
    assert (ring.floor, ring.head) == (2, 5)
    assert ring.after(1, 10) is None
    assert [e.seq for e in ring.after(2, 2) or []] == [3, 4]
    assert ring.after(5, 10) == []


def test_a_ring_is_bounded_in_bytes_too() -> None:
    ring = Ring(max_bytes=1000)
    for seq in range(1, 50):
        ring.append(entry(seq, "f:p1"))
    assert 0 < ring.head - ring.floor < 10


def test_a_hole_is_never_passed_over() -> None:
    ring = Ring()
    ring.append(entry(1, "f:p1"))
    with pytest.raises(ValueError, match="does not follow"):
        ring.append(entry(3, "f:p1"))


async def test_everybody_gets_their_view_and_nothing_else() -> None:
    room = Broadcaster(Ring(), frozenset(), nothing)
    staff, reporter, stranger = Wire(), Wire(), Wire()
    for wire, tokens in ((staff, ("f:p1", "u:1")), (reporter, ("r:p1:u2", "u:2")), (stranger, ("r:p1:u3",))):
        assert room.attach(subscriber(wire, *tokens))
    await room.publish([entry(1, "f:p1", "r:p1:u2"), entry(2, "f:p1")])
    assert staff.sent == [b"full1;full2;"]
    assert reporter.sent == [b"public1;"]
    assert stranger.sent == []


async def test_who_is_behind_is_not_live_and_who_blocks_falls_back() -> None:
    room = Broadcaster(Ring(), frozenset(), nothing)
    lag: list[int] = []
    wire = Wire()
    slow = Subscriber(wire, frozenset({"f:p1"}), Narrowing(), lambda: lag.append(1))
    assert room.attach(slow)
    wire.blocked = True
    await room.publish([entry(1, "f:p1")])
    assert (wire.sent, lag, slow.cursor, slow.group, room.live) == ([], [1], 0, None, 0)
    wire.blocked = False
    assert not room.attach(slow)
    slow.cursor = 1
    assert room.attach(slow)
    await room.publish([entry(2, "f:p1")])
    assert wire.sent == [b"full2;"]


async def test_a_change_of_rights_comes_before_the_event_that_made_it() -> None:
    wire = Wire()
    listener = subscriber(wire, "f:p1")

    async def demote(_: Entry) -> None:
        room.regroup(listener, frozenset({"u:1"}))

    room = Broadcaster(Ring(), frozenset({"user.updated"}), demote)
    room.attach(listener)
    await room.publish([entry(1, "f:p1"), entry(2, "f:p1", kind="user.updated"), entry(3, "f:p1"), entry(4, "u:1")])
    assert wire.sent == [b"full1;", b"public4;"]


@pytest.mark.parametrize(
    ("narrowing", "passes"),
    [
        (Narrowing(project="TRK"), True),
        (Narrowing(project="DEP"), False),
        (Narrowing(issue="TRK-1"), True),
        (Narrowing(issue="TRK-2"), False),
        (Narrowing(types=("comment.*", "issue.updated")), True),
        (Narrowing(types=("comment.*",)), False),
    ],
)
async def test_a_stream_can_be_narrowed(narrowing: Narrowing, passes: bool) -> None:
    room, wire = Broadcaster(Ring(), frozenset(), nothing), Wire()
    room.attach(subscriber(wire, "f:p1", narrowing=narrowing))
    await room.publish([entry(1, "f:p1")])
    assert bool(wire.sent) is passes


async def test_the_last_of_a_group_leaves_nothing_behind() -> None:
    room, wire = Broadcaster(Ring(), frozenset(), nothing), Wire()
    listener = subscriber(wire, "f:p1", "u:1")
    room.attach(listener)
    room.detach(listener)
    room.detach(listener)
    assert room.live == 0
    assert room._by_token == {}
    assert room._groups == {}
