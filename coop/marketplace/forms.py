"""The forms of the marketplace."""

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
    read_day,
    required,
)
from coop.marketplace.listings import Listing
from coop.marketplace.offers import (
    LONGEST_DESCRIPTION,
    LONGEST_SUMMARY,
    MOST_MEETINGS,
    MOST_MINUTES,
    MOST_PLACES,
    Coaching,
    NewOffering,
    Price,
    Words,
)
from coop.marketplace.order_models import PaidBy
from coop.marketplace.orders import LONGEST_PURCHASE_ORDER
from coop.marketplace.quotes import MOST_AT_ONCE
from coop.marketplace.refunds import LONGEST_REASON
from coop.membership.models import ParticipantKind
from coop.texts import LONGEST_NAME
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
    #: The price that the buyer was shown.
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
        """Return the price that the buyer was shown."""
        return int(self.seen.data)

    @property
    def is_confirmed(self) -> bool:
        """Say whether the buyer has seen what it comes to."""
        return bool(self.confirmed.data == "yes")


class WordsForm(Form):
    """What is written about an offering, and how many there are of it."""

    title = LineField(_l("Title"), [required()], longest=LONGEST_NAME)
    summary = LineField(
        _l("Summary"), [required()], longest=LONGEST_SUMMARY, description=_l("One sentence, for the list of services.")
    )
    description = TextField(
        _l("Description"),
        [Optional()],
        longest=LONGEST_DESCRIPTION,
        description=_l("What one gets, for whom it is, how it goes. You can use Markdown."),
    )

    def to_words(self) -> Words:
        """Return the words."""
        return Words(str(self.title.data), str(self.summary.data), self.description.data or "")


def _price(label: str) -> MoneyField:
    return MoneyField(label, [Optional()], currency=_currency)


class ServiceForm(WordsForm):
    """What may be changed of a service of the co-op: words, places and prices."""

    places = WholeField(
        _l("Places"),
        [Optional()],
        least=1,
        most=MOST_PLACES,
        description=_l("How many can be sold: seats of a cohort, or sessions. Leave it empty if there is no limit."),
    )
    individual = _price(_l("Individuals"))
    individual_members = _price(_l("Individuals who are members"))
    group = _price(_l("Community groups"))
    group_members = _price(_l("Community groups that are members"))
    enterprise = _price(_l("Enterprises"))
    enterprise_members = _price(_l("Enterprises that are members"))

    def to_prices(self) -> list[Price]:
        """Return the prices that were filled in."""
        named = [
            (kind, is_for, self[f"{kind.value}{suffix}"]) for kind in ParticipantKind for is_for, suffix in _SUFFIXES
        ]
        return [
            Price(kind, field.amount_minor, is_for) for kind, is_for, field in named if field.amount_minor is not None
        ]


_SUFFIXES = ((False, ""), (True, "_members"))


class FellowshipForm(ServiceForm):
    """Offer a fellowship."""

    meetings = TextField(
        _l("Meetings of the cohort"),
        [required()],
        longest=20 * MOST_MEETINGS,
        description=_l("A date on each line, such as 2026-03-31. At each meeting its part of the price is earned."),
    )

    def validate_meetings(self, field: TextField) -> None:
        """Refuse what is no date."""
        try:
            self._days = [read_day(line.strip()) for line in (field.data or "").splitlines() if line.strip()]
        except ValueError as error:
            raise ValidationError(gettext("Enter each date as year-month-day, such as 2026-03-31.")) from error

    def to_offering(self) -> NewOffering:
        """Return the fellowship."""
        return NewOffering(self.to_words(), self.to_prices(), self.places.number, meetings=self._days)


class CoachingForm(ServiceForm):
    """Offer coaching."""

    coach = SelectField(_l("Coach"), [required(_l("Please choose one."))], validate_choice=False)
    minutes = WholeField(_l("Minutes of a session"), [required()], least=1, most=MOST_MINUTES)
    coach_fee = MoneyField(
        _l("The coach's fee for a session"),
        [required()],
        currency=_currency,
        description=_l("The co-op owes it to the coach for each session that was held."),
    )

    def offer(self, coaches: Iterable[tuple[UUID, str]]) -> None:
        """Set who may coach."""
        set_people(self.coach, coaches)

    def to_offering(self) -> NewOffering:
        """Return the coaching."""
        coaching = Coaching(UUID(self.coach.data), self.minutes.required_number, self.coach_fee.required_minor)
        return NewOffering(self.to_words(), self.to_prices(), self.places.number, coaching=coaching)

    def validate_coach(self, field: SelectField) -> None:
        """Refuse who was not offered."""
        need_offered(field)


class ListingForm(WordsForm):
    """What a member sells."""

    price = MoneyField(_l("Price"), [required()], currency=_currency)
    places = WholeField(
        _l("How many there are"),
        [Optional()],
        least=1,
        most=MOST_PLACES,
        description=_l("Leave it empty if there is no limit."),
    )

    def to_listing(self) -> Listing:
        """Return the listing."""
        return Listing(self.to_words(), self.price.required_minor, self.places.number)


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
