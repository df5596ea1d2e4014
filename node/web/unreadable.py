"""Requests that are none: aiohttp answers them with 400 before any handler of ours sees them.

It also writes each to its log as an error, with a trace of calls, as often as a stranger likes. It
is their mistake and not ours: one line, of no alarm, says that it happened.
"""

from __future__ import annotations

import logging
from typing import Final

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

__all__ = ["quieten"]

_THEIRS: Final = (HttpProcessingError, web.RequestPayloadError, ConnectionResetError)
"""What cannot be parsed, a body that cannot be unpacked, and who went away before the answer."""

_log = structlog.get_logger(__name__)


class _Theirs(logging.Filter):
    """Keeps what clients do wrong out of the log of errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, _THEIRS):
            return True
        _log.info("a request could not be read", kind=type(error).__name__)
        return False


_THEIRS_ALONE: Final = _Theirs()


def quieten() -> None:
    """Let aiohttp's server tell of our mistakes alone; harmless when done twice."""
    logging.getLogger("aiohttp.server").addFilter(_THEIRS_ALONE)
