"""SQL, its tables, its writers and the state of its layers, on the wire."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from trackly.kit.schema import In, Out, UtcTime
from trackly.sandbox.checked import ParameterType
from trackly.users.facade import Person

_PARAMETERS_MAX = 50
ParameterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class SqlParameter(In):
    """A parameter `:name` of a report, and what it holds."""

    name: ParameterName
    type: ParameterType


class SqlIn(In):
    """SQL as it stands in the editor. It is looked at, not run."""

    sql: Annotated[str, StringConstraints(max_length=100_000)]
    parameters: Annotated[list[SqlParameter], Field(max_length=_PARAMETERS_MAX, default_factory=list)]

    @field_validator("parameters")
    @classmethod
    def _each_once(cls, parameters: list[SqlParameter]) -> list[SqlParameter]:
        if len({one.name for one in parameters}) < len(parameters):
            raise ValueError("must not name a parameter twice")
        return parameters

    @property
    def types(self) -> dict[str, ParameterType]:
        return {one.name: one.type for one in self.parameters}


class SqlOut(Out):
    """How the SQL was understood: `sql` is what would run. `unused`: parameters that were declared for nothing."""

    sql: str
    tables: list[str]
    parameters: list[str]
    unused: list[str]


class ColumnOut(Out):
    """`type` as PostgreSQL writes it."""

    name: str
    type: str
    description: str


class TableOut(Out):
    name: str
    description: str
    columns: list[ColumnOut]


class FunctionsOut(Out):
    """Names of functions that belong together, sorted."""

    group: str
    names: list[str]


class SqlSchemaOut(Out):
    """What SQL may read and call."""

    tables: list[TableOut]
    functions: list[FunctionsOut]


class WriterOut(Out):
    """A maintainer who may write SQL; `granted_by` is the number of the admin who gave the right."""

    user: Person
    granted_at: UtcTime
    granted_by: int


class LayerState(StrEnum):
    """`green`: it held. `amber`: it can't be whole here, and the others held. `red`: something got through it."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


UNTRIED = "it could not be tried"


class AttackOut(Out):
    """One thing that was tried. `reason`: what got through, or why it can't be better here."""

    name: str
    state: LayerState
    reason: str | None = None


class LayerOut(Out):
    """One layer of the sandbox: as bad as the worst of its attacks, with that one's reason."""

    number: int
    name: str
    state: LayerState
    reason: str | None
    attacks: list[AttackOut]


class SandboxOut(Out):
    """Whether SQL reports run here, and how the layers stood when the server attacked itself last.

    `script`: what an administrator of the database server runs to switch them on, or to make amber layers whole; null
    where there is nothing to gain."""

    available: bool
    reason: str | None
    layers: list[LayerOut]
    attacked_at: UtcTime | None
    took_ms: int | None
    script: str | None
