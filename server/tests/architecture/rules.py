"""Rules of the house that no other tool knows: sizes, the one `{@html}`, colours by token only.

`python -m tests.architecture.rules [folder]` prints what breaks them and fails; test_rules.py sees each rule fail."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MODULE_LINES = 300
FUNCTION_LINES = 40
TEST_FILE_LINES = 400
COMPONENT_LINES = 200
HTML_COMPONENT = Path("client/src/lib/ui/Markdown.svelte")
TOKENS = Path("client/src/lib/styles/tokens.css")

_MADE_BY_TOOLS = (
    "__pycache__",
    "node_modules",
    ".venv",
    ".svelte-kit",
    "paraglide",
    "build",
    "migrations/versions",
    "data",
)
_COLOUR = re.compile(
    r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(", re.IGNORECASE
)
_NAMED_COLOUR = re.compile(
    r":[^;{}]*(?<![\w-])(?:black|white|red|green|blue|gr[ae]y|silver|yellow|orange|purple|pink|brown|navy|teal)(?![\w-])",
    re.IGNORECASE,
)
_STYLE_BLOCK = re.compile(r"(?<=>)[^<]*(?=</style>)")
_PAINT = re.compile(r"""\b(?:style|fill|stroke|stop-color)(?::[\w-]+)?=(?:"([^"]*)"|'([^']*)')""")
_COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Violation:
    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def violations(root: Path) -> list[Violation]:
    """Everything in the clone at `root` that breaks a rule, by file and line."""
    found = [
        *(v for file in _files(root, "server", "*.py") for v in _python(root, file)),
        *(v for file in _files(root, "client", "*.ts") for v in _typescript(root, file)),
        *(v for file in _files(root, "client/src", "*.svelte") for v in _component(root, file)),
        *(v for file in _files(root, "client/src", "*.css") for v in _stylesheet(root, file)),
        *_one_html(root),
    ]
    return sorted(found, key=lambda v: (v.file, v.line))


def _files(root: Path, folder: str, pattern: str) -> Iterator[Path]:
    for file in (root / folder).rglob(pattern):
        place = f"/{file.relative_to(root).as_posix()}"
        if not any(f"/{made}/" in place for made in _MADE_BY_TOOLS) and ".gen." not in file.name:
            yield file


def _too_long(root: Path, file: Path, cap: int, what: str) -> Iterator[Violation]:
    lines = len(file.read_text().splitlines())
    if lines > cap:
        yield Violation(
            file.relative_to(root), cap + 1, f"{what} has {lines} lines, {cap} are allowed: split it by intent"
        )


def _python(root: Path, file: Path) -> Iterator[Violation]:
    place = file.relative_to(root)
    if place.parts[:2] == ("server", "tests"):
        yield from _too_long(root, file, TEST_FILE_LINES, "test file")
    else:
        yield from _too_long(root, file, MODULE_LINES, "module")
    for node in ast.walk(ast.parse(file.read_text(), str(file))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield Violation(place, node.lineno, f"{node.name}() has {lines} lines, {FUNCTION_LINES} are allowed")


def _typescript(root: Path, file: Path) -> Iterator[Violation]:
    is_test = ".test." in file.name or "e2e" in file.parts
    yield from _too_long(root, file, TEST_FILE_LINES if is_test else MODULE_LINES, "test file" if is_test else "module")


def _component(root: Path, file: Path) -> Iterator[Violation]:
    yield from _too_long(root, file, COMPONENT_LINES, "component")
    text = _blank(_COMMENT, file.read_text())
    for style in _STYLE_BLOCK.finditer(text):
        yield from _colours(root, file, text, style.start(), style.end())
    for paint in _PAINT.finditer(text):
        group = paint.lastindex or 0
        yield from _colours(root, file, text, paint.start(group), paint.end(group))


def _stylesheet(root: Path, file: Path) -> Iterator[Violation]:
    if file.relative_to(root) != TOKENS:
        text = _blank(_COMMENT, file.read_text())
        yield from _colours(root, file, text, 0, len(text))


def _colours(root: Path, file: Path, text: str, start: int, end: int) -> Iterator[Violation]:
    for pattern in (_COLOUR, _NAMED_COLOUR):
        for match in pattern.finditer(text, start, end):
            line = text.count("\n", 0, match.end()) + 1
            yield Violation(
                file.relative_to(root), line, f"raw colour '{match[0].strip(': ')}': use a token of tokens.css"
            )


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """`text` with what matches made empty, every line where it was."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _one_html(root: Path) -> Iterator[Violation]:
    if not (root / "client/src").is_dir():
        return
    uses = [
        (file.relative_to(root), text.count("\n", 0, match.start()) + 1)
        for file in _files(root, "client/src", "*.svelte")
        for text in [_blank(_COMMENT, file.read_text())]
        for match in re.finditer(r"\{\s*@html\b", text)
    ]
    if [place for place, _ in uses].count(HTML_COMPONENT) != 1:
        yield Violation(HTML_COMPONENT, 1, "must use {@html} exactly once: it is the one door for rendered Markdown")
    for place, line in uses:
        if place != HTML_COMPONENT:
            yield Violation(place, line, f"{{@html}} belongs in {HTML_COMPONENT} alone")


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[3]
    found = violations(root)
    print("\n".join(map(str, found)) if found else "sizes, {@html} and colours: in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
