"""The form by which the treasurer records money that arrived."""

from flask_babel import lazy_gettext as _l

from coop import cooperative
from coop.database import db
from coop.forms import DayField, Form, MoneyField, TokenField, required
from coop.payments.operations import Receipt
from evidence.messages import Refusal
from ledger.errors import LedgerRefusal


def _currency() -> str:
    return cooperative.current(db.session()).currency


class ReceiptForm(Form):
    """A receipt on the bank account."""

    amount = MoneyField(_l("Amount received"), [required(_l("Enter an amount."))], currency=_currency)
    received_on = DayField(
        _l("Date received"), [required(_l("Enter the date."))], description=_l("As the bank statement shows it.")
    )
    form_token = TokenField()

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status."""
        if isinstance(refusal, LedgerRefusal) and refusal.about == "booked_on":
            # The date of the entry is the one of the receipt.
            refusal.about = "received_on"
        return super().show(refusal)

    def to_receipt(self) -> Receipt:
        """Return what was received."""
        return Receipt(
            amount_minor=self.amount.required_minor,
            received_on=self.received_on.required_day,
            form_token=self.form_token.token,
        )
