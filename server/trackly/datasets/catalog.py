"""All ready-made datasets, and how the catalog tells of one."""

from collections.abc import Mapping

from trackly.datasets.dataset import Dataset, Field
from trackly.datasets.of_ageing import AGEING
from trackly.datasets.of_comments import COMMENTS
from trackly.datasets.of_days import DAILY
from trackly.datasets.of_issues import ISSUES
from trackly.datasets.of_people import PEOPLE
from trackly.datasets.of_status import STATUS
from trackly.datasets.of_transitions import TRANSITIONS
from trackly.datasets.schemas import ColumnOut, DatasetOut, DatasetParameterOut, MeasureOut
from trackly.issues.facade import FIELDS as ISSUE_WORDS

DATASETS: Mapping[str, Dataset] = {
    one.name: one for one in (ISSUES, TRANSITIONS, COMMENTS, DAILY, PEOPLE, STATUS, AGEING)
}
_PERIOD = (
    DatasetParameterOut(name="since", type="date", description="The first day of the period."),
    DatasetParameterOut(name="until", type="date", description="The last day of the period, included."),
)
_STUCK = DatasetParameterOut(
    name="stuck_days", type="integer", description="After how many days without a change an issue is stuck; 14."
)


def catalog() -> list[DatasetOut]:
    """Every ready-made dataset, in the order of the builder."""
    return [describe(dataset) for dataset in DATASETS.values()]


def describe(dataset: Dataset) -> DatasetOut:
    """A dataset as the catalog shows it."""
    return DatasetOut(
        name=dataset.name,
        title=dataset.title,
        description=dataset.description,
        columns=[_column(field) for field in dataset.fields],
        measures=[
            MeasureOut(name=one.name, title=one.title, type=one.type.value, unit=one.unit, description=one.description)
            for one in dataset.measures
        ],
        default_columns=list(dataset.default_columns),
        default_measures=list(dataset.default_measures),
        default_sort=list(dataset.default_sort),
        key_column=dataset.key_column,
        parameters=[*(_PERIOD if dataset.period else ()), *((_STUCK,) if dataset.stuck else ())],
        filter_help=_filter_help(dataset),
        example=dataset.example,
    )


def filter_words(dataset: Dataset) -> tuple[str, ...]:
    """What a term of its filter can be about."""
    own = {field.word for field in dataset.fields if field.word and not field.asked_of_issue}
    return tuple(sorted(own | (set(ISSUE_WORDS) if dataset.about_issues else set())))


def _column(field: Field) -> ColumnOut:
    return ColumnOut(
        name=field.name,
        title=field.title,
        type=field.type.value,
        description=field.description,
        filter=field.word,
        group=list(field.groups),
        shown=not field.hidden,
    )


def _filter_help(dataset: Dataset) -> str:
    words = ", ".join(filter_words(dataset))
    told = "Words and phrases search title, description and comments of the issue. " if dataset.about_issues else ""
    return f"{told}Terms: {words}."
