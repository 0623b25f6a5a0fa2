"""How GitHub's objects read here."""

from datetime import UTC, datetime

import pytest

from tests.support.github import closed, github_issue
from trackly.imports.github_objects import BrokenLine, project_key_of, read_issue


@pytest.mark.parametrize(
    ("repository", "key"),
    [
        ("datasets", "DATASETS"),
        ("Rocket-Parts", "ROCKETPART"),
        ("3d.js", "DJS"),
        ("x", "GHX"),
        ("---", "GH"),
        ("a_very_long_name_indeed", "AVERYLONGN"),
    ],
)
def test_a_project_key_is_as_much_of_the_name_as_it_may_be(repository: str, key: str) -> None:
    assert project_key_of(repository) == key


@pytest.mark.parametrize(
    ("value", "resolution"),
    [
        (closed(1, "completed"), "FIXED"),
        (closed(1, None), "FIXED"),
        (closed(1, "not_planned"), "WONT_FIX"),
        (closed(1, "duplicate"), "DUPLICATE"),
        (closed(1, None, pull_request={"merged_at": "2024-03-04T09:30:00Z"}), "FIXED"),
        (closed(1, None, pull_request={"merged_at": None}), "WONT_FIX"),
    ],
)
def test_how_it_was_closed(value: dict[str, object], resolution: str) -> None:
    assert read_issue(value).resolution == resolution


def test_what_is_open_is_not_done() -> None:
    assert read_issue(github_issue(1, state_reason="reopened")).done_at is None


def test_times_become_utc() -> None:
    issue = read_issue(github_issue(1, created_at="2024-03-01T10:00:00+02:00"))
    assert issue.created_at == datetime(2024, 3, 1, 8, tzinfo=UTC)


def test_labels_become_names_that_we_allow_and_keep_their_colours() -> None:
    labels = [{"name": 'area: "core", (old)', "color": "A2EEEF"}, {"name": '",()', "color": None}, {"name": "x" * 60}]
    found = read_issue(github_issue(1, labels=labels, pull_request={"merged_at": None})).clean_labels
    assert found == {"area: core old": "#a2eeef", "x" * 40: None, "pull request": "#8250df"}


def test_labels_may_be_names_alone_or_have_none() -> None:
    labels = ["plain", {"name": None, "color": "ff0000"}, {"name": "odd", "color": "red"}, {"name": "none", "id": 7}]
    assert read_issue(github_issue(1, labels=labels)).clean_labels == {"plain": None, "odd": None, "none": None}


def test_a_long_title_is_said_whole_above_the_text() -> None:
    title = "words " * 60
    issue = read_issue(github_issue(1, title=title))
    assert len(issue.one_line_title) == 200
    assert issue.one_line_title.endswith("…")
    assert issue.description.startswith(f"**{title.strip()}**\n\nIt *drips*.")


def test_a_text_that_is_too_long_says_that_it_was_cut() -> None:
    issue = read_issue(github_issue(1, body="x" * 227_963))
    assert len(issue.description) == 100_000
    assert issue.description.endswith("*Cut here: the original has 227,963 characters.*")
    assert issue.is_shortened


def test_texts_are_storable() -> None:
    issue = read_issue(github_issue(1, title="a\x00b\r\nc", body="one\r\ntwo\x00", user={"login": "dependabot[bot]"}))
    assert (issue.one_line_title, issue.description) == ("ab c", "one\ntwo")
    assert issue.user is not None
    assert issue.user.email == "dependabot-bot@users.noreply.github.com"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "is not a JSON object"),
        (github_issue(0), "number"),
        (github_issue(1, state="lost"), "state"),
        (github_issue(1, created_at="2024-03-01T10:00:00"), "created_at"),
        (github_issue(1, created_at="0001-01-01T00:00:00Z"), "before the year 2000"),
        (github_issue(1, repository_url="https://example.com/acme"), "repository_url"),
        ({"number": 3}, "repository_url"),
    ],
)
def test_a_broken_object_says_which_member(value: object, reason: str) -> None:
    with pytest.raises(BrokenLine, match=reason):
        read_issue(value)
