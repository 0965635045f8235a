"""A bill as lists and its page show it: how it stands, what is left of it, and where it is paid to.

A credit note is a bill with a total below zero: what is left of one is below zero too, until it is taken off what is paid.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from evidence.messages import N_


class BillState(StrEnum):
    """How a bill stands."""

    WAITING = "waiting"
    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken-back"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _LABELS[self]

    @property
    def tone(self) -> str:
        """Return how the page shows it."""
        return _TONES.get(self, "neutral")


_LABELS = {
    BillState.WAITING: N_("Waiting for approval"),
    BillState.OPEN: N_("To be paid"),
    BillState.PAID: N_("Paid"),
    BillState.REFUSED: N_("Refused"),
    BillState.WITHDRAWN: N_("Withdrawn"),
    BillState.TAKEN_BACK: N_("Taken back"),
}
_LABELS_OF_CREDIT = {BillState.OPEN: N_("To be taken off"), BillState.PAID: N_("Taken off")}
_TONES = {
    BillState.WAITING: "warning",
    BillState.OPEN: "open",
    BillState.PAID: "good",
    BillState.REFUSED: "bad",
}


@dataclass(frozen=True)
class BillRow:
    """A bill as lists and its page show it."""

    id: UUID
    supplier_id: UUID
    supplier: str
    party_ref: UUID
    bank_account: str
    account_ref: UUID | None
    account_changed_at: datetime | None
    account_changed_by: UUID | None
    #: When a second person confirmed the account, and who; nobody where it had been paid to when confirming began.
    confirmed_at: datetime | None
    confirmed_by: str | None
    #: Whether the supplier was paid before, and whether to this account.
    was_paid: bool
    was_paid_here: bool
    name_changed_at: datetime | None
    approved_at: datetime | None
    number: str
    billed_on: date
    due_on: date
    total_minor: int
    currency: str
    bank_reference: str
    #: What is left of it, below zero of a credit note; nothing unless it is to be paid.
    open_minor: int
    act_id: UUID
    attachment_id: UUID | None
    state: BillState
    #: Of the last payment that stands.
    paid_on: date | None
    #: When the bank sent back the last payment that does not.
    sent_back_on: date | None
    entry_id: UUID | None
    booked_on: date | None
    taken_back_on: date | None

    @property
    def is_credit(self) -> bool:
        """Say whether it is a credit note, which the supplier owes."""
        return self.total_minor < 0

    @property
    def is_paid_in_part(self) -> bool:
        """Say whether some of it is paid, or taken off what was paid, and some is left."""
        return self.state is BillState.OPEN and self.open_minor != self.total_minor

    @property
    def label(self) -> str:
        """Return how it stands, untranslated."""
        if self.is_paid_in_part:
            return N_("Used in part") if self.is_credit else N_("Paid in part")
        return _LABELS_OF_CREDIT.get(self.state, self.state.label) if self.is_credit else self.state.label

    @property
    def tone(self) -> str:
        """Return how the page shows how it stands."""
        return self.state.tone

    @property
    def reference(self) -> str:
        """Return what the supplier reads on the payment."""
        return self.bank_reference or self.number

    @property
    def is_unconfirmed(self) -> bool:
        """Say whether there is an account that nobody has confirmed."""
        return self.account_ref is not None and self.confirmed_at is None

    @property
    def is_listed(self) -> bool:
        """Say whether the list for the bank names its account."""
        return self.account_ref is not None and self.confirmed_at is not None

    @property
    def is_account_new(self) -> bool:
        """Say whether the bank account is another one than the second person approved."""
        return _is_after(self.account_changed_at, self.approved_at)

    @property
    def is_name_new(self) -> bool:
        """Say whether the supplier had another name when the second person approved."""
        return _is_after(self.name_changed_at, self.approved_at)

    @property
    def is_payee_new(self) -> bool:
        """Say whether the bill would be paid to somebody else than the second person approved."""
        return self.is_account_new or self.is_name_new


@dataclass(frozen=True)
class BillFilter:
    """Which bills are looked for: by state, supplier, and the days on which they were written."""

    state: BillState | None = None
    supplier_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def _is_after(changed_at: datetime | None, approved_at: datetime | None) -> bool:
    return changed_at is not None and approved_at is not None and changed_at > approved_at
