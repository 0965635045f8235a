"""Structured logs: one JSON object a line on standard error, with no name, no address, no secret and no choice in it."""

import logging
import sys
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
            structlog.processors.format_exc_info,
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


def _endpoint() -> str:
    return (request.endpoint or "") if has_request_context() else ""
