"""The statements of the statistics: SQL in files of their own, each put together once from its parts."""

import re
from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text

_PART = re.compile(r"/\* (\w+) \*/")


@cache
def whole_text(name: str) -> str:
    """The text of `sql/<name>.sql`, without its notes, with `/* part */` replaced by the text of that part."""
    source = files("trackly.stats").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    lines = [line for line in source.splitlines() if not line.startswith("--")]
    return _PART.sub(lambda match: whole_text(match[1]), "\n".join(lines).strip())


@cache
def statement(name: str) -> TextClause:
    return text(whole_text(name))
