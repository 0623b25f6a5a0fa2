"""PostgreSQL's SQL as the sandbox reads and writes it: functions keep their names, nothing is made into something else.

sqlglot knows many functions and gives them a meaning of its own, to translate between dialects. Here a call is a name
and its arguments, so that what is allowed is a list of PostgreSQL's own names, and what runs is what was written."""

from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.generators.postgres import PostgresGenerator
from sqlglot.parsers.postgres import PostgresParser
from sqlglot.tokenizer_core import Token, TokenType

_SYNTAX = ("CAST", "EXTRACT", "OVERLAY", "POSITION", "SUBSTRING", "TRIM")
"""Calls with words between their arguments."""
_STEPS, _STEPS_PER_TOKEN = 2_000, 40


def _operator(kind: type[exp.Binary]):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return lambda self, this, path: self.expression(kind(this=this, expression=path))


class TooInvolved(Exception):
    """The parser went back and forth more often than any statement of ours needs."""


class _Parser(PostgresParser):
    """Bounded: where it has to guess, it tries one way and then the other, which multiplies with each level."""

    steps_left = 0

    FUNCTIONS: ClassVar = {}
    FUNCTION_PARSERS: ClassVar = {name: PostgresParser.FUNCTION_PARSERS[name] for name in _SYNTAX}
    NO_PAREN_FUNCTION_PARSERS: ClassVar = {
        name: PostgresParser.NO_PAREN_FUNCTION_PARSERS[name] for name in ("ANY", "CASE")
    }
    PLACEHOLDER_PARSERS: ClassVar = {TokenType.COLON: lambda self: self.parse_parameter()}
    LAMBDAS: ClassVar = {TokenType.FARROW: PostgresParser.LAMBDAS[TokenType.FARROW]}
    JSON_OPERATORS: ClassVar = {
        **PostgresParser.JSON_OPERATORS,
        TokenType.ARROW: _operator(exp.JSONExtract),
        TokenType.DARROW: _operator(exp.JSONExtractScalar),
    }

    def parse_bounded(self, tokens: list[Token], sql: str) -> list[exp.Expr | None]:
        self.steps_left = _STEPS + _STEPS_PER_TOKEN * len(tokens)
        return self.parse(tokens, sql)

    def parse_parameter(self) -> exp.Expr | None:
        """`:name`, which keeps its place."""
        if not self._match_set(self.COLON_PLACEHOLDER_TOKENS):
            return None
        return self.expression(exp.Placeholder(this=self._prev.text)).update_positions(self._prev)

    def _advance(self, times: int = 1) -> None:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise TooInvolved
        super()._advance(times)


class _Generator(PostgresGenerator):
    MULTI_ARG_DISTINCT = True
    TRANSFORMS: ClassVar = {
        **PostgresGenerator.TRANSFORMS,
        exp.JSONExtract: lambda self, e: self.binary(e, "->"),
        exp.JSONExtractScalar: lambda self, e: self.binary(e, "->>"),
        exp.Pow: lambda self, e: self.binary(e, "^"),
    }

    def placeholder_sql(self, expression: exp.Placeholder) -> str:
        return f":{expression.name}"


class ReportSql(Postgres):
    INDEX_OFFSET = 0  # as written, and not counted from 0 and back
    Parser = _Parser
    Generator = _Generator


_DIALECT = ReportSql()


def tokens_of(sql: str) -> list[Token]:
    """Raises sqlglot's TokenError."""
    return list(_DIALECT.tokenize(sql))


def statements_of(sql: str, tokens: list[Token]) -> list[exp.Expr | None]:
    """The trees of the statements. Raises sqlglot's ParseError, TooInvolved, RecursionError."""
    return list(_Parser(dialect=_DIALECT).parse_bounded(tokens, sql))


def text_of(tree: exp.Expr) -> str:
    """The text of a tree: one line, every name quoted, no comments."""
    return _DIALECT.generate(tree, identify=True, comments=False, normalize_functions=False)
