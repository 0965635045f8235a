"""How what was bought is booked: which accounts take it, its tax, on which day, and against whom it is owed.

A bill is dated as the paper is. Where that month is locked by now, it is booked on the first day that is open: nobody would unlock
a month for it, and its page says so before it is approved. Tax is that of the paper's day.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books.tax.operations import check_registered
from coop.formats import format_day
from coop.payments.bills import errors
from evidence.canonical import Canonical
from ledger import chart
from ledger.drafts import LARGEST_AMOUNT_MINOR, Line
from ledger.errors import AmountOutOfRange
from ledger.models import Account, AccountKind, Period, TaxUse
from ledger.posting import Draft, post
from ledger.tax.arithmetic import taxed_lines
from ledger.tax.codes import CodeInForce, tax_codes

MOST_LINES = 100
_LONGEST_IN_SHORT = 300
_FIELDS = ("account", "amount_minor", "cost_centre", "fund", "tax")
#: Assets that say where money is, or who owes it: nothing that can be bought.
_NOT_BOUGHT = chart.BOOKED_BY_THE_PROGRAM | {chart.IN_TRANSIT, chart.DISPUTED_FUNDS, chart.ACCUMULATED_DEPRECIATION}


@dataclass(frozen=True)
class Costs:
    """What was bought, line by line, before its tax, and what each line was for."""

    lines: Sequence[Line]
    texts: Sequence[str]
    is_tax_included: bool

    @property
    def rows(self) -> list[tuple[Line, str]]:
        """Return each line with what it was for."""
        return list(zip(self.lines, self.texts, strict=True))

    @property
    def in_short(self) -> str:
        """Return what all lines were for, for the text of the entry."""
        return "; ".join(dict.fromkeys(text for text in self.texts if text))[:_LONGEST_IN_SHORT]

    def arguments(self) -> dict[str, Canonical]:
        """Return the lines as an act keeps them."""
        lines = [{name: getattr(line, name) for name in _FIELDS} for line in self.lines]
        return {"lines": lines, "is_tax_included": self.is_tax_included}


@dataclass(frozen=True)
class Owed:
    """What becomes owed, and the document behind it."""

    #: The kind of the entry, and of the record that causes it; and that record's id.
    kind: str
    source_id: UUID
    #: The day of the document.
    on: date
    costs: Costs
    #: With tax: what the document says.
    total_minor: int
    #: Where it stands as owed, and to whom.
    account: str
    party_ref: UUID
    text: str
    reference: str | None = None


class _OnlyTried(Exception):
    """Ends a savepoint in which something was only tried."""


def debit_accounts(session: Session) -> list[Account]:
    """Return the accounts that a bill can name today: costs, and assets that can be bought."""
    query = select(Account).where(~Account.is_heading, _takes_costs(), Account.closed_on.is_(None))
    return list(session.scalars(query.order_by(Account.code)))


def purchase_codes(session: Session) -> list[CodeInForce]:
    """Return the tax codes of purchases; none where the co-op is not registered."""
    if not cooperative.current(session).is_tax_registered:
        return []
    return [code for code in tax_codes(session) if code.use is TaxUse.PURCHASE]


def entry_lines(session: Session, costs: Costs, on: date) -> list[Line]:
    """Return the debits that costs stand for, each with its tax under the rate of a day.

    Raises:
        LinesMissing, TooManyLines, AmountOutOfRange, AccountNotForCosts, TaxOfSales, TaxRateMissing, NotTaxRegistered
    """
    if not costs.lines:
        raise errors.LinesMissing
    if len(costs.lines) > MOST_LINES:
        raise errors.TooManyLines(MOST_LINES)
    codes: dict[str, CodeInForce] = {}
    if any(line.tax for line in costs.lines):
        check_registered(session)
        codes = {code.code: code for code in tax_codes(session)}
    fit = set(session.scalars(select(Account.code).where(_takes_costs(), ~Account.is_heading)))
    found = []
    for number, line in enumerate(costs.lines, start=1):
        if not 0 < abs(line.amount_minor) <= LARGEST_AMOUNT_MINOR:
            raise AmountOutOfRange(number, LARGEST_AMOUNT_MINOR, cooperative.current(session).currency)
        if line.account not in fit:
            raise errors.AccountNotForCosts(number, line.account)
        found += taxed_lines(line, _rate(codes, number, line.tax, on), is_included=costs.is_tax_included)
    return found


def first_open_day(session: Session, day: date) -> date:
    """Return the first day from `day` on whose month is not locked; `day` itself where no such month was opened yet."""
    query = select(Period.starts_on).where(Period.ends_on >= day, Period.locked_at.is_(None)).order_by(Period.starts_on)
    starts_on = session.scalar(query.limit(1))
    return day if starts_on is None else max(day, starts_on)


def post_owed(session: Session, owed: Owed, *, recorded_by: UUID | None) -> UUID:
    """Book what was bought against who is owed it, and return the entry's id.

    Raises:
        LedgerRefusal, BeforeTheBooks, TotalDiffers, TaxRateChanged, and what `entry_lines` refuses
    """
    _check_begun(session, owed.on)
    booked_on = first_open_day(session, owed.on)
    debits = entry_lines(session, owed.costs, owed.on)
    if booked_on != owed.on and debits != entry_lines(session, owed.costs, booked_on):
        raise errors.TaxRateChanged(owed.on, booked_on)
    lines_minor, currency = sum(line.amount_minor for line in debits), cooperative.current(session).currency
    if lines_minor != owed.total_minor:
        raise errors.TotalDiffers(owed.total_minor, lines_minor, abs(lines_minor - owed.total_minor), currency)
    draft = Draft(
        booked_on=booked_on,
        text=owed.text if booked_on == owed.on else _with_day(owed),
        kind=owed.kind,
        currency=currency,
        lines=[*debits, Line(owed.account, -owed.total_minor, owed.party_ref)],
        idempotency_key=f"{owed.kind}:{owed.source_id}",
        source_kind=owed.kind.replace("-", "_"),
        source_id=owed.source_id,
        reference=owed.reference,
    )
    return post(session, draft, now=clock.now(), recorded_by=recorded_by)


def try_owed(session: Session, owed: Owed) -> None:
    """Refuse what the ledger would not take: a second person is only asked to approve what can be booked.

    Raises:
        As `post_owed`.
    """
    with only_tried(session):
        post_owed(session, owed, recorded_by=None)


@contextmanager
def only_tried(session: Session) -> Iterator[None]:
    """Take back whatever is written within, so that only what it refuses is left of it."""
    with suppress(_OnlyTried), session.begin_nested():
        yield
        raise _OnlyTried


def costs_of(arguments: Mapping[str, Any], texts: Sequence[str]) -> Costs:
    """Return the costs that an act keeps, with the texts that lie apart."""
    return Costs([Line(**line) for line in arguments["lines"]], texts, arguments["is_tax_included"])


def _check_begun(session: Session, day: date) -> None:
    begins_on = session.scalar(select(func.min(Period.starts_on)))
    if begins_on is not None and day < begins_on:
        raise errors.BeforeTheBooks(day, begins_on)


def _with_day(owed: Owed) -> str:
    """Return the text with the day of the document: it may belong to a year before the one in which it is booked."""
    return str(gettext("%(text)s (of %(day)s)", text=owed.text, day=format_day(owed.on)))


def _rate(codes: Mapping[str, CodeInForce], number: int, tax: str | None, on: date) -> int:
    if tax is None:
        return 0
    code = codes.get(tax)
    rate_bp = code.rate_on(on) if code else None
    if code is None or rate_bp is None:
        raise errors.TaxRateMissing(number, tax, on)
    if code.use is not TaxUse.PURCHASE:
        raise errors.TaxOfSales(number, tax)
    return rate_bp


def _takes_costs() -> ColumnElement[bool]:
    bought = (
        (Account.kind == AccountKind.ASSET)
        & ~Account.by_party
        & (Account.statement_line.is_(None) | Account.statement_line.not_in(("cash", "receivables")))
        & Account.code.not_in(_NOT_BOUGHT)
    )
    return (Account.kind == AccountKind.EXPENSE) | bought
