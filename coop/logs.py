"""Structured logs: one JSON object a line on standard error, with no name, no address, no secret and no choice in it."""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog
from flask import Flask, got_request_exception, has_request_context, request


def configure(*, quiet: bool = False) -> None:
    """Set logging up for the process; `quiet` leaves out what is no warning."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """Log what the application could not foresee, with its trace but without the request's content."""
    log = structlog.get_logger()

    def failed(_sender: Flask, exception: BaseException, **_: Any) -> None:
        log.error("request.failed", endpoint=_endpoint(), exc_info=exception)

    got_request_exception.connect(failed, app, weak=False)


def _without_words(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write an exception as where it was raised and of which kind, for its words may hold what somebody entered."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_trace(error))
    return event


def _trace(error: BaseException) -> Iterator[str]:
    """Yield the kind and the place of an exception, and of what it came from."""
    seen: BaseException | None = error
    while seen is not None:
        places = traceback.extract_tb(seen.__traceback__)
        yield type(seen).__qualname__ + "".join(f"\n  {one.filename}:{one.lineno} {one.name}" for one in places)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _endpoint() -> str:
    return (request.endpoint or "") if has_request_context() else ""
