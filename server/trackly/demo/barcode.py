"""Code 128 (ISO/IEC 15417), code set B: what the labels of a warehouse carry. Drawn, it can be scanned."""

from PIL import Image, ImageDraw

_ALL = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
_WIDTHS = tuple(_ALL[place : place + 6] for place in range(0, len(_ALL), 6))
_START_B, _STOP = 104, "2331112"
QUIET_MODULES = 10


def modules(text: str) -> str:
    """The bars (1) and spaces (0) of `text`, one sign for each module, without the quiet zones. ASCII 32 to 126."""
    values = [_START_B, *(ord(sign) - 32 for sign in text)]
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], start=1))) % 103
    widths = "".join(_WIDTHS[value] for value in (*values, check)) + _STOP
    return "".join(("1" if place % 2 == 0 else "0") * int(width) for place, width in enumerate(widths))


def draw_barcode(picture: Image.Image, text: str, place: tuple[int, int], module: int, height: int) -> int:
    """Draw `text` at `place`, bars `height` high, a module `module` pixels wide; returns the width."""
    pen, (left, top) = ImageDraw.Draw(picture), place
    signs = modules(text)
    for index, sign in enumerate(signs):
        if sign == "1":
            x = left + index * module
            pen.rectangle((x, top, x + module - 1, top + height), fill="#111111")
    return len(signs) * module
