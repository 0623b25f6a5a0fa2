"""Words of a text as the search index knows them: the same rule for what is stored and for what is asked.

Made here and not by PostgreSQL's parser, so that they do not depend on the locale of the database, and so that
`Dataset.from_generator` is found by each of its parts and by the whole. Pure."""

import re
import unicodedata
from collections import defaultdict

_WORD = re.compile(r"[^\W_]+")
_WORD_MAX = 100
_POSITIONS_MAX = 255
_LAST_POSITION = 16_383
_BUDGET_BYTES = 450_000
"""A tsvector holds 1 MiB; title with description and all comments each get less than half of it."""
PREFIX_FROM = 3
"""A word of at least so many characters also finds the longer words that begin with it."""


def words_of(text: str) -> list[str]:
    """Letters and digits in runs, without accents, in one case: `Éco_Système` is `eco`, `systeme`."""
    if not text.isascii():
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(c for c in folded if not unicodedata.combining(c))
    else:
        text = text.lower()
    return [word[:_WORD_MAX] for word in _WORD.findall(text)]


def vector_of(*parts: tuple[str, str]) -> str:
    """The text of a tsvector for `(weight, text)` parts, in order. No phrase reaches from one part into the next."""
    places: dict[str, list[str]] = defaultdict(list)
    position, spent = 0, 0
    for weight, text in parts:
        position += 10
        for word in words_of(text):
            position += 1
            held = places[word]
            spent += 4 if held else len(word.encode()) + 8
            if spent > _BUDGET_BYTES:
                return _written(places)
            if len(held) < _POSITIONS_MAX:
                held.append(f"{min(position, _LAST_POSITION)}{weight}")
    return _written(places)


def _written(places: dict[str, list[str]]) -> str:
    return " ".join(f"{word}:{','.join(at)}" for word, at in places.items() if at)


def word_query(text: str) -> str | None:
    """The text of a tsquery that finds `text` as a word or as the beginning of one; None when it holds no word.

    Written together, parts belong together: `from_gen` asks for `from` followed by `gen…`."""
    found = words_of(text)
    if not found:
        return None
    *first, last = found
    return " <-> ".join([*first, f"{last}:*" if len(last) >= PREFIX_FROM else last])


def phrase_query(text: str) -> str | None:
    """The text of a tsquery that finds exactly these words in this order; None when there is no word."""
    return " <-> ".join(words_of(text)) or None


_COMMON = frozenset(
    words_of(
        "a an and are as at be by can cannot does for from has have how i if in into is it its my no not of on or"
        " our should so that the their then there this to too was we when where which while will with you your"
    )
)
_TELLING_MAX = 20


def telling_words(title: str) -> list[str]:
    """The words of a title that say what it is about, each once: without the commonest, and single letters."""
    return [word for word in dict.fromkeys(words_of(title)) if len(word) > 1 and word not in _COMMON][:_TELLING_MAX]
