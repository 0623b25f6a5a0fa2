"""The bar of an import."""

import pytest

from trackly.imports.progress import bar, progress_bar


@pytest.mark.parametrize(
    ("done", "whole", "shown"),
    [(0, 100, "░" * 32 + "   0%  10 s"), (25, 100, "█" * 8 + "░" * 24 + "  25%  30 s left"), (100, 100, "100%  10 s")]
    + [(0, 0, "100%  10 s")],
)
def test_it_says_how_far_and_how_long(done: int, whole: int, shown: str) -> None:
    assert bar("issues", done, whole, took_s=10).endswith(shown)


def test_without_a_terminal_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("issues") as tell:
        tell(1, 2)
        tell(2, 2)
    assert capsys.readouterr().err == ""
