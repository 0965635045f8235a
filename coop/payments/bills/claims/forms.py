"""The forms of expense claims: what a participant spent, and to which accounts it goes."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField

from coop.attachments.forms import PaperField
from coop.books.forms import LONGEST_ENTRY_TEXT
from coop.books.line_form import CodedLineForm, Offer
from coop.forms import DayField, Form, LineField, MoneyField, TokenField
from coop.payments.bills.claims.operations import MOST_LINES, NewClaim, Spent
from coop.payments.bills.forms import LEAST_ROWS, LONGEST_LINE_TEXT, ROWS_ADDED, LinesForm
from coop.payments.bills.pages import currency
from ledger.drafts import Line


class SpentForm(Form):
    """A line of a claim. An empty one is passed over."""

    class Meta(Form.Meta):
        """The form around the lines carries the token."""

        csrf = False

    spent_on = DayField(_l("Day"))
    text = LineField(_l("What for"), longest=LONGEST_LINE_TEXT)
    amount = MoneyField(_l("Amount"), currency=currency)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was filled in."""
        return not (self.spent_on.data or self.text.data or self.amount.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and then that the line is whole."""
        if not super().validate(extra_validators):
            return False
        if self.is_empty:
            return True
        wanted = (
            (self.spent_on, self.spent_on.day, gettext("Enter the day.")),
            (self.text, self.text.data, gettext("Say what it was for.")),
            (self.amount, self.amount.amount_minor, gettext("Enter an amount above zero.")),
        )
        for field, value, message in wanted:
            if not value:
                field.errors = [*field.errors, message]
                return False
        return True

    def to_spent(self) -> Spent:
        """Return what was spent."""
        return Spent(self.spent_on.required_day, self.amount.required_minor, self.text.data or "")


class ClaimForm(LinesForm):
    """A claim. The hidden token makes a form that is sent twice one claim."""

    lines = FieldList(FormField(SpentForm), min_entries=LEAST_ROWS, max_entries=MOST_LINES)
    file = PaperField(_l("Receipt"))
    no_receipt = LineField(_l("Or why there is none"), longest=LONGEST_ENTRY_TEXT)
    form_token = TokenField()

    def add_rows(self) -> None:
        """Offer more lines, keeping what was written."""
        for _ in range(min(ROWS_ADDED, MOST_LINES - len(self.lines.entries))):
            self.lines.append_entry()

    def to_claim(self) -> NewClaim:
        """Return the claim.

        Raises:
            PaperEmpty, PaperTooLarge, PaperOfOtherKind
        """
        return NewClaim(
            spent=[row.to_spent() for row in self.filled()],
            receipt=self.file.received(),
            no_receipt=self.no_receipt.data or "",
            form_token=self.form_token.token,
        )


class CodingLineForm(CodedLineForm):
    """Where a line of a claim goes."""

    is_empty = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that an account was chosen."""
        if not super().validate(extra_validators):
            return False
        return bool(self.account.data) or self.wrong(self.account, gettext("Choose an account for this line."))

    def to_line(self) -> Line:
        """Return the account and what it counts for; the amount is the claimant's."""
        tags = {field.short_name: field.data or None for field in self.tag_fields}
        return Line(self.account.data, 0, None, **tags)


class CodingForm(LinesForm):
    """Where the lines of a claim go."""

    lines = FieldList(FormField(CodingLineForm), max_entries=MOST_LINES)

    def __init__(self, offer: Offer, count: int, **options: Any) -> None:
        super().__init__(**options)
        while len(self.lines.entries) > count:
            self.lines.pop_entry()
        while len(self.lines.entries) < count:
            self.lines.append_entry()
        self.offer(offer)

    def to_coding(self) -> list[Line]:
        """Return the accounts, line by line."""
        return [field.form.to_line() for field in self.lines]
