"""The return of a period: what was supplied and bought under each tax code, its boxes, and what is due or comes back.

A posting counts on the day of its entry, so the books are on the invoice basis where invoices are booked as they are written. A
figure is the sum of postings, and `postings_of` lists them. Beside it stands what the rate gives for the whole sum: each line
was rounded by itself, so cents may differ. All of it is held against the tax account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from ledger.chart import TAX, books_currency
from ledger.models import Account, Entry, EntryText, Posting, TaxCode, TaxUse
from ledger.tax.arithmetic import out_of
from ledger.tax.boxes import Box, Part, Term, boxes_for
from ledger.totals import balance_of

_IS_TAX = Account.code == TAX
#: A posting as the return counts it: sales are credits, purchases are debits.
_NATURAL = case((TaxCode.use == TaxUse.SALE, -Posting.amount_minor), else_=Posting.amount_minor)


@dataclass(frozen=True)
class CodeTotal:
    """What a version of a code amounts to; positive for sales that were made and purchases that were paid."""

    code: str
    name: str
    use: TaxUse
    rate_bp: int
    box_gross: str | None
    box_tax: str | None
    gross_minor: int
    tax_minor: int

    @property
    def expected_minor(self) -> int:
        """Return the tax that the rate gives for the whole sum; adjustments are tax alone, so there it is what was booked."""
        return self.tax_minor if self.is_tax_alone else out_of(self.gross_minor, self.rate_bp).tax_minor

    @property
    def difference_minor(self) -> int:
        """Return by how much the booked tax is more than the rate gives: cents of rounding, or a line without its tax."""
        return self.tax_minor - self.expected_minor

    @property
    def is_tax_alone(self) -> bool:
        """Say whether it adjusts the tax and stands for no supply."""
        return self.box_gross is None and self.box_tax is not None

    def amount_of(self, term: Term) -> int:
        """Return what it adds to a term of a box."""
        if term.part is Part.GROSS:
            return term.sign * self.gross_minor if self.box_gross == term.box else 0
        return term.sign * self.tax_minor if self.box_tax == term.box else 0


@dataclass(frozen=True)
class BoxAmount:
    """A box with its amount as booked and, where the form computes it, as the rates give it for the whole sum."""

    number: str
    label: str
    amount_minor: int
    computed_minor: int | None


@dataclass(frozen=True)
class Reconciliation:
    """The return beside the tax account; amounts owed to the tax office are positive."""

    opening_minor: int
    due_minor: int
    #: Paid to or by the tax office, and whatever else stands on the account and in no box.
    other_minor: int
    closing_minor: int

    @property
    def difference_minor(self) -> int:
        """Return what the account shows beyond the postings; always nothing, unless somebody meddled with the tables."""
        return self.closing_minor - self.opening_minor - self.due_minor - self.other_minor


@dataclass(frozen=True)
class TaxReturn:
    """The return between two days, both included."""

    starts_on: date
    ends_on: date
    currency: str
    boxes: tuple[BoxAmount, ...]
    codes: tuple[CodeTotal, ...]
    #: Tax on sales less tax on purchases: what is due, or comes back as a negative amount.
    due_minor: int
    account: Reconciliation


def tax_return(session: Session, starts_on: date, ends_on: date) -> TaxReturn:
    """Make the return between two days, both included."""
    codes = _code_totals(session, starts_on, ends_on)
    boxes = form_of(session)
    in_boxes = _tax_boxes(boxes)
    due_minor = sum(
        one.tax_minor if one.use is TaxUse.SALE else -one.tax_minor for one in codes if one.box_tax in in_boxes
    )
    opening_minor, closing_minor = (-balance_of(session, TAX, day) for day in (starts_on - timedelta(days=1), ends_on))
    on_account = _on_tax_account(session, starts_on, ends_on)
    return TaxReturn(
        starts_on=starts_on,
        ends_on=ends_on,
        currency=books_currency(session),
        boxes=tuple(_amount(box, codes) for box in boxes),
        codes=codes,
        due_minor=due_minor,
        account=Reconciliation(opening_minor, due_minor, on_account - due_minor, closing_minor),
    )


def form_of(session: Session) -> tuple[Box, ...]:
    """Return the boxes of the co-operative's return."""
    rows = session.execute(select(TaxCode.box_gross, TaxCode.box_tax).distinct()).all()
    named = [(part, box) for row in rows for part, box in ((Part.GROSS, row.box_gross), (Part.TAX, row.box_tax))]
    return boxes_for(books_currency(session), {Term(box, part) for part, box in named if box})


def postings_in(box: Box, starts_on: date, ends_on: date) -> Select[*tuple[Any, ...]]:
    """Return the query for the postings that a box adds up, in the order of the books."""
    cases = [
        (TaxCode.box_gross == term.box, term.sign * _NATURAL)
        if term.part is Part.GROSS
        else ((TaxCode.box_tax == term.box) & _IS_TAX, term.sign * _NATURAL)
        for term in box.terms
    ]
    return _postings(case(*cases, else_=None), starts_on, ends_on).where(or_(*(condition for condition, _ in cases)))


def postings_of_code(code: str, part: Part, starts_on: date, ends_on: date) -> Select[*tuple[Any, ...]]:
    """Return the query for the postings that carry a code, or for those of them that are tax."""
    found = _postings(_NATURAL, starts_on, ends_on).where(TaxCode.code == code)
    return found if part is Part.GROSS else found.where(_IS_TAX)


def postings_outside(boxes: Iterable[Box], starts_on: date, ends_on: date) -> Select[*tuple[Any, ...]]:
    """Return the query for what stands on the tax account and in no box, as owed: payments with the tax office, and slips."""
    outside = TaxCode.box_tax.is_(None) | TaxCode.box_tax.not_in(_tax_boxes(boxes))
    return _postings(-Posting.amount_minor, starts_on, ends_on).where(_IS_TAX, outside)


def _postings(amount: ColumnElement[int], starts_on: date, ends_on: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Entry.id.label("entry_id"), Entry.booked_on, Entry.reference, EntryText.text),
            *(Account.code.label("account_code"), Account.name.label("account_name")),
            *(TaxCode.code.label("tax_code"), amount.label("amount_minor")),
        )
        .select_from(Posting)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(TaxCode, TaxCode.id == Posting.tax_code_id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(Entry.booked_on.between(starts_on, ends_on))
        .order_by(Entry.booked_on, Entry.id, Posting.line)
    )


def _code_totals(session: Session, starts_on: date, ends_on: date) -> tuple[CodeTotal, ...]:
    rows = session.execute(
        select(
            TaxCode.id,
            func.sum(_NATURAL),
            # PostgreSQL sums a BIGINT to a Decimal, and nothing to NULL.
            func.coalesce(func.sum(_NATURAL).filter(_IS_TAX), 0),
        )
        .select_from(Posting)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .join(TaxCode, TaxCode.id == Posting.tax_code_id)
        .where(Entry.booked_on.between(starts_on, ends_on))
        .group_by(TaxCode.id)
    )
    sums = {version_id: (int(gross_minor), int(tax_minor)) for version_id, gross_minor, tax_minor in rows}
    in_order = select(TaxCode).order_by(TaxCode.use.desc(), TaxCode.code, TaxCode.valid_from)
    return tuple(
        CodeTotal(one.code, one.name, one.use, one.rate_bp, one.box_gross, one.box_tax, *sums[one.id])
        for one in session.scalars(in_order)
        if one.id in sums
    )


def _amount(box: Box, codes: Iterable[CodeTotal]) -> BoxAmount:
    """Add up a box; each of its terms takes from every code what belongs to it."""
    pairs = [(one, term) for one in codes for term in box.terms]
    amount_minor = sum(one.amount_of(term) for one, term in pairs)
    rounding_minor = sum(one.difference_minor for one, term in pairs if one.box_tax == term.box)
    return BoxAmount(box.number, box.label, amount_minor, amount_minor - rounding_minor if box.is_computed else None)


def _on_tax_account(session: Session, starts_on: date, ends_on: date) -> int:
    """Return what the postings between two days add to what is owed to the tax office."""
    moved = (
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(_IS_TAX, Entry.booked_on.between(starts_on, ends_on))
    )
    return -int(session.scalars(moved).one())


def _tax_boxes(boxes: Iterable[Box]) -> set[str]:
    return {term.box for box in boxes for term in box.terms if term.part is Part.TAX}
