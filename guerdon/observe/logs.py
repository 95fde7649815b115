"""Logs: one JSON object a line, for machines. Only the fields of `observe.fields` get in, whoever writes.

    log = configure_logs(sys.stdout)
    log.info("request", request_id="0190f3…", route="/v1/events", status=200, seconds=0.004)

    {"event": "request", "request_id": "0190f3…", "route": "/v1/events", "status": 200, "seconds": 0.004,
     "level": "info", "timestamp": "2026-03-10T12:00:00.000000Z"}

Libraries log through Python's ``logging`` and quote what they please (a driver quotes the row that it could not store).
Of theirs only the place, the level and the kind of error are told.
"""

import logging
import sys
from typing import IO, Any, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from guerdon.observe.fields import allowed, place_of


def configure_logs(stream: IO[str], level: str = "info") -> FilteringBoundLogger:
    """Let this process log to a stream, and give the logger. ``level``: debug, info, warning, error."""
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[*_processors(), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast("Any", stream)),
        cache_logger_on_first_use=False,
    )
    handler = _OfLibraries(structlog.get_logger())
    root = logging.getLogger()
    root.handlers, root.level = [handler], max(number, logging.INFO)
    return logger()


def logger() -> FilteringBoundLogger:
    """The logger of this process."""
    return cast("FilteringBoundLogger", structlog.get_logger())


def bind(**fields: object) -> None:
    """Add fields to every line of this thread, or of this task, from here on: the request's id, the key's id."""
    structlog.contextvars.bind_contextvars(**fields)


def unbind() -> None:
    """Let go of what was bound: the request is over."""
    structlog.contextvars.clear_contextvars()


def _processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_the_error,
        _withhold,
    ]


def _name_the_error(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Tell the class of an error and where it came from. Its message may quote anything."""
    told = line.pop("exc_info", None)
    raised = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    error = raised if isinstance(raised, BaseException) else None
    if error is not None:
        line["error"] = type(error).__name__
        line["at"] = place_of(error)
    return line


def _withhold(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return allowed(line)


class _OfLibraries(logging.Handler):
    """Passes on what libraries log, without their words."""

    def __init__(self, log: Any) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name, "at": f"{record.module}:{record.lineno}"}
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        # Below the level of this process structlog says nothing by itself.
        getattr(self._log, record.levelname.lower(), self._log.info)("library", **fields)
