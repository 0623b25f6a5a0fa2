"""Each rule of the house fails on a planted violation, and on nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.rules import HTML_COMPONENT, TOKENS, main, violations

ROOT = Path(__file__).parents[3]
LONG_FUNCTION = "def f() -> int:\n" + "    x = 1\n" * 39 + "    return x\n"

Plant = Callable[[str, str], Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Writes a file into a small clone that is in order."""

    def write(place: str, text: str) -> Path:
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path

    write(str(HTML_COMPONENT), "{@html html}\n<style>\n\tp { color: var(--fg); }\n</style>\n")
    write(str(TOKENS), ":root { --fg: oklch(0.2 0 0); --red: #ff0000; }\n")
    write("server/trackly/a.py", "x = 1\n" * 300)
    write("server/tests/test_a.py", "x = 1\n" * 400)
    write("client/src/lib/a.ts", "export {};\n" * 300)
    write("client/src/routes/+page.svelte", "<a href='#fff'>{#if a}#b{/if}</a>\n" * 200)
    return write


def test_this_clone_is_in_order() -> None:
    assert [str(violation) for violation in violations(ROOT)] == []


def test_a_small_clone_in_order_has_no_violation(plant: Plant) -> None:
    assert violations(plant("client/src/app.css", "/* #fff */ .a { color: var(--red); }\n")) == []


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        ("server/trackly/big.py", "x = 1\n" * 301, "module has 301 lines, 300 are allowed"),
        ("server/bench/big.py", "x = 1\n" * 301, "module has 301 lines"),
        ("server/tests/api/test_big.py", "x = 1\n" * 401, "test file has 401 lines, 400 are allowed"),
        ("server/trackly/f.py", LONG_FUNCTION, "f() has 41 lines, 40 are allowed"),
        ("server/tests/test_f.py", f"async {LONG_FUNCTION}", "f() has 41 lines"),
        ("client/src/lib/big.ts", "export {};\n" * 301, "module has 301 lines"),
        ("client/src/lib/big.test.ts", "export {};\n" * 401, "test file has 401 lines"),
        ("client/src/lib/Big.svelte", "<p></p>\n" * 201, "component has 201 lines, 200 are allowed"),
        ("client/src/lib/A.svelte", "<p>{@html a}</p>\n", "belongs in client/src/lib/ui/Markdown.svelte alone"),
        ("client/src/lib/A.svelte", "<p>{ @html a}</p>\n", "belongs in client/src/lib/ui/Markdown.svelte alone"),
        (str(HTML_COMPONENT), "<p>{@html a}{@html b}</p>\n", "must use {@html} exactly once"),
        (str(HTML_COMPONENT), "<!-- {@html a} -->\n", "must use {@html} exactly once"),
        ("client/src/a.css", ".a { color: #FFF; }\n", "raw colour '#FFF'"),
        ("client/src/a.css", ".a {\n background: rgb(0 0 0 / 1);\n}\n", "raw colour 'rgb('"),
        ("client/src/a.css", ".a { border: 1px solid red; }\n", "raw colour '1px solid red'"),
        ("client/src/A.svelte", "<p></p>\n<style>\np { color: #123456; }\n</style>\n", "raw colour '#123456'"),
        ("client/src/A.svelte", "<svg><path fill='#abc'/></svg>\n", "raw colour '#abc'"),
        ("client/src/A.svelte", '<p style:color="hsl(1 2 3)"></p>\n', "raw colour 'hsl('"),
    ],
)
def test_a_planted_violation_is_found(plant: Plant, place: str, text: str, reason: str) -> None:
    found = violations(plant(place, text))
    assert [str(violation.file) for violation in found] == [place]
    assert reason in found[0].reason


def test_the_line_is_named(plant: Plant) -> None:
    root = plant("client/src/a.css", "/* one\n two */\n.a {\n color: #fff;\n}\n")
    assert [violation.line for violation in violations(root)] == [4]


def test_what_tools_make_is_not_judged(plant: Plant) -> None:
    plant("client/src/lib/api/schema.gen.ts", "export {};\n" * 3000)
    plant("client/node_modules/a/index.ts", "export {};\n" * 3000)
    assert violations(plant("client/src/lib/paraglide/runtime.ts", "export {};\n" * 3000)) == []


def test_the_command_fails_on_a_violation(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(plant("client/src/a.css", "\n"))]) == 0
    assert main([str(plant("client/src/a.css", ".a { color: #fff; }\n"))]) == 1
    assert "client/src/a.css:1: raw colour '#fff'" in capsys.readouterr().out
