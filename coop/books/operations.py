"""What is done to the books by hand: entries, reversals, accounts, periods and years, and sealing the chain.

Each checks the treasurer's power and leaves a row in the audit trail. Entries that follow from shares and payments are posted
by those rooms, through the same ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.books import kept
from coop.books.errors import BookedElsewhere, LockedByClosing, NoYearOpened, PeriodNotOver
from coop.permissions import Actor, Power
from ledger import chart, journal, periods, posting, sealing
from ledger.models import AccountKind, Entry


@dataclass(frozen=True)
class NewEntry:
    """An entry as the treasurer wrote it. The token is of the form, so that a form sent twice is one entry."""

    booked_on: date
    text: str
    lines: Sequence[posting.Line]
    form_token: UUID


@dataclass(frozen=True)
class NewAccount:
    """An account as the treasurer adds it."""

    code: str
    name: str
    kind: AccountKind
    opened_on: date
    by_party: bool


def record_entry(session: Session, actor: Actor, entry: NewEntry) -> UUID:
    """Post an entry made by hand and return its id.

    Raises:
        PowerMissing, LedgerRefusal
        KeptElsewhere, KeptForMembers, ReserveKept: another room books to an account of a line.
    """
    power = actor.need(Power.TREASURER)
    key = f"form:{entry.form_token}"
    # A form sent twice is one entry, whatever happened to the accounts meanwhile.
    if session.scalar(select(Entry.id).where(Entry.idempotency_key == key)) is None:
        kept.check_lines(session, entry.lines)
    draft = posting.Draft(
        booked_on=entry.booked_on,
        text=entry.text,
        kind="manual",
        currency=cooperative.current(session).currency,
        lines=entry.lines,
        idempotency_key=key,
    )
    posted = posting.post_once(session, draft, now=clock.now(), recorded_by=actor.person_id)
    if posted.is_new:
        audit.record(session, actor, "entry.recorded", subject=posted.entry_id, power=power)
    return posted.entry_id


def reverse_entry(session: Session, actor: Actor, *, entry_id: UUID, booked_on: date, reason: str) -> UUID:
    """Post the reversal of an entry made by hand and return its id.

    Raises:
        PowerMissing, BookedElsewhere, NoSuchEntry, AlreadyReversed, ReversalOfReversal, ReversedBeforeBooked,
        PeriodLocked, PeriodNotOpened
        KeptElsewhere, KeptForMembers, ReserveKept: another room books to an account of the entry.
    """
    power = actor.need(Power.TREASURER)
    entry = journal.posted_entry(session, entry_id)
    if entry.source_kind is not None:
        raise BookedElsewhere
    kept.check_reversal(session, entry)
    reversal_id = posting.reverse(
        session, entry_id, booked_on=booked_on, text=reason, now=clock.now(), recorded_by=actor.person_id
    )
    audit.record(session, actor, "entry.reversed", subject=entry_id, power=power, facts={"reversal": reversal_id})
    return reversal_id


def open_account(session: Session, actor: Actor, account: NewAccount) -> UUID:
    """Add an account to the chart and return its id.

    Raises:
        PowerMissing, AccountCodeMalformed, AccountCodeTaken
    """
    power = actor.need(Power.TREASURER)
    account_id = chart.open_account(
        session,
        code=account.code,
        name=account.name,
        kind=account.kind,
        opened_on=account.opened_on,
        by_party=account.by_party,
    )
    audit.record(session, actor, "account.opened", subject=account_id, power=power, facts={"code": account.code})
    return account_id


def close_account(session: Session, actor: Actor, *, code: str, closed_on: date) -> UUID:
    """Close an account from a day on and return its id.

    Raises:
        PowerMissing, NoSuchAccount, AccountNotOpen, AccountNeeded, AccountHoldsMoney, AccountUsedLater
    """
    power = actor.need(Power.TREASURER)
    account_id = chart.close_account(session, code, closed_on=closed_on)
    audit.record(
        session, actor, "account.closed", subject=account_id, power=power, facts={"code": code, "closed_on": closed_on}
    )
    return account_id


def lock_period(session: Session, actor: Actor, *, ends_on: date) -> UUID:
    """Lock a period that is over and return its id. It is not unlocked again. The last one of a year is locked by its closing.

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
