"""The forms of the books room, and the dates that its statements are asked for. The form of an entry stands by itself."""

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation, ValidationError

from coop.books import queries
from coop.database import db
from coop.forms import ChoiceField, DayField, Form, LineField, required
from ledger.records import JournalFilter

LONGEST_ENTRY_TEXT = 500


class PartyField(LineField):
    """A member or another participant by number or name. `party_ref` is who was meant, after a successful validation."""

    party_ref: UUID | None = None

    def pre_validate(self, form: Any) -> None:
        """Find who is meant; nobody or more than one is an error beside the field."""
        self.party_ref = None
        if not self.data:
            return
        found = queries.find_party(db.session(), self.data)
        if not found:
            raise StopValidation(gettext("Nobody is known by this name or number. Choose somebody from the list."))
        if len(found) > 1:
            raise StopValidation(gettext("More than one is called this. Use the number in the register of members."))
        self.party_ref = found[0].party_ref


class ReversalForm(Form):
    """The reversal of an entry."""

    booked_on = DayField(_l("Date of the reversal"), [required(_l("Enter the date."))])
    reason = LineField(_l("Reason"), [required(_l("Say why, in a few words."))], longest=LONGEST_ENTRY_TEXT)

    def to_reversal(self) -> tuple[date, str]:
        """Return the date and the reason."""
        return self.booked_on.required_day, self.reason.data or ""


class ConfirmForm(Form):
    """A button that does what the page describes."""


class YearForm(Form):
    """The fiscal year to open; its first day is given."""

    ends_on = DayField(_l("Last day"), [required(_l("Enter the last day of the year."))])

    def to_last_day(self) -> date:
        """Return the last day of the year."""
        return self.ends_on.required_day


class DatesForm(Form):
    """The days a statement is asked for, out of the address. Without a day, the default of the page holds."""

    class Meta(Form.Meta):
        """Asked by GET, which changes nothing."""

        csrf = False

    starts_on = DayField(_l("From"), name="from")
    ends_on = DayField(_l("To"), name="to")

    def validate_ends_on(self, field: DayField) -> None:
        """Refuse days the wrong way round."""
        if field.day and self.starts_on.day and field.day < self.starts_on.day:
            raise ValidationError(gettext("The last day must not be before the first day."))

    def days(self) -> tuple[date | None, date | None]:
        """Return the days that were asked for."""
        return self.starts_on.day, self.ends_on.day


class DayForm(Form):
    """The day a statement is asked for, out of the address."""

    class Meta(Form.Meta):
        """Asked by GET, which changes nothing."""

        csrf = False

    at = DayField(_l("At the end of"))

    def to_day(self) -> date | None:
        """Return the day that was asked for."""
        return self.at.day


class JournalForm(DatesForm):
    """What the journal is searched for."""

    text = LineField(_l("Text"), longest=100)
    reference = LineField(_l("Reference"), longest=60)
    account = ChoiceField(_l("Account"), validate_choice=False)
    kind = ChoiceField(_l("Kind"), validate_choice=False)
    cost_centre = ChoiceField(_l("Cost centre"), validate_choice=False)

    def to_filter(self) -> JournalFilter:
        """Return what is looked for."""
        return JournalFilter(
            account=self.account.data or None,
            text=self.text.data or None,
            kind=self.kind.data or None,
            starts_on=self.starts_on.day,
            ends_on=self.ends_on.day,
            reference=self.reference.data or None,
            cost_centre=(self.cost_centre.data or None) if "cost_centre" in self else None,
        )
