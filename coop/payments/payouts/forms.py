"""The forms of payments out: which rows the bank has paid, and the account of a participant."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import StopValidation

from coop.errors import show_on
from coop.forms import DayField, Form, LineField, TokenField, required
from coop.payments.payouts.accounts import LONGEST_ACCOUNT
from coop.payments.payouts.payees import PayeeRow
from evidence.messages import Refusal
from ledger.errors import LedgerRefusal


class TickedField(Field):
    """Ticked rows, each a participant and the amount that the page showed. `lines` are they after a successful validation."""

    lines: tuple[tuple[UUID, int], ...] = ()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep the values as they came."""
        self.data = list(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Read the rows; an altered one is an error."""
        self.lines = ()
        try:
            self.lines = tuple(_ticked(value) for value in self.data or ())
        except ValueError as error:
            raise StopValidation(gettext("Open the list again: the form is not complete.")) from error
        if not self.lines:
            raise StopValidation(gettext("Tick at least one row."))


class PaymentForm(Form):
    """The rows that the bank has paid, and when. The hidden token makes a form that is sent twice one payment."""

    pay = TickedField(_l("Paid"))
    paid_on = DayField(
        _l("Date paid"),
        [required(_l("Enter the date."))],
        description=_l("The day on which the money left the bank account."),
    )
    form_token = TokenField()

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status."""
        if isinstance(refusal, LedgerRefusal) and refusal.about == "booked_on":
            # The date of the entry is the one of the payment.
            refusal.about = "paid_on"
        return show_on(self, refusal)

    def to_lines(self) -> tuple[tuple[UUID, int], ...]:
        """Return participants and amounts."""
        return self.pay.lines

    def to_day(self) -> date:
        """Return when they were paid."""
        return self.paid_on.required_day

    def to_token(self) -> UUID:
        """Return the token."""
        return self.form_token.token


class AccountForm(Form):
    """Where a participant wants to be paid; empty for nowhere."""

    bank_account = LineField(
        _l("Bank account"),
        longest=LONGEST_ACCOUNT,
        description=_l("As your bank writes it, such as 12-3456-0123456-00. Leave it empty to remove it."),
    )

    def to_account(self) -> str:
        """Return the account."""
        return self.bank_account.data or ""


def tick(row: PayeeRow) -> str:
    """Return what a ticked row sends."""
    return f"{row.participant_id}:{row.owed_minor}"


def _ticked(value: str) -> tuple[UUID, int]:
    """Read what a ticked row sent.

    Raises:
        ValueError: the page never wrote this.
    """
    participant_id, _, amount = value.partition(":")
    if not (amount.isascii() and amount.isdigit() and len(amount) < 19):
        raise ValueError(value)
    return UUID(participant_id), int(amount)
