"""The self-attack: each layer is tried from outside, and what is found is told by layer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import DBAPIError

from trackly.sandbox import attacks_on_functions, attacks_on_roles, attacks_on_rows, attacks_on_statements
from trackly.sandbox.schemas import UNTRIED, AttackOut, LayerOut, LayerState
from trackly.sandbox.target import Finding, Target

Attack = Callable[[Target], Awaitable[Finding | None]]


@dataclass(frozen=True, slots=True)
class Layer:
    number: int
    name: str
    attacks: tuple[Attack, ...]


LAYERS = (
    Layer(
        1,
        "A role of its own",
        (
            attacks_on_roles.attributes,
            attacks_on_roles.settings,
            attacks_on_roles.becoming_somebody_else,
            attacks_on_roles.writing,
            attacks_on_roles.forging_an_event,
        ),
    ),
    Layer(
        2,
        "Nothing but the views",
        (
            attacks_on_roles.the_views,
            attacks_on_roles.reading_anything_else,
            attacks_on_roles.secrets_behind_the_views,
        ),
    ),
    Layer(
        3,
        "Rows by run token",
        (
            attacks_on_rows.no_token,
            attacks_on_rows.no_rights,
            attacks_on_rows.one_project,
            attacks_on_rows.views_without_the_predicate,
            attacks_on_rows.somebody_elses_token,
            attacks_on_rows.a_token_that_is_over,
            attacks_on_rows.other_settings,
        ),
    ),
    Layer(
        4,
        "Functions taken away",
        (
            attacks_on_functions.functions_of_the_system,
            attacks_on_functions.calling_them,
            attacks_on_functions.functions_of_others,
            attacks_on_functions.tables_and_code_of_its_own,
        ),
    ),
    Layer(5, "The gate", (attacks_on_statements.forbidden_sql, attacks_on_statements.ordinary_sql)),
    Layer(6, "One SELECT", (attacks_on_statements.another_statement,)),
    Layer(
        7,
        "Limits",
        (
            attacks_on_statements.running_for_ever,
            attacks_on_statements.a_series_without_end,
            attacks_on_statements.memory_without_end,
            attacks_on_statements.files_without_end,
        ),
    ),
)
_ORDER = [LayerState.RED, LayerState.AMBER, LayerState.GREEN]


async def attack(target: Target) -> list[LayerOut]:
    """Try everything, one after the other. Takes less than a second; changes nothing but run tokens of its own."""
    try:
        return [await _attacked(layer, target) for layer in LAYERS]
    finally:
        await target.shared.close()


async def _attacked(layer: Layer, target: Target) -> LayerOut:
    found = [await _tried(one, target) for one in layer.attacks]
    worst = min(found, key=lambda one: _ORDER.index(one.state))
    return LayerOut(number=layer.number, name=layer.name, state=worst.state, reason=worst.reason, attacks=found)


async def _tried(one: Attack, target: Target) -> AttackOut:
    name = one.__name__.replace("_", " ")
    try:
        finding = await one(target)
    except (psycopg.Error, DBAPIError) as error:
        return AttackOut(name=name, state=LayerState.RED, reason=f"{UNTRIED}: {_plain(error)}")
    if finding is None:
        return AttackOut(name=name, state=LayerState.GREEN)
    return AttackOut(name=name, state=finding.state, reason=finding.reason)


def _plain(error: psycopg.Error | DBAPIError) -> str:
    """What the database said, in one line, without where it is."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    return said or type(error).__name__
