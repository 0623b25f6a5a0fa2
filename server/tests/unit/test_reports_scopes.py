"""Who gets the same edition, and whose rights it has."""

import pytest

from trackly.reports.scopes import Sight, covers, group_of, group_people, scope_of
from trackly.users.facade import Actor, Role


def person(user_id: int, role: Role = Role.MAINTAINER, **sees: set[int]) -> Sight:
    actor = Actor(user_id, f"p{user_id}@example.com", f"Person {user_id}", role)
    return Sight(actor, **{name: frozenset(ids) for name, ids in sees.items()})


ADMIN = person(1, Role.ADMIN)
OWNER = person(2, staff={1, 2, 3, 4, 5})


def test_names_of_scopes() -> None:
    assert scope_of(ADMIN, personal=False) == "all"
    assert scope_of(OWNER, personal=False) == "staff:1,2,3,4,5"
    assert scope_of(person(3, staff={4, 1}, open={2}), personal=False) == "staff:1,4 open:2"
    assert scope_of(person(3, staff={4}, own={2}), personal=False) == "user:3"
    assert scope_of(person(3, Role.REPORTER, staff={4}, open={2}), personal=False) == "user:3"
    assert {scope_of(one, personal=True) for one in (ADMIN, OWNER)} == {"user:1", "user:2"}


def test_one_edition_for_the_same_rights() -> None:
    people = [person(3, staff={5, 4, 3, 2, 1}), person(4, staff={1, 2, 3}), ADMIN, person(5, staff={3, 2, 1}), OWNER]
    groups = group_people(people, OWNER, 7, personal=False)
    assert [(one.scope, one.readers, one.reader.user_id) for one in groups] == [
        ("staff:1,2,3,4,5", (2, 3), 2),
        ("staff:1,2,3", (4, 5), 4),
        ("all", (1,), 1),
    ]
    assert [one.label for one in groups] == ["5 projects", "3 of 5 projects", "everything"]
    assert group_of(groups)[5].scope == "staff:1,2,3"


def test_the_owner_s_edition_is_always_there_and_first() -> None:
    assert [one.readers for one in group_people([], OWNER, 7, personal=False)] == [(2,)]
    assert [one.readers for one in group_people([ADMIN, ADMIN], OWNER, 7, personal=False)] == [(2,), (1,)]


def test_an_admin_s_report_says_how_much_of_everything_others_see() -> None:
    reporter = person(6, Role.REPORTER, open={1}, own={2, 3})
    groups = group_people([OWNER, reporter], ADMIN, 7, personal=False)
    assert [one.label for one in groups] == [
        "everything",
        "5 of 7 projects",
        "3 of 7 projects, as Person 6 sees them",
    ]


def test_what_asks_for_me_is_made_for_each() -> None:
    groups = group_people([person(3, staff={1}), person(4, staff={1})], OWNER, 7, personal=True)
    assert [(one.scope, one.label) for one in groups] == [
        ("user:2", "for Person 2"),
        ("user:3", "for Person 3"),
        ("user:4", "for Person 4"),
    ]


@pytest.mark.parametrize(
    ("now", "gone", "still"),
    [
        (person(3, staff={1, 2}, own={3}), (), True),
        (person(3, staff={1, 2, 3, 4}), (), True),
        (person(3, staff={1}, own={2, 3}), (), False),
        (person(3, staff={1}, own={3}), (), False),
        (person(3, staff={1}, own={3}), (2,), True),
        (person(3, staff={1, 2}), (), False),
        (ADMIN, (), True),
    ],
)
def test_who_lost_some_of_their_rights_does_not_see_it_all(now: Sight, gone: tuple[int, ...], still: bool) -> None:
    assert covers(now, person(3, staff={1, 2}, own={3}), gone) is still
    assert covers(now, ADMIN, gone) is now.actor.is_admin
