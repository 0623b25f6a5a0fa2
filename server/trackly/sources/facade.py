"""The door to what reports read: ready-made datasets, uploaded tables, databases elsewhere.

`check_dataset` and `plan_dataset` take what those of `datasets.facade` take, and know `upload:<id>` besides."""

from trackly.sources.errors import OwnDatabase, SourceNotFound, SourceUnreachable, SourceUnusable
from trackly.sources.plans import (
    TableForSql,
    check_dataset,
    check_external,
    list_catalog,
    plan_dataset,
    plan_external,
    upload_tables,
)
from trackly.sources.services import SourceServices

__all__ = [
    "OwnDatabase",
    "SourceNotFound",
    "SourceServices",
    "SourceUnreachable",
    "SourceUnusable",
    "TableForSql",
    "check_dataset",
    "check_external",
    "list_catalog",
    "plan_dataset",
    "plan_external",
    "upload_tables",
]
