"""What may be said about people."""

from typing import Any

import pytest
from pydantic import ValidationError

from trackly.users.rules import stops_being_admin
from trackly.users.schemas import MePatch, UserCreate, UserPatch


def created(**over: Any) -> UserCreate:
    return UserCreate.model_validate({"email": "ada@example.com", "name": "Ada", **over})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("ada@intranet", "ada@intranet"),
        ("ada@corp.local", "ada@corp.local"),
        ("ada+tag@example.com", "ada+tag@example.com"),
    ],
)
def test_a_mail_address_has_one_spelling(given: str, kept: str) -> None:
    assert created(email=given).email == kept


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@example.com", "a b@example.com", "a@b@c", "ada@exa mple.com", 5]
)
def test_what_is_no_mail_address_is_refused(email: Any) -> None:
    with pytest.raises(ValidationError):
        created(email=email)


@pytest.mark.parametrize(
    "over",
    [
        {"name": ""}, {"name": "   "}, {"name": "x" * 101}, {"name": None}, {"name": "a\x00b"}, {"name": "\ud800"},
        {"role": "OWNER"}, {"role": None}, {"role": "admin"}, {"password": "eleven char"}, {"password": "x" * 1025},
        {"id": 5}, {"active": True}, {"version": 1}, {"created_at": "2026-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_what_is_refused_of_a_new_person(over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        created(**over)


def test_a_new_person_is_a_reporter_unless_told() -> None:
    assert created().role == "REPORTER"
    assert created(name="  Ada  ").name == "Ada"


@pytest.mark.parametrize("field", ["email", "name", "role", "active", "password"])
def test_a_patch_leaves_out_what_it_does_not_change_and_takes_no_null(field: str) -> None:
    assert UserPatch.model_validate({}).model_dump(exclude_unset=True) == {}
    with pytest.raises(ValidationError):
        UserPatch.model_validate({field: None})


@pytest.mark.parametrize("field", ["role", "email", "active", "id", "version"])
def test_nobody_promotes_themselves(field: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        MePatch.model_validate({field: "ADMIN"})


@pytest.mark.parametrize("preferences", [[], "dark", None, {"big": "x" * 8200}, {"n": 2**70}, {"nul": "\x00"}])
def test_preferences_are_a_small_object(preferences: Any) -> None:
    with pytest.raises(ValidationError):
        MePatch.model_validate({"preferences": preferences})


def test_preferences_of_any_shape() -> None:
    given = {"theme": "dark", "columns": ["title", None], "n": 1.5, "nested": {"on": True}}
    assert MePatch.model_validate({"preferences": given}).preferences == given


@pytest.mark.parametrize(
    ("role", "active", "changes", "stops"),
    [
        ("ADMIN", True, {"role": "MAINTAINER"}, True),
        ("ADMIN", True, {"active": False}, True),
        ("ADMIN", True, {"name": "New"}, False),
        ("ADMIN", True, {"role": "ADMIN", "active": True}, False),
        ("ADMIN", False, {"role": "REPORTER"}, False),
        ("MAINTAINER", True, {"active": False}, False),
        ("REPORTER", True, {"role": "ADMIN"}, False),
    ],
)
def test_who_stops_being_an_admin(role: str, active: bool, changes: dict[str, Any], stops: bool) -> None:
    assert stops_being_admin(role, active, changes) is stops
