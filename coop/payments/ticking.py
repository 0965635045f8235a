"""What the forms of payments share: ticked rows, the day on which money left or came back, and where a refusal is shown."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField
from wtforms.validators import StopValidation

from coop.database import db
from coop.forms import DayField, Form, LineField, TokenField, choices, required
from coop.payments.bank.accounts import bank_accounts
from coop.payments.payouts.returning import LONGEST_REASON
from evidence.messages import Refusal
from ledger.chart import BANK

Row = TypeVar("Row")


class TickedField(Field, Generic[Row]):
    """Ticked rows. `rows` are they after a successful validation."""

    rows: tuple[Row, ...] = ()

    def read(self, value: str) -> Row:
        """Read what a ticked row sent.

        Raises:
            ValueError: the page never wrote this.
        """
        raise NotImplementedError

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep the values as they came."""
        self.data = list(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Read the rows; an altered one is an error."""
        self.rows = ()
        try:
            self.rows = tuple(self.read(value) for value in self.data or ())
        except ValueError as error:
            raise StopValidation(gettext("Open the list again: the form is not complete.")) from error
        if not self.rows:
            raise StopValidation(gettext("Tick at least one row."))


class TickedIds(TickedField[UUID]):
    """Ticked rows that each send their id."""

    def read(self, value: str) -> UUID:
        """Read an id."""
        return UUID(value)


class PaidForm(Form):
    """What the bank has paid, and when. The hidden token makes a form that is sent twice one payment."""

    paid_on = DayField(
        _l("Date paid"),
        [required(_l("Enter the date."))],
        description=_l("The day on which the money left the bank account."),
    )
    #: Left out where there is one account only.
    bank = SelectField(_l("Paid from"), validate_choice=True)
    form_token = TokenField()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        banks = bank_accounts(db.session())
        self.bank.choices = choices((one.code, one.label) for one in banks)
        if len(banks) == 1:
            del self.bank

    def to_bank(self) -> str:
        """Return the bank account that it left from."""
        return self.bank.data if "bank" in self else BANK

    @property
    def bank_label(self) -> str:
        """Return how the chosen bank account is called; nothing where there is one only."""
        if "bank" not in self:
            return ""
        return next((str(one.label) for one in self.bank.choices if one.value == self.bank.data), "")

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status: the date of the entry is the one of the payment."""
        if refusal.about == "booked_on":
            refusal.about = "paid_on"
        return super().show(refusal)

    def to_day(self) -> date:
        """Return when it was paid."""
        return self.paid_on.required_day

    def to_token(self) -> UUID:
        """Return the token."""
        return self.form_token.token


class ReturnForm(Form):
    """What the bank sent back of a payment, when and why."""

    back = TickedIds(_l("Sent back"))
    returned_on = DayField(
        _l("Date"),
        [required(_l("Enter the date."))],
        description=_l(
            "The day on which the money came back to the bank account. If that month is locked by now: the first day after it."
        ),
    )
    never_left = BooleanField(
        _l("It never left: the payment was recorded by mistake"),
        description=_l("All of it is undone, and the bank statement is expected to show neither. Tick all of it."),
    )
    reason = LineField(
        _l("Reason"),
        [required(_l("Say why, in a few words."))],
        description=_l("As the bank gives it, such as: the account is closed. The payee may read it."),
        longest=LONGEST_REASON,
    )

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status."""
        if refusal.about == "booked_on":
            refusal.about = "returned_on"
        return super().show(refusal)

    def to_never_left(self) -> bool:
        """Say whether it was recorded by mistake."""
        return bool(self.never_left.data)

    def to_rows(self) -> tuple[UUID, ...]:
        """Return whose payments came back."""
        return self.back.rows

    def to_day(self) -> date:
        """Return when they came back."""
        return self.returned_on.required_day

    def to_reason(self) -> str:
        """Return why."""
        return self.reason.data or ""
