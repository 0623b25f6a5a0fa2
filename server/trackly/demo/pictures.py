"""The pictures that people of the demo attach: drawn when they are needed."""

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from trackly.demo.barcode import QUIET_MODULES, draw_barcode
from trackly.demo.people import PEOPLE

_INK, _SOFT, _LINE, _PAPER = "#1d2129", "#6b7280", "#d8dce3", "#ffffff"
_RED, _BLUE, _NIGHT = "#b3123f", "#3b4fd0", "#2a2e37"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def heap_chart() -> bytes:
    """Memory over scans: a straight line up, and where it ended."""
    picture = Image.new("RGB", (1040, 560), _PAPER)
    pen, dice = ImageDraw.Draw(picture), random.Random(212)
    pen.text((60, 24), "Heap after garbage collection, MB  ·  handheld 07, 4.2.0-rc3", fill=_INK, font=_font(22))
    for mb in range(0, 301, 50):
        y = 500 - mb * 1.4
        pen.line((90, y, 1000, y), fill=_LINE)
        pen.text((44, y - 11), f"{mb:>3}", fill=_SOFT, font=_font(18))
    for scans in range(0, 213, 50):
        pen.text((90 + scans * 4.2 - 10, 512), str(scans), fill=_SOFT, font=_font(18))
    points = [(90 + n * 4.2, 500 - (38 + n * 1.1 + dice.uniform(-2, 2)) * 1.4) for n in range(213)]
    pen.line(points, fill=_RED, width=4, joint="curve")
    x, y = points[-1]
    pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=_RED)
    pen.text((x - 150, y - 34), "212: frozen", fill=_RED, font=_font(20))
    return _png(picture)


def two_handhelds() -> bytes:
    """Beside each other: one that waits for a scan, one that waits for ever."""
    picture = Image.new("RGB", (1000, 620), _NIGHT)
    pen = ImageDraw.Draw(picture)
    for left, frozen in ((130, False), (570, True)):
        pen.rounded_rectangle((left, 30, left + 300, 590), 26, fill="#0e1014")
        screen = "#8d9099" if frozen else "#f4f6f9"
        pen.rectangle((left + 20, 60, left + 280, 550), fill=screen)
        pen.rectangle((left + 20, 60, left + 280, 110), fill="#24476a")
        pen.text((left + 34, 72), "Pick list 4711", fill=_PAPER, font=_font(22))
        for row in range(4):
            y = 300 + row * 48
            pen.rectangle((left + 36, y, left + 200, y + 12), fill="#5f6673" if frozen else _SOFT)
            pen.rectangle((left + 226, y - 4, left + 262, y + 18), fill="#a9b3ea" if not frozen else "#9a9daa")
        if frozen:
            pen.rounded_rectangle((left + 70, 240, left + 230, 390), 12, fill=_PAPER)
            pen.arc((left + 120, 275, left + 180, 335), 30, 320, fill=_RED, width=8)
            pen.text((left + 96, 350), "please wait", fill=_SOFT, font=_font(20))
        else:
            draw_barcode(picture, "SCN-07", (left + 44, 140), 2, 110)
            pen.rounded_rectangle((left + 36, 500, left + 264, 538), 8, fill=_BLUE)
    return _png(picture)


def return_slip() -> bytes:
    """An address of four lines in a box for three."""
    picture = Image.new("RGB", (820, 560), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 800, 540), outline=_LINE, width=2)
    pen.rectangle((50, 50, 220, 90), fill=_BLUE)
    pen.text((64, 58), "DEPOT", fill=_PAPER, font=_font(26))
    pen.text((50, 150), "Return to", fill=_SOFT, font=_font(20))
    pen.rectangle((50, 184, 520, 316), outline=_INK, width=2)
    for row, line in enumerate(("Bergladen Alpenblick AG", "Wareneingang, Tor 4", "3714 Frutigen", "SCHWEIZ")):
        pen.text((66, 194 + row * 38), line, fill=_INK, font=_font(28))
    pen.rectangle((51, 318, 790, 352), fill=_PAPER)
    pen.line((540, 200, 560, 318, 540, 318), fill=_RED, width=3)
    pen.text((570, 240), "4th line\ncut off", fill=_RED, font=_font(24))
    draw_barcode(picture, "RET-88121", (60, 400), 3, 90)
    return _png(picture)


def quiet_zone() -> bytes:
    """The same code twice: with the white that it needs, and with what the narrow stock leaves."""
    picture = Image.new("RGB", (900, 420), "#e9ebef")
    pen = ImageDraw.Draw(picture)
    for top, quiet, words, color in (
        (40, QUIET_MODULES, "10 X: every scanner reads it", "#17663c"),
        (230, 4, "4 X: every second one does", _RED),
    ):
        width = draw_barcode(Image.new("1", (1, 1)), "4711-0815", (0, 0), 3, 1)
        pen.rectangle((40, top, 40 + width + 6 * quiet, top + 130), fill=_PAPER, outline=_LINE)
        draw_barcode(picture, "4711-0815", (40 + 3 * quiet, top + 12), 3, 106)
        pen.rectangle((40, top + 134, 40 + 3 * quiet, top + 142), fill=color)
        pen.text((40 + 3 * quiet + 12, top + 134), words, fill=color, font=_font(22))
    return _png(picture)


def collar_tag() -> bytes:
    """Found on the router. Any scanner reads it."""
    picture = Image.new("RGB", (860, 600), "#c9b8a2")
    pen, dice = ImageDraw.Draw(picture), random.Random(312)
    for _ in range(2_600):
        x, y = dice.randrange(860), dice.randrange(600)
        shade = dice.choice(("#b39f86", "#d8cab6", "#9c8870", "#e4d9c8"))
        pen.line((x, y, x + dice.randint(-9, 9), y + dice.randint(14, 30)), fill=shade, width=2)
    pen.rectangle((0, 70, 860, 128), fill=_RED)
    pen.ellipse((404, 84, 456, 136), outline="#d8b13a", width=8)
    pen.rounded_rectangle((110, 150, 750, 540), 70, fill="#f6f1e4", outline="#d8b13a", width=10)
    pen.text((338, 186), "N I G H T   S H I F T", fill=_SOFT, font=_font(20))
    draw_barcode(picture, PEOPLE["mouser"].password or "", (206, 240), 4, 170)
    for x, y, r in ((430, 474, 16), (402, 452, 8), (420, 442, 8), (440, 442, 8), (458, 452, 8)):
        pen.ellipse((x - r, y - r, x + r, y + r), fill=_SOFT)
    return _png(picture)
