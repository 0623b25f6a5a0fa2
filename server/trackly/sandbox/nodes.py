"""Which parts a SELECT of a report may have: kinds of nodes of its tree, and of each the arguments that may be filled.

What is not listed is refused, so that what a later version of the parser understands stays refused too."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlglot import exp

_QUERY = "with_ joins where group having windows order limit offset"
_BINARY = "this expression"
_ALLOWED_ARGUMENTS: dict[type[exp.Expr], str] = {
    exp.Select: f"{_QUERY} expressions distinct from_ laterals",
    exp.Union: f"{_QUERY} {_BINARY} distinct",
    exp.Except: f"{_QUERY} {_BINARY} distinct",
    exp.Intersect: f"{_QUERY} {_BINARY} distinct",
    exp.Subquery: f"{_QUERY} this alias",
    exp.With: "expressions recursive",
    exp.CTE: "this alias materialized",
    exp.From: "this",
    exp.Join: "this on side kind using method expressions",
    exp.Lateral: "this alias ordinality",
    exp.Unnest: "expressions alias offset",
    exp.Values: "expressions alias",
    exp.Table: "this alias db joins ordinality",
    exp.TableAlias: "this columns",
    exp.Column: "this table",
    exp.Identifier: "this quoted",
    exp.Star: "",
    exp.Alias: "this alias",
    exp.Where: "this",
    exp.Group: "expressions grouping_sets cube rollup",
    exp.GroupingSets: "expressions",
    exp.Rollup: "expressions",
    exp.Cube: "expressions",
    exp.Having: "this",
    exp.Order: "this expressions",
    exp.Ordered: "this desc nulls_first",
    exp.Limit: "expression",
    exp.Offset: "expression",
    exp.Fetch: "direction count limit_options",
    exp.LimitOptions: "rows with_ties",
    exp.Distinct: "expressions on",
    exp.Window: "this partition_by order spec alias over",
    exp.WindowSpec: "kind start start_side end end_side exclude",
    exp.Filter: _BINARY,
    exp.WithinGroup: _BINARY,
    exp.Tuple: "expressions",
    exp.Paren: "this",
    exp.Case: "this ifs default",
    exp.If: "this true",
    exp.Cast: "this to",
    exp.DataType: "this expressions nested",
    exp.DataTypeParam: "this",
    exp.Interval: "this unit",
    exp.Extract: _BINARY,
    exp.AtTimeZone: "this zone",
    exp.Literal: "this is_string",
    exp.Boolean: "this",
    exp.Null: "",
    exp.Placeholder: "this",
    exp.Anonymous: "this expressions",
    exp.Array: "expressions bracket_notation",
    exp.Bracket: "this expressions",
    exp.Slice: _BINARY,
    exp.Kwarg: _BINARY,
    exp.Var: "this",
    exp.Between: "this low high symmetric",
    exp.In: "this expressions query",
    exp.Is: f"{_BINARY} negate",
    exp.Not: "this",
    exp.Neg: "this",
    exp.Exists: "this",
    exp.Any: "this",
    exp.All: "this",
    exp.CurrentDate: "",
    exp.CurrentTimestamp: "",
    exp.StrPosition: "this substr",
    exp.Substring: "this start length",
    exp.Trim: "this expression position",
    exp.Overlay: "this expression from_ for_",
}
_OPERATORS = (
    *(exp.And, exp.Or, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Pow, exp.DPipe),
    *(exp.Like, exp.ILike, exp.SimilarTo, exp.Escape, exp.RegexpLike, exp.RegexpILike, exp.StartsWith),
    *(exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar, exp.JSONBContainsTopKey),
    *(exp.JSONBContainsAllTopKeys, exp.JSONBContainsAnyTopKeys),
    *(exp.ArrayContainsAll, exp.ArrayContainedBy, exp.ArrayOverlaps, exp.Overlaps),
)
_ALLOWED: dict[type[exp.Expr], frozenset[str]] = {
    **{kind: frozenset(names.split()) for kind, names in _ALLOWED_ARGUMENTS.items()},
    **{kind: frozenset(_BINARY.split()) for kind in _OPERATORS},
}
_ON_THE_SIDE = frozenset({"negate", "typed", "safe", "only_json_types", "requires_json", "json_type", "null_safe"})
"""Notes of the parser to itself; only true or false, and nothing of them is written."""
TYPES = frozenset(
    getattr(exp.DType, name)
    for name in (
        *("ARRAY", "BIGINT", "BOOLEAN", "CHAR", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "INT", "INTERVAL", "JSON"),
        *("JSONB", "SMALLINT", "TEXT", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "TIMETZ", "UUID", "VARCHAR"),
    )
)
_WORDS = {
    "side": {"LEFT", "RIGHT", "FULL", "PRECEDING", "FOLLOWING"},
    "kind": {"INNER", "OUTER", "CROSS", "ROWS", "RANGE", "GROUPS"},
    "method": {"NATURAL"},
    "start": {"UNBOUNDED", "CURRENT ROW"},
    "end": {"UNBOUNDED", "CURRENT ROW"},
    "start_side": {"PRECEDING", "FOLLOWING"},
    "end_side": {"PRECEDING", "FOLLOWING"},
    "exclude": {"CURRENT ROW", "GROUP", "TIES", "NO OTHERS"},
    "over": {"OVER"},
    "direction": {"FIRST", "NEXT"},
    "position": {"BOTH", "LEADING", "TRAILING"},
}
_NUMBER = re.compile(r"[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?|\.[0-9]{1,40}")
_WORD = re.compile(r"[A-Za-z_]{1,30}")
_NAME_BYTES = 63
_READS_ONLY = "a report only reads: expected SELECT"
_REASONS: dict[type[exp.Expr], str] = {
    exp.Insert: _READS_ONLY,
    exp.Update: _READS_ONLY,
    exp.Delete: _READS_ONLY,
    exp.Merge: _READS_ONLY,
    exp.Command: _READS_ONLY,
    exp.Lock: "rows can't be locked by a report",
    exp.Into: "INTO would make a table, and a report only reads",
    exp.TableSample: "TABLESAMPLE is not known to reports",
    exp.Dot: "expected a column as name or table.name, or a function without a schema",
    exp.Parameter: "expected a parameter as :name",
    exp.Operator: "expected an operator by its sign alone",
    exp.CurrentUser: "who runs the report can't be asked for",
    exp.SessionUser: "who runs the report can't be asked for",
    exp.CurrentRole: "who runs the report can't be asked for",
    exp.ObjectIdentifier: "this type is not known to reports",
    exp.PseudoType: "this type is not known to reports",
}
_NO_CONDITION: tuple[Callable[[Any], bool], str] = (lambda _: True, "")
_CONDITIONS: dict[type[exp.Expr], tuple[Callable[[Any], bool], str]] = {
    exp.DataType: (lambda node: node.this in TYPES, "this type is not known to reports"),
    exp.Literal: (
        lambda node: node.is_string or bool(_NUMBER.fullmatch(node.this)),
        "expected a plain number, such as 1.5",
    ),
    exp.Var: (lambda node: bool(_WORD.fullmatch(node.name)), "expected a word"),
    exp.Identifier: (
        lambda node: 0 < len(node.name.encode()) <= _NAME_BYTES,
        f"expected a name of 1 to {_NAME_BYTES} bytes",
    ),
    exp.Interval: (lambda node: isinstance(node.this, exp.Literal), "expected an interval as interval '1 day'"),
}


def complaints(tree: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    """Each part of the tree that a report may not have, with the reason; the outer parts first."""
    for node in tree.walk():
        reason = _about_node(node) or _about_arguments(node)
        if reason:
            yield node, reason


def _about_node(node: exp.Expr) -> str | None:
    kind = type(node)
    if kind not in _ALLOWED:
        return _REASONS.get(kind, f"{kind.__name__} is not known to reports")
    holds, reason = _CONDITIONS.get(kind, _NO_CONDITION)
    return None if holds(node) else reason


def _about_arguments(node: exp.Expr) -> str | None:
    allowed = _ALLOWED[type(node)]
    for name, value in node.args.items():
        if name in _ON_THE_SIDE and isinstance(value, bool | None):
            continue
        if value and name not in allowed:
            inner = next((one for one in _listed(value) if isinstance(one, exp.Expr)), None)
            reason = _REASONS.get(type(inner)) if inner is not None else None
            return reason or f"{name.strip('_').replace('_', ' ').upper()} is not known to reports here"
        if isinstance(value, str) and name in _WORDS and value and value.upper() not in _WORDS[name]:
            return f"{value.upper()} is not known to reports here"
    return None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
