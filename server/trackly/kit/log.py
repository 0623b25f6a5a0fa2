"""Structured log lines: JSON in production, readable on a terminal."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

_LINES_MAX, _LINE_MAX = 200, 500
_lines: ContextVar[list[str] | None] = ContextVar("lines", default=None)


@contextmanager
def collected_lines() -> Iterator[list[str]]:
    """What is logged inside the block, by it and what it starts, as short texts; the first 200 lines."""
    lines: list[str] = []
    token = _lines.set(lines)
    try:
        yield lines
    finally:
        _lines.reset(token)


def _collect(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    lines = _lines.get()
    if lines is not None and len(lines) < _LINES_MAX:
        facts = " ".join(f"{k}={v}" for k, v in event.items() if k not in ("event", "exc_info", "level", "timestamp"))
        lines.append(f"{event.get('level')}: {event.get('event', '')} {facts}".strip()[:_LINE_MAX])
    return event


def configure_logging(level: str = "INFO", *, json: bool | None = None) -> None:
    """Send every log line of the process to standard error. `json=None`: JSON unless standard error is a terminal."""
    as_json = not sys.stderr.isatty() if json is None else json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _collect,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    last: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        last.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*last, renderer]))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("azure").setLevel(logging.WARNING)
