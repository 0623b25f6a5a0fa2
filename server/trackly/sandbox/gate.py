"""The gate: SQL that somebody wrote is read as one SELECT of known parts, or refused with the place and the reason.

What runs later is the text that is made from the tree again, never the text that was written."""

import re
from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.errors import ParseError

from trackly.sandbox import functions, names, nodes
from trackly.sandbox.catalog import columns_by_view
from trackly.sandbox.checked import CheckedSql, ParameterType
from trackly.sandbox.dialect import TooInvolved, statements_of, text_of, tokens_of
from trackly.sandbox.errors import InvalidSql
from trackly.sandbox.guard import guarded_tokens, refusal
from trackly.sandbox.vocabulary import SERIES

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_INCOMPLETE = re.compile(r"Required keyword: .* missing for <class '.*\.(\w+)'>")


def check_sql(sql: str, parameters: Mapping[str, ParameterType]) -> CheckedSql:
    """Read `sql` as one SELECT over the views of the schema `reporting`.

    `parameters` are the declared ones by name, for `:name`. Raises InvalidSql with line, column and reason."""
    tree = _read(sql, parameters, bounded_series=True)
    _refuse_first(sql, names.complaints(tree, columns_by_view()))
    tables = sorted({table.name for table in names.tables_of(tree)})
    for table in list(names.tables_of(tree)):
        table.set("db", exp.to_identifier(names.SCHEMA, quoted=True))
    for call in list(tree.find_all(exp.Anonymous)):
        if call.this == SERIES:
            call.set("this", f"{names.SCHEMA}.{SERIES}")
    return _checked(tree, parameters, tables)


def check_foreign_sql(sql: str, parameters: Mapping[str, ParameterType]) -> CheckedSql:
    """As `check_sql`, for another database: any table but those of its system. Raises InvalidSql."""
    tree = _read(sql, parameters, bounded_series=False)
    _refuse_first(sql, names.foreign_complaints(tree))
    tables = sorted({f"{table.db}.{table.name}".lstrip(".") for table in names.tables_of(tree)})
    return _checked(tree, parameters, tables)


def _checked(tree: exp.Query, parameters: Mapping[str, ParameterType], tables: list[str]) -> CheckedSql:
    used = {node.name for node in tree.find_all(exp.Placeholder)}
    return CheckedSql(
        text=text_of(tree),
        parameters={name: kind for name, kind in parameters.items() if name in used},
        unused=tuple(name for name in parameters if name not in used),
        tables=tuple(tables),
        tree=tree,
    )


def _read(sql: str, parameters: Mapping[str, ParameterType], *, bounded_series: bool) -> exp.Query:
    tokens = guarded_tokens(sql)
    try:
        found = statements_of(sql, tokens)
        tree = found[0]
        if len(found) != 1 or not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery):
            raise refusal(sql, tokens[0].start, "expected SELECT or WITH: a report only reads")
        _refuse_first(sql, nodes.complaints(tree))
        _refuse_first(sql, _about_calls(tree, bounded_series=bounded_series))
        _refuse_first(sql, functions.long_searches(tree))
        _refuse_first(sql, _about_parameters(tree, parameters))
        names.fold_names(tree)
        text = text_of(tree)
        if statements_of(text, tokens_of(text)) != [tree]:
            raise refusal(
                sql, tokens[0].start, "can't be read without a doubt: put brackets around NOT, IS and ARRAY[…]"
            )
    except ParseError as error:
        raise _from_parser(error) from None
    except (RecursionError, TooInvolved):
        raise refusal(sql, 0, "is nested too deeply, or too involved, to be read") from None
    return tree


def _about_calls(tree: exp.Expr, *, bounded_series: bool) -> Iterator[tuple[exp.Expr, str]]:
    for call in tree.find_all(exp.Anonymous):
        reason = functions.complaint(call, bounded_series=bounded_series)
        if reason:
            yield call, reason


def _about_parameters(tree: exp.Expr, parameters: Mapping[str, ParameterType]) -> Iterator[tuple[exp.Expr, str]]:
    for node in tree.find_all(exp.Placeholder):
        if not isinstance(node.this, str) or not _NAME.fullmatch(node.this):
            yield node, "expected a parameter as :name, in small letters"
        elif node.this not in parameters:
            yield node, f"there is no parameter {node.this}"


def _refuse_first(sql: str, complaints: Iterator[tuple[exp.Expr, str]]) -> None:
    for node, reason in complaints:
        raise refusal(sql, _start_of(node), reason)


def _start_of(node: exp.Expr) -> int:
    """Where a part of the tree is in the text: its own place, that of something in it, or that of what it is in."""
    within = [int(one.meta["start"]) for one in node.walk() if "start" in one.meta]
    if within:
        return min(within)
    return _start_of(node.parent) if node.parent is not None else 0


def _from_parser(error: ParseError) -> InvalidSql:
    said = error.errors[0] if error.errors else {}
    found = str(said.get("highlight") or "")
    line, column = int(said.get("line") or 1), int(said.get("col") or 1)
    reason = _in_words(str(said.get("description") or ""))
    return InvalidSql.at(line, max(column - len(found) + 1, 1), f"{reason}, found {found}" if found else reason)


def _in_words(description: str) -> str:
    """What the parser says of a mistake, without the names of its own parts."""
    incomplete = _INCOMPLETE.match(description)
    if incomplete:
        return f"expected more: {incomplete[1].upper()} is not complete"
    if description.startswith("Expect"):
        wanted = description.split(" but got ", maxsplit=1)[0].removeprefix("Expecting ").removeprefix("Expected ")
        return f"expected {wanted.rstrip('.')}"
    return "did not expect this here"
