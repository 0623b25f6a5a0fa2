"""Items of a list that begin with `[ ]` or `[x]` are shown with a box (GitHub's task lists).

In one pass: the usual plugin looks back to the beginning of the list for each item, 40 s for 100 KB of them."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_TASK = re.compile(r"\[([ xX])\][ \t\n\v\f\r]+")
_BOX = '<input class="task-list-item-checkbox"{checked} disabled="disabled" type="checkbox">'


def task_lists(markdown: MarkdownIt) -> None:
    """Teach `markdown` to read them."""
    markdown.core.ruler.after("inline", "task_lists", _mark)


def _mark(state: StateCore) -> None:
    lists: list[Token] = []
    tokens = state.tokens
    for place, token in enumerate(tokens):
        if token.type.endswith("_list_open"):
            lists.append(token)
        elif token.type.endswith("_list_close"):
            lists.pop()
        elif _begins_item(tokens, place) and (task := _TASK.match(token.content)):
            _put_box(token, is_done=task[1] != " ")
            tokens[place - 2].attrSet("class", "task-list-item")
            lists[-1].attrSet("class", "contains-task-list")


def _begins_item(tokens: list[Token], place: int) -> bool:
    around = [token.type for token in tokens[max(0, place - 2) : place + 1]]
    return around == ["list_item_open", "paragraph_open", "inline"]


def _put_box(token: Token, *, is_done: bool) -> None:
    box = Token("html_inline", "", 0)
    box.content = _BOX.format(checked=' checked="checked"' if is_done else "")
    children = token.children or []
    children[0].content = children[0].content[3:]
    token.content = token.content[3:]
    token.children = [box, *children]
