"""The forms of orders: buying, delivering, refunding."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import Optional, ValidationError

from coop import cooperative
from coop.database import db
from coop.errors import show_on
from coop.forms import (
    DayField,
    Form,
    LineField,
    MoneyField,
    TextField,
    TokenField,
    WholeField,
    choices,
    required,
)
from coop.marketplace.order_models import PaidBy
from coop.marketplace.orders import LONGEST_PURCHASE_ORDER
from coop.marketplace.quotes import MOST_AT_ONCE
from coop.marketplace.refunds import LONGEST_REASON
from evidence.messages import Refusal
from ledger.errors import LedgerRefusal


def _currency() -> str:
    return cooperative.current(db.session()).currency


class BuyForm(Form):
    """How much is ordered, and how it is paid. It is sent twice: first to see what it comes to, then to order."""

    quantity = WholeField(_l("Number of sessions"), [required()], least=1, most=MOST_AT_ONCE)
    by = RadioField(_l("How you pay"), [required(_l("Please choose one."))])
    po_number = LineField(
        _l("Purchase order number"),
        [Optional()],
        longest=LONGEST_PURCHASE_ORDER,
        description=_l("Printed on the invoice."),
    )
    #: The sum that the buyer was shown.
    seen = HiddenField()
    confirmed = HiddenField()
    form_token = TokenField()

    def validate_seen(self, field: HiddenField) -> None:
        """Refuse what no page of ours sends."""
        text = field.data or ""
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise ValidationError(gettext("Open the page again: the form is not complete."))

    def offer(self, *, by_card: bool, by_invoice: bool) -> bool:
        """Set the ways to pay, and say whether there is any."""
        ways = [(PaidBy.CARD.value, _l("By card, now"))] * by_card
        ways += [(PaidBy.INVOICE.value, _l("By invoice, due on the 20th of next month"))] * by_invoice
        self.by.choices = choices(ways)
        if len(ways) == 1 and not self.by.data:
            self.by.data = ways[0][0]
        return bool(ways)

    @property
    def seen_minor(self) -> int:
        """Return the sum that the buyer was shown."""
        return int(self.seen.data)

    @property
    def is_confirmed(self) -> bool:
        """Say whether the buyer has seen what it comes to."""
        return bool(self.confirmed.data == "yes")


class DeliveryForm(Form):
    """A session was held."""

    unit = HiddenField()
    delivered_on = DayField(
        _l("Held on"),
        [required(_l("Enter the date."))],
        description=_l(
            "The day on which it took place: it is income, and the coach's fee a cost, of the year of that day."
        ),
    )
    coach = SelectField(_l("Who coached"), [Optional()], validate_choice=False)

    def offer(self, coaches: Iterable[tuple[UUID, str]]) -> None:
        """Set who may have coached."""
        set_people(self.coach, coaches)

    def validate_unit(self, field: HiddenField) -> None:
        """Refuse what no page of ours sends."""
        text = field.data or ""
        if not (text.isascii() and text.isdigit() and len(text) < 5):
            raise ValidationError(gettext("Open the page again: the form is not complete."))

    def validate_coach(self, field: SelectField) -> None:
        """Refuse who was not offered."""
        need_offered(field)

    def to_delivery(self) -> tuple[int, date, UUID | None]:
        """Return the part, the day, and who coached if that was asked."""
        return int(self.unit.data), self.delivered_on.required_day, UUID(self.coach.data) if self.coach.data else None

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status."""
        return _show(self, refusal, "delivered_on")


class MeetingForm(Form):
    """A meeting of a cohort was held."""

    delivered_on = DayField(_l("Held on"), [required(_l("Enter the date."))])

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status."""
        return _show(self, refusal, "delivered_on")


class RefundForm(Form):
    """Refund an order, or a part of it."""

    amount = MoneyField(_l("Amount to refund"), [required(_l("Enter an amount."))], currency=_currency)
    reason = TextField(
        _l("Reason"),
        [required()],
        longest=LONGEST_REASON,
        description=_l("The buyer can read it on the page of the order."),
    )
    form_token = TokenField()


def set_people(field: SelectField, people: Iterable[tuple[UUID, str]]) -> None:
    """Set whom a field offers. Nobody is chosen beforehand."""
    field.choices = choices([("", _l("Choose somebody")), *((str(one), name) for one, name in people)])


def need_offered(field: SelectField) -> None:
    """Refuse who was not offered; only an altered form sends that."""
    if field.data and field.data not in {choice.value for choice in field.choices or ()}:
        raise ValidationError(gettext("Please choose one of these."))


def _show(form: Form, refusal: Refusal, day_field: str) -> int:
    if isinstance(refusal, LedgerRefusal) and refusal.about == "booked_on":
        refusal.about = day_field
    return show_on(form, refusal)
