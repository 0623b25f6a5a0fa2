"""Whom and what an import brings along besides issues: projects, people, labels. Each is made once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from trackly.events.unit_of_work import UnitOfWork
from trackly.imports.github_objects import Account, GithubIssue, project_key_of
from trackly.kit.errors import AppError, Kind
from trackly.projects.facade import (
    LabelCreate,
    ProjectAccess,
    ProjectCreate,
    ProjectNotFound,
    create_label,
    create_project,
    get_project_access,
    list_projects,
    put_member,
)
from trackly.users.facade import Actor, NewUser, Role, create_user, find_user

_KEY_MAX = 10


@dataclass
class _Known:
    """What is in the database, as far as this import has seen."""

    projects: dict[tuple[str, str], ProjectAccess] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    staff: set[tuple[int, str]] = field(default_factory=set)
    labels: set[tuple[int, str]] = field(default_factory=set)
    people_made: int = 0

    def copy(self) -> "_Known":
        return _Known(dict(self.projects), dict(self.people), set(self.staff), set(self.labels), self.people_made)


class Newcomers:
    """`wanted_key`: the one project for everything; without it, each repository has its own."""

    GHOST: ClassVar[str] = "ghost"
    """Who wrote what nobody wrote any more: GitHub's own name for deleted people."""
    operator: ClassVar[Actor] = Actor(0, "", "Import", Role.ADMIN)
    """Who runs the command on the box: an admin without an account."""

    def __init__(self, wanted_key: str | None) -> None:
        self._wanted_key = wanted_key
        self._kept = _Known()
        self._seen = _Known()

    @property
    def people_made(self) -> int:
        return self._kept.people_made

    @property
    def projects_used(self) -> set[str]:
        return {project.key for project in self._kept.projects.values()}

    def keep(self) -> None:
        """The transaction was committed."""
        self._kept = self._seen.copy()

    def forget_uncommitted(self) -> None:
        """The transaction was rolled back."""
        self._seen = self._kept.copy()

    async def project(self, uow: UnitOfWork, repository: tuple[str, str]) -> ProjectAccess:
        """The project of a repository; the first free key like its name when another project has that."""
        if repository not in self._seen.projects:
            self._seen.projects[repository] = await self._find_or_make(uow, repository)
        return self._seen.projects[repository]

    async def _find_or_make(self, uow: UnitOfWork, repository: tuple[str, str]) -> ProjectAccess:
        owner, name = repository
        origin = f"Imported from https://github.com/{owner}/{name}"
        for key in [self._wanted_key] if self._wanted_key else _keys_like(project_key_of(name)):
            try:
                access = await get_project_access(uow.session, self.operator, key)
            except ProjectNotFound:
                new = ProjectCreate(key=key, name=name[:100], description=origin)
                await create_project(uow, self.operator, new)
                return await get_project_access(uow.session, self.operator, key)
            if self._wanted_key or origin in await _descriptions(uow, self.operator, key):
                return access
        raise ProjectNotFound(f"All keys like {project_key_of(name)} are taken by other projects")

    async def people(self, uow: UnitOfWork, project: ProjectAccess, issues: Sequence[GithubIssue]) -> dict[str, int]:
        """Ids by login. They can't log in: they have no password. Who belongs to the repository, or works on an issue
        of it, is a maintainer of the project and nowhere else."""
        for account, staff in _accounts(issues):
            if account.login not in self._seen.people:
                self._seen.people[account.login] = await self._person(uow, account)
            if staff and (project.project_id, account.login) not in self._seen.staff:
                await put_member(uow, self.operator, project.key, self._seen.people[account.login], Role.MAINTAINER)
                self._seen.staff.add((project.project_id, account.login))
        return self._seen.people

    async def _person(self, uow: UnitOfWork, account: Account) -> int:
        found = await find_user(uow.session, account.email)
        if found is None:
            found = await create_user(uow, None, NewUser(account.email, account.login, Role.REPORTER))
            self._seen.people_made += 1
        return found.id

    async def labels(self, uow: UnitOfWork, project: ProjectAccess, issues: Sequence[GithubIssue]) -> None:
        """Make those that the project does not have, in their own colours."""
        for issue in issues:
            for name, color in issue.clean_labels.items():
                if (project.project_id, name.lower()) not in self._seen.labels:
                    self._seen.labels.add((project.project_id, name.lower()))
                    await _make_label(uow, self.operator, project.key, LabelCreate(name=name, color=color))


async def _descriptions(uow: UnitOfWork, operator: Actor, key: str) -> list[str]:
    page = await list_projects(uow.session, operator, key, None, 100)
    return [project.description for project in page.items if project.key == key]


async def _make_label(uow: UnitOfWork, operator: Actor, key: str, label: LabelCreate) -> None:
    try:
        await create_label(uow, operator, key, label)
    except AppError as error:
        if error.kind is not Kind.CONFLICT:
            raise


def _accounts(issues: Sequence[GithubIssue]) -> Iterator[tuple[Account, bool]]:
    for issue in issues:
        yield issue.user or Account(login=Newcomers.GHOST), issue.user is not None and issue.author_is_staff
        if issue.closed_by is not None:
            yield issue.closed_by, False
        if issue.assignee is not None:
            yield issue.assignee, True


def _keys_like(key: str) -> Iterator[str]:
    yield key
    for number in range(2, 100):
        yield f"{key[: _KEY_MAX - len(str(number))]}{number}"
