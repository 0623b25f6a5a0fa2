"""The unit of work is the only one that commits; found in the code itself, and seen to fail on a planted line."""

import ast
from pathlib import Path

PRODUCT = Path(__file__).parents[2] / "trackly"
ALLOWED = {"events/unit_of_work.py": {"commit"}, "events/log.py": {"begin"}, "imports/github.py": {"commit"}}
"""Beside the unit of work: a new epoch and new partitions of the log, and ANALYZE after an import. None changes a row
that anybody reads."""


def commits(tree: ast.AST) -> set[str]:
    """Calls of `x.commit()`, and of `engine.begin()`, which commits at its end."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            if node.func.attr == "commit" and "uow" not in owner:
                found.add("commit")
            if node.func.attr == "begin" and owner.endswith("engine"):
                found.add("begin")
    return found


def test_only_the_unit_of_work_commits() -> None:
    for path in PRODUCT.rglob("*.py"):
        name = str(path.relative_to(PRODUCT))
        assert commits(ast.parse(path.read_text())) <= ALLOWED.get(name, set()), name


def test_a_planted_commit_is_found() -> None:
    assert commits(ast.parse("async def f(uow):\n    await uow.session.execute(x)\n    await session.commit()")) == {
        "commit"
    }
    assert commits(ast.parse("async with database.engine.begin() as c: pass")) == {"begin"}
