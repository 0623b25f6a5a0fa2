"""From the titles of a table to names that a filter can say and a database can hold. Pure."""

import re
import unicodedata
from collections.abc import Sequence

NAME_MAX = 50
_RESERVED = {"sort", "count", "ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"}
"""Words of the filter, and the names that every table of PostgreSQL has already."""
_MEASURED = ("sum_", "average_", "min_", "max_")
_NOT_NAME = re.compile(r"[^a-z0-9]+")


def names_for(titles: Sequence[str]) -> list[str]:
    """A name of small letters, digits and `_` for each title, all different, in their order."""
    taken: set[str] = set()
    found = []
    for title in titles:
        name = _named(title)
        index, unique = 1, name
        while unique in taken:
            index += 1
            unique = f"{name}_{index}"
        taken.add(unique)
        found.append(unique)
    return found


def _named(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    name = _NOT_NAME.sub("_", plain)[:NAME_MAX].strip("_")
    if not name or not name[0].isalpha() or name in _RESERVED or name.startswith(_MEASURED):
        name = f"column_{name}".rstrip("_")
    return name
