"""What is read of GitHub's REST v3 objects: issues and pull requests, one a line, and how they read here. Pure."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from trackly.issues.facade import Resolution

TITLE_MAX, DESCRIPTION_MAX = 200, 100_000
PULL_REQUEST = "pull request"
_PULL_REQUEST_COLOR = "#8250df"
_REPOSITORY = re.compile(r"/repos/([A-Za-z0-9_.-]+)/([A-Za-z0-9_.-]+)$")
_COLOR = re.compile(r"[0-9a-fA-F]{6}")
_NOT_IN_LABELS = re.compile(r'[,"()\x00-\x1f\x7f]+')
_NOT_IN_MAIL = re.compile(r"[^a-z0-9.-]+")
_STAFF = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class BrokenLine(ValueError):
    """Why a line is no issue."""


def _storable(text: Any) -> Any:
    return text.replace("\x00", "").replace("\r\n", "\n") if isinstance(text, str) else text


def _plausible(at: datetime) -> datetime:
    """A single time long before GitHub would make the days of a project a million."""
    if at.year < 2000:
        raise ValueError("is before the year 2000")
    return at.astimezone(UTC)


Text = Annotated[str, BeforeValidator(_storable)]
Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]


class _Object(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Account(_Object):
    login: Annotated[Text, Field(min_length=1, max_length=100)]

    @property
    def email(self) -> str:
        """An address at which nobody is reached and that nobody can prove to have: they can't log in."""
        local = _NOT_IN_MAIL.sub("-", self.login.lower()).strip(".-") or "nobody"
        return f"{re.sub(r'[.]{2,}', '.', local)[:60]}@users.noreply.github.com"


def _named(label: Any) -> Any:
    """GitHub describes a label as an object or as its name alone, and either may have no name."""
    named = {"name": label} if isinstance(label, str) else label
    return {**named, "name": named.get("name") or ""} if isinstance(named, dict) else named


def _known_color(color: Any) -> Any:
    return color if isinstance(color, str) and _COLOR.fullmatch(color) else None


class Label(_Object):
    name: Text
    color: Annotated[str | None, BeforeValidator(_known_color)] = None

    @property
    def clean_name(self) -> str:
        return " ".join(_NOT_IN_LABELS.sub(" ", self.name).split())[:40].strip()

    @property
    def hex_color(self) -> str | None:
        return None if self.color is None else f"#{self.color.lower()}"


class PullRequest(_Object):
    merged_at: Moment | None = None


class GithubIssue(_Object):
    number: Annotated[int, Field(ge=1)]
    repository_url: str
    title: Text
    body: Text | None = None
    user: Account | None = None
    author_association: str = "NONE"
    state: Annotated[str, Field(pattern="^(open|closed)$")]
    state_reason: str | None = None
    created_at: Moment
    updated_at: Moment
    closed_at: Moment | None = None
    closed_by: Account | None = None
    assignee: Account | None = None
    labels: list[Annotated[Label, BeforeValidator(_named)]] = Field(default_factory=list)
    pull_request: PullRequest | None = None

    @property
    def repository(self) -> tuple[str, str]:
        """Owner and name. Raises BrokenLine."""
        found = _REPOSITORY.search(self.repository_url)
        if found is None:
            raise BrokenLine("repository_url: names no repository")
        return found[1], found[2]

    @property
    def external_ref(self) -> str:
        return "github:{}/{}#".format(*self.repository).lower() + str(self.number)

    @property
    def author_is_staff(self) -> bool:
        return self.author_association in _STAFF

    @property
    def one_line_title(self) -> str:
        title = " ".join(self.title.split()) or "(no title)"
        return title if len(title) <= TITLE_MAX else f"{title[: TITLE_MAX - 1]}…"

    @property
    def description(self) -> str:
        """The body; a title that is too long is said whole above it, a body that is too long is cut, and says so."""
        title, body = " ".join(self.title.split()), self.body or ""
        if len(title) > TITLE_MAX:
            body = f"**{title}**\n\n{body}"
        if len(body) <= DESCRIPTION_MAX:
            return body
        note = f"\n\n…\n\n*Cut here: the original has {len(body):,} characters.*"
        return body[: DESCRIPTION_MAX - len(note)] + note

    @property
    def is_shortened(self) -> bool:
        return self.description != (self.body or "")

    @property
    def clean_labels(self) -> dict[str, str | None]:
        """Names to colours; pull requests get a label of their own."""
        found = {label.clean_name: label.hex_color for label in self.labels if label.clean_name}
        return found | ({PULL_REQUEST: _PULL_REQUEST_COLOR} if self.pull_request is not None else {})

    @property
    def done_at(self) -> datetime | None:
        return (self.closed_at or self.updated_at) if self.state == "closed" else None

    @property
    def resolution(self) -> Resolution:
        """How it was closed; a pull request that was not merged was not wanted."""
        named = {"not_planned": Resolution.WONT_FIX, "duplicate": Resolution.DUPLICATE}.get(self.state_reason or "")
        if named is not None:
            return named
        rejected = self.pull_request is not None and self.pull_request.merged_at is None
        return Resolution.WONT_FIX if rejected else Resolution.FIXED


def read_issue(value: Any) -> GithubIssue:
    """Raises BrokenLine, naming the members that are wrong."""
    if not isinstance(value, dict):
        raise BrokenLine("is not a JSON object")
    try:
        issue = GithubIssue.model_validate(value)
    except ValidationError as error:
        raise BrokenLine("; ".join(_reason(item) for item in error.errors()[:3])) from None
    _ = issue.repository
    return issue


def _reason(item: Any) -> str:
    return f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"


def project_key_of(repository: str) -> str:
    """As much of the repository's name as a project key may be."""
    letters = re.sub(r"[^A-Z0-9]", "", repository.upper()).lstrip("0123456789")
    return letters[:10] if len(letters) >= 2 else f"GH{letters}"
