"""Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers never do.

A guarded text can be told from any other and taken back: a text that begins with apostrophes before such a sign gets
one more. So the rows are read once, as CSV, and every other format is made from that.
Source: OWASP, CSV injection; the full-width forms are what East Asian versions of spreadsheets read as their own."""

import re

_BLANKS = (
    r"\u0001-\u0008\u000b\u000c\u000e-\u0020\u007f"
    r"\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
)
_SIGNS = r"=+@\u0009\u000a\u000d\uff0b\uff0d\uff1d\uff20-"
_NARROW_BLANKS, _NARROW_SIGNS = r"\u0001-\u0008\u000b\u000c\u000e-\u0020\u007f", r"=+@\u0009\u000a\u000d-"
_NUMBER = r"^ *[+-][0-9.][0-9.,]*([eE][+-]?[0-9]+)?%? *$"
_GUARDED = re.compile(f"'+[{_BLANKS}]*[{_SIGNS}]")


def guarded(expression: str, *, unicode: bool = True) -> str:
    """SQL for the guarded text of `expression`, which is of type text. `unicode`: the database is in UTF-8."""
    blanks, signs = (_BLANKS, _SIGNS) if unicode else (_NARROW_BLANKS, _NARROW_SIGNS)
    plain = f"abs(ascii({expression}) * 2 - 191) < 62"  # it begins with a sign from A to ~: asked once, for speed
    quick = f"WHEN {plain} THEN {expression} " if unicode else ""
    text = f'({expression} COLLATE "C")'
    risky = f"{text} ~ '^''*[{blanks}]*[{signs}]' AND {text} !~ '{_NUMBER}'"
    return f"CASE {quick}WHEN {risky} THEN ''''||{expression} ELSE {expression} END"


def unguarded(value: str) -> str:
    """The text as it was before it was guarded."""
    return value[1:] if value[:1] == "'" and _GUARDED.match(value) else value


_RISKY = re.compile(f"'*[{_BLANKS}]*[{_SIGNS}]")
_IS_NUMBER = re.compile(_NUMBER)


def guarded_text(text: str) -> str:
    """What `guarded` makes of a text, for those that do not come from the database: the heads of columns."""
    return f"'{text}" if _RISKY.match(text) and not _IS_NUMBER.match(text) else text
