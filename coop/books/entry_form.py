"""The form of an entry by hand.

A row is an account with a debit or a credit, and what it counts for beside: a cost centre, a fund, a tax code. Tax is computed
here from the rate of the day, so that the treasurer sees the lines before they are recorded. What is wrong with a row is said
beside it, the ledger's refusals included.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, SelectField

from coop.books.forms import LONGEST_ENTRY_TEXT, PartyField
from coop.books.line_form import CodedLineForm, Offer
from coop.books.operations import NewEntry
from coop.books.pages import currency
from coop.errors import message_of, status_of
from coop.forms import DayField, Form, LineField, MoneyField, TokenField, choices, required
from evidence.messages import Refusal
from ledger.drafts import Line
from ledger.errors import NoSuchCostCentre, NoSuchFund, NoSuchTaxCode, PartyMissing
from ledger.records import PostedLine
from ledger.tax.arithmetic import taxed_lines

LEAST_ROWS = 6
#: How many rows the button adds, and how many there can be on one page.
ROWS_ADDED = 6
MOST_ROWS = 120
INCLUDED, ON_TOP = "included", "on-top"

#: Beside which field of a row a refusal stands that names a code.
_FIELD_OF: dict[type[Refusal], str] = {NoSuchCostCentre: "cost_centre", NoSuchFund: "fund", NoSuchTaxCode: "tax"}


@dataclass(frozen=True)
class Computed:
    """The lines that would be recorded, with their tax, and what they add up to."""

    lines: tuple[PostedLine, ...]
    debit_minor: int
    credit_minor: int

    @property
    def difference_minor(self) -> int:
        """Return by how much the debits are more than the credits."""
        return self.debit_minor - self.credit_minor


class LineForm(CodedLineForm):
    """A row of an entry. An empty row is passed over."""

    debit = MoneyField(_l("Debit"), currency=currency)
    credit = MoneyField(_l("Credit"), currency=currency)
    party = PartyField(_l("Member or client"))

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was filled in."""
        return not (self.account.data or self.debit.data or self.credit.data or self.party.data or self.tags)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and then that account and amount belong together."""
        if not super().validate(extra_validators):
            return False
        if self.is_empty:
            return True
        if not self.account.data:
            return self.wrong(self.account, gettext("Choose an account for this line."))
        if self.debit.data and self.credit.data:
            return self.wrong(self.credit, gettext("A line is a debit or a credit, not both."))
        if not (self.debit.amount_minor or self.credit.amount_minor):
            return self.wrong(self.credit if self.credit.data else self.debit, gettext("Enter an amount above zero."))
        return True

    def to_line(self) -> Line:
        """Return the posting that the row asks for, before its tax."""
        amount_minor = (self.debit.amount_minor or 0) - (self.credit.amount_minor or 0)
        tags = {field.short_name: field.data or None for field in self.tag_fields}
        return Line(self.account.data, amount_minor, self.party.party_ref, **tags)


class EntryForm(Form):
    """An entry by hand. The hidden token makes a form that is sent twice one entry."""

    booked_on = DayField(_l("Date"), [required(_l("Enter the date of the entry."))])
    text = LineField(
        _l("What happened"), [required(_l("Say what happened, in a few words."))], longest=LONGEST_ENTRY_TEXT
    )
    reference = LineField(
        _l("Reference"),
        description=_l("The number of the document, such as that of an invoice. Not a name: it is kept for ever."),
        longest=60,
    )
    amounts = SelectField(_l("Amounts of lines with a tax code"), default=INCLUDED)
    lines = FieldList(FormField(LineForm), min_entries=LEAST_ROWS, max_entries=MOST_ROWS)
    form_token = TokenField()

    def __init__(self, offer: Offer, **options: Any) -> None:
        super().__init__(**options)
        self._rates = offer.rates()
        self._names = {account.code: account.name for account in offer.accounts}
        self._choices = offer.choices()
        self.amounts.choices = choices(
            [(INCLUDED, gettext("contain the tax")), (ON_TOP, gettext("get the tax on top"))]
        )
        if not self._rates:
            del self.amounts
        self._offer_choices()

    def add_rows(self) -> None:
        """Offer more rows, keeping what was written."""
        for _ in range(min(ROWS_ADDED, MOST_ROWS - len(self.lines.entries))):
            self.lines.append_entry()
        self._offer_choices()

    def to_entry(self) -> NewEntry:
        """Return the entry that the form asks for, its tax computed.

        Raises:
            NoSuchTaxCode: a code has no rate on the day.
        """
        return NewEntry(
            booked_on=self.booked_on.required_day,
            text=self.text.data or "",
            lines=[line for _, line in self._lines()],
            form_token=self.form_token.token,
            reference=self.reference.data or None,
        )

    def computed(self) -> Computed:
        """Return the lines that would be recorded.

        Raises:
            NoSuchTaxCode: a code has no rate on the day.
        """
        lines = tuple(
            PostedLine(
                *(number, line.account, self._names.get(line.account, ""), line.amount_minor, line.party_ref),
                *(line.cost_centre, line.fund, line.tax),
            )
            for number, (_, line) in enumerate(self._lines(), start=1)
        )
        return Computed(
            lines, sum(line.debit_minor or 0 for line in lines), sum(line.credit_minor or 0 for line in lines)
        )

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the rows it is about, or where `show_on` puts it, and return the status."""
        values = refusal.values()
        rows, name = self._filled(), _FIELD_OF.get(type(refusal), "account")
        if "line" in values:
            rows = [self._lines()[values["line"] - 1][0]]
        elif "code" in values:
            rows = [row for row in rows if name in row and row[name].data == values["code"]]
        else:
            return super().show(refusal)
        if isinstance(refusal, PartyMissing):
            rows, name = [row for row in rows if not row.party.data], "party"
        for row in rows:
            row[name].errors = [*row[name].errors, message_of(refusal)]
        self.lines.errors = [field.errors for field in self.lines if field.errors]
        if not rows:
            self.form_errors.append(message_of(refusal))
        return status_of(refusal)

    def _lines(self) -> list[tuple[Any, Line]]:
        """Return the lines with the row that each comes from: a row with tax gives two."""
        day = self.booked_on.required_day
        is_included = "amounts" not in self or self.amounts.data != ON_TOP
        found = []
        for row in self._filled():
            line = row.to_line()
            code = self._rates.get(line.tax) if line.tax else None
            rate_bp = code.rate_on(day) if code else None
            if line.tax and rate_bp is None:
                raise NoSuchTaxCode(line.tax, day)
            found += [(row, one) for one in taxed_lines(line, rate_bp or 0, is_included=is_included)]
        return found

    def _filled(self) -> list[Any]:
        return [field.form for field in self.lines if not field.form.is_empty]

    def _offer_choices(self) -> None:
        for field in self.lines:
            field.form.offer(self._choices)
