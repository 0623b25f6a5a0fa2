"""Values that somebody gives to a run: what they name has to be there."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.errors import FieldError
from trackly.reports.parameters import Value, refuse
from trackly.reports.parts import Parameter
from trackly.reports.queries import known_labels, known_projects, unknown_people
from trackly.users.facade import Actor


async def ensure_there(
    session: AsyncSession, actor: Actor, parameters: Sequence[Parameter], values: Mapping[str, Value]
) -> None:
    """That projects and labels are ones of which the actor may know, and people active. InvalidInput on
    `parameters.<name>`."""
    named = {one.name: (one.type, values[one.name]) for one in parameters if values.get(one.name) is not None}
    projects = {name: str(value) for name, (kind, value) in named.items() if kind == "project"}
    labels = {name: str(value) for name, (kind, value) in named.items() if kind == "label"}
    people = {name: value for name, (kind, value) in named.items() if kind == "person" and isinstance(value, int)}
    has_projects = await known_projects(session, actor, set(projects.values())) if projects else set()
    has_labels = await known_labels(session, actor, set(labels.values())) if labels else set()
    has_not = await unknown_people(session, set(people.values())) if people else set()
    refuse(
        [
            *(_error(name, f"there is no project {key}") for name, key in projects.items() if key not in has_projects),
            *(_error(name, f"no project has a label {one}") for name, one in labels.items() if one not in has_labels),
            *(_error(name, "there is no such active person") for name, one in people.items() if one in has_not),
        ]
    )


def _error(name: str, reason: str) -> FieldError:
    return FieldError(f"parameters.{name}", reason)
