"""What an edit would do, decided without a database; and lives that are told afterwards."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from trackly.issues.changes import Surroundings, plan_edit
from trackly.issues.errors import FieldsNotAllowed, IllegalTransition, InvalidAssignee, NotAllowed
from trackly.issues.held import HeldIssue, audience_of
from trackly.issues.past import ImportedChange, ImportedIssue, Names, first_state, steps_of
from trackly.issues.rules import ensure_may_create, resolution_of
from trackly.issues.schemas import IssuePatch
from trackly.kit.errors import InvalidInput
from trackly.projects.facade import default_transitions
from trackly.users.facade import Person, Role

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MAX = Person(id=2, name="Max")
AROUND = Surroundings({2: MAX}, default_transitions(), {"bug": "Bug"}, "<p>new</p>")
HELD = HeldIssue(
    id=1,
    key="TRK-1",
    project_id=5,
    project_key="TRK",
    reporters_see_all=False,
    role=Role.MAINTAINER,
    title="Crash",
    description="old",
    status="OPEN",
    status_since=NOW - timedelta(days=1),
    resolution=None,
    severity="MEDIUM",
    priority="MEDIUM",
    reporter_id=3,
    assignee=None,
    labels=("Bug",),
    due_on=None,
    version=1,
    updated_at=NOW - timedelta(days=1),
    done_at=None,
    watchers=frozenset({3}),
)
DONE = replace(HELD, status="DONE", resolution="FIXED", done_at=NOW - timedelta(hours=1))


def plan(held: HeldIssue = HELD, actor_id: int = 2, **patch: Any) -> Any:
    return plan_edit(held, IssuePatch.model_validate(patch), actor_id, AROUND, NOW)


def test_only_differences_are_planned() -> None:
    same: dict[str, Any] = {
        "title": " Crash ",
        "description": "old",
        "status": "OPEN",
        "labels": ["bug"],
        "due_on": None,
    }
    assert plan(**same, assignee_id=None, severity="MEDIUM", resolution=None).changed == {}
    planned = plan(title="Boom", due_on="2026-12-01", labels=["UI", "bug"])
    assert planned.values == {"title": "Boom", "due_on": date(2026, 12, 1)}
    assert planned.labels == ("Bug", "UI")
    assert planned.changed == {
        "title": {"old": "Crash", "new": "Boom"},
        "due_on": {"old": None, "new": "2026-12-01"},
        "labels": {"old": ["Bug"], "new": ["Bug", "UI"]},
    }


def test_a_move_to_done_sets_resolution_and_time_and_back_clears_them() -> None:
    held = replace(HELD, status="IN_PROGRESS")
    assert plan(held, status="DONE").values == {
        "status": "DONE",
        "resolution": "FIXED",
        "status_since": NOW,
        "done_at": NOW,
    }
    assert plan(held, status="DONE", resolution="DUPLICATE").values["resolution"] == "DUPLICATE"
    assert plan(held, status="DONE", resolution=None).values["resolution"] == "FIXED"
    back = plan(DONE, status="OPEN")
    assert (back.values["resolution"], back.values["done_at"]) == (None, None)
    assert plan(DONE, resolution="WONT_FIX").values == {"resolution": "WONT_FIX"}


def test_what_can_not_be_is_refused() -> None:
    with pytest.raises(IllegalTransition) as refused:
        plan(status="DONE")
    assert refused.value.fields == {"from": "OPEN", "to": "DONE", "legal": ["TRIAGED", "IN_PROGRESS"]}
    with pytest.raises(InvalidInput):
        plan(resolution="FIXED")
    with pytest.raises(InvalidInput):
        plan(DONE, resolution=None)
    with pytest.raises(InvalidAssignee):
        plan(assignee_id=3)


def test_a_new_assignee_begins_to_watch_once() -> None:
    assert plan(assignee_id=2).starts_watching == MAX
    assert plan(replace(HELD, watchers=frozenset({2, 3})), assignee_id=2).starts_watching is None
    assert plan(replace(HELD, assignee=MAX), assignee_id=None).starts_watching is None
    assert plan(replace(HELD, assignee=MAX), assignee_id=2).changed == {}


def test_reporters_edit_the_text_of_their_own() -> None:
    held = replace(HELD, role=Role.REPORTER)
    assert plan(held, actor_id=3, title="Boom", description="new").values["description_html"] == "<p>new</p>"
    with pytest.raises(NotAllowed):
        plan(held, actor_id=4, title="Boom")
    with pytest.raises(FieldsNotAllowed) as refused:
        plan(held, actor_id=3, title="Boom", status="TRIAGED", labels=[])
    assert refused.value.fields == {"fields": ["labels", "status"]}
    with pytest.raises(FieldsNotAllowed):
        ensure_may_create(Role.REPORTER, {"project", "title", "priority"})
    ensure_may_create(Role.REPORTER, {"project", "title", "description", "severity"})
    ensure_may_create(Role.MAINTAINER, {"project", "title", "priority", "labels"})


def test_only_done_issues_have_a_resolution() -> None:
    assert resolution_of("OPEN", "FIXED", "FIXED") is None
    assert resolution_of("DONE", None, None) == "FIXED"
    assert resolution_of("DONE", None, "DUPLICATE") == "DUPLICATE"


def test_the_audience_is_staff_the_reporter_and_watchers() -> None:
    assert audience_of(5, False, 3, {2}) == {"f:admin", "f:p5", "r:p5:u3", "r:p5:u2"}
    assert audience_of(5, True, 3, set()) == {"f:admin", "f:p5", "r:p5:u3", "r:p5"}


def test_a_past_is_told_in_order_and_only_where_it_made_a_difference() -> None:
    issue = ImportedIssue(
        external_ref="x",
        title="Old",
        description="",
        reporter_id=3,
        created_at=NOW,
        labels=("bug",),
        changes=(
            ImportedChange(NOW + timedelta(hours=1), 2, {"status": "OPEN", "labels": ["BUG"]}),
            ImportedChange(NOW + timedelta(hours=2), 2, {"status": "DONE"}),
            ImportedChange(NOW + timedelta(hours=1), None, {"status": "OPEN", "assignee_id": 2}),
        ),
    )
    names = Names({2: MAX}, {"bug": "Bug"})
    assert first_state(issue, names).labels == ("Bug",)
    done, reopened = steps_of(issue, names)
    assert (done.state.version, done.state.resolution, done.state.done_at) == (2, "FIXED", NOW + timedelta(hours=2))
    assert reopened.state.updated_at == NOW + timedelta(hours=2, microseconds=1)
    assert (reopened.state.resolution, reopened.state.done_at, reopened.actor_id) == (None, None, None)
    assert reopened.changed["assignee_id"] == {"old": None, "new": {"id": 2, "name": "Max"}}
    assert issue.people() == {2, 3}
    assert issue.all_labels() == {"bug", "BUG"}
