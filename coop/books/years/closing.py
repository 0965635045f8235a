"""Closing a fiscal year: what must be settled first, what will be booked, and the closing itself, which takes two people.

The ledger says whether the books alone allow it; here is added what the rooms around them know: lines of the bank statement
without an entry, messages about cards that wait, acts that would still book into the year. Nothing is asked twice: the page, the
act and the closing itself go by the same list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.approvals.kinds import TwoPeople
from coop.approvals.queries import waiting
from coop.assembly.resolutions import Resolution
from coop.books import errors
from coop.books.exports import operations as export_operations
from coop.books.funds.operations import not_released
from coop.formats import format_day
from coop.marketplace.order_queries import undelivered_count
from coop.marketplace.queries import meetings_to_confirm
from coop.payments.bank.accounts import are_several, bank_account
from coop.payments.bank.queries import unmatched_counts
from coop.payments.bills import queries as bill_queries
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.cards.queries import waiting_count
from coop.permissions import Actor, Power
from evidence.canonical import Canonical, digest
from evidence.messages import Refusal
from ledger.chart import DEFERRED_INCOME, RECEIVABLE
from ledger.models import FiscalYear, YearClosing
from ledger.posting import Line
from ledger.totals import balance_of
from ledger.years import closing, periods
from ledger.years.closed_years import Closed, closings_of, first_open, stands

#: Kinds of acts that book on the day of a resolution, which they name.
_POSTING_ACTS = ("surplus.post",)


@dataclass(frozen=True)
class OpenItem:
    """Something that keeps a year from being closed."""

    code: str
    refusal: Refusal


@dataclass(frozen=True)
class Prospect:
    """What closing a year means: how it stands, what is open, and what will be booked or was."""

    year: FiscalYear
    #: The closing that stands.
    closing: YearClosing | None
    #: Those that were taken back.
    earlier: tuple[Closed, ...]
    open_items: tuple[OpenItem, ...]
    result_minor: int
    lines: tuple[Line, ...]
    #: Months that the closing will lock.
    months_to_lock: int
    receivable_minor: int
    deferred_minor: int
    #: Meetings of cohorts that were planned within the year and that nobody has confirmed.
    meetings_to_confirm: int
    #: Orders of coaching with sessions to come: some may have been held.
    orders_to_deliver: int
    currency: str

    @property
    def may_be_closed(self) -> bool:
        """Say whether nothing is open."""
        return self.closing is None and not self.open_items

    def found(self, code: str) -> list[Refusal]:
        """Return what is open under an item of the checklist."""
        return [item.refusal for item in self.open_items if item.code == code]


def prospect(session: Session, year_id: UUID) -> Prospect:
    """Return what closing a year means today.

    Raises:
        NoSuchPeriod: there is no such year.
    """
    items = tuple(open_items(session, year_id))
    year = session.get_one(FiscalYear, year_id)
    return Prospect(
        year=year,
        closing=closing.closing_of(session, year_id),
        earlier=tuple(one for one in closings_of(session, year_id) if one.reopening is not None),
        open_items=items,
        result_minor=closing.result_of(session, year),
        lines=tuple(closing.closing_lines(session, year)),
        months_to_lock=sum(period.locked_at is None for period in periods.periods_of(session, year_id)),
        receivable_minor=balance_of(session, RECEIVABLE, year.ends_on),
        deferred_minor=-balance_of(session, DEFERRED_INCOME, year.ends_on),
        meetings_to_confirm=len(meetings_to_confirm(session, min(year.ends_on, cooperative.today(session)))),
        orders_to_deliver=undelivered_count(session),
        currency=cooperative.current(session).currency,
    )


def open_items(session: Session, year_id: UUID) -> list[OpenItem]:
    """Return what keeps a year from being closed: what the ledger finds, and what the rooms know.

    Raises:
        NoSuchPeriod: there is no such year.
    """
    today = cooperative.today(session)
    found = closing.problems_before_closing(session, year_id, today)
    items = [OpenItem(problem.code, problem.refusal) for problem in found if problem.blocking]
    if closing.is_closed(session, year_id):
        return items
    year = session.get_one(FiscalYear, year_id)
    items += _bank_lines(session, year)
    if events := waiting_count(session, _end_of(session, year.ends_on)):
        items.append(OpenItem("card-events", errors.CardEventsWaiting(events)))
    if codes := not_released(session, year.ends_on):
        items.append(OpenItem("funds", errors.FundsNotReleased(", ".join(codes))))
    if bills := bill_queries.waiting_to(session, year.ends_on) + claim_queries.waiting_to(session, year.ends_on):
        items.append(OpenItem("bills", errors.BillsWaiting(bills)))
    if acts := _acts_into(session, year):
        items.append(OpenItem("acts", errors.ActsWaiting(acts)))
    return items


def _bank_lines(session: Session, year: FiscalYear) -> list[OpenItem]:
    """Return which bank accounts have lines of the year that are no entry yet; the only one there is needs no name."""
    lines = unmatched_counts(session, year.starts_on, year.ends_on)
    if not are_several(session):
        return [OpenItem("bank-lines", errors.BankLinesUnmatched(code, count)) for code, count in lines.items()]
    return [
        OpenItem("bank-lines", errors.LinesOfAccountUnmatched(code, count, bank_account(session, code).name))
        for code, count in lines.items()
    ]


def what_is_closed(session: Session, year_id: UUID) -> dict[str, Canonical]:
    """Return the arguments of the act that closes a year: the year, its result, and a digest of what will be booked.

    Raises:
        NoSuchPeriod: there is no such year.
    """
    found = prospect(session, year_id)
    lines = [[line.account, line.amount_minor] for line in found.lines]
    return {"year": str(year_id), "result_minor": found.result_minor, "lines": digest(lines)}


def close_year(
    session: Session, actor: Actor, *, year_id: UUID, result_minor: int, lines: str, two: TwoPeople
) -> UUID | None:
    """Close a year with the result that both people saw, and return its closing entry, if there was anything to book.

    Raises:
        PowerMissing, NoSuchPeriod
        ResultMoved: something was booked into the year since the closing was prepared.
        Refusal: the one thing that is open, or YearNotReady with all of them.
    """
    power = actor.need(Power.BOARD)
    # Whoever closes it at the same moment waits here, and then finds it closed.
    periods.hold_years(session)
    if refusals := tuple(item.refusal for item in open_items(session, year_id)):
        raise _not_ready(session, year_id, refusals)
    year = session.get_one(FiscalYear, year_id)
    now_closed = what_is_closed(session, year_id)
    if (now_closed["result_minor"], now_closed["lines"]) != (result_minor, lines):
        raise errors.ResultMoved(result_minor, closing.result_of(session, year), cooperative.current(session).currency)
    text = gettext("Closing of the year to %(day)s", day=format_day(year.ends_on))
    entry_id = closing.close_year(
        session,
        year_id=year_id,
        today=cooperative.today(session),
        now=clock.now(),
        recorded_by=actor.person_id,
        text=text,
    )
    closed = closing.closing_of(session, year_id)
    assert closed is not None
    if closed.result_minor != result_minor:
        # An entry was posted between the look and the locks.
        raise errors.ResultMoved(result_minor, closed.result_minor, cooperative.current(session).currency)
    facts: dict[str, Canonical] = {
        "act": two.act_id,
        "ends_on": year.ends_on,
        "number": closed.number,
        "result_minor": closed.result_minor,
        "entry": entry_id,
    }
    audit.record(session, actor, "fiscal_year.closed", subject=year_id, power=power, facts=facts)
    export_operations.keep_soon(session, year_id)
    return entry_id


def need_ready(session: Session, year_id: UUID) -> None:
    """Refuse unless a year can be closed: nobody is asked to approve what cannot be done.

    Raises:
        NoSuchPeriod
        Refusal: the one thing that is open, or YearNotReady with all of them.
    """
    if refusals := tuple(item.refusal for item in open_items(session, year_id)):
        raise _not_ready(session, year_id, refusals)


def year_to_close(session: Session, today: date) -> FiscalYear | None:
    """Return the earliest year that is not closed, if it is over."""
    year = first_open(session)
    return year if year is not None and year.ends_on < today else None


def closings(session: Session) -> Mapping[UUID, YearClosing]:
    """Return the closings that stand, by year."""
    return {row.fiscal_year_id: row for row in session.scalars(select(YearClosing).where(stands()))}


def _not_ready(session: Session, year_id: UUID, refusals: tuple[Refusal, ...]) -> Refusal:
    if len(refusals) == 1:
        return refusals[0]
    return errors.YearNotReady(session.get_one(FiscalYear, year_id).ends_on, refusals)


def _end_of(session: Session, day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(cooperative.current(session).zone))


def _acts_into(session: Session, year: FiscalYear) -> int:
    """Return how many waiting acts would book on a day of the year or before it."""
    found = 0
    for kind in _POSTING_ACTS:
        for row in waiting(session, kind=kind):
            decided_on = _decided_on(session, row.arguments)
            found += decided_on is None or decided_on <= year.ends_on
    return found


def _decided_on(session: Session, arguments: Mapping[str, Any]) -> date | None:
    try:
        resolution_id = UUID(str(arguments.get("resolution")))
    except ValueError:
        return None
    return session.scalar(select(Resolution.decided_on).where(Resolution.id == resolution_id))
