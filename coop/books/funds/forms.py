"""The forms about funds."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from coop.books.forms import LONGEST_ENTRY_TEXT
from coop.books.funds.operations import LONGEST_PURPOSE, FundText, NewFund
from coop.books.operations import NewEntry
from coop.books.pages import currency
from coop.forms import DayField, Form, LineField, MoneyField, TextField, TokenField, choices, required
from ledger.chart import BANK
from ledger.drafts import Line
from ledger.models import Account


class FundForm(Form):
    """What is written about a fund, and its last day."""

    name = LineField(_l("Name"), [required(_l("Enter a name."))], longest=100)
    funder = LineField(_l("Funder"), [required(_l("Say who gives the money."))], longest=100)
    purpose = TextField(_l("Purpose"), longest=LONGEST_PURPOSE, description=_l("What the money is for."))
    conditions = TextField(
        _l("Conditions"), longest=LONGEST_PURPOSE, description=_l("Such as when to report, and what must be paid back.")
    )
    ends_on = DayField(_l("Last day"), description=_l("Until when it is to be spent. Empty for no end."))

    def to_text(self) -> FundText:
        """Return what is written."""
        return FundText(
            name=self.name.data or "",
            funder=self.funder.data or "",
            purpose=self.purpose.data or "",
            conditions=self.conditions.data or "",
        )

    def to_last_day(self) -> date | None:
        """Return the last day, where there is one."""
        return self.ends_on.day


class NewFundForm(FundForm):
    """A new fund."""

    code = LineField(
        _l("Code"),
        [required(_l("Enter a code."))],
        description=_l("Short, such as wetlands-2026. Lines of entries name it, and it stays."),
        longest=20,
    )
    account = SelectField(_l("What is unspent stands on"))
    starts_on = DayField(_l("First day"), [required(_l("Enter the first day."))])

    def __init__(self, accounts: Iterable[Account], **options: Any) -> None:
        super().__init__(**options)
        self.account.choices = choices((one.code, f"{one.code} {one.name}") for one in accounts)

    def to_fund(self) -> NewFund:
        """Return the fund."""
        return NewFund(
            code=self.code.data or "",
            text=self.to_text(),
            account=self.account.data,
            starts_on=self.starts_on.required_day,
            ends_on=self.to_last_day(),
        )


class GrantForm(Form):
    """Money that arrived at the bank for a fund."""

    amount = MoneyField(_l("Amount received"), [required(_l("Enter an amount."))], currency=currency)
    booked_on = DayField(_l("Date received"), [required(_l("Enter the date."))])
    text = LineField(_l("Text"), [required(_l("Say what it is."))], longest=LONGEST_ENTRY_TEXT)
    form_token = TokenField()

    def to_receipt(self) -> dict[str, Any]:
        """Return what was received, as `operations.receive` takes it."""
        return {
            "amount_minor": self.amount.required_minor,
            "booked_on": self.booked_on.required_day,
            "text": self.text.data or "",
            "form_token": self.form_token.token,
        }

    def to_entry(self, account: str, fund: str) -> NewEntry:
        """Return the same as an entry by hand, for a second person to approve."""
        amount_minor = self.amount.required_minor
        return NewEntry(
            booked_on=self.booked_on.required_day,
            text=self.text.data or "",
            lines=[Line(BANK, amount_minor), Line(account, -amount_minor, fund=fund)],
            form_token=self.form_token.token,
        )


class ReleaseForm(Form):
    """Making income of what was spent."""

    booked_on = DayField(
        _l("Spent by"), [required(_l("Enter the date."))], description=_l("It is booked on this day, too.")
    )
    form_token = TokenField()


class CloseFundForm(Form):
    """The closing of a fund."""

    closed_on = DayField(
        _l("Closed from"),
        [required(_l("Enter the day."))],
        description=_l("The first day on which nothing can be booked for it any more."),
    )
