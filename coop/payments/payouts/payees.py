"""Who is paid from a list (coaches, sellers, clients, members, claimants), and what each is owed.

What somebody is owed on a day is the least that stands on the account for them from that day on: what was paid later cannot be
paid again with an earlier date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.identity.models import Person
from coop.membership.models import Participant
from coop.paging import Part, bounded
from coop.payments.confirming.models import AccountConfirmation
from coop.payments.payouts.models import Disbursement, DisbursementLine, PayoutAccount
from coop.payments.payouts.payments import stands
from coop.permissions import NotFound
from evidence.messages import N_
from ledger.chart import EXPENSE_CLAIMS, OWED_TO_CLIENTS, OWED_TO_COACHES, OWED_TO_SELLERS, PATRONAGE_PAYABLE
from ledger.models import Account, Entry, Posting
from ledger.totals import balance_of, party_balance_of

#: Rows of a list on one page, which is also one file for the bank and one disbursement.
PAGE_SIZE = 200


class Payees(StrEnum):
    """The lists of people who are owed money."""

    COACHES = "coaches"
    SELLERS = "sellers"
    CLIENTS = "clients"
    MEMBERS = "members"
    CLAIMANTS = "claimants"

    @property
    def account_code(self) -> str:
        """Return the account on which it stands what they are owed."""
        return _ACCOUNTS[self]

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _LABELS[self]

    @property
    def reference(self) -> str:
        """Return the word by which a payee knows the payment on a bank statement, in letters that every bank takes."""
        return _REFERENCES[self]


_ACCOUNTS: Mapping[Payees, str] = {
    Payees.COACHES: OWED_TO_COACHES,
    Payees.SELLERS: OWED_TO_SELLERS,
    Payees.CLIENTS: OWED_TO_CLIENTS,
    Payees.MEMBERS: PATRONAGE_PAYABLE,
    Payees.CLAIMANTS: EXPENSE_CLAIMS,
}
_LABELS: Mapping[Payees, str] = {
    Payees.COACHES: N_("Coaches"),
    Payees.SELLERS: N_("Sellers"),
    Payees.CLIENTS: N_("Clients, for refunds"),
    Payees.MEMBERS: N_("Members' share of the surplus"),
    Payees.CLAIMANTS: N_("Expense claims"),
}
_REFERENCES: Mapping[Payees, str] = {
    Payees.COACHES: "COACHING",
    Payees.SELLERS: "SALES",
    Payees.CLIENTS: "REFUND",
    Payees.MEMBERS: "SURPLUS",
    Payees.CLAIMANTS: "EXPENSES",
}


@dataclass(frozen=True)
class PayeeRow:
    """Somebody who is owed money, and where they want to be paid."""

    participant_id: UUID
    name: str
    owed_minor: int
    #: None where no account was given.
    bank_account: str | None
    account_ref: UUID | None
    changed_at: datetime | None
    #: When a second person confirmed it, and who; nobody where it had been paid to when confirming began.
    confirmed_at: datetime | None
    confirmed_by: str | None
    #: Whether they were paid before, and whether to this account.
    was_paid: bool
    was_paid_here: bool

    @property
    def is_payable(self) -> bool:
        """Say whether the list for the bank names the account."""
        return self.account_ref is not None and self.confirmed_at is not None


@dataclass(frozen=True)
class PayList:
    """A list with its sums."""

    payees: Payees
    rows: tuple[PayeeRow, ...]

    @property
    def total_minor(self) -> int:
        """Return what is owed in all."""
        return sum(row.owed_minor for row in self.rows)

    @property
    def payable(self) -> tuple[PayeeRow, ...]:
        """Return those who have given an account that a second person has confirmed."""
        return tuple(row for row in self.rows if row.is_payable)

    @property
    def payable_minor(self) -> int:
        """Return what can be paid."""
        return sum(row.owed_minor for row in self.payable)

    def page(self, number: int) -> Part[PayeeRow]:
        """Return the rows of a page."""
        number, last = bounded(number, len(self.rows), PAGE_SIZE)
        start = (number - 1) * PAGE_SIZE
        return Part(self.rows[start : start + PAGE_SIZE], number, last, len(self.rows))


@dataclass(frozen=True)
class PaidRow:
    """A disbursement in the list of those that were recorded."""

    id: UUID
    payees: Payees
    paid_on: date
    people: int
    amount_minor: int
    #: What the bank sent back of it.
    returned_minor: int


def pay_list(session: Session, payees: Payees) -> PayList:
    """Return who is owed what today, by name."""
    owed_minor = owed(session, payees.account_code, cooperative.today(session))
    about_somebody = (
        select(Posting.party_ref)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == payees.account_code)
    )
    paid = exists().where(DisbursementLine.participant_id == Participant.id).correlate(Participant)
    paid_here = exists().where(DisbursementLine.account_ref == PayoutAccount.account_ref).correlate(PayoutAccount)
    rows = session.execute(
        select(
            *(Participant.id, Participant.name, Participant.party_ref),
            *(PayoutAccount.bank_account, PayoutAccount.account_ref, PayoutAccount.changed_at),
            *(AccountConfirmation.confirmed_at, Person.name.label("confirmed_by")),
            *(paid.label("was_paid"), paid_here.label("was_paid_here")),
        )
        .outerjoin(PayoutAccount, PayoutAccount.participant_id == Participant.id)
        .outerjoin(AccountConfirmation, AccountConfirmation.account_ref == PayoutAccount.account_ref)
        .outerjoin(Person, Person.id == AccountConfirmation.confirmed_by)
        .where(Participant.party_ref.in_(about_somebody))
        .order_by(Participant.name_key, Participant.id)
    )
    return PayList(
        payees,
        tuple(
            PayeeRow(row.id, row.name, owed_minor[row.party_ref], *tuple(row)[3:])
            for row in rows
            if owed_minor.get(row.party_ref, 0) > 0
        ),
    )


def owed(session: Session, account_code: str, on: date) -> dict[UUID, int]:
    """Return what can be paid to each party with the date `on`."""
    rows = session.execute(
        select(Posting.party_ref, Entry.booked_on, func.sum(-Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Account.code == account_code, Posting.party_ref.is_not(None))
        .group_by(Posting.party_ref, Entry.booked_on)
        .order_by(Posting.party_ref, Entry.booked_on)
    )
    balance: dict[UUID, int] = {}
    least: dict[UUID, int] = {}
    for party_ref, booked_on, change in rows:
        assert party_ref is not None
        before = balance.get(party_ref, 0)
        balance[party_ref] = before + int(change)
        if booked_on > on:
            least[party_ref] = min(least.get(party_ref, before), balance[party_ref])
    return {party_ref: least.get(party_ref, amount) for party_ref, amount in balance.items()}


def payees_named(name: str) -> Payees:
    """Return the list of this name.

    Raises:
        NotFound
    """
    try:
        return Payees(name)
    except ValueError as error:
        raise NotFound from error


def payees_of(session: Session, disbursement_id: UUID) -> Payees:
    """Return the list from which a payment was recorded."""
    code = session.get_one(Disbursement, disbursement_id).account_code
    return next(payees for payees in Payees if payees.account_code == code)


def disbursements(session: Session, payees: Payees, *, limit: int) -> list[PaidRow]:
    """Return the latest payments from a list."""
    rows = session.execute(
        select(
            Disbursement.id,
            Disbursement.paid_on,
            func.count(DisbursementLine.participant_id),
            func.sum(DisbursementLine.amount_minor),
            func.sum(case((stands(), 0), else_=DisbursementLine.amount_minor)),
        )
        .join(DisbursementLine, DisbursementLine.disbursement_id == Disbursement.id)
        .where(Disbursement.account_code == payees.account_code)
        .group_by(Disbursement.id, Disbursement.paid_on)
        .order_by(Disbursement.paid_on.desc(), Disbursement.id.desc())
        .limit(limit)
    )
    return [PaidRow(id_, payees, day, people, int(total), int(back)) for id_, day, people, total, back in rows]


def owed_to(session: Session, participant_id: UUID) -> list[tuple[Payees, int]]:
    """Return what a participant is owed today, list by list, without those where it is nothing."""
    party_ref = session.scalars(select(Participant.party_ref).where(Participant.id == participant_id)).one()
    sums = ((payees, -party_balance_of(session, payees.account_code, party_ref)) for payees in Payees)
    return [(payees, amount_minor) for payees, amount_minor in sums if amount_minor > 0]


def owed_in_all(session: Session) -> int:
    """Return what is owed to all on the lists together. The treasurer's home page asks."""
    return sum(max(-balance_of(session, payees.account_code), 0) for payees in Payees)
