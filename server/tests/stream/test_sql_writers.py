"""The right to write SQL, on open streams: whose it is and admins hear of it at once, and nobody else ever does."""

from tests.stream.conftest import House
from trackly.users.facade import Actor, Role


async def asks_nobody(house: House, writer: Actor) -> bool:
    """What the editor is told when it asks anew: who has the right needs nobody to ask for it."""
    told = await house.call(writer, "GET", "/api/reports/abilities")
    return bool(told["ask"] == [])


async def test_a_right_given_and_taken_is_on_the_own_stream_at_once(house: House) -> None:
    writer, stranger = [await house.person(name, Role.MAINTAINER) for name in ("Wanda Writer", "Sven Stranger")]
    project = await house.project("SQLW", visibility="private")
    for one in (writer, stranger):
        await house.call(house.cast.admin, "PUT", f"{project}/members/{one.user_id}", json={"role": "MAINTAINER"})
    concerned = [await house.listen(one) for one in (writer, house.cast.admin)]
    others = [await house.listen(one) for one in (stranger, house.cast.maintainer, house.cast.reporter)]
    for method, what in (("PUT", "granted"), ("DELETE", "revoked")):
        assert await asks_nobody(house, writer) is (what == "revoked")
        await house.call(house.cast.admin, method, f"/api/sandbox/writers/{writer.user_id}")
        for stream in concerned:
            frame = await stream.next(f"sandbox.writer_{what}")
            assert frame.data["user"] == {"id": writer.user_id, "name": writer.name}
            assert frame.data["actor"]["id"] == house.cast.admin.user_id
        assert await asks_nobody(house, writer) is (what == "granted")
    await house.file_issue(house.cast.reporter, "All of them hear of this")
    for stream in others:
        assert (await stream.frame()).event == "issue.created"
        stream.close()
    for stream in concerned:
        stream.close()
