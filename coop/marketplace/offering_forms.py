"""The forms of what is offered: services of the co-op, and what members sell."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import Optional, ValidationError

from coop import cooperative
from coop.books.tax.words import to_choose
from coop.database import db
from coop.forms import Form, LineField, MoneyField, TextField, WholeField, choices, read_day, required
from coop.marketplace.forms import need_offered, set_people
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
from coop.marketplace.queries import OfferingRow
from coop.marketplace.sales_tax import PriceTax
from coop.membership.models import ParticipantKind
from coop.texts import LONGEST_NAME
from ledger.tax.codes import CodeInForce


def _currency() -> str:
    return cooperative.current(db.session()).currency


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


TAX_ADDED = "added"


class TaxForm(Form):
    """How the prices of a service are taxed."""

    tax_code = SelectField(_l("Tax code"), validate_choice=False)
    tax_is = SelectField(_l("The prices"), validate_choice=False)

    def offer_tax(self, codes: Sequence[CodeInForce], today: date) -> None:
        """Set which tax codes can be chosen; without any the form does not ask."""
        if not codes:
            del self.tax_code, self.tax_is
            return
        self.tax_code.choices = choices([("", _l("That of all sales")), *to_choose(codes, today)])
        self.tax_is.choices = choices(
            [("included", _l("contain the tax")), (TAX_ADDED, _l("are without tax, which is added"))]
        )

    def to_tax(self) -> PriceTax | None:
        """Return how the prices are taxed; nothing where the form does not ask."""
        if "tax_code" not in self:
            return None
        return PriceTax(self.tax_code.data or None, self.tax_is.data == TAX_ADDED)


class ServiceForm(WordsForm, TaxForm):
    """What may be changed of a service of the co-op: words, places, prices and, while it is registered for tax, their tax."""

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
        return NewOffering(
            self.to_words(), self.to_prices(), self.places.number, meetings=self._days, tax=self.to_tax()
        )


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
        return NewOffering(self.to_words(), self.to_prices(), self.places.number, coaching=coaching, tax=self.to_tax())

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


def taxed_as(row: OfferingRow) -> dict[str, str]:
    """Return what stands in the form about the tax of a service."""
    return {"tax_code": row.tax_code or "", "tax_is": TAX_ADDED if row.is_tax_added else ""}
