"""SQL that has passed the gate, and the types of its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp  # it takes its time; not part of every start


class ParameterType(StrEnum):
    """What a parameter `:name` of a report holds. Projects go by key, labels by name, people by id."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    PROJECT = "project"
    LABEL = "label"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class CheckedSql:
    """One SELECT that may run. `text` is how it was understood, with parameters as `:name`; `parameters` are those that
    it uses, `unused` those that were declared for nothing; `tables` are the views that it reads, sorted."""

    text: str
    parameters: Mapping[str, ParameterType]
    unused: tuple[str, ...]
    tables: tuple[str, ...]
    tree: "exp.Query" = field(repr=False, compare=False)
