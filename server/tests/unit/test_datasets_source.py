"""What a source may ask for, and that every mistake is refused with its place."""

import re
from pathlib import Path
from typing import Any

import pytest

from trackly.datasets.catalog import DATASETS, filter_words
from trackly.datasets.facade import DatasetSource, InvalidSource, catalog, check_source
from trackly.issues.facade import InvalidQuery

DOCS = Path(__file__).parents[3] / "docs" / "user" / "datasets.md"


def source(**over: Any) -> DatasetSource:
    return DatasetSource(**{"dataset": "issues", **over})


def refused_at(asked: DatasetSource, parameters: dict[str, str] | None = None) -> tuple[str, str]:
    with pytest.raises((InvalidSource, InvalidQuery)) as refused:
        check_source(asked, parameters or {})
    (error,) = refused.value.errors
    return error.field, error.message


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_is_whole(name: str) -> None:
    """Everything that it says of itself can be asked for."""
    told = next(one for one in catalog() if one.name == name)
    check_source(told.example, {})
    check_source(source(dataset=name), {})
    check_source(source(dataset=name, columns=[column.name for column in told.columns if column.shown]), {})
    measures = [measure.name for measure in told.measures]
    for column in told.columns:
        for group in column.group:
            check_source(source(dataset=name, group_by=[group], columns=measures, sort=[f"-{group}"]), {})
    names = [column.name for column in told.columns] + measures
    assert len(set(told.default_columns)) == len(told.default_columns)
    assert {*told.default_columns, *told.default_measures} <= set(names)
    assert all(column.description.endswith(".") and column.title for column in told.columns)


@pytest.mark.parametrize(
    ("over", "place", "words"),
    [
        ({"dataset": "isues"}, "source.dataset", "did you mean issues"),
        ({"columns": ["key", "titel"]}, "source.columns.1", "did you mean title"),
        ({"columns": ["key", "key"]}, "source.columns.1", "is there twice"),
        ({"columns": ["count"]}, "source.columns.0", "goes with group_by"),
        ({"columns": ["label"]}, "source.columns.0", "is not a column"),
        ({"columns": ['key"; DROP TABLE issue; --']}, "source.columns.0", "is not a column"),
        ({"sort": ["-prioriy"]}, "source.sort.0", "did you mean priority"),
        ({"sort": ["key", "-key"]}, "source.sort.1", "is there twice"),
        ({"sort": ["(SELECT 1)"]}, "source.sort.0", "is not an order"),
        ({"group_by": ["projct"]}, "source.group_by.0", "did you mean project"),
        ({"group_by": ["title"]}, "source.group_by.0", "is not a group"),
        ({"group_by": ["created"]}, "source.group_by.0", "created_day"),
        ({"group_by": ["project"], "columns": ["key"]}, "source.columns.0", "is not a measure"),
        ({"group_by": ["project"], "sort": ["title"]}, "source.sort.0", "is not an order"),
        ({"dataset": "people", "group_by": ["person"]}, "source.group_by.0", "has no groups"),
        ({"filter": "sort:nothing"}, "source.filter", "is not an order"),
        ({"filter": "stauts:open"}, "source.filter", "did you mean"),
        ({"filter": "status:opne"}, "source.filter", "at character 8"),
        ({"filter": "(crash"}, "source.filter", "A ( is not closed at character 1"),
        ({"filter": "age>old"}, "source.filter", "is not a number"),
        ({"filter": "due:$day"}, "source.filter", "There is no parameter $day"),
        ({"dataset": "daily", "filter": "status:open"}, "source.filter", "There is no field 'status'"),
        ({"dataset": "daily", "filter": "created>many"}, "source.filter", "is not a number"),
        ({"dataset": "status", "filter": "section:stcuk"}, "source.filter", 'did you mean "stuck"'),
        ({"dataset": "comments", "filter": "edited:perhaps"}, "source.filter", "neither yes nor no"),
        ({"dataset": "comments", "filter": "author>x"}, "source.filter", "can't be compared"),
        ({"dataset": "transitions", "filter": "at>soon"}, "source.filter", "is not a time"),
    ],
)
def test_a_mistake_is_refused_with_its_place(over: dict[str, Any], place: str, words: str) -> None:
    field, message = refused_at(source(**over))
    assert field == place
    assert words in message


def test_a_mistake_in_a_filter_names_the_character() -> None:
    with pytest.raises(InvalidQuery) as refused:
        check_source(source(filter="crash status:opne"), {})
    assert refused.value.fields == {
        "position": 13,
        "expected": "one of open, triaged, in_progress, done",
        "suggestion": "open",
    }


def test_the_place_is_below_the_path_that_is_given() -> None:
    with pytest.raises(InvalidSource) as refused:
        check_source(source(columns=["x"]), {}, at="definition.source")
    assert refused.value.errors[0].field == "definition.source.columns.0"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("due<$p", "date"),
        ("created>=:p", "date"),
        ("assignee:$p", "person"),
        ("project:$p", "project"),
        ("label:$p", "label"),
        ("status:$p", "text"),
        ("age>$p", "integer"),
        ("age>$p", "number"),
        ("$p", "text"),
    ],
)
def test_a_parameter_fits_where_its_type_fits(text: str, kind: str) -> None:
    check_source(source(filter=text), {"p": kind})


@pytest.mark.parametrize(("text", "kind"), [("due<$p", "person"), ("age>$p", "project"), ("severity:$p", "date")])
def test_a_parameter_of_another_type_is_refused(text: str, kind: str) -> None:
    field, _ = refused_at(source(filter=text), {"p": kind})
    assert field == "source.filter"


def test_an_unknown_field_is_refused_also_with_a_parameter_that_can_be_anything() -> None:
    field, message = refused_at(source(filter="stauts:$p"), {"p": "text"})
    assert field == "source.filter"
    assert "There is no field 'stauts'" in message


class Asked:
    title, kind, series = "A chart", "bar", None

    def __init__(self, x: str, y: str, series: str | None = None) -> None:
        self.x, self.y, self.series = x, y, series


@pytest.mark.parametrize(
    ("chart", "place"),
    [
        (Asked("titel", "count"), "document.charts.0.x"),
        (Asked("project", "many"), "document.charts.0.y"),
        (Asked("project", "count", "titel"), "document.charts.0.series"),
        (Asked("project", "count", "project"), "document.charts.0.series"),
    ],
)
def test_a_chart_of_something_unknown_is_refused(chart: Asked, place: str) -> None:
    with pytest.raises(InvalidSource) as refused:
        check_source(source(), {}, [chart])  # type: ignore[list-item]
    assert refused.value.errors[0].field == place


def test_a_chart_is_of_measures_or_of_the_rows() -> None:
    check_source(source(), {}, [Asked("project", "open", "severity")])  # type: ignore[list-item]
    check_source(source(columns=["key", "age_days"]), {}, [Asked("key", "age_days")])  # type: ignore[list-item]


def test_the_page_for_people_names_every_dataset_column_and_measure() -> None:
    text = DOCS.read_text()
    for dataset in catalog():
        part = re.search(rf"^## {dataset.title} \(`{dataset.name}`\)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        assert part, dataset.name
        names = [*(one.name for one in dataset.columns), *(one.name for one in dataset.measures)]
        assert [name for name in names if f"`{name}`" not in part[1]] == []
        for word in filter_words(DATASETS[dataset.name]):
            assert f"`{word}`" in part[1] or f"`{word}`" in text.split("\n## ")[1], f"{dataset.name}: {word}"
