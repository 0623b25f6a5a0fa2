"""The fields of a cron expression, looked at one by one so that a refusal can say which is wrong, and why. Pure."""

from dataclasses import dataclass

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class BadCron(ValueError):
    """`field`: such as `minute`; None for what is wrong with the whole. The message names both."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(f"the {field} field: {reason}" if field else reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    special: str = ""

    def refuse(self, reason: str) -> BadCron:
        return BadCron(self.name, reason)


_SECOND = Field("second", 0, 59)
_FIVE = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31, special="L is the last day, LW the last weekday"),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 7, WEEKDAYS, "5L is the last Friday of the month, 1#2 the second Monday"),
)


def spec_of(text: str) -> str:
    """`text` with names as numbers, in the form that is computed with. Raises BadCron."""
    parts = text.split()
    fields = {5: _FIVE, 6: (_SECOND, *_FIVE)}.get(len(parts))
    if fields is None:
        raise BadCron(None, f"a cron expression has five fields, this has {len(parts)}: minute hour day month weekday")
    return " ".join(
        ",".join(_term(field, term) for term in part.split(",")) for field, part in zip(fields, parts, strict=True)
    )


def _term(field: Field, term: str) -> str:
    if not term:
        raise field.refuse("there is nothing before or after a comma")
    if field.special and term.upper().rstrip("W").endswith("L"):
        return _last(field, term.upper())
    if field.special and "#" in term and field.high == 7:
        return _nth(field, term)
    span, slash, step = term.partition("/")
    low, dash, high = span.partition("-")
    if span == "*":
        text, width = "*", field.high - field.low + 1
    elif not dash:
        text, width = str(_number(field, low)), field.high - field.low + 1
    else:
        first, last = _number(field, low), _number(field, high)
        if field.high == 7 and last == 0 < first:
            last = 7
        if last < first:
            raise field.refuse(f"{span} goes backwards")
        text, width = f"{first}-{last}", last - first + 1
    return _stepped(text, _step(field, step, width), width) if slash else text


def _stepped(text: str, step: int, width: int) -> str:
    """One value with a step is that value: `3-3/1` is 3, and not from 3 on."""
    return text if width == 1 else f"{text}/{step}"


def _number(field: Field, text: str) -> int:
    word = text.lower()
    if word in field.words:
        return field.words.index(word) + (1 if field.low == 1 else 0)
    if not (text.isascii() and text.isdigit()):
        names = f" or a name such as {field.words[1].upper()}" if field.words else ""
        raise field.refuse(f"{text or 'nothing'} is no number{names}")
    if len(text) > 4 or not field.low <= int(text) <= field.high:
        raise field.refuse(f"{text[:12]} is not {field.low}-{field.high}")
    return int(text)


def _step(field: Field, text: str, width: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        raise field.refuse(f"{text or 'nothing'} is no step")
    step = int(text)
    if not 1 <= step < max(width, 2):
        raise field.refuse(f"a step of {step} is not 1-{max(width - 1, 1)}")
    return step


def _last(field: Field, term: str) -> str:
    if field.name == "day of the month" and term in ("L", "LW"):
        return term
    if field.high == 7 and term.endswith("L") and len(term) > 1:
        return f"{_number(field, term[:-1])}L"
    raise field.refuse(f"{term} is not known: {field.special}")


def _nth(field: Field, term: str) -> str:
    day, _, nth = term.partition("#")
    if nth not in ("1", "2", "3", "4", "5"):
        raise field.refuse(f"{term}: behind # is a number 1-5, which one of the month it is")
    return f"{_number(field, day)}#{nth}"
