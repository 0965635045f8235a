"""An export read from one state of the books, however long the writing takes."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from coop.database import db
from ledger.export import Format, export


def exported(format: Format, starts_on: date | None, ends_on: date | None) -> Iterator[str]:  # noqa: A002
    """Return the journal between two days, piece by piece. Needs the application's context.

    Raises:
        DatesReversed, NoChart
    """
    engine = db.engine
    if engine.dialect.name == "postgresql":
        # Each statement of READ COMMITTED would see entries that came meanwhile, and the closing balances would not fit.
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        yield from export(session, format, starts_on, ends_on)
