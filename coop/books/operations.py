"""What is done to the books by hand: entries, reversals, periods and years, and sealing the chain.

Each checks the treasurer's power and leaves a row in the audit trail. Entries that follow from shares and payments are posted
by those rooms, through the same ledger.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.approvals.kinds import TwoPeople
from coop.assembly.bylaws import in_force
from coop.books import kept
from coop.books.errors import BookedElsewhere, EntryNeedsTwo, LockedByClosing, NoYearOpened, PeriodNotOver
from coop.books.tax.operations import check_registered
from coop.permissions import Actor, Power
from ledger import journal, posting, sealing
from ledger.models import Entry
from ledger.records import PostedEntry
from ledger.years import periods


@dataclass(frozen=True)
class NewEntry:
    """An entry as the treasurer wrote it. The token is of the form, so that a form sent twice is one entry."""

    booked_on: date
    text: str
    lines: Sequence[posting.Line]
    form_token: UUID
    #: The number of the document behind it.
    reference: str | None = None


def record_entry(session: Session, actor: Actor, entry: NewEntry) -> UUID:
    """Post an entry made by hand and return its id.

    Raises:
        PowerMissing, LedgerRefusal
        EntryNeedsTwo: it moves more than one person records alone; prepare an act of `entry_acts` instead.
        KeptElsewhere, KeptForMembers, ReserveKept: another room books to an account of a line.
        SupplierNamed: a line names a supplier, whose bills are entered under Bills.
        NotTaxRegistered: a line names a tax code, and the co-op is not registered for tax.
    """
    power = actor.need(Power.TREASURER)
    # Posted first and taken back, so that a second person is only asked to approve what the ledger takes.
    with session.begin_nested():
        entry_id = _record(session, actor, entry, power, recorded_by=actor.person_id)
        need_small(session, (line.amount_minor for line in entry.lines))
    return entry_id


def record_large_entry(session: Session, actor: Actor, entry: NewEntry, *, two: TwoPeople) -> UUID:
    """Post an entry made by hand that two people stand behind, in the name of who prepared it, and return its id.

    Raises:
        As `record_entry`, whatever the amount.
    """
    return _record(session, actor, entry, actor.need(Power.BOARD), recorded_by=two.prepared_by)


def _record(session: Session, actor: Actor, entry: NewEntry, power: Power | None, *, recorded_by: UUID | None) -> UUID:
    if any(line.tax for line in entry.lines):
        check_registered(session)
    key = f"form:{entry.form_token}"
    # A form sent twice is one entry, whatever happened to the accounts meanwhile.
    if session.scalar(select(Entry.id).where(Entry.idempotency_key == key)) is None:
        kept.check_lines(session, entry.lines, entry.booked_on)
    draft = posting.Draft(
        booked_on=entry.booked_on,
        text=entry.text,
        kind="manual",
        currency=cooperative.current(session).currency,
        lines=entry.lines,
        idempotency_key=key,
        reference=entry.reference,
    )
    posted = posting.post_once(session, draft, now=clock.now(), recorded_by=recorded_by)
    if posted.is_new:
        audit.record(session, actor, "entry.recorded", subject=posted.entry_id, power=power)
    return posted.entry_id


def reverse_entry(session: Session, actor: Actor, *, entry_id: UUID, booked_on: date, reason: str) -> UUID:
    """Post the reversal of an entry made by hand and return its id.

    Raises:
        PowerMissing, BookedElsewhere, NoSuchEntry, AlreadyReversed, ReversalOfReversal, ReversedBeforeBooked,
        PeriodLocked, PeriodNotOpened
        EntryNeedsTwo: it moves more than one person reverses alone; prepare an act of `entry_acts` instead.
        KeptElsewhere, KeptForMembers, ReserveKept: another room books to an account of the entry.
    """
    power = actor.need(Power.TREASURER)
    entry = _reversible(session, entry_id)
    with session.begin_nested():
        reversal_id = _reverse(session, actor, entry_id, booked_on, reason, power, recorded_by=actor.person_id)
        need_small(session, (line.amount_minor for line in entry.lines))
    return reversal_id


def reverse_large_entry(
    session: Session, actor: Actor, *, entry_id: UUID, booked_on: date, reason: str, two: TwoPeople
) -> UUID:
    """Post a reversal that two people stand behind, in the name of who prepared it, and return its id.

    Raises:
        As `reverse_entry`, whatever the amount.
    """
    power = actor.need(Power.BOARD)
    _reversible(session, entry_id)
    return _reverse(session, actor, entry_id, booked_on, reason, power, recorded_by=two.prepared_by)


def _reversible(session: Session, entry_id: UUID) -> PostedEntry:
    entry = journal.posted_entry(session, entry_id)
    if entry.source_kind is not None:
        raise BookedElsewhere
    kept.check_reversal(session, entry)
    return entry


def _reverse(
    session: Session,
    actor: Actor,
    entry_id: UUID,
    booked_on: date,
    reason: str,
    power: Power | None,
    *,
    recorded_by: UUID | None,
) -> UUID:
    reversal_id = posting.reverse(
        session, entry_id, booked_on=booked_on, text=reason, now=clock.now(), recorded_by=recorded_by
    )
    audit.record(session, actor, "entry.reversed", subject=entry_id, power=power, facts={"reversal": reversal_id})
    return reversal_id


def largest_alone(session: Session) -> int:
    """Return how much one person may move by an entry by hand, in minor units: a figure of the by-laws."""
    return in_force(session, cooperative.today(session)).bylaws.entry_alone_minor


def need_small(session: Session, amounts: Iterable[int]) -> None:
    """Refuse amounts, debits positive, that together are more than one person moves alone.

    Raises:
        EntryNeedsTwo
    """
    most_minor = largest_alone(session)
    if sum(amount_minor for amount_minor in amounts if amount_minor > 0) > most_minor:
        raise EntryNeedsTwo(most_minor, cooperative.current(session).currency)


def lock_period(session: Session, actor: Actor, *, ends_on: date) -> UUID:
    """Lock a period that is over and return its id. Only a reopening of its year unlocks it. The last one of a year is locked by its closing.

    Raises:
        PowerMissing, PeriodNotOver, LockedByClosing, NoSuchPeriod, PeriodAlreadyLocked, EarlierPeriodOpen
    """
    power = actor.need(Power.TREASURER)
    if ends_on >= cooperative.today(session):
        raise PeriodNotOver(ends_on)
    year = periods.fiscal_year_of(session, ends_on)
    if year is not None and year.ends_on == ends_on and periods.period_ending(session, ends_on).locked_at is None:
        raise LockedByClosing(ends_on)
    period_id = periods.lock_period(session, ends_on, now=clock.now())
    audit.record(session, actor, "period.locked", subject=period_id, power=power, facts={"ends_on": ends_on})
    return period_id


def open_year(session: Session, actor: Actor, *, ends_on: date | None = None) -> UUID:
    """Open the fiscal year after the last one and return its id; by default it ends as the co-op's years do.

    Raises:
        PowerMissing, NoYearOpened, YearTooLong, YearOverlaps
    """
    power = actor.need(Power.TREASURER)
    starts_on, usual_end = next_year(session)
    year_id = periods.open_fiscal_year(session, starts_on, ends_on or usual_end)
    facts = {"starts_on": starts_on, "ends_on": ends_on or usual_end}
    audit.record(session, actor, "fiscal_year.opened", subject=year_id, power=power, facts=facts)
    return year_id


def next_year(session: Session) -> tuple[date, date]:
    """Return the dates of the fiscal year that would be opened next.

    Raises:
        NoYearOpened: founding opens the first one.
    """
    years = periods.fiscal_years(session)
    if not years:
        raise NoYearOpened
    starts_on = years[0].ends_on + timedelta(days=1)
    house = cooperative.current(session)
    return starts_on, periods.year_dates(starts_on, house.year_end_month, house.year_end_day)[1]


def seal(session: Session, actor: Actor) -> int:
    """Seal a batch of entries into the chain and return how many.

    Raises:
        PowerMissing, NoChain
    """
    power = actor.need(Power.TREASURER)
    sealed = sealing.seal(session)
    if sealed:
        facts = {"entries": sealed, "seq": sealing.head(session).seq}
        audit.record(session, actor, "chain.sealed", power=power, facts=facts)
    return sealed
