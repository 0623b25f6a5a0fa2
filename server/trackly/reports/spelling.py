"""What somebody may have meant."""

import difflib
from collections.abc import Collection


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that is most like `word`, if any is."""
    found = difflib.get_close_matches(word.lower()[:60], sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None
