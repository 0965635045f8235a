"""What the pages of the books read: the state of the books at a glance, and names for references. Never writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books.years import closing
from coop.identity.models import Person
from coop.membership.models import Member, Participant
from coop.membership.operations import name_key
from coop.payments.bank.accounts import bank_accounts
from coop.payments.bills.models import Supplier
from coop.payments.models import PaymentReceipt
from evidence.currencies import exponent
from ledger import sealing
from ledger.chart import SUSPENSE
from ledger.models import Entry, FiscalYear, Fund, Period
from ledger.totals import account_totals, balance_of
from ledger.years import periods
from ledger.years.closed_years import reopening_of

#: How many parties are offered by name in the form of an entry; others are found by their number or exact name.
MOST_PARTIES_OFFERED = 500


@dataclass(frozen=True)
class Overview:
    """The state of the books on a day."""

    today: date
    currency: str
    #: The codes of the bank accounts, and what is on all of them.
    banks: tuple[str, ...]
    bank_minor: int
    suspense_minor: int
    result_minor: int
    year: FiscalYear | None
    locked_to: date | None
    #: The month that could be locked now: the earliest open one, if it is over and is not the last of its year.
    to_lock: Period | None
    #: The year that could be closed now: the earliest open one, if it is over.
    to_close: FiscalYear | None
    #: Whether that year was closed before.
    is_reopened: bool
    unsealed: int
    sealed: int
    chain_hash: str


@dataclass(frozen=True)
class Party:
    """Somebody an entry can be about. The label tells members apart by their number."""

    party_ref: UUID
    name: str
    member_number: int | None

    @property
    def label(self) -> str:
        """Return what the form offers and takes."""
        return self.name if self.member_number is None else f"{self.member_number} {self.name}"


def overview(session: Session) -> Overview:
    """Return the state of the books today."""
    house, today = cooperative.current(session), cooperative.today(session)
    banks = bank_accounts(session)
    year, head = periods.fiscal_year_of(session, today), sealing.head(session)
    this_year = account_totals(session, year.starts_on, today) if year else []
    to_close = closing.year_to_close(session, today)
    return Overview(
        today=today,
        currency=house.currency,
        banks=tuple(one.code for one in banks),
        bank_minor=sum(balance_of(session, one.code, today) for one in banks),
        suspense_minor=balance_of(session, SUSPENSE, today),
        result_minor=-sum(total.balance_minor for total in this_year if not total.kind.is_permanent),
        year=year,
        locked_to=periods.locked_to(session),
        to_lock=lockable(session, today),
        to_close=to_close,
        is_reopened=to_close is not None and reopening_of(session, to_close.id) is not None,
        unsealed=sealing.unsealed_count(session),
        sealed=head.seq,
        chain_hash=head.hash,
    )


def lockable(session: Session, today: date) -> Period | None:
    """Return the earliest open month, if it is over and somebody may lock it: the last of a year is locked by its closing."""
    period = periods.next_to_lock(session)
    if period is None or period.ends_on >= today:
        return None
    year = session.get_one(FiscalYear, period.fiscal_year_id)
    return period if period.ends_on < year.ends_on else None


def party_names(session: Session, party_refs: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of the parties that are still known by one: participants and suppliers."""
    wanted = {ref for ref in party_refs if ref is not None}
    known = (
        select(mapped.party_ref, mapped.name).where(mapped.party_ref.in_(wanted)) for mapped in (Participant, Supplier)
    )
    return {row.party_ref: row.name for query in known for row in session.execute(query)}


def parties(session: Session) -> list[Party]:
    """Return the parties that the form of an entry offers, by name."""
    rows = session.execute(_parties().order_by(Participant.name, Participant.id).limit(MOST_PARTIES_OFFERED))
    return [Party(*row) for row in rows]


def find_party(session: Session, words: str) -> list[Party]:
    """Return whom `words` mean: a number of the register of members, with or without the name behind it, or a name.

    Case and macrons do not matter, unless they tell two people apart.
    """
    number, _, rest = words.removeprefix("#").partition(" ")
    if number.isascii() and number.isdigit() and len(number) <= 9:
        member = session.execute(_parties().where(Member.number == int(number))).first()
        if member is not None and name_key(rest) in {"", name_key(member.name)}:
            return [Party(*member)]
    found = [Party(*row) for row in session.execute(_parties().where(Participant.name_key == name_key(words)))]
    return [party for party in found if party.name == words] or found


def person_name(session: Session, person_id: UUID | None) -> str | None:
    """Return the name of a person who is still known by one."""
    return session.scalar(select(Person.name).where(Person.id == person_id)) if person_id else None


def party_of(session: Session, participant_id: UUID) -> UUID:
    """Return how the ledger knows a participant."""
    return session.scalars(select(Participant.party_ref).where(Participant.id == participant_id)).one()


def request_of_receipt(session: Session, receipt_id: UUID) -> UUID | None:
    """Return the request for payment that a receipt belongs to."""
    return session.scalar(select(PaymentReceipt.request_id).where(PaymentReceipt.id == receipt_id))


def decimals(session: Session) -> int:
    """Return how many decimals the currency of the books has."""
    return exponent(cooperative.current(session).currency)


def open_funds(session: Session, on: date) -> list[Fund]:
    """Return the funds that an entry of a day can name."""
    is_open = Fund.closed_on.is_(None) | (Fund.closed_on > on)
    return list(session.scalars(select(Fund).where(Fund.starts_on <= on, is_open).order_by(Fund.code)))


def entries_with_reference(session: Session, reference: str) -> list[UUID]:
    """Return some entries that name a document by its number: a hint that it may be booked already."""
    query = select(Entry.id).where(Entry.reference == reference).order_by(Entry.booked_on.desc(), Entry.id.desc())
    return list(session.scalars(query.limit(2)))


def _parties() -> Select[UUID, str, int | None]:
    return select(Participant.party_ref, Participant.name, Member.number).outerjoin(
        Member, Member.participant_id == Participant.id
    )
