"""An export read from one state of the books, however long the writing takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy.orm import Session

from coop.database import db
from ledger.export import Format, export, general_ledger


def exported(file_format: Format, starts_on: date | None, ends_on: date | None) -> Iterator[bytes]:
    """Return the journal between two days, piece by piece. Needs the application's context.

    Raises:
        DatesReversed, NoChart
    """
    with _one_state() as session:
        yield from export(session, file_format, starts_on, ends_on)


def general_ledger_file(starts_on: date, ends_on: date) -> Iterator[str]:
    """Return the general ledger between two days as a table, piece by piece. Needs the application's context."""
    with _one_state() as session:
        yield from general_ledger.write(session, starts_on, ends_on)


@contextmanager
def _one_state() -> Iterator[Session]:
    engine = db.engine
    if engine.dialect.name == "postgresql":
        # Each statement of READ COMMITTED would see entries that came meanwhile, and the closing balances would not fit.
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        yield session
