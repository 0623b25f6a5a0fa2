"""The door to the datasets: what there is, whether a source can be understood, and its plan for one reader.

Reports enter by `sources.facade`, whose functions of the same names know uploaded tables too. What a dataset is made
of is here for that domain, which makes some of its own."""

from trackly.datasets.catalog import catalog, describe
from trackly.datasets.dataset import Dataset, Expression, Field, Measure, Rows, Scope
from trackly.datasets.errors import InvalidSource
from trackly.datasets.expressions import average, how_many
from trackly.datasets.literals import write_out
from trackly.datasets.parameters import Given, Scalar
from trackly.datasets.plans import DatasetPlan, check_rows, check_source, plan_dataset, plan_rows
from trackly.datasets.position import position_select
from trackly.datasets.schemas import AskedChart, AskedDataset, Catalog, DatasetOut, DatasetSource
from trackly.datasets.scopes import scope_of

__all__ = [
    "AskedChart",
    "AskedDataset",
    "Catalog",
    "Dataset",
    "DatasetOut",
    "DatasetPlan",
    "DatasetSource",
    "Expression",
    "Field",
    "Given",
    "InvalidSource",
    "Measure",
    "Rows",
    "Scalar",
    "Scope",
    "average",
    "catalog",
    "check_rows",
    "check_source",
    "describe",
    "how_many",
    "plan_dataset",
    "plan_rows",
    "position_select",
    "scope_of",
    "write_out",
]
