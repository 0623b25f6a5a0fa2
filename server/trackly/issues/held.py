"""An issue in the hands of a command."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from trackly.users.facade import Person, Role


@dataclass(frozen=True, slots=True)
class IssuePlace:
    """Which issue something happened to, and who is told."""

    id: int
    key: str
    project_id: int
    project_key: str
    audience: frozenset[str]


@dataclass(frozen=True, slots=True)
class IssueRef:
    """An issue that the reader may see, and their effective role in its project."""

    id: int
    key: str
    project_id: int
    project_key: str
    reporter_id: int
    role: Role


@dataclass(frozen=True, slots=True)
class HeldIssue:
    """An issue whose row this transaction has locked, as it was before: what rules, changes and audience need."""

    id: int
    key: str
    project_id: int
    project_key: str
    reporters_see_all: bool
    role: Role | None
    title: str
    description: str
    status: str
    status_since: datetime
    resolution: str | None
    severity: str
    priority: str
    reporter_id: int
    assignee: Person | None
    labels: tuple[str, ...]
    due_on: date | None
    version: int
    updated_at: datetime
    done_at: datetime | None
    watchers: frozenset[int]

    @property
    def place(self) -> IssuePlace:
        return self.place_with(())

    def place_with(self, watchers: Collection[int]) -> IssuePlace:
        """As `place`, with people in the audience who watch only after what happens."""
        everybody = self.watchers | set(watchers)
        audience = audience_of(self.project_id, self.reporters_see_all, self.reporter_id, everybody)
        return IssuePlace(self.id, self.key, self.project_id, self.project_key, audience)

    @property
    def ref(self) -> IssueRef:
        return IssueRef(self.id, self.key, self.project_id, self.project_key, self.reporter_id, self.role_here)

    @property
    def role_here(self) -> Role:
        """Of the actor for whom it was held."""
        return self.role or Role.REPORTER


def audience_of(
    project_id: int, reporters_see_all: bool, reporter_id: int, watchers: Collection[int]
) -> frozenset[str]:
    """The tokens of who may see an issue: admins, the project's staff, its reporter and its watchers.

    Everybody in the project when it opens its issues to its reporters. The same rule as `visible_predicate`."""
    people = {f"r:p{project_id}:u{user_id}" for user_id in (reporter_id, *watchers)}
    everybody = {f"r:p{project_id}"} if reporters_see_all else set()
    return frozenset({"f:admin", f"f:p{project_id}"} | people | everybody)
