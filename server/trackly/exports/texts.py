"""Values as people read them, in PDF and HTML."""

from trackly.exports.plan import ColumnType

LONGEST = 400
_WORDS = {"true": "Yes", "false": "No"}
_RIGHT = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT})


def is_number(kind: ColumnType) -> bool:
    return kind in _RIGHT


def shown(kind: ColumnType, value: str | None, longest: int = LONGEST) -> str | None:
    """The text of a cell; None for null. A minus is a minus sign, a moment has minutes, a long text an end."""
    if value is None:
        return None
    if kind in _RIGHT:
        return number(kind, value)
    if kind is ColumnType.BOOLEAN:
        return _WORDS.get(value, value)
    if kind is ColumnType.TIMESTAMP:
        return value[:16] if value[4:5] == "-" and value[10:11] == " " else value
    return value if len(value) <= longest else f"{value[: longest - 1].rstrip()}…"


def number(kind: ColumnType, value: str) -> str:
    """Every digit of whole and exact numbers, six that count of others."""
    text = value
    if kind is ColumnType.FLOAT and value[-1] <= "9":
        read = float(value)
        text = f"{read:.6g}" if abs(read) < 1_000_000 else f"{read:.2f}"
    return text.replace("-", "\N{MINUS SIGN}", 1) if text[:1] == "-" else text


def label(value: str | None) -> str:
    """A figure: thousands apart, a minus as a minus sign, nothing as a dash."""
    if value is None:
        return "–"
    digits = value.removeprefix("-")
    if digits.isdigit() and len(digits) <= 15:
        value = f"{int(value):,}"
    return value.replace("-", "\N{MINUS SIGN}", 1) if value[:1] == "-" and value[1:2].isdigit() else value
