"""A bar on the terminal, for imports that a person waits for."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from trackly.imports.github import Progress as Told

_WIDTH = 32
_EVERY_S = 0.1


@contextmanager
def progress_bar(title: str) -> Iterator[Told]:
    """What to tell an import as its `progress`. Drawn on standard error; without a terminal, nothing is drawn."""
    on_terminal = sys.stderr.isatty()
    began = time.monotonic()
    drawn_at = 0.0

    def tell(done: int, whole: int) -> None:
        nonlocal drawn_at
        now = time.monotonic()
        if on_terminal and (now - drawn_at >= _EVERY_S or done >= whole):
            drawn_at = now
            sys.stderr.write(f"\r{bar(title, done, whole, now - began)}\x1b[K")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        if drawn_at:
            sys.stderr.write("\n")


def bar(title: str, done: int, whole: int, took_s: float) -> str:
    """One line: how far it is, and how long the rest takes at this pace."""
    share = min(done / whole, 1.0) if whole else 1.0
    filled = round(share * _WIDTH)
    rest = f"{took_s / share - took_s:.0f} s left" if 0 < share < 1 else f"{took_s:.0f} s"
    return f"{title}  {'█' * filled}{'░' * (_WIDTH - filled)} {share:4.0%}  {rest}"
