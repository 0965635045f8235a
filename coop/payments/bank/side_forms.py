"""The forms of what is ticked: lines beside entries, suggestions to confirm; and the rules that suggest."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from coop.books.forms import DatesForm
from coop.forms import Form, LineField, choices, required
from coop.payments.bank.booking_rules import LONGEST_TEXT, LONGEST_WORDS, NewRule
from coop.payments.bank.forms import chosen_tax, offer_taxes, set_about
from coop.payments.bank.reconciling import SidesFilter
from coop.payments.bank.suggesting import Choice, Way
from evidence.messages import Refusal
from ledger.models import Account


class SidesForm(DatesForm):
    """What both sides are narrowed down to."""

    text = LineField(_l("Text"), longest=100)

    def to_filter(self) -> SidesFilter:
        """Return what is looked for."""
        return SidesFilter(self.text.data or "", self.starts_on.day, self.ends_on.day)


class TickedForm(Form):
    """The lines and entries that are ticked."""

    line = SelectMultipleField(validate_choice=False)
    entry = SelectMultipleField(validate_choice=False)

    def validate_line(self, field: SelectMultipleField) -> None:
        """Refuse what is no reference."""
        _ids(field)

    def validate_entry(self, field: SelectMultipleField) -> None:
        """Refuse what is no reference."""
        _ids(field)

    def to_ids(self) -> tuple[list[UUID], list[UUID]]:
        """Return what is ticked on both sides."""
        return _ids(self.line), _ids(self.entry)


class ChoicesForm(Form):
    """The suggestions that are ticked."""

    choice = SelectMultipleField(validate_choice=False)

    def validate_choice(self, field: SelectMultipleField) -> None:
        """Refuse what no page offers, and to confirm nothing."""
        try:
            self.to_choices()
        except ValueError as error:
            raise ValidationError(gettext("Open the page again: the form is not complete.")) from error
        if not field.data:
            raise ValidationError(gettext("Tick at least one suggestion."))

    def to_choices(self) -> list[Choice]:
        """Return what is to be confirmed."""
        return [_choice(token) for token in self.choice.data or ()]

    @staticmethod
    def token(choice: Choice) -> str:
        """Return a suggestion as the page sends it."""
        return f"{choice.line_id}:{choice.way}:{choice.chosen_id}"


class RuleForm(Form):
    """A rule: words, direction, account, and what the entry is to say."""

    words = LineField(
        _l("Words"),
        [required(_l("Write the words that such lines have in common."))],
        longest=LONGEST_WORDS,
        description=_l("Upper and lower case do not matter."),
    )
    direction = SelectField(_l("Of money that"), validate_choice=False)
    account = SelectField(_l("Account"), validate_choice=False)
    text = LineField(_l("What happened"), [required(_l("Say what happened, in a few words."))], longest=LONGEST_TEXT)
    tax = SelectField(_l("Tax code"), description=_l("The amount then contains the tax."), validate_choice=False)

    def __init__(self, accounts: Iterable[Account], taxes: Sequence[tuple[str, str]] = (), **options: object) -> None:
        super().__init__(**options)
        self.direction.choices = choices([("out", gettext("went out")), ("in", gettext("came in"))])
        pairs = ((account.code, f"{account.code} {account.name}") for account in accounts)
        self.account.choices = choices([("", gettext("Choose …")), *pairs])
        offer_taxes(self, taxes)

    def validate_account(self, field: SelectField) -> None:
        """Ask for an account."""
        if not field.data:
            raise ValidationError(gettext("Choose an account."))

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status."""
        set_about(refusal)
        return super().show(refusal)

    def to_rule(self) -> NewRule:
        """Return the rule."""
        is_in, text = self.direction.data == "in", self.text.data or ""
        return NewRule(self.words.data or "", is_in, self.account.data, text, chosen_tax(self))


def _ids(field: SelectMultipleField) -> list[UUID]:
    try:
        return [UUID(text) for text in field.data or ()]
    except ValueError as error:
        raise ValidationError(gettext("Open the page again: the form is not complete.")) from error


def _choice(token: str) -> Choice:
    line_id, way, chosen_id = token.split(":")
    return Choice(UUID(line_id), Way(way), UUID(chosen_id))
