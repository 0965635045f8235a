"""A small set of books for the tests of the engine: the default chart, one fiscal year, the chain started."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from coop.database import write_with
from evidence.identifiers import new_id, new_ref
from evidence.messages import Refusal
from ledger import chart, checks, posting, sealing
from ledger.chart import BANK, OTHER_INCOME
from ledger.years import periods
from tests.databases import TestDatabase

NOW = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)
YEAR = (date(2026, 4, 1), date(2027, 3, 31))

_keys = count()


@dataclass
class Books:
    """Books in NZD from 1 April 2026 to 31 March 2027, and short ways to use them."""

    session: Session
    now: datetime = NOW

    def post(
        self,
        *lines: tuple[str, int] | tuple[str, int, UUID],
        on: date = date(2026, 5, 4),
        text: str = "Sold a map",
        key: str | None = None,
        kind: str = "manual",
    ) -> UUID:
        """Post an entry; by default 10.00 from other income into the bank."""
        asked = [posting.Line(*line) for line in lines or ((BANK, 1000), (OTHER_INCOME, -1000))]
        draft = posting.Draft(on, text, kind, "NZD", asked, key or f"test-{next(_keys)}")
        return posting.post(self.session, draft, now=self.now, recorded_by=RECORDER)


RECORDER = new_ref()


def found_books(session: Session, currency: str = "NZD") -> Books:
    """Write the chart, the fiscal year and the head of the chain."""
    chart.install_chart(session, currency=currency, opened_on=YEAR[0])
    periods.open_fiscal_year(session, *YEAR)
    sealing.start_chain(session)
    return Books(session)


@pytest.fixture
def books(session: Session, request: pytest.FixtureRequest) -> Iterator[Books]:
    """Books whose every invariant is checked when the test ends, unless it breaks one on purpose."""
    kept = found_books(session)
    yield kept
    if request.node.get_closest_marker("tampers") is None:
        session.flush()
        assert checks.findings(session) == []


@pytest.fixture
def party() -> UUID:
    """Somebody whom the ledger knows by a reference."""
    return new_id()


Write = Callable[[Callable[[Session], Any]], Any]


@pytest.fixture
def write(database: TestDatabase) -> Iterator[Write]:
    """The one door, on founded books; every invariant is checked when the test ends."""
    write_with(database.engine, found_books)
    yield lambda work: write_with(database.engine, work)
    with Session(database.engine) as session:
        assert checks.findings(session) == []


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work` in threads that start together; a refusal is an answer."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
