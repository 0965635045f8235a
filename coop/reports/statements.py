"""The accounts of a closed year, as the board approves them: the statements, and the digest that names exactly these figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.permissions import NotFound
from coop.reports.errors import YearNotClosed
from evidence.canonical import digest
from ledger import statements
from ledger.models import ChainLink, Entry, FiscalYear, YearClosing
from ledger.statements import BalanceSheet, IncomeStatement, Section, TrialBalance
from ledger.years.closed_years import closing_of


@dataclass(frozen=True)
class Link:
    """The last link of the ledger's chain that seals an entry of the year."""

    seq: int
    hash: str


@dataclass(frozen=True)
class YearAccounts:
    """The accounts of a closed year. None of it changes while it is closed: its months are locked."""

    year: FiscalYear
    #: The number of the closing that made them final.
    closing: int
    closed_on: date
    trial: TrialBalance
    income: IncomeStatement
    sheet: BalanceSheet
    link: Link
    digest: str


def accounts_of(session: Session, year_id: UUID) -> YearAccounts:
    """Return the accounts of a closed year.

    Raises:
        NotFound: there is no such year.
        YearNotClosed
    """
    year = session.get(FiscalYear, year_id)
    if year is None:
        raise NotFound
    closing = closing_of(session, year_id)
    if closing is None:
        raise YearNotClosed(year.ends_on)
    trial = statements.trial_balance(session, year.ends_on)
    income = statements.income_statement(session, year.starts_on, year.ends_on)
    sheet = statements.balance_sheet(session, year.ends_on)
    link = _last_link(session, year, closing)
    said = {
        "year": {"starts_on": year.starts_on, "ends_on": year.ends_on},
        "currency": trial.currency,
        "trial_balance": [[row.code, row.debit_minor, row.credit_minor] for row in trial.rows],
        "income_statement": {"income": _said(income.income), "expenses": _said(income.expenses)},
        "balance_sheet": {
            "assets": _said(sheet.assets),
            "liabilities": _said(sheet.liabilities),
            "equity": _said(sheet.equity),
        },
        "chain": {"seq": link.seq, "hash": link.hash},
    }
    return YearAccounts(year, closing.number, closing.closed_on, trial, income, sheet, link, digest(said))


def year_before(session: Session, year: FiscalYear) -> FiscalYear | None:
    """Return the fiscal year before this one, if there was one."""
    return session.scalar(
        select(FiscalYear).where(FiscalYear.ends_on < year.starts_on).order_by(FiscalYear.ends_on.desc()).limit(1)
    )


def _said(section: Section) -> dict[str, Any]:
    """Return what the digest covers of a section: codes and amounts, not the names of accounts, which may be put better."""
    return {"lines": [[line.code, line.amount_minor] for line in section.lines], "total": section.total_minor}


def _last_link(session: Session, year: FiscalYear, closing: YearClosing) -> Link:
    """Return the link of the closing entry; of a year in which nothing was earned or spent, the last one of any of its entries."""
    query = select(ChainLink.seq, ChainLink.hash)
    if closing.entry_id is not None:
        row = session.execute(query.where(ChainLink.entry_id == closing.entry_id)).one()
    else:
        last = (
            select(func.max(ChainLink.seq))
            .join(Entry, Entry.id == ChainLink.entry_id)
            .where(Entry.booked_on <= year.ends_on)
            .scalar_subquery()
        )
        found = session.execute(query.where(ChainLink.seq == last)).first()
        if found is None:
            return Link(0, "0" * 64)
        row = found
    return Link(row.seq, row.hash)
