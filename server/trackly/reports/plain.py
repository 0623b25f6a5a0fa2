"""Markdown as plain words, for a mail's text part and the top of a PDF. Pure."""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def paragraphs(markdown: str) -> list[str]:
    """One text for each paragraph, heading, item of a list and row of a table, in order; links say their address."""
    found: list[str] = []
    mark = ""
    for token in _MARKDOWN.parse(markdown):
        if token.type == "list_item_open":
            mark = "• "
        elif token.type in ("fence", "code_block"):
            found += token.content.rstrip("\n").split("\n")
        elif token.type == "inline":
            found.append(mark + "".join(_words(token.children or [])).strip())
            mark = ""
    return [text for text in found if text.strip()]


def _words(children: Sequence[Token]) -> Iterator[str]:
    address = ""
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield " "
        elif child.type == "link_open":
            address = str(child.attrs.get("href", ""))
        elif child.type == "link_close":
            yield f" ({address})"
        else:
            yield child.content
