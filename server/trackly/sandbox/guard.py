"""Before SQL is parsed: is it short and flat enough, one SELECT, and written with the plain kinds of text. Pure."""

import re
from itertools import zip_longest

from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from trackly.kit.schema import ensure_storable
from trackly.sandbox.dialect import tokens_of
from trackly.sandbox.errors import InvalidSql

MAX_CHARS = 20_000
MAX_TOKENS = 5_000
MAX_DEPTH = 24
"""The parser goes down with each bracket; far deeper, it would run out of stack."""
MAX_SIGNS = 4

_OPEN = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSE = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_SIGNS = frozenset({TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.RLIKE, TokenType.TILDE})
_STRANGE_TEXTS = frozenset(
    {
        TokenType.BIT_STRING,
        TokenType.BYTE_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.HEX_STRING,
        TokenType.NATIONAL_STRING,
        TokenType.RAW_STRING,
        TokenType.UNICODE_STRING,
    }
)
_FIRST = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN})
_PLACE = re.compile(r"from \d+:(\d+)$")


def refusal(sql: str, offset: int, reason: str) -> InvalidSql:
    """The error at a place in `sql`, counted in characters from its beginning."""
    before = sql[: max(offset, 0)]
    return InvalidSql.at(before.count("\n") + 1, len(before) - before.rfind("\n"), reason)


def guarded_tokens(sql: str) -> list[Token]:
    """The tokens of `sql`, without `;` at its end. Raises InvalidSql."""
    if len(sql) > MAX_CHARS:
        raise refusal(sql, MAX_CHARS, f"is too long: at most {MAX_CHARS:,} characters are read")
    try:
        ensure_storable(sql)
    except ValueError as error:
        raise refusal(sql, 0, str(error)) from None
    tokens = _one_statement(sql, _tokens(sql))
    if not tokens or tokens[0].token_type not in _FIRST:
        raise refusal(sql, tokens[0].start if tokens else 0, "expected SELECT or WITH: a report only reads")
    if len(tokens) > MAX_TOKENS:
        raise refusal(sql, tokens[MAX_TOKENS].start, f"is too long: at most {MAX_TOKENS:,} words and signs are read")
    _ensure_flat(sql, tokens)
    _ensure_plain(sql, tokens)
    return tokens


def _tokens(sql: str) -> list[Token]:
    try:
        return tokens_of(sql)
    except TokenError as error:
        found = _PLACE.search(str(error.__cause__ or error))
        offset = int(found[1]) if found else len(sql)
        raise refusal(sql, offset, "expected the end of a text, a quoted name or a comment that begins here") from None


def _one_statement(sql: str, tokens: list[Token]) -> list[Token]:
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens = tokens[:-1]
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            raise refusal(sql, token.start, "expected the end: a report is one statement, nothing follows `;`")
    return tokens


def _ensure_flat(sql: str, tokens: list[Token]) -> None:
    depth = signs = 0
    for token in tokens:
        kind = token.token_type
        signs = signs + 1 if kind in _SIGNS else 0
        depth += (kind in _OPEN) - (kind in _CLOSE)
        if depth > MAX_DEPTH:
            raise refusal(sql, token.start, f"is nested too deeply: at most {MAX_DEPTH} brackets may be open")
        if signs > MAX_SIGNS:
            raise refusal(sql, token.start, f"has more than {MAX_SIGNS} signs in a row")


def _ensure_plain(sql: str, tokens: list[Token]) -> None:
    for token, following in zip_longest(tokens, tokens[1:]):
        if token.token_type in _STRANGE_TEXTS:
            raise refusal(sql, token.start, "expected a text in plain quotes, as in 'text'")
        touches = following is not None and following.start == token.end + 1
        if token.token_type is TokenType.NUMBER and touches and following.text[:1].isidentifier():
            raise refusal(sql, following.start, "expected a space after a number")
