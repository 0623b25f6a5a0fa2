"""Charts as pictures: Vega-Lite in a JavaScript engine of this process, without network, with our own fonts."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import vl_convert

from trackly.exports.errors import ExportFailed

FONTS = Path(__file__).with_name("fonts")
VEGA_LITE = "6.4"
SCALE = 2
_TAG = re.compile(r"<[^>]*>")
_COUNTED = re.compile(r'( (?:id="|(?:clip-path|fill|stroke)="url\(#))((?:clip|(?:p_)?gradient_?)\d+)(?=\)?")')
_LOADS = frozenset({"url", "href"})


def filled(spec: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The specification with its rows inside. ExportFailed(render) when it would load something, or brings rows."""
    if spec.get("data") != {"name": "rows"} or _loads({**spec, "data": None, "$schema": None}):
        raise ExportFailed(
            "render", 'A chart draws the report\'s own rows: its data is {"name": "rows"}, without address'
        )
    whole = {**spec, "data": {"name": "rows", "values": [*rows]}}
    drawn: dict[str, Any] = json.loads(json.dumps(whole))
    return drawn


class Draws(Protocol):
    """`spec`: JSON with its rows. SVG and PNG. Raises ExportFailed."""

    def drawn(self, spec: str, name: str) -> tuple[bytes, bytes]: ...


class Pen:
    """Draws charts in this process. The first one takes half a second, the next some milliseconds."""

    def __init__(self) -> None:
        vl_convert.register_font_directory(str(FONTS))

    def drawn(self, spec: str, name: str) -> tuple[bytes, bytes]:
        """The chart as SVG and as PNG, from JSON with its rows. ExportFailed(render) when it can't be drawn.

        The same specification gives the same bytes, whatever was drawn before: the names that the engine counts up
        are counted anew, and begin with `name`."""
        try:
            picture = vl_convert.vegalite_to_svg(
                spec, vl_version=VEGA_LITE, allowed_base_urls=[], format_locale="en-US"
            )
            picture = _renamed(picture, name)
            return picture.encode(), vl_convert.svg_to_png(picture, scale=SCALE)
        except ValueError as error:
            raise ExportFailed("render", f"A chart can't be drawn: {str(error).splitlines()[0][:200]}") from None


def _renamed(picture: str, prefix: str) -> str:
    """In tags alone: what a chart says is not touched."""
    names: dict[str, str] = {}

    def renamed(tag: re.Match[str]) -> str:
        return _COUNTED.sub(lambda found: found[1] + names.setdefault(found[2], f"{prefix}-{len(names) + 1}"), tag[0])

    return _TAG.sub(renamed, picture)


def _loads(part: Any) -> bool:
    if isinstance(part, Mapping):
        return any(key in _LOADS or _loads(value) for key, value in part.items())
    if isinstance(part, list | tuple):
        return any(_loads(value) for value in part)
    return False
