"""Markdown to safe HTML: rendered when it is written, sanitised by explicit lists, never raw HTML from a person."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from trackly.issues.task_lists import task_lists

_OUR_FILE = re.compile(r"/api/attachments/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/content")
"""The only images that a page may load: ours. A picture elsewhere would tell its host who reads what, and when."""

_AT_ONCE = 5_000
_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"`]{1,2000}", re.IGNORECASE)

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "s"),
    *("ul", "ol", "li", "a", "img", "table", "thead", "tbody", "tr", "th", "td", "input"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "code": {"class"},
    "ol": {"start"},
    "li": {"class"},
    "ul": {"class"},
    "input": {"type", "checked", "disabled", "class"},
    "th": {"align"},
    "td": {"align"},
}
_CLASS = re.compile(r"language-[A-Za-z0-9_+#.-]{1,40}|contains-task-list|task-list-item(?:-checkbox)?")
_ALIGN = re.compile(r"text-align:(left|center|right)")


def _image(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any) -> str:
    token = tokens[index]
    source = str(token.attrs.get("src", ""))
    alt = self.renderInlineAsText(token.children or [], options, env)
    if _OUR_FILE.fullmatch(source):
        token.attrs["alt"] = alt
        return self.renderToken(tokens, index, options, env)
    return f'<a href="{_escaped(source)}">{_escaped(alt or source)}</a>'


def _cell(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any) -> str:
    token = tokens[index]
    found = _ALIGN.fullmatch(str(token.attrs.pop("style", "")))
    if found:
        token.attrs["align"] = found[1]
    return self.renderToken(tokens, index, options, env)


def _escaped(text: str) -> str:
    return nh3.clean_text(text)


@dataclass(frozen=True, slots=True)
class _Link:
    """A bare address in a text, in the form that the parser's rule takes."""

    url: str
    text: str
    index: int
    last_index: int
    schema: str


class _Links:
    """Finds bare http(s) addresses, in time that grows with the text and no faster (the usual finder takes 20 s for
    100 KB of `http://a.http://a.`)."""

    def pretest(self, text: str) -> bool:
        return "://" in text

    test = pretest

    def match(self, text: str) -> list[_Link]:
        found: list[_Link] = []
        for candidate in _ADDRESS.finditer(text):
            url = candidate[0].rstrip(".,:;!?'*_~")
            while url.endswith(")") and url.count("(") < url.count(")"):
                url = url[:-1].rstrip(".,:;!?'*_~")
            start = candidate.start()
            found.append(_Link(url, url, start, start + len(url), "https:"))
        return found


def _build() -> MarkdownIt:
    built = MarkdownIt("commonmark", {"html": False, "linkify": True})
    built.enable(["table", "strikethrough", "linkify"]).use(task_lists)
    built.inline.ruler.disable("linkify")
    built.linkify = _Links()
    built.add_render_rule("image", _image)
    for cell in ("th_open", "td_open"):
        built.add_render_rule(cell, _cell)
    return built


_MARKDOWN = _build()


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        kept = [word for word in value.split() if _CLASS.fullmatch(word)]
        return " ".join(kept) or None
    if tag == "img" and attribute == "src":
        return value if _OUR_FILE.fullmatch(value) else None
    if tag == "input" and attribute == "type":
        return "checkbox"
    return value


async def render_aside(text: str) -> str:
    """As `render_markdown`; long texts in a thread, for one of 100 KB can take a second and others wait meanwhile."""
    if len(text) <= _AT_ONCE:
        return render_markdown(text)
    return await asyncio.to_thread(render_markdown, text)


def render_markdown(text: str) -> str:
    """Safe HTML for CommonMark with tables, task lists, strikethrough and bare links; empty for blank text.

    Raw HTML is shown as text. Images are ours or become links. Links carry `rel="noopener noreferrer nofollow"`."""
    if not text.strip():
        return ""
    return nh3.clean(
        _MARKDOWN.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()
