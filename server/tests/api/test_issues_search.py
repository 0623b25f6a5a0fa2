"""Full text over title, description and comments, kept in step by every command; and likenesses of a title."""

from tests.support.app import App
from tests.support.issues import edit_issue, listed, make_comment, make_issue, send
from tests.support.people import make_project
from trackly.users.facade import Actor


async def finds(app: App, query: str, reader: Actor | None = None) -> set[str]:
    return set(await listed(app, reader or app.cast.maintainer, q=query))


async def test_words_are_found_wherever_they_were_said(app: App) -> None:
    cast = app.cast
    first = (await make_issue(app, cast.reporter, title="Crash on save", description="In `Dataset.from_generator`"))[
        "key"
    ]
    second = (await make_issue(app, cast.maintainer, title="Écran noir", description="crashes at start"))["key"]
    await make_comment(app, cast.reporter, first, "Only with *huge_files* on /mnt/data-1/x.bin")
    for query, found in (
        ("crash", {first, second}),
        ("CRASH save", {first}),
        ('"crash"', {first}),
        ("save huge", {first}),
        ("generator", {first}),
        ("dataset.from_gen", {first}),
        ("huge_files", {first}),
        ("files", {first}),
        ('"mnt data 1"', {first}),
        ("ecran", {second}),
        ("ÉCRAN", {second}),
        ("rash", set()),
        ('"save crash"', set()),
        ("crash -save", {second}),
        ("save OR noir", {first, second}),
        (first, {first}),
        (first.lower(), {first}),
        (f"{first} OR noir", {first, second}),
        ("?!", {first, second}),
    ):
        assert await finds(app, query) == found, query
    assert await finds(app, "crash", cast.reporter) == {first}
    assert await finds(app, "crash", cast.other) == set()


async def test_the_search_follows_every_edit(app: App) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.reporter, title="alpha", description="beta"))["key"]
    comment = await make_comment(app, cast.reporter, key, "gamma")
    path = f"/api/comments/{comment['id']}"
    await make_comment(app, cast.maintainer, key, "delta")
    await edit_issue(app, cast.reporter, key, title="omega")
    assert [await finds(app, word) for word in ("alpha", "omega", "beta", "gamma", "delta")] == [
        *(set(), {key}, {key}, {key}, {key})
    ]
    await send(app, cast.reporter, "PATCH", path, {"body": "epsilon"})
    await edit_issue(app, cast.reporter, key, description="zeta")
    assert [await finds(app, word) for word in ("beta", "zeta", "gamma", "epsilon", "delta")] == [
        *(set(), {key}, set(), {key}, {key})
    ]
    await send(app, cast.reporter, "DELETE", path)
    assert [await finds(app, word) for word in ("epsilon", "delta", "omega", "zeta")] == [set(), {key}, {key}, {key}]
    assert await finds(app, '"omega zeta"') == set()


async def test_an_issue_with_very_much_text_is_still_found(app: App) -> None:
    cast = app.cast
    many = " ".join(f"word{number}" for number in range(7_000))
    key = (await make_issue(app, cast.maintainer, title="needle", description=many))["key"]
    for number in range(12):
        await make_comment(app, cast.maintainer, key, " ".join(f"say{number}x{n}" for n in range(4_500)))
    assert await finds(app, "needle word6999") == {key}
    assert await finds(app, "say0x1") == {key}


async def test_similar_issues_share_the_telling_words_of_the_title(app: App) -> None:
    cast = app.cast
    await make_project(app.work, cast.admin, "ZZZ")
    titles = ("Login fails on Safari", "Login page fails", "Safari shows no icons", "Something else", "The login")
    keys = [(await make_issue(app, cast.reporter, title=title))["key"] for title in titles]
    await make_issue(app, cast.reporter, project="ZZZ", title=titles[0])

    async def similar(reader: Actor, title: str) -> list[str]:
        async with await app.as_(reader) as client:
            answer = await client.get("/api/issues/similar", params={"project": "TRK", "title": title})
        return [issue["key"] for issue in answer.json()["items"]]

    assert await similar(cast.maintainer, "The login fails in Safari!") == [keys[0], keys[1]]
    assert await similar(cast.maintainer, "login") == [keys[4], keys[1], keys[0]]
    assert await similar(cast.maintainer, "The in of a") == []
    assert await similar(cast.other, "The login fails in Safari!") == []
