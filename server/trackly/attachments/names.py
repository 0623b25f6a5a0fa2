"""File names as people may see and save them."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 200
NAMELESS = "file"
_JOINERS = "\u200c\u200d"
_LONGEST_SUFFIX = 20
_NOT_PLAIN = re.compile(r"[^ !#$&+\-.0-9A-Z^_`a-z{}~()@,=\[\]']")


def clean_name(given: str) -> str:
    """The last part of `given`, without what hides, reorders or breaks: paths, control and format characters.

    At most 200 characters, the extension kept; `file` when nothing is left."""
    text = unicodedata.normalize("NFC", given)
    text = text.replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(c for c in text if _is_visible(c))
    text = " ".join(text.split()).strip(". ")
    return _shorten(text).strip(_JOINERS + ". ") or NAMELESS


def _is_visible(character: str) -> bool:
    if character.isspace():
        return True
    category = unicodedata.category(character)
    return category not in ("Cc", "Cf", "Cs", "Cn", "Co") or character in _JOINERS


def _shorten(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    if dot and 0 < len(suffix) <= _LONGEST_SUFFIX:
        return stem[: LONGEST - len(suffix) - 1].rstrip(". ") + "." + suffix
    return name[:LONGEST]


def content_disposition(kind: str, name: str) -> str:
    """`inline` or `attachment` with the name: plain for old readers, and whole in UTF-8 (RFC 6266, RFC 8187)."""
    letters = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = _NOT_PLAIN.sub("_", "".join(letters))
    header = f'{kind}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
