"""The forms of the books room, and the dates that its statements are asked for.

A row of an entry is an account with a debit or a credit. What is wrong with a row is said beside it, the ledger's refusals
included.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField
from wtforms.validators import StopValidation, ValidationError

from coop import cooperative
from coop.books import queries
from coop.books.operations import NewAccount, NewEntry
from coop.books.words import account_kind
from coop.database import db
from coop.errors import message_of, show_on, status_of
from coop.forms import DayField, Form, LineField, MoneyField, choices, required
from evidence.messages import Refusal
from ledger.errors import PartyMissing
from ledger.models import Account, AccountKind
from ledger.posting import Line
from ledger.records import JournalFilter

LEAST_ROWS = 6
#: How many rows the button adds, and how many there can be on one page.
ROWS_ADDED = 6
MOST_ROWS = 120
LONGEST_ENTRY_TEXT = 500


def _currency() -> str:
    return cooperative.current(db.session()).currency


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


class LineForm(Form):
    """A row of an entry. An empty row is passed over."""

    class Meta(Form.Meta):
        """The form around the rows carries the token."""

        csrf = False

    account = SelectField(_l("Account"), validate_choice=False)
    debit = MoneyField(_l("Debit"), currency=_currency)
    credit = MoneyField(_l("Credit"), currency=_currency)
    party = PartyField(_l("Member or client"))

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was filled in."""
        return not (self.account.data or self.debit.data or self.credit.data or self.party.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and then that account and amount belong together."""
        if not super().validate(extra_validators):
            return False
        if self.is_empty:
            return True
        if not self.account.data:
            return self._wrong(self.account, gettext("Choose an account for this line."))
        if self.debit.data and self.credit.data:
            return self._wrong(self.credit, gettext("A line is a debit or a credit, not both."))
        if not (self.debit.amount_minor or self.credit.amount_minor):
            return self._wrong(self.credit if self.credit.data else self.debit, gettext("Enter an amount above zero."))
        return True

    def to_line(self) -> Line:
        """Return the posting that the row asks for."""
        amount_minor = (self.debit.amount_minor or 0) - (self.credit.amount_minor or 0)
        return Line(self.account.data, amount_minor, self.party.party_ref)

    @staticmethod
    def _wrong(field: Any, message: str) -> bool:
        field.errors = [*field.errors, message]
        return False


class EntryForm(Form):
    """An entry by hand. The hidden token makes a form that is sent twice one entry."""

    booked_on = DayField(_l("Date"), [required(_l("Enter the date of the entry."))])
    text = LineField(
        _l("What happened"), [required(_l("Say what happened, in a few words."))], longest=LONGEST_ENTRY_TEXT
    )
    lines = FieldList(FormField(LineForm), min_entries=LEAST_ROWS, max_entries=MOST_ROWS)
    form_token = HiddenField()

    def __init__(self, accounts: Sequence[Account], **options: Any) -> None:
        super().__init__(**options)
        self._choices = choices([("", gettext("Choose …")), *((a.code, f"{a.code} {a.name}") for a in accounts)])
        if not self.form_token.data:
            self.form_token.data = str(uuid4())
        self._offer_accounts()

    def validate_form_token(self, field: HiddenField) -> None:
        """Refuse a form without its token: sent twice, it would be two entries."""
        try:
            UUID(field.data or "")
        except ValueError as error:
            raise ValidationError(gettext("Open the page again: the form is not complete.")) from error

    def add_rows(self) -> None:
        """Offer more rows, keeping what was written."""
        for _ in range(min(ROWS_ADDED, MOST_ROWS - len(self.lines.entries))):
            self.lines.append_entry()
        self._offer_accounts()

    def to_entry(self) -> NewEntry:
        """Return the entry that the form asks for."""
        return NewEntry(
            booked_on=self.booked_on.required_day,
            text=self.text.data or "",
            lines=[row.to_line() for row in self._filled()],
            form_token=UUID(self.form_token.data),
        )

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the rows it is about, or where `show_on` puts it, and return the status."""
        values = refusal.values()
        rows = self._filled()
        if "line" in values:
            rows = rows[values["line"] - 1 : values["line"]]
        elif "code" in values:
            rows = [row for row in rows if row.account.data == values["code"]]
        else:
            return show_on(self, refusal)
        if isinstance(refusal, PartyMissing):
            rows = [row for row in rows if not row.party.data]
        for row in rows:
            field = row.party if isinstance(refusal, PartyMissing) else row.account
            field.errors = [*field.errors, message_of(refusal)]
        self.lines.errors = [field.errors for field in self.lines if field.errors]
        return status_of(refusal)

    def _filled(self) -> list[Any]:
        return [field.form for field in self.lines if not field.form.is_empty]

    def _offer_accounts(self) -> None:
        for field in self.lines:
            field.form.account.choices = self._choices


class ReversalForm(Form):
    """The reversal of an entry."""

    booked_on = DayField(_l("Date of the reversal"), [required(_l("Enter the date."))])
    reason = LineField(_l("Reason"), [required(_l("Say why, in a few words."))], longest=LONGEST_ENTRY_TEXT)

    def to_reversal(self) -> tuple[date, str]:
        """Return the date and the reason."""
        return self.booked_on.required_day, self.reason.data or ""


class AccountForm(Form):
    """A new account."""

    code = LineField(
        _l("Code"),
        [required(_l("Enter a code."))],
        description=_l("4 to 8 digits. The chart is sorted by them."),
        longest=8,
    )
    name = LineField(_l("Name"), [required(_l("Enter a name."))], longest=100)
    kind = SelectField(_l("Kind"))
    opened_on = DayField(
        _l("Open from"), [required(_l("Enter the first day."))], description=_l("The first day it takes entries.")
    )
    by_party = BooleanField(_l("Kept per member or client: each line says whom it is about"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kind.choices = choices((kind.value, account_kind(kind)) for kind in AccountKind)

    def to_account(self) -> NewAccount:
        """Return the account that the form asks for."""
        return NewAccount(
            code=self.code.data or "",
            name=self.name.data or "",
            kind=AccountKind(self.kind.data),
            opened_on=self.opened_on.required_day,
            by_party=bool(self.by_party.data),
        )


class ClosingForm(Form):
    """The closing of an account."""

    closed_on = DayField(
        _l("Closed from"),
        [required(_l("Enter the day."))],
        description=_l("The first day on which it takes no entries any more."),
    )

    def to_day(self) -> date:
        """Return the first day on which the account is closed."""
        return self.closed_on.required_day


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
    account = SelectField(_l("Account"), validate_choice=False)
    kind = SelectField(_l("Kind"), validate_choice=False)

    def to_filter(self) -> JournalFilter:
        """Return what is looked for."""
        return JournalFilter(
            account=self.account.data or None,
            text=self.text.data or None,
            kind=self.kind.data or None,
            starts_on=self.starts_on.day,
            ends_on=self.ends_on.day,
        )
