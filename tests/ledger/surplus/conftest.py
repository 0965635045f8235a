"""Books with a first year in which two members, one other client and a giver brought income, and a second year that is open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.columns import table_of
from ledger.chart import BANK, COACHES, COACHING_INCOME, FELLOWSHIP_INCOME, GRANT_INCOME, MARKETPLACE_INCOME
from ledger.models import Entry, FiscalYear, LedgerBase, Posting
from ledger.surplus import posting
from ledger.surplus.models import Distribution, Fallback, SurplusLine, SurplusLineParty, SurplusPlan
from ledger.surplus.plan import Patron, Plan, Rates, plan_of, prepare
from ledger.years import closing, periods
from tests.ledger.conftest import YEAR, Books

TODAY = date(2027, 5, 20)
NOW = datetime(2027, 5, 20, 1, 2, 3, tzinfo=UTC)
DECIDED_ON = date(2027, 6, 15)
RATES = Rates(reserve_bp=2000, fund_bp=1000, cash_bp=5000)
ANA, BEN, CLIENT, DECISION = (UUID(int=number) for number in (0xA, 0xB, 0xC, 0xD))
PATRONS = (Patron(ANA, date(2026, 4, 1)), Patron(BEN, date(2026, 4, 1)))


@dataclass
class Year:
    """A fiscal year of the books that is over, and short ways to close, plan and post it."""

    books: Books
    year: FiscalYear
    patrons: Sequence[Patron] = PATRONS
    plans: list[UUID] = field(default_factory=list)

    @property
    def session(self) -> Session:
        return self.books.session

    def sell(self, party: UUID, amount_minor: int, on: date = date(2026, 8, 3), code: str = COACHING_INCOME) -> UUID:
        """Sell a service for cash."""
        return self.books.post((BANK, amount_minor), (code, -amount_minor, party), on=on)

    def close(self) -> UUID | None:
        return closing.close_year(self.session, year_id=self.year.id, today=TODAY, now=NOW)

    def plan(self, rates: Rates = RATES, fallback: Fallback | None = None) -> Plan:
        plan_id = prepare(
            self.session, year_id=self.year.id, rates=rates, patrons=self.patrons, fallback=fallback, now=NOW
        )
        return plan_of(self.session, plan_id)

    def post(self, plan: Plan, **other: Any) -> tuple[UUID, ...]:
        asked: dict[str, Any] = {
            "plan_id": plan.id,
            "fingerprint": plan.fingerprint,
            "patrons": self.patrons,
            "decided_on": DECIDED_ON,
            "decision_ref": DECISION,
            "now": NOW,
        }
        return posting.post_plan(self.session, **(asked | other))

    def rows(self) -> dict[str, int]:
        """Count the rows that a refusal must leave as they are."""
        tables = (Entry, Posting, SurplusPlan, SurplusLine, SurplusLineParty, Distribution)
        return {mapped.__tablename__: self._count(mapped) for mapped in tables}

    def _count(self, mapped: type[LedgerBase]) -> int:
        return self.session.scalar(select(func.count()).select_from(table_of(mapped))) or 0


def start(books: Books) -> Year:
    """Open the second year and return the first."""
    periods.open_fiscal_year(books.session, date(2027, 4, 1), date(2028, 3, 31))
    return Year(books, closing.year_named(books.session, "2027"))


@pytest.fixture
def empty(books: Books) -> Year:
    """A year in which nothing happened, not closed."""
    return start(books)


@pytest.fixture
def busy(empty: Year) -> Year:
    """A year, not closed: 1,000.00 from members, 600.00 from a client, 400.00 granted, 500.00 spent. Result 1,500.00.

    Ana brought 700.00 (a fellowship, and a marketplace fee of which half was refunded), Ben 300.00.
    """
    empty.sell(ANA, 60_000, code=FELLOWSHIP_INCOME)
    empty.sell(ANA, 20_000, code=MARKETPLACE_INCOME)
    empty.sell(ANA, -10_000, on=date(2026, 9, 1), code=MARKETPLACE_INCOME)
    empty.sell(BEN, 30_000)
    empty.sell(CLIENT, 60_000)
    empty.books.post((BANK, 40_000), (GRANT_INCOME, -40_000), on=date(2026, 10, 1))
    empty.books.post((COACHES, 50_000), (BANK, -50_000), on=YEAR[1])
    return empty


@pytest.fixture
def closed(busy: Year) -> Year:
    """The same year, closed."""
    busy.close()
    return busy
