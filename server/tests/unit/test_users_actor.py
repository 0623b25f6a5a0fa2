"""What depends on who asks is kept by exactly that: id and role."""

from dataclasses import replace
from uuid import uuid4

import pytest

from trackly.users.facade import Actor, Role, built_once

READER = Actor(7, "reader@example.org", "A reader", Role.REPORTER)


@built_once
def rights(actor: Actor) -> list[object]:
    return [actor.user_id, actor.role]


def test_the_same_person_has_the_same_whatever_else_is_known_of_them():
    as_program = replace(READER, name="Renamed", email="other@example.org", session_id=uuid4(), scopes=frozenset({"x"}))
    assert rights(READER) is rights(as_program)


@pytest.mark.parametrize("change", [{"user_id": 8}, {"role": Role.MAINTAINER}, {"role": Role.ADMIN}])
def test_another_person_or_role_has_another(change: dict[str, object]):
    other = replace(READER, **change)  # type: ignore[arg-type]
    assert rights(other) == [other.user_id, other.role]
    assert rights(other) is not rights(READER)
