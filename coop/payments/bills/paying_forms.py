"""The form of a payment of bills: which ones the bank has paid, and when."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import StopValidation

from coop.errors import show_on
from coop.forms import DayField, Form, TokenField, required
from evidence.messages import Refusal


class BillsField(Field):
    """Ticked bills. `bills` are they after a successful validation."""

    bills: tuple[UUID, ...] = ()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep the values as they came."""
        self.data = list(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Read the ids; an altered one is an error."""
        self.bills = ()
        try:
            self.bills = tuple(UUID(value) for value in self.data or ())
        except ValueError as error:
            raise StopValidation(gettext("Open the list again: the form is not complete.")) from error
        if not self.bills:
            raise StopValidation(gettext("Tick at least one row."))


class PayBillsForm(Form):
    """The bills that the bank has paid, and when. The hidden token makes a form that is sent twice one payment."""

    pay = BillsField(_l("Paid"))
    paid_on = DayField(
        _l("Date paid"),
        [required(_l("Enter the date."))],
        description=_l("The day on which the money left the bank account."),
    )
    form_token = TokenField()

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status: the date of the entry is the one of the payment."""
        if refusal.about == "booked_on":
            refusal.about = "paid_on"
        return show_on(self, refusal)

    def to_bills(self) -> tuple[UUID, ...]:
        """Return the bills."""
        return self.pay.bills

    def to_day(self) -> date:
        """Return when they were paid."""
        return self.paid_on.required_day

    def to_token(self) -> UUID:
        """Return the token."""
        return self.form_token.token
