"""Saying which entry a line of the bank statement is: one that stands, a receipt, or a new one; and taking that back.

A line and an entry belong together when both moved the bank account by the same amount; so do a line and several entries, or
several lines and an entry, whose sums are the same. The database keeps a line to one match, an entry to one on each bank account,
and adds up the sums. So what moves money between two bank accounts is one entry, and a line of each statement.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.books import kept
from coop.books.operations import largest_alone
from coop.books.tax.operations import check_registered
from coop.payments.bank import errors
from coop.payments.bank.accounts import hold_together
from coop.payments.bank.lines import hold_line
from coop.payments.bank.models import BankLine, BankMatch, BankMatchGroup, BankStatementLine, BankUnmatch
from coop.payments.bank.queries import (
    EntryRow,
    LineRow,
    entries_without_line,
    entry_row,
    is_on,
    moved_by_entries,
    standing_matches,
    waiting_entries,
)
from coop.payments.operations import Receipt, record_receipt
from coop.payments.queries import RequestRow, paid_by
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from ledger.models import Entry
from ledger.posting import Draft, post
from ledger.posting import Line as EntryLine
from ledger.tax.arithmetic import taxed_lines
from ledger.tax.codes import rate_on
from ledger.years import periods
from ledger.years.closed_years import is_closed

#: How many entries are offered for a line.
MOST_OFFERED = 10
#: How many lines or entries are matched together: a batch of payments has that many.
MOST_TOGETHER = 200
#: So far apart the two statements may show a transfer.
DAYS_UNDER_WAY = 14


@dataclass(frozen=True)
class Reason:
    """What a line of the statement was for, where no entry says so yet."""

    booked_on: date
    account: str
    text: str
    party_ref: UUID | None = None
    #: The tax code of the amount, which then contains tax.
    tax: str | None = None


def match(session: Session, actor: Actor, *, line_id: UUID, entry_id: UUID) -> None:
    """Say that a line is an entry of the books.

    Raises:
        NotFound, PowerMissing, LineMatched, LineRemoved, EntryMatched, MovesOtherwise
    """
    power = actor.need(Power.TREASURER)
    line = _hold_unmatched(session, line_id)
    # After the line: the rule of the database takes the two locks in the same order.
    _hold_entry(session, entry_id, line.account_code)
    moved_minor = _moved_minor(session, line.account_code, [entry_id])
    if moved_minor != line.amount_minor:
        raise errors.MovesOtherwise(line.amount_minor, moved_minor, line.currency)
    _add_match(session, line_id, entry_id)
    session.flush()
    audit.record(session, actor, "bank_line.matched", subject=line_id, power=power, facts={"entry": entry_id})


def match_together(session: Session, actor: Actor, *, line_ids: Collection[UUID], entry_ids: Collection[UUID]) -> None:
    """Say that a line is several entries, or that several lines are one entry. One of each is a plain match.

    Raises:
        NotFound, PowerMissing, LineMatched, LineRemoved, EntryMatched, SideMissing, ManyOnBothSides, SidesDiffer
        TooManyTicked, LinesOfSeveral, BankAccountEnded
    """
    power = actor.need(Power.TREASURER)
    # Always in the same order, so that two who match some of the same wait for each other instead of locking up.
    lines, entries = sorted(set(line_ids)), sorted(set(entry_ids))
    check_sides(lines, entries)
    held = [_hold_unmatched(session, line_id) for line_id in lines]
    account, *others = sorted({line.account_code for line in held})
    if others:
        raise errors.LinesOfSeveral
    for entry_id in entries:
        _hold_entry(session, entry_id, account)
    lines_minor, entries_minor = sum(line.amount_minor for line in held), _moved_minor(session, account, entries)
    if lines_minor != entries_minor:
        currency = cooperative.current(session).currency
        raise errors.SidesDiffer(lines_minor, entries_minor, lines_minor - entries_minor, currency)
    group_id = new_id() if len(lines) + len(entries) > 2 else None
    for line_id in lines:
        for entry_id in entries:
            _add_match(session, line_id, entry_id, group_id)
    session.flush()
    if group_id is not None:
        session.add(BankMatchGroup(id=group_id, matched_at=clock.now()))
        session.flush()
    for line_id in lines:
        facts: dict[str, Canonical] = {"entries": len(entries), "entry": entries[0], "group": group_id}
        audit.record(session, actor, "bank_line.matched", subject=line_id, power=power, facts=facts)


def check_sides(line_ids: Sequence[UUID], entry_ids: Sequence[UUID]) -> None:
    """Refuse what cannot be one match, whatever the amounts.

    Raises:
        SideMissing, ManyOnBothSides, TooManyTicked
    """
    if not line_ids or not entry_ids:
        raise errors.SideMissing
    if len(line_ids) > 1 and len(entry_ids) > 1:
        raise errors.ManyOnBothSides
    if len(line_ids) + len(entry_ids) > MOST_TOGETHER + 1:
        raise errors.TooManyTicked(MOST_TOGETHER)


def receive(session: Session, actor: Actor, *, line_id: UUID, request_id: UUID) -> None:
    """Record a line as the receipt for a request, book it, and match the two.

    Raises:
        NotFound, PowerMissing, LineMatched, LineRemoved, NotMoneyIn, AlreadyPaid, MoreThanOutstanding
        ReceiptFormUsed: the line was recorded as a receipt before; that entry can be matched.
        LedgerRefusal: the date lies in a locked period.
    """
    actor.need(Power.TREASURER)
    line = _hold_unmatched(session, line_id)
    if line.amount_minor < 0:
        raise errors.NotMoneyIn
    # The line stands for the form: it is one receipt, however often it is sent.
    receipt = Receipt(line.amount_minor, line.booked_on, form_token=line_id, bank=line.account_code)
    receipt_id = record_receipt(session, actor, request_id=request_id, receipt=receipt)
    entry_id = session.scalars(
        select(Entry.id).where(
            Entry.source_kind == "payment_receipt", Entry.source_id == receipt_id, Entry.reverses_id.is_(None)
        )
    ).one()
    match(session, actor, line_id=line_id, entry_id=entry_id)


def classify(session: Session, actor: Actor, *, line_id: UUID, reason: Reason) -> UUID:
    """Book a line that no entry explains, match the two, and return the entry's id. It is reversed by hand like any other.

    Where the account is another bank account, the same entry waits for a line there.

    Raises:
        TransferWaits: the other side was booked already.
        NotFound, PowerMissing, LineMatched, LineRemoved, BankItself, LedgerRefusal
        NotTaxRegistered: it names a tax code, which only a registered co-op does.
        KeptElsewhere, KeptForMembers, KeptByClaims, ReserveKept, SupplierNamed: another room books to the account.
        LineNeedsTwo: no file of the bank shows the line, and it moves more than one person records alone.
    """
    power = actor.need(Power.TREASURER)
    own = session.scalar(select(BankLine.account_code).where(BankLine.id == line_id))
    # Before the line: who books the other side of a transfer at the same moment waits here, and then finds it booked.
    is_transfer = own is not None and reason.account in hold_together(session, [own, reason.account])
    line = _hold_unmatched(session, line_id)
    if need_two(session, [line]):
        raise errors.LineNeedsTwo(largest_alone(session), line.currency)
    if reason.account == line.account_code:
        raise errors.BankItself(reason.account)
    if is_transfer:
        _need_new_transfer(session, line, reason.account)
    lines = [EntryLine(line.account_code, line.amount_minor), *_other_side(session, reason, -line.amount_minor)]
    kept.check_lines(session, lines, reason.booked_on)
    times = session.scalar(select(func.count()).select_from(BankMatch).where(BankMatch.line_id == line_id)) or 0
    draft = Draft(
        booked_on=reason.booked_on,
        text=reason.text,
        kind="bank-line",
        currency=line.currency,
        lines=lines,
        idempotency_key=f"bank-line:{line_id}:{times}",
    )
    entry_id = post(session, draft, now=clock.now(), recorded_by=actor.person_id)
    audit.record(session, actor, "entry.recorded", subject=entry_id, power=power, facts={"bank_line": line_id})
    match(session, actor, line_id=line_id, entry_id=entry_id)
    return entry_id


def unmatch(session: Session, actor: Actor, *, line_id: UUID) -> None:
    """Take back the match of a line, and all that hold together with it. The entries stay in the books.

    Raises:
        NotFound, PowerMissing, LineNotMatched
        LineInClosedYear: the year of a line is closed.
    """
    power = actor.need(Power.TREASURER)
    together = {one.line_id for one in standing_matches(session, line_id)} | {line_id}
    for one in sorted(together):
        _need_open_year(session, hold_line(session, one).booked_on)
    # Looked at again now that nobody else can take them back.
    standing = standing_matches(session, line_id)
    if not standing:
        raise errors.LineNotMatched
    session.add_all(BankUnmatch(match_id=one.id, unmatched_at=clock.now()) for one in standing)
    session.flush()
    entries = {one.line_id: one.entry_id for one in standing}
    for one, entry_id in sorted(entries.items()):
        audit.record(session, actor, "bank_line.unmatched", subject=one, power=power, facts={"entry": entry_id})


def entries_for(session: Session, line: LineRow) -> list[EntryRow]:
    """Return entries that a line may be: those of its amount without a line, the nearest day first."""
    query = entries_without_line(line.account_code)
    query = query.where(query.selected_columns.amount_minor == line.amount_minor)
    before = query.where(Entry.booked_on < line.booked_on).order_by(Entry.booked_on.desc(), Entry.id)
    after = query.where(Entry.booked_on >= line.booked_on).order_by(Entry.booked_on, Entry.id)
    found = [entry_row(row) for part in (before, after) for row in session.execute(part.limit(MOST_OFFERED))]
    return sorted(found, key=lambda row: (abs((row.booked_on - line.booked_on).days), row.id))[:MOST_OFFERED]


def requests_for(session: Session, line: LineRow) -> list[RequestRow]:
    """Return the requests that a line may pay: named in its text, or outstanding with its amount."""
    return paid_by(session, line.amount_minor, line.text or "") if line.amount_minor > 0 else []


def _other_side(session: Session, reason: Reason, amount_minor: int) -> list[EntryLine]:
    """Return what a movement of the bank was for. The bank shows what was paid, so the amount contains its tax."""
    rate_bp = 0
    if reason.tax is not None:
        check_registered(session)
        rate_bp = rate_on(session, reason.tax, reason.booked_on)
    line = EntryLine(reason.account, amount_minor, reason.party_ref, tax=reason.tax)
    return taxed_lines(line, rate_bp, is_included=True)


def _hold_unmatched(session: Session, line_id: UUID) -> BankLine:
    line = hold_line(session, line_id)
    if standing_matches(session, line_id):
        raise errors.LineMatched
    return line


def need_two(session: Session, lines: Collection[BankLine | LineRow]) -> frozenset[UUID]:
    """Return the large lines that no file of the bank shows: somebody typed them, so they show no more than an entry by hand does."""
    most_minor = largest_alone(session)
    large = {line.id for line in lines if abs(line.amount_minor) > most_minor}
    if large:
        large.difference_update(
            session.scalars(select(BankStatementLine.line_id).where(BankStatementLine.line_id.in_(large)))
        )
    return frozenset(large)


def _need_open_year(session: Session, booked_on: date) -> None:
    year = periods.fiscal_year_of(session, booked_on)
    if year is not None and is_closed(session, year.id):
        raise errors.LineInClosedYear(year.ends_on)


def _need_new_transfer(session: Session, line: BankLine, other: str) -> None:
    """Refuse to book a second time what a line of the other bank account was booked as."""
    there = moved_by_entries(other)
    query = waiting_entries(line.account_code)
    query = query.join(there, there.c.entry_id == Entry.id).where(
        query.selected_columns.amount_minor == line.amount_minor, there.c.amount_minor == -line.amount_minor
    )
    days = timedelta(days=DAYS_UNDER_WAY)
    near = query.where(Entry.booked_on.between(line.booked_on - days, line.booked_on + days))
    found = session.execute(near.order_by(Entry.booked_on, Entry.id).limit(1)).first()
    if found is not None:
        raise errors.TransferWaits(found.booked_on)


def _hold_entry(session: Session, entry_id: UUID, account: str) -> None:
    """Hold an entry that is no line of a bank account yet."""
    if session.get(Entry, entry_id, with_for_update={"key_share": True}) is None:
        raise NotFound
    if session.scalar(select(Entry.id).where(Entry.id == entry_id, is_on(account, Entry.id))) is not None:
        raise errors.EntryMatched


def _moved_minor(session: Session, account: str, entry_ids: Sequence[UUID]) -> int:
    moved = moved_by_entries(account)
    return int(session.scalar(select(func.sum(moved.c.amount_minor)).where(moved.c.entry_id.in_(entry_ids))) or 0)


def _add_match(session: Session, line_id: UUID, entry_id: UUID, group_id: UUID | None = None) -> None:
    session.add(BankMatch(id=new_id(), line_id=line_id, entry_id=entry_id, matched_at=clock.now(), group_id=group_id))
