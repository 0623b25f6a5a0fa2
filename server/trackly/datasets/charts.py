"""Charts of a dataset: those that it has by itself, and those that a report asks for."""

from collections.abc import Sequence

from trackly.datasets.dataset import ChartOf, Dataset
from trackly.datasets.errors import InvalidSource
from trackly.datasets.schemas import AskedChart
from trackly.datasets.shapes import Shape, group_of, measure_of
from trackly.exports.facade import Chart, Column, bar_chart, line_chart, stacked_chart


def charts_of(dataset: Dataset, shape: Shape, asked: Sequence[AskedChart], at: str) -> list[tuple[ChartOf, bool]]:
    """What to draw, and whether it is drawn from the report's own rows. InvalidSource for a name that is not known.

    Nothing asked: for groups, the first measure by the first group, and its parts by the second; for rows, what the
    dataset has by itself."""
    if asked:
        return [_asked(dataset, shape, chart, f"{at}.{index}") for index, chart in enumerate(asked)]
    if not shape.groups:
        return [(chart, False) for chart in dataset.charts]
    return _of_groups(shape)


def _of_groups(shape: Shape) -> list[tuple[ChartOf, bool]]:
    """Of three groups, and of parts that don't add up to a whole, no picture is better than a wrong one."""
    first, measure = shape.groups[0], shape.measures[0]
    title = f"{measure.title} by {first.column.title}"
    if len(shape.groups) == 1:
        return [(ChartOf(title, "line" if first.unit else "bar", first.name, measure.name), True)]
    second = shape.groups[1].name
    if len(shape.groups) > 2 or (measure.unit in ("days", "sum") and not first.unit):
        return []
    return [(ChartOf(title, "line" if first.unit else "stacked", first.name, measure.name, second), True)]


def _asked(dataset: Dataset, shape: Shape, chart: AskedChart, at: str) -> tuple[ChartOf, bool]:
    wanted = ChartOf(chart.title, chart.kind, chart.x, chart.y, chart.series)
    shown = {column.name for column in shape.columns}
    if {chart.x, chart.y} | ({chart.series} if chart.series else set()) <= shown:
        return wanted, True
    group_of(dataset, chart.x, f"{at}.x")
    measure_of(dataset, chart.y, f"{at}.y")
    if chart.series is not None:
        group_of(dataset, chart.series, f"{at}.series")
        if chart.series == chart.x:
            raise InvalidSource.of(f"{at}.series", "must be another column than x")
    return wanted, False


def drawn(dataset: Dataset, shape: Shape, chart: ChartOf, select: str | None) -> Chart:
    """The chart as it is exported; `select` None: from the report's own rows."""
    title = _title(dataset, shape, chart.y)
    if chart.kind == "line":
        return line_chart(chart.title, chart.x, chart.y, series=chart.series, select=select, value_title=title)
    if chart.series is None:
        return bar_chart(chart.title, chart.x, chart.y, select=select, value_title=title)
    field = dataset.group_field(chart.series)
    order = [str(word) for word in field.words] if field else []
    return stacked_chart(chart.title, chart.x, chart.y, chart.series, order=order, select=select, value_title=title)


def _title(dataset: Dataset, shape: Shape, name: str) -> str:
    measure = dataset.measure(name)
    columns: dict[str, Column] = {column.name: column for column in shape.columns}
    return measure.title if measure else columns[name].head
