"""The only source of now.

UTC everywhere; the co-op's zone is applied on the page. The building of the demonstration and the tests set another moment for
a block of code, never for the whole process; a demonstration whose date was moved on runs ahead of the real time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_set: ContextVar[datetime | None] = ContextVar("coop_clock", default=None)
_ahead: ContextVar[timedelta] = ContextVar("coop_clock_ahead", default=timedelta(0))


def now() -> datetime:
    """Return the present moment, in UTC."""
    return _set.get() or datetime.now(UTC) + _ahead.get()


def today(zone: str) -> date:
    """Return the date that the calendar shows now in a zone such as `Pacific/Auckland`."""
    return now().astimezone(ZoneInfo(zone)).date()


def run_ahead(span: timedelta) -> None:
    """Let `now` run ahead of the real time by `span`, in this thread or task, until it is told otherwise."""
    _ahead.set(span)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now` return `moment` (an aware time) within the block."""
    token = _set.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)
