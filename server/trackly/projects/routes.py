"""Projects, members, labels, workflow, and `me`: who I am is also what I may see."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from trackly.auth.deps import AdminActor, CurrentActor, Services
from trackly.auth.facade import CrossSiteRefused, NotAuthenticated, ScopeMissing
from trackly.http.deps import IfMatch, SnapshotSession, Uow, etag
from trackly.http.problem import problems
from trackly.http.route import CommandRoute
from trackly.kit.errors import StaleVersion
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page
from trackly.kit.schema import StorableText
from trackly.projects import commands, queries
from trackly.projects.errors import LabelExists, MemberNotFound, ProjectKeyTaken, ProjectNotFound
from trackly.projects.schemas import (
    LabelCreate,
    LabelOut,
    MemberOut,
    MemberPut,
    MeOut,
    PersonInProject,
    ProjectCreate,
    ProjectLabels,
    ProjectOut,
    ProjectPatch,
    WorkflowOut,
    WorkflowPut,
)
from trackly.users.facade import Forbidden, UserNotFound

router = APIRouter(prefix="/api", route_class=CommandRoute)
_ASKED = (NotAuthenticated, CrossSiteRefused, ScopeMissing)
_READ = (*_ASKED, ProjectNotFound)
_ADMIN = (*_READ, Forbidden)
Key = Annotated[str, Path(pattern=r"^[A-Za-z][A-Za-z0-9]{1,9}$", description="Such as TRK")]
UserId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/auth/me", tags=["login"], responses=problems(*_ASKED))
async def get_me(session: SnapshotSession, actor: CurrentActor, services: Services, response: Response) -> MeOut:
    """Who I am, my role in each of my projects, and my preferences."""
    found = await queries.get_me(session, actor, demo=services.settings.demo is not None)
    response.headers["ETag"] = etag(found.version)
    return found


@router.get("/projects", tags=["projects"], responses=problems(*_ASKED))
async def list_projects(
    session: SnapshotSession,
    actor: CurrentActor,
    q: Annotated[StorableText | None, Query(max_length=200, description="Part of a key or a name")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Page[ProjectOut]:
    """The projects that I may know of, by key."""
    return await queries.list_projects(session, actor, q, after, limit)


@router.post("/projects", tags=["projects"], status_code=201, responses=problems(*_ADMIN, ProjectKeyTaken))
async def create_project(body: ProjectCreate, uow: Uow, actor: AdminActor, response: Response) -> ProjectOut:
    project = await commands.create_project(uow, actor, body)
    response.headers["Location"] = f"/api/projects/{project.key}"
    response.headers["ETag"] = etag(project.version)
    return project


@router.get("/projects/{key}", tags=["projects"], responses=problems(*_READ))
async def get_project(key: Key, session: SnapshotSession, actor: CurrentActor, response: Response) -> ProjectOut:
    found = await queries.get_project(session, actor, key)
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch("/projects/{key}", tags=["projects"], responses=problems(*_ADMIN, StaleVersion))
async def update_project(
    key: Key, body: ProjectPatch, uow: Uow, actor: CurrentActor, if_match: IfMatch, response: Response
) -> ProjectOut:
    changed = await commands.update_project(uow, actor, key, body, if_match)
    response.headers["ETag"] = etag(changed.version)
    return changed


@router.delete("/projects/{key}", tags=["projects"], status_code=204, responses=problems(*_ADMIN, StaleVersion))
async def delete_project(key: Key, uow: Uow, actor: CurrentActor, if_match: IfMatch) -> None:
    """With all of its issues, comments and files."""
    await commands.delete_project(uow, actor, key, if_match)


@router.get("/projects/{key}/members", tags=["projects"], responses=problems(*_READ))
async def list_members(key: Key, session: SnapshotSession, actor: CurrentActor) -> Page[MemberOut]:
    """Who has a role of their own in this project, by name; all on one page."""
    found = await queries.list_members(session, actor, key)
    return Page(items=found, total=len(found))


@router.get("/projects/{key}/members/{user_id}", tags=["projects"], responses=problems(*_READ, MemberNotFound))
async def get_member(key: Key, user_id: UserId, session: SnapshotSession, actor: CurrentActor) -> MemberOut:
    return await queries.get_member(session, actor, key, user_id)


@router.put("/projects/{key}/members/{user_id}", tags=["projects"], responses=problems(*_ADMIN, UserNotFound))
async def put_member(key: Key, user_id: UserId, body: MemberPut, uow: Uow, actor: CurrentActor) -> MemberOut:
    """Let somebody into a private project, or give them another role here than elsewhere."""
    return await commands.put_member(uow, actor, key, user_id, body.role)


@router.delete(
    "/projects/{key}/members/{user_id}",
    tags=["projects"],
    status_code=204,
    responses=problems(*_ADMIN, MemberNotFound),
)
async def remove_member(key: Key, user_id: UserId, uow: Uow, actor: CurrentActor) -> None:
    await commands.remove_member(uow, actor, key, user_id)


@router.get("/projects/{key}/people", tags=["projects"], responses=problems(*_READ, Forbidden))
async def list_people(key: Key, session: SnapshotSession, actor: CurrentActor) -> Page[PersonInProject]:
    """To whom issues of this project can be given, by name; all on one page. For its maintainers."""
    found = await queries.list_people(session, actor, key)
    return Page(items=found, total=len(found))


@router.get("/labels", tags=["projects"], responses=problems(*_ASKED))
async def list_labels_of_all(
    session: SnapshotSession,
    actor: CurrentActor,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Page[ProjectLabels]:
    """The labels of every project that I may know of and that has any, by key. `limit` counts projects."""
    return await queries.list_labels_of_all(session, actor, after, limit)


@router.get("/projects/{key}/labels", tags=["projects"], responses=problems(*_READ))
async def list_labels(key: Key, session: SnapshotSession, actor: CurrentActor) -> Page[LabelOut]:
    """All labels, by name, on one page."""
    found = await queries.list_labels(session, actor, key)
    return Page(items=found, total=len(found))


@router.post(
    "/projects/{key}/labels", tags=["projects"], status_code=201, responses=problems(*_READ, Forbidden, LabelExists)
)
async def create_label(key: Key, body: LabelCreate, uow: Uow, actor: CurrentActor) -> LabelOut:
    return await commands.create_label(uow, actor, key, body)


@router.get("/projects/{key}/workflow", tags=["projects"], responses=problems(*_READ))
async def get_workflow(key: Key, session: SnapshotSession, actor: CurrentActor, response: Response) -> WorkflowOut:
    """Which moves are legal for whom, and how many issues a status should hold at most."""
    found = await queries.get_workflow(session, actor, key)
    response.headers["ETag"] = etag(found.version)
    return found


@router.put("/projects/{key}/workflow", tags=["projects"], responses=problems(*_ADMIN, StaleVersion))
async def put_workflow(
    key: Key, body: WorkflowPut, uow: Uow, actor: CurrentActor, if_match: IfMatch, response: Response
) -> WorkflowOut:
    changed = await commands.put_workflow(uow, actor, key, body, if_match)
    response.headers["ETag"] = etag(changed.version)
    return changed
