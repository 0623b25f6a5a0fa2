"""Roles in a project, its workflow and labels, without a database."""

from typing import Any

import pytest
from pydantic import ValidationError

from trackly.projects.rules import (
    Status,
    Transitions,
    color_for,
    default_transitions,
    distinct_labels,
    effective_role,
    ensure_staff,
)
from trackly.projects.schemas import LabelCreate, ProjectCreate, ProjectPatch, WorkflowPut
from trackly.users.facade import Actor, Forbidden, Role

ADMIN, MAINTAINER, REPORTER = (Actor(n, f"{role}@x", role, role) for n, role in enumerate(Role))


@pytest.mark.parametrize(
    ("actor", "visibility", "membership", "role"),
    [
        (ADMIN, "private", None, "ADMIN"),
        (ADMIN, "open", "REPORTER", "ADMIN"),
        (MAINTAINER, "open", None, "MAINTAINER"),
        (MAINTAINER, "private", None, None),
        (MAINTAINER, "open", "REPORTER", "REPORTER"),
        (REPORTER, "open", None, "REPORTER"),
        (REPORTER, "open", "MAINTAINER", "MAINTAINER"),
        (REPORTER, "private", "REPORTER", "REPORTER"),
        (REPORTER, "private", "ADMIN", "ADMIN"),
        (REPORTER, "private", None, None),
    ],
)
def test_the_role_in_a_project(actor: Actor, visibility: str, membership: str | None, role: str | None) -> None:
    assert effective_role(actor, visibility, membership) == role


def test_the_workflow_that_projects_begin_with() -> None:
    moves = default_transitions()
    legal = {status: [str(to) for to in moves.legal(Role.MAINTAINER, status)] for status in Status}
    assert legal == {
        "OPEN": ["TRIAGED", "IN_PROGRESS"],
        "TRIAGED": ["OPEN", "IN_PROGRESS", "DONE"],
        "IN_PROGRESS": ["TRIAGED", "DONE"],
        "DONE": ["OPEN", "IN_PROGRESS"],
    }
    assert all(moves.legal(Role.ADMIN, status) == moves.legal(Role.MAINTAINER, status) for status in Status)
    assert not any(moves.legal(Role.REPORTER, status) for status in Status)


def test_moves_are_for_a_role() -> None:
    moves = Transitions(frozenset({("ADMIN", "OPEN", "DONE")}))
    assert moves.allows(Role.ADMIN, Status.OPEN, Status.DONE)
    assert not moves.allows(Role.MAINTAINER, Status.OPEN, Status.DONE)
    assert not moves.allows(Role.ADMIN, Status.DONE, Status.OPEN)


def test_staff() -> None:
    ensure_staff(Role.ADMIN)
    ensure_staff(Role.MAINTAINER)
    with pytest.raises(Forbidden):
        ensure_staff(Role.REPORTER)


def test_labels_differ_in_more_than_case_and_keep_their_colour() -> None:
    assert distinct_labels(["Bug", "ui", "BUG", "bug"]) == ["Bug", "ui"]
    assert color_for("Bug") == color_for("bug")
    assert len({color_for(f"label {n}") for n in range(100)}) > 8


@pytest.mark.parametrize("key", ["T", "trk", "1TRK", "TRK-1", "T" * 11, "TRÄ", "", "TRK ", "TRK\n", None])
def test_keys_that_are_refused(key: Any) -> None:
    with pytest.raises(ValidationError):
        ProjectCreate.model_validate({"key": key, "name": "x"})


@pytest.mark.parametrize("key", ["TR", "TRK", "A1", "ABCDEFGHIJ"])
def test_keys_that_are_taken(key: str) -> None:
    assert ProjectCreate.model_validate({"key": key, "name": "x"}).visibility == "open"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_time_zones(zone: str) -> None:
    assert ProjectPatch.model_validate({"timezone": zone}).timezone == zone


@pytest.mark.parametrize(
    "zone", ["", "Mars/Base", "+02:00", "../../etc/passwd", "/etc/passwd", "europe/berlin", None, 2]
)
def test_what_is_no_time_zone(zone: Any) -> None:
    with pytest.raises(ValidationError):
        ProjectPatch.model_validate({"timezone": zone})


@pytest.mark.parametrize(
    "over", [{"key": "NEW"}, {"visibility": "hidden"}, {"name": " "}, {"id": 1}, {"next_number": 1}, {"role": "ADMIN"}]
)
def test_what_a_project_does_not_change(over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProjectPatch.model_validate(over)


@pytest.mark.parametrize(
    "over",
    [
        {"name": ""},
        {"name": "a,b"},
        {"name": 'a"b'},
        {"name": "x" * 41},
        {"name": "ok", "color": "red"},
        {"name": "ok", "color": "#12345"},
    ],
)
def test_labels_that_are_refused(over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LabelCreate.model_validate(over)


@pytest.mark.parametrize(
    "over",
    [
        {"transitions": [{"role": "REPORTER", "from": "OPEN", "to": "DONE"}]},
        {"transitions": [{"role": "ADMIN", "from": "OPEN", "to": "CLOSED"}]},
        {"transitions": [{"role": "ADMIN", "from_status": "OPEN", "to_status": "DONE"}]},
        {"transitions": [], "wip_limits": {"IN_PROGRESS": 0}},
        {"transitions": [], "wip_limits": {"LATER": 3}},
        {"wip_limits": {}},
    ],
)
def test_workflows_that_are_refused(over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WorkflowPut.model_validate(over)
