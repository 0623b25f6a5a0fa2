"""The filters of a list as query parameters: comma lists of the same values that the query language knows."""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from trackly.issues.errors import InvalidQuery
from trackly.issues.language import QUERY_MAX, Term, Value
from trackly.issues.terms import Condition, Reading, meaning_of
from trackly.kit.errors import InvalidInput
from trackly.kit.pages import DEFAULT_LIMIT, Limit
from trackly.kit.schema import In

FilterText = Annotated[str, StringConstraints(max_length=500)]


class IssueQuery(In):
    """Which issues: every filter that is given has to hold, and `q` (the query language) too."""

    written = True
    model_config = ConfigDict(frozen=True)

    q: Annotated[str, StringConstraints(max_length=QUERY_MAX)] | None = None
    project: FilterText | None = None
    status: FilterText | None = None
    severity: FilterText | None = None
    priority: FilterText | None = None
    assignee: FilterText | None = None
    reporter: FilterText | None = None
    label: FilterText | None = None


class IssueListQuery(IssueQuery):
    """Which issues, in which order, and which page of them."""

    sort: Annotated[str, StringConstraints(max_length=20)] | None = None
    limit: Limit = DEFAULT_LIMIT
    after: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None


_FILTERS = ("project", "status", "severity", "priority", "assignee", "reporter", "label")


def conditions_of(wanted: IssueQuery, reading: Reading) -> list[Condition]:
    """What the parameters beside `q` ask for. InvalidInput on the parameter with an unknown value."""
    found: list[Condition] = []
    for name in _FILTERS:
        text: str | None = getattr(wanted, name)
        if text and text.strip(" ,"):
            found.append(_condition(name, text, reading))
    return found


def _condition(name: str, text: str, reading: Reading) -> Condition:
    values = tuple(Value(part.strip(), 0) for part in text.split(",") if part.strip())
    try:
        return meaning_of(Term(name, ":", values, 0), reading)
    except InvalidQuery as mistake:
        raise InvalidInput.of(name, mistake.detail.replace(" at character 1", "")) from None
