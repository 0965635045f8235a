"""The forms around the bank statement: one line, a pasted statement, what a line was for, and what is looked for."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import ValidationError

from coop import cooperative
from coop.books.forms import DatesForm, PartyField
from coop.database import db
from coop.errors import message_of, status_of
from coop.forms import DayField, Form, LineField, MoneyField, TextField, choices, required
from coop.payments.bank.booking_rules import LONGEST_TEXT as LONGEST_TEXT_OF_RULE
from coop.payments.bank.booking_rules import LONGEST_WORDS, NewRule
from coop.payments.bank.errors import RowProblem, StatementUnreadable
from coop.payments.bank.matching import Reason
from coop.payments.bank.queries import LineFilter, State
from coop.payments.bank.statements import LONGEST_TEXT, NewLine
from evidence.messages import N_, Refusal
from ledger.errors import LedgerRefusal, NoSuchTaxCode, PartyMissing
from ledger.models import Account

#: Longer than two thousand lines ever are.
LONGEST_STATEMENT = 400_000
LONGEST_REASON = 500
_STATES = (
    (State.UNMATCHED, N_("No entry yet")),
    (State.MATCHED, N_("Matched")),
    (State.REMOVED, N_("Removed")),
)


def _currency() -> str:
    return cooperative.current(db.session()).currency


class BankLineForm(Form):
    """One line of the statement."""

    booked_on = DayField(
        _l("Date"), [required(_l("Enter the date."))], description=_l("As the bank statement shows it.")
    )
    amount = MoneyField(
        _l("Amount"),
        [required(_l("Enter an amount."))],
        currency=_currency,
        allow_negative=True,
        description=_l("With a minus for money that went out: -45.00."),
    )
    text = LineField(_l("Text"), longest=LONGEST_TEXT, description=_l("What the bank wrote beside it."))

    def to_line(self) -> NewLine:
        """Return the line."""
        return NewLine(self.booked_on.required_day, self.amount.required_minor, self.text.data or "")


class StatementForm(Form):
    """A statement as text. `problems` says row by row what is wrong with it."""

    statement = TextField(_l("Lines of the statement"), longest=LONGEST_STATEMENT)

    problems: tuple[RowProblem, ...] = ()

    def show(self, refusal: Refusal) -> int:
        """Keep what is wrong with the rows for the page, and return the status."""
        if isinstance(refusal, StatementUnreadable):
            self.problems = refusal.problems
        return super().show(refusal)

    def to_text(self) -> str:
        """Return what was pasted."""
        return self.statement.data or ""


class ReasonForm(Form):
    """What a line was for."""

    booked_on = DayField(
        _l("Date of the entry"),
        [required(_l("Enter the date of the entry."))],
        description=_l("The date of the line, or a later one if that month is locked."),
    )
    account = SelectField(_l("Account"), validate_choice=False)
    text = LineField(_l("What happened"), [required(_l("Say what happened, in a few words."))], longest=LONGEST_REASON)
    party = PartyField(
        _l("Member or client"), description=_l("By number or name, where the account is kept per member or client.")
    )
    tax = SelectField(_l("Tax code"), description=_l("The amount then contains the tax."), validate_choice=False)
    remember = BooleanField(_l("Suggest the same for such lines from now on"))
    words = LineField(
        _l("Words that such lines have in common"),
        longest=LONGEST_WORDS,
        description=_l("Shorten it to what every such line holds, such as the name of the firm."),
    )

    def __init__(self, accounts: Iterable[Account], taxes: Sequence[tuple[str, str]] = (), **options: object) -> None:
        super().__init__(**options)
        pairs = ((account.code, f"{account.code} {account.name}") for account in accounts)
        self.account.choices = choices([("", gettext("Choose …")), *pairs])
        offer_taxes(self, taxes)

    def validate_account(self, field: SelectField) -> None:
        """Ask for an account."""
        if not field.data:
            raise ValidationError(gettext("Choose an account."))

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, and return the status."""
        if isinstance(refusal, PartyMissing):
            self.party.errors = [*self.party.errors, message_of(refusal)]
            return status_of(refusal)
        set_about(refusal)
        return super().show(refusal)

    def to_reason(self) -> Reason:
        """Return the reason."""
        text, party_ref = self.text.data or "", self.party.party_ref
        return Reason(self.booked_on.required_day, self.account.data, text, party_ref, chosen_tax(self))

    def to_rule(self, *, is_in: bool) -> NewRule | None:
        """Return the rule that is to be remembered, if one is."""
        if not self.remember.data:
            return None
        text = (self.text.data or "")[:LONGEST_TEXT_OF_RULE]
        return NewRule(self.words.data or "", is_in, self.account.data, text, chosen_tax(self))


class ChosenForm(Form):
    """A button beside what was chosen for a line: an entry or a request."""

    chosen = HiddenField()

    def validate_chosen(self, field: HiddenField) -> None:
        """Refuse what is no reference."""
        try:
            UUID(field.data or "")
        except ValueError as error:
            raise ValidationError(gettext("Open the page again: the form is not complete.")) from error

    def to_id(self) -> UUID:
        """Return what was chosen."""
        return UUID(self.chosen.data)


class LinesForm(DatesForm):
    """What the list of lines is searched for."""

    text = LineField(_l("Text"), longest=100)
    state = SelectField(_l("Show"), validate_choice=False)

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.state.choices = choices((state.value, gettext(label)) for state, label in _STATES)

    def to_filter(self, account: str) -> LineFilter:
        """Return what is looked for among the lines of a bank account."""
        state = next((state for state in State if state.value == self.state.data), State.UNMATCHED)
        return LineFilter(account, state, self.text.data or "", self.starts_on.day, self.ends_on.day)


def offer_taxes(form: Form, taxes: Sequence[tuple[str, str]]) -> None:
    """Let a form offer tax codes; one of a co-op that is not registered does not ask."""
    if taxes:
        form["tax"].choices = choices([("", gettext("None")), *taxes])
    else:
        del form["tax"]


def chosen_tax(form: Form) -> str | None:
    """Return the tax code that was chosen."""
    return (form["tax"].data or None) if "tax" in form else None


def set_about(refusal: Refusal) -> None:
    """Say which field a refusal of the ledger is about."""
    if isinstance(refusal, LedgerRefusal) and refusal.about == "postings":
        refusal.about = "tax" if isinstance(refusal, NoSuchTaxCode) else "account"


def day_of(form: DatesForm, today: date) -> date:
    """Return the day at the end of which the statement is compared with the books."""
    return min(form.ends_on.day or today, today)
