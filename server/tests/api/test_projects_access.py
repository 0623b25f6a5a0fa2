"""Who may know of which project, as a rule, as SQL, as lists and as tokens of the stream: always the same answer."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from tests.support.app import App
from tests.support.people import add_member, make_person, make_project
from trackly.projects.facade import (
    ProjectNotFound,
    accessible_projects,
    assignable,
    effective_role,
    ensure_labels,
    get_project_access,
    get_project_access_by_id,
    open_to_reporters,
    reader_tokens,
    staff_projects,
    take_next_number,
    transitions_of,
)
from trackly.users.facade import Actor, Role, update_user

SHAPES = [(visibility, see_all) for visibility in ("open", "private") for see_all in (False, True)]


@dataclass(frozen=True)
class World:
    """Four projects, one of each shape, and three people of each role with every kind of membership."""

    projects: dict[int, tuple[str, str, bool]]
    memberships: dict[tuple[int, int], Role]
    actors: list[Actor]

    def role(self, actor: Actor, project_id: int) -> Role | None:
        return effective_role(actor, self.projects[project_id][1], self.memberships.get((project_id, actor.user_id)))


async def a_world(app: App) -> World:
    admin = app.cast.admin
    projects = {}
    for n, (visibility, see_all) in enumerate(SHAPES):
        key = f"P{n}"
        made = await make_project(app.work, admin, key, visibility=visibility, reporters_see_all=see_all)
        projects[made] = (key, visibility, see_all)
    actors: list[Actor] = []
    memberships: dict[tuple[int, int], Role] = {}
    for role in Role:
        for given in (None, Role.REPORTER, Role.MAINTAINER, Role.ADMIN):
            actor = await make_person(app.work, f"{role} {given}", role)
            actors.append(actor)
            for project_id, (key, _, _) in projects.items():
                if given is not None:
                    await add_member(app.work, admin, key, actor, given)
                    memberships[project_id, actor.user_id] = given
    return World(projects, memberships, actors)


async def test_rule_sql_and_tokens_agree(app: App) -> None:
    world = await a_world(app)
    async with app.database.read_session() as session:
        tokens = await reader_tokens(session, [actor.user_id for actor in world.actors])
        for actor in world.actors:
            roles = {project_id: world.role(actor, project_id) for project_id in world.projects}
            known = {p for p, role in roles.items() if role is not None}
            staff = {p for p, role in roles.items() if role in (Role.MAINTAINER, Role.ADMIN)}
            all_seen = {p for p in known - staff if world.projects[p][2]}
            for query, expected in (
                (accessible_projects, known),
                (staff_projects, staff),
                (open_to_reporters, all_seen),
            ):
                assert set(await session.scalars(query(actor))) & set(world.projects) == expected, (actor, query)
            of_projects = (token for token in tokens[actor.user_id].tokens if ":p" in token)
            in_world = {t for t in of_projects if int(t.split(":")[1][1:]) in world.projects}
            if actor.is_admin:
                assert tokens[actor.user_id].tokens == {"f:admin", f"u:{actor.user_id}", "all"}
            else:
                reads = known - staff
                assert in_world == {
                    *(f"f:p{p}" for p in staff),
                    *(f"r:p{p}" for p in reads),
                    *(f"r:p{p}:u{actor.user_id}" for p in reads),
                    *(f"o:p{p}" for p in all_seen),
                }


async def test_access_to_one_project(app: App) -> None:
    world = await a_world(app)
    async with app.database.read_session() as session:
        for actor in world.actors:
            for project_id, (key, visibility, see_all) in world.projects.items():
                role = world.role(actor, project_id)
                if role is None:
                    with pytest.raises(ProjectNotFound):
                        await get_project_access(session, actor, key)
                    with pytest.raises(ProjectNotFound):
                        await get_project_access_by_id(session, actor, project_id)
                    continue
                access = await get_project_access(session, actor, key.lower())
                assert access == await get_project_access_by_id(session, actor, project_id)
                assert (access.project_id, access.role, access.visibility, access.reporters_see_all) == (
                    project_id, role, visibility, see_all,
                )  # fmt: skip
        with pytest.raises(ProjectNotFound):
            await get_project_access(session, app.cast.admin, "NOPE")


async def test_every_road_to_an_unknown_project_is_404(app: App) -> None:
    await make_project(app.work, app.cast.admin, "SEC", visibility="private")
    for actor in (app.cast.maintainer, app.cast.reporter):
        client = await app.as_(actor)
        for path in ("", "/members", "/members/1", "/labels", "/workflow", "/people"):
            secret, nothing = (
                await client.get(f"/api/projects/SEC{path}"),
                await client.get(f"/api/projects/NOPE{path}"),
            )
            assert (secret.status_code, secret.json()["code"]) == (404, "project_not_found")
            assert secret.json()["detail"] == nothing.json()["detail"]
        label = await client.post("/api/projects/SEC/labels", json={"name": "x"})
        assert label.status_code == 404
        assert [p["key"] for p in (await client.get("/api/auth/me")).json()["projects"]] == ["TRK"]
        assert (await client.get("/api/projects?q=SEC")).json() == {"items": [], "next": None, "total": 0}


async def test_labels_of_all_projects_are_those_of_ones_own(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    for key, about in (("SEC", {"visibility": "private"}), ("OPE", {}), ("NON", {})):
        await make_project(app.work, app.cast.admin, key, **about)
    for key in ("SEC", "TRK", "OPE"):
        assert (await admin.post(f"/api/projects/{key}/labels", json={"name": f"of {key}"})).status_code == 201

    async def seen_by(actor: Actor) -> list[tuple[str, list[str]]]:
        client = await app.as_(actor)
        after: str | None = ""
        found: list[tuple[str, list[str]]] = []
        while after is not None:
            page = (await client.get(f"/api/labels?limit=1{after and f'&after={after}'}")).json()
            found += [(one["project"], [label["name"] for label in one["labels"]]) for one in page["items"]]
            after = page["next"]
        return found

    own = [("OPE", ["of OPE"]), ("TRK", ["of TRK"])]
    assert await seen_by(app.cast.reporter) == await seen_by(app.cast.maintainer) == own
    assert await seen_by(app.cast.admin) == [own[0], ("SEC", ["of SEC"]), own[1]]
    await add_member(app.work, app.cast.admin, "SEC", app.cast.reporter, Role.REPORTER)
    assert ("SEC", ["of SEC"]) in await seen_by(app.cast.reporter)
    wrong = await admin.get("/api/labels?after=nonsense")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "after")


async def test_tokens_of_many_in_one_statement(app: App) -> None:
    statements: list[str] = []

    def note(conn, cursor, statement, parameters, context, executemany) -> None:
        statements.append(statement)

    ids = [app.cast.admin.user_id, app.cast.reporter.user_id, 999_999]
    async with app.work.begin("test") as uow:
        await update_user(uow, None, app.cast.other.user_id, {"active": False})
    event.listen(app.database.engine.sync_engine, "before_cursor_execute", note)
    try:
        async with app.database.read_session() as session:
            tokens = await reader_tokens(session, [*ids, app.cast.other.user_id])
            assert await reader_tokens(session, []) == {}
    finally:
        event.remove(app.database.engine.sync_engine, "before_cursor_execute", note)
    assert len(statements) == 1
    assert tokens.keys() == {*ids[:2], app.cast.other.user_id}
    inactive = tokens[app.cast.other.user_id]
    assert (inactive.active, inactive.tokens) == (False, frozenset())


async def test_to_whom_issues_can_be_given(app: App) -> None:
    project_id = await make_project(app.work, app.cast.admin, "SEC", visibility="private")
    cast = app.cast
    everybody = [actor.user_id for actor in (cast.admin, cast.maintainer, cast.reporter, cast.other)]
    await add_member(app.work, cast.admin, "SEC", cast.reporter, Role.MAINTAINER)
    await add_member(app.work, cast.admin, "SEC", cast.other, Role.REPORTER)
    async with app.database.read_session() as session:
        assert set(await assignable(session, project_id, everybody)) == {cast.admin.user_id, cast.reporter.user_id}
        assert await assignable(session, project_id, []) == {}
    listed = await (await app.as_(cast.reporter)).get("/api/projects/SEC/people")
    assert [(p["name"], p["role"]) for p in listed.json()["items"]] == [
        ("Ada Admin", "ADMIN"), ("Rea Reporter", "MAINTAINER"),
    ]  # fmt: skip
    assert (await (await app.as_(cast.other)).get("/api/projects/SEC/people")).status_code == 403


async def test_numbers_are_given_once(app: App) -> None:
    project_id = await make_project(app.work, app.cast.admin, "NUM")

    async def take(count: int) -> int:
        async with app.work.begin("test") as uow:
            return await take_next_number(uow.session, project_id, count)

    firsts = await asyncio.gather(*(take(count) for count in (1, 3, 1, 2, 1)))
    taken = [n for first, count in zip(firsts, (1, 3, 1, 2, 1), strict=True) for n in range(first, first + count)]
    assert sorted(taken) == list(range(1, 9))


async def test_labels_are_made_when_missing(app: App) -> None:
    async with app.work.begin("test") as uow:
        access = await get_project_access(uow.session, app.cast.maintainer, "TRK")
        first = await ensure_labels(uow, app.cast.maintainer, access, ["Bug", "ui", "bug"])
        again = await ensure_labels(uow, app.cast.maintainer, access, ["UI", "BUG", "new"])
        assert (first, again) == (["Bug", "ui"], ["Bug", "new", "ui"])
        assert await ensure_labels(uow, app.cast.maintainer, access, []) == []
        assert [recorded.body["label"].name for recorded in uow.events] == ["Bug", "ui", "new"]
        assert len((await transitions_of(uow.session, access.project_id)).moves) == 18
