"""Which tables and columns the names in a SELECT mean, as far as that can be known without the database. Pure."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from sqlglot import exp

SCHEMA = "reporting"
_SYSTEM = ("pg_", "information_schema")
_MADE_UP = frozenset({"array", "bool", "case", "exists", "extract", "ordinality", "overlay", "row", "?column?"})
"""Names that PostgreSQL gives to columns without one, beside those of functions and types."""


def fold_names(tree: exp.Expr) -> None:
    """Make every name what PostgreSQL makes of it: lower case where it has no quotes; then quote it."""
    for node in tree.walk():
        if isinstance(node, exp.Identifier):
            if not node.quoted:
                node.set("this", "".join(c.lower() if c.isascii() else c for c in node.name))
            node.set("quoted", True)
        elif isinstance(node, exp.Anonymous) and isinstance(node.this, str):
            node.set("this", node.this.lower())


def tables_of(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables that are no subqueries with a name."""
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and not (not table.db and _is_common(table)):
            yield table


def _is_common(table: exp.Table) -> bool:
    """Whether `table` names a WITH query that it can see: one before it in the same list, its own where that is
    RECURSIVE, or one of a statement around."""
    node: exp.Expr | None = table
    while node is not None:
        seen: list[exp.Expr] = []
        around = node.parent
        if isinstance(node, exp.CTE) and isinstance(around, exp.With):
            places = [id(cte) for cte in around.expressions]
            seen = around.expressions[: places.index(id(node)) + bool(around.recursive)]
            around = around.parent.parent if around.parent is not None else None
        elif isinstance(node, exp.Query) and node.args.get("with_") is not None:
            seen = node.args["with_"].expressions
        if table.name in {cte.alias for cte in seen}:
            return True
        node = around
    return False


def foreign_complaints(tree: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    """Tables of another database's catalog."""
    for table in tables_of(tree):
        if table.name.lower().startswith(_SYSTEM) or table.db.lower().startswith(_SYSTEM):
            yield table, f"{table.name} belongs to the system of the database"


def complaints(tree: exp.Expr, views: Mapping[str, frozenset[str]]) -> Iterator[tuple[exp.Expr, str]]:
    """Tables that are no views, then columns that nothing in the statement has."""
    for common in tree.find_all(exp.CTE):
        if common.alias.startswith(_SYSTEM):
            yield common, f"expected a name that does not begin as {common.alias[:3]}"
    read = list(tables_of(tree))
    for table in read:
        if table.name not in views or table.db not in ("", SCHEMA):
            yield table, f"there is no table {table.name}{_instead(table.name, views)}"
    known = _known_columns(tree, frozenset().union(*(views.get(table.name, frozenset()) for table in read)))
    direct = _aliases_of_views(tree, read)
    for column in tree.find_all(exp.Column):
        if isinstance(column.this, exp.Star):
            continue
        owner = direct.get(column.table) if column.table else None
        has = views.get(owner, known) if owner else known
        if column.name not in has:
            of = f" in {owner}" if owner else ""
            yield column, f"there is no column {column.name}{of}{_instead(column.name, has)}"


def _instead(name: str, has: Mapping[str, object] | frozenset[str]) -> str:
    near = get_close_matches(name, has, n=1)
    return f", is {near[0]} meant?" if near else ""


def _known_columns(tree: exp.Expr, columns: frozenset[str]) -> frozenset[str]:
    """The columns of the views, and every name that the statement itself gives to something."""
    given = {node.alias for kind in (exp.Alias, exp.Table, exp.Subquery, exp.CTE) for node in tree.find_all(kind)}
    given |= {table.name for table in tree.find_all(exp.Table)}
    for alias in tree.find_all(exp.TableAlias):
        given |= {alias.name, *(column.name for column in alias.args.get("columns") or ())}
    given |= {unnest.args["offset"].name for unnest in tree.find_all(exp.Unnest) if unnest.args.get("offset")}
    given |= {call.this for call in tree.find_all(exp.Anonymous) if isinstance(call.this, str)}
    given |= {cast.to.sql("postgres").lower() for cast in tree.find_all(exp.Cast)}
    return columns | given | _MADE_UP


def _aliases_of_views(tree: exp.Expr, read: list[exp.Table]) -> dict[str, str]:
    """The names by which views are read, where no other thing in the statement has the same one."""
    uses: dict[str, set[str]] = {}
    for table in tree.find_all(exp.Table):
        uses.setdefault(table.alias_or_name, set()).add(table.name if table in read else "")
    for kind in (exp.Subquery, exp.CTE, exp.Lateral, exp.Unnest, exp.Values):
        for node in tree.find_all(kind):
            uses.setdefault(node.alias, set()).add("")
    return {alias: views.copy().pop() for alias, views in uses.items() if len(views) == 1 and "" not in views}
