"""How a table fits a page: which way the paper lies, how large the letters are, how wide each column is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from unicodedata import east_asian_width

from trackly.exports.plan import ColumnType
from trackly.exports.texts import is_number
from trackly.exports.types import ReadColumn

_PORTRAIT_PT, _LANDSCAPE_PT = 493, 740
_SIZES = (8.5, 7.5, 6.5)
_CELL_PT = 10  # both insets of a cell
_EM, _DIGIT_EM = 0.57, 0.65  # of an average sign, and of a figure or capital
_LONGEST, _WORD = 60, 14
_FIRM = frozenset({ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.BOOLEAN})
_BREAKS = "/-_.,:;=&?@"
_MARK = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True, slots=True)
class Place:
    """A column on the page. `width` in points; `signs`: how long a word in it may be."""

    index: int
    title: str
    right: bool
    width: float
    signs: int


@dataclass(frozen=True, slots=True)
class Layout:
    """`left_out`: titles of the columns that found no room."""

    landscape: bool
    size: float
    places: tuple[Place, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Need:
    """What a column wants: `least` signs, so that usual words stay whole, `natural`, so that nothing wraps."""

    index: int
    title: str
    right: bool
    em: float
    least: int
    natural: int


def lay_out(columns: Sequence[ReadColumn], rows: Sequence[Sequence[str | None]], without: int | None) -> Layout:
    """Places for all columns but `without`, by what `rows` hold (as shown)."""
    needs = [_need(index, column, rows) for index, column in enumerate(columns) if index != without]
    landscape = _comfortable(needs, _SIZES[0]) > _PORTRAIT_PT
    paper = _LANDSCAPE_PT if landscape else _PORTRAIT_PT
    size = next((size for size in _SIZES if _comfortable(needs, size) <= paper), _SIZES[-1])
    fitting = len(needs)
    while fitting > 1 and _least(needs[:fitting], size) > paper:
        fitting -= 1
    places = _places(needs[:fitting], size, paper)
    return Layout(landscape, size, places, tuple(need.title for need in needs[fitting:]))


def softened(text: str, signs: int) -> str:
    """`text` with places at which a word of more than `signs` may be broken; they can't be seen."""
    if len(text) <= signs:
        return text
    return " ".join(_soft(word, signs) if len(word) > signs else word for word in text.split(" "))


def _soft(word: str, signs: int) -> str:
    pieces, run = [], 0
    for sign in word:
        pieces.append(sign)
        run += 1
        if sign in _BREAKS or run >= signs:
            pieces.append(_MARK)
            run = 0
    return "".join(pieces)


def _need(index: int, column: ReadColumn, rows: Sequence[Sequence[str | None]]) -> _Need:
    kind, title = column.column.type, column.column.head
    firm = kind in _FIRM or is_number(kind)
    lengths = [_length(row[index]) for row in rows]
    words = [_longest_word(row[index]) for row in rows]
    head = min(_longest_word(title), _WORD)
    natural = max(lengths, default=0) if firm else min(_usual(lengths), _LONGEST)
    least = natural if firm else min(_usual(words), _WORD)
    em = _DIGIT_EM if firm or _usual(lengths) <= _WORD else _EM
    return _Need(index, title, is_number(kind), em, max(least, head, 2), max(natural, head, 2))


def _usual(lengths: Sequence[int]) -> int:
    """What 19 of 20 do not exceed."""
    return sorted(lengths)[ceil((len(lengths) - 1) * 0.95)] if lengths else 0


def _length(text: str | None) -> int:
    if text is None:
        return 1
    return len(text) if text.isascii() else sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _longest_word(text: str | None) -> int:
    return max(map(len, text.split()), default=0) if text else 0


def _least(needs: Sequence[_Need], size: float) -> float:
    return sum(need.least * need.em * size + _CELL_PT for need in needs)


def _comfortable(needs: Sequence[_Need], size: float) -> float:
    """Half of what is wanted above the least: long texts take two lines then."""
    return sum((need.least + need.natural) / 2 * need.em * size + _CELL_PT for need in needs)


def _places(needs: Sequence[_Need], size: float, paper: float) -> tuple[Place, ...]:
    """Everybody gets the least; what is left is shared by what each still wants, and never more than that."""
    left = max(0.0, paper - _least(needs, size))
    wanted = sum((need.natural - need.least) * need.em * size for need in needs)
    share = min(1.0, left / wanted) if wanted else 0.0
    places = []
    for need in needs:
        signs = need.least + (need.natural - need.least) * share
        width = round(min(signs * need.em * size + _CELL_PT, paper), 2)
        places.append(Place(need.index, need.title, need.right, width, max(4, int(signs))))
    return tuple(places)
