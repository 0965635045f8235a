"""A co-operative's first two years in nine events, small enough to add up by hand.

The first year, closed: 1,000.00 of shares issued, 600.00 earned from members and 300.00 from others of which 200.00 are still owed,
500.00 of wages paid, a computer for 240.00 of which 80.00 are written off, 150.00 of supplies not paid yet, 50.00 insured loss. The result
is 120.00. In the second year it is distributed: 40.00 to the reserve, 10.00 to the fund, 70.00 to a member, half of it in cash.
"""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from ledger import chart
from ledger.chart import BANK, COACHING_INCOME, MARKETPLACE_INCOME, PAYABLE, RECEIVABLE, SHARE_CAPITAL, WAGES
from ledger.chart.changes import open_account
from ledger.models import Account, AccountKind, Business, FiscalYear
from ledger.surplus.plan import Patron, Rates, plan_of, prepare
from ledger.surplus.posting import post_plan
from ledger.years import closing, periods
from tests.ledger.conftest import YEAR, Books

NEXT_YEAR = (date(2027, 4, 1), date(2028, 3, 31))
COMPUTERS, WRITTEN_OFF, DEPRECIATION, SUPPLIES, LOSS = "1500", "1590", "6800", "6810", "6950"

_LINES = {
    BANK: "cash",
    chart.STRIPE_BALANCE: "cash",
    RECEIVABLE: "receivables",
    COMPUTERS: "fixed-assets",
    WRITTEN_OFF: "fixed-assets",
    PAYABLE: "payables",
    chart.PATRONAGE_PAYABLE: "members-payable",
    SHARE_CAPITAL: "share-capital",
    chart.GENERAL_RESERVE: "reserves",
    chart.COMMUNITY_FUND: "reserves",
    chart.RETAINED_PATRONAGE: "retained-patronage",
    chart.SURPLUS_AWAITING: "surplus",
    COACHING_INCOME: "services",
    MARKETPLACE_INCOME: "services",
    WAGES: "running-costs",
    DEPRECIATION: "depreciation",
    SUPPLIES: "service-costs",
    LOSS: "other-costs",
}
_BUSINESS = {
    COACHING_INCOME: Business.MEMBER,
    MARKETPLACE_INCOME: Business.NON_MEMBER,
    LOSS: Business.EXTRAORDINARY,
}


def give_lines(session: Session, lines: dict[str, str] = _LINES) -> None:
    """Put accounts under the captions of the statements, and say whose business they show."""
    for code, line in lines.items():
        session.execute(
            update(Account).where(Account.code == code).values(statement_line=line, business=_BUSINESS.get(code))
        )


@pytest.fixture
def lines(books: Books) -> Books:
    """The chart with the accounts of the example, all under their captions."""
    open_accounts(books.session)
    give_lines(books.session)
    return books


@pytest.fixture
def member() -> UUID:
    return new_id()


@pytest.fixture
def two_years(lines: Books, member: UUID) -> Books:
    """The first year with its closing, and the beginning of the second."""
    books, client, supplier = lines, new_id(), new_id()
    periods.open_fiscal_year(books.session, *NEXT_YEAR)
    books.post((BANK, 100_000), (SHARE_CAPITAL, -100_000, member), on=date(2026, 4, 2), kind="share-issue")
    books.post((BANK, 60_000), (COACHING_INCOME, -60_000, member), on=date(2026, 6, 1))
    books.post((RECEIVABLE, 30_000, client), (MARKETPLACE_INCOME, -30_000, client), on=date(2026, 7, 10))
    books.post((BANK, 10_000), (RECEIVABLE, -10_000, client), on=date(2026, 8, 1))
    books.post((WAGES, 50_000), (BANK, -50_000), on=date(2026, 9, 30))
    books.post((COMPUTERS, 24_000), (BANK, -24_000), on=date(2026, 10, 5))
    books.post((DEPRECIATION, 8_000), (WRITTEN_OFF, -8_000), on=date(2027, 3, 31))
    books.post((SUPPLIES, 15_000), (PAYABLE, -15_000, supplier), on=date(2027, 3, 1))
    books.post((LOSS, 5_000), (BANK, -5_000), on=date(2027, 3, 2))
    close_and_share_out(books, member)
    books.post((chart.PATRONAGE_PAYABLE, 3_500, member), (BANK, -3_500), on=date(2027, 7, 1))
    books.post((RECEIVABLE, 500, client), (COACHING_INCOME, -500), on=date(2027, 7, 2))
    books.post((SHARE_CAPITAL, 1_000, member), (BANK, -1_000), on=date(2027, 8, 1))
    return books


def close_and_share_out(books: Books, member: UUID) -> None:
    """Close the first year, and distribute its result on 20 June 2027 by a plan."""
    session, today = books.session, date(2027, 4, 5)
    year_id = session.scalars(select(FiscalYear.id).where(FiscalYear.starts_on == YEAR[0])).one()
    closing.close_year(session, year_id=year_id, today=today, now=books.now)
    patrons = [Patron(member, YEAR[0])]
    rates = Rates(reserve_bp=0, fund_bp=1250, cash_bp=5000)
    plan_id = prepare(session, year_id=year_id, rates=rates, patrons=patrons, now=books.now)
    post_plan(
        session,
        plan_id=plan_id,
        fingerprint=plan_of(session, plan_id).fingerprint,
        patrons=patrons,
        decided_on=date(2027, 6, 20),
        decision_ref=new_id(),
        now=books.now,
    )


def open_accounts(session: Session) -> None:
    """Open the accounts of the example that the default chart does not have."""
    kinds = dict.fromkeys((DEPRECIATION, SUPPLIES, LOSS), AccountKind.EXPENSE)
    kinds |= {COMPUTERS: AccountKind.ASSET, WRITTEN_OFF: AccountKind.ASSET}
    known = set(session.scalars(select(Account.code)))
    for code in kinds.keys() - known:
        open_account(session, code=code, name=f"Account {code}", kind=kinds[code], opened_on=YEAR[0])
