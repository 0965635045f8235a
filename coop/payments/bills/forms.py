"""The forms of suppliers and bills. What is wrong with a line is said beside it, the ledger's refusals included."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, SelectField

from coop.attachments.forms import PaperField
from coop.books.entry_form import INCLUDED, ON_TOP
from coop.books.forms import LONGEST_ENTRY_TEXT, DatesForm
from coop.books.line_form import CodedLineForm, Offer
from coop.errors import message_of, status_of
from coop.forms import DayField, Form, LineField, MoneyField, TextField, TokenField, choices, required
from coop.payments.bills import errors
from coop.payments.bills.booking import MOST_LINES, Costs
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.entering import LONGEST_BANK_REFERENCE, LONGEST_NUMBER, NewBill
from coop.payments.bills.pages import currency
from coop.payments.bills.rows import BillFilter, BillState
from coop.payments.bills.suppliers.operations import LONGEST_EMAIL, LONGEST_TAX_NUMBER, SupplierText
from coop.payments.payouts.accounts import LONGEST_ACCOUNT
from coop.texts import LONGEST_NAME
from evidence.messages import Refusal
from ledger.drafts import Line
from ledger.errors import AmountOutOfRange, NoSuchCostCentre, NoSuchFund

LEAST_ROWS, ROWS_ADDED = 3, 6
LONGEST_LINE_TEXT = 120
#: Beside which field of a line a refusal stands; beside its account where nothing else is said.
_FIELD_OF: dict[type[Refusal], str] = {
    NoSuchCostCentre: "cost_centre",
    NoSuchFund: "fund",
    errors.TaxOfSales: "tax",
    errors.TaxRateMissing: "tax",
    claim_errors.SpentInFuture: "spent_on",
    AmountOutOfRange: "amount",
}


class SupplierForm(Form):
    """A supplier."""

    name = LineField(_l("Name"), [required(_l("Enter the name as it stands on the bill."))], longest=LONGEST_NAME)
    bank_account = LineField(
        _l("Bank account"),
        longest=LONGEST_ACCOUNT,
        description=_l(
            "Where the supplier is paid. Compare a new account with one you know, not with the mail it came in."
        ),
    )
    tax_number = LineField(_l("Tax number"), longest=LONGEST_TAX_NUMBER)
    email = LineField(_l("E-mail"), longest=LONGEST_EMAIL)

    def to_text(self) -> SupplierText:
        """Return what is written down of the supplier."""
        return SupplierText(
            self.name.data or "", self.bank_account.data or "", self.tax_number.data or "", self.email.data or ""
        )


class BillLineForm(CodedLineForm):
    """A line of a bill. An empty one is passed over."""

    text = LineField(_l("What for"), longest=LONGEST_LINE_TEXT)
    amount = MoneyField(_l("Amount"), currency=currency, allow_negative=True)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was filled in."""
        return not (self.account.data or self.amount.data or self.text.data or self.tags)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and then that the line is whole."""
        if not super().validate(extra_validators):
            return False
        if self.is_empty:
            return True
        if not self.text.data:
            return self.wrong(self.text, gettext("Say what it was for."))
        if not self.account.data:
            return self.wrong(self.account, gettext("Choose an account for this line."))
        if not self.amount.amount_minor:
            return self.wrong(self.amount, gettext("Enter an amount; with a minus for what is taken off."))
        return True

    def to_line(self) -> Line:
        """Return what the line costs, before its tax."""
        tags = {field.short_name: field.data or None for field in self.tag_fields}
        return Line(self.account.data, self.amount.required_minor, None, **tags)


class LinesForm(Form):
    """A form with lines that name accounts."""

    lines: Any

    def offer(self, offer: Offer) -> None:
        """Let the lines offer what they can name."""
        for field in self.lines:
            field.form.offer(offer.choices())

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the lines it is about, or where `show_on` puts it, and return the status."""
        values, rows = refusal.values(), self.filled()
        name = _FIELD_OF.get(type(refusal), "account")
        if "line" in values and values["line"] <= len(rows):
            rows = [rows[values["line"] - 1]]
        elif "code" in values:
            rows = [row for row in rows if name in row and row[name].data == values["code"]]
        else:
            return super().show(refusal)
        for row in rows:
            if name in row:
                row[name].errors = [*row[name].errors, message_of(refusal)]
        self.lines.errors = [field.errors for field in self.lines if field.errors]
        if not rows:
            self.form_errors.append(message_of(refusal))
        return status_of(refusal)

    def filled(self) -> list[Any]:
        """Return the lines that are not empty."""
        return [field.form for field in self.lines if not field.form.is_empty]


class BillForm(LinesForm):
    """A supplier's bill. The hidden token makes a form that is sent twice one bill."""

    supplier = LineField(_l("Supplier"), [required(_l("Say whose bill it is."))], longest=LONGEST_NAME)
    is_new = BooleanField(_l("This is a new supplier"))
    is_credit = BooleanField(
        _l("This is a credit note"),
        description=_l(
            "The supplier gives something back. Write its amounts as printed, without a minus: they are taken off."
        ),
    )
    number = LineField(
        _l("Number of the bill"),
        [required(_l("Enter the supplier's number."))],
        description=_l("The supplier's own. Where it has none, its date, such as 2026-03-31. It is kept for ever."),
        longest=LONGEST_NUMBER,
    )
    billed_on = DayField(_l("Date of the bill"), [required(_l("Enter the date of the bill."))])
    due_on = DayField(_l("Due on"), description=_l("Empty means the 20th of the month after the bill."))
    total = MoneyField(
        _l("Total, as printed"),
        [required(_l("Enter the total of the bill."))],
        description=_l("With tax. The lines must add up to it."),
        currency=currency,
    )
    amounts = SelectField(_l("Amounts of lines with a tax code"), default=INCLUDED)
    lines = FieldList(FormField(BillLineForm), min_entries=LEAST_ROWS, max_entries=MOST_LINES)
    bank_reference = LineField(
        _l("Reference for the payment"),
        description=_l("What the supplier wants to read on it, such as a customer number. Empty means its number."),
        longest=LONGEST_BANK_REFERENCE,
    )
    file = PaperField(_l("Receipt"))
    no_receipt = LineField(_l("Or why there is none"), longest=LONGEST_ENTRY_TEXT)
    form_token = TokenField()

    def __init__(self, offer: Offer, **options: Any) -> None:
        super().__init__(**options)
        self._offer = offer
        self.amounts.choices = choices(
            [(INCLUDED, gettext("contain the tax")), (ON_TOP, gettext("get the tax on top"))]
        )
        if not offer.tax_codes:
            del self.amounts
        self.offer(offer)

    def add_rows(self) -> None:
        """Offer more lines, keeping what was written."""
        for _ in range(min(ROWS_ADDED, MOST_LINES - len(self.lines.entries))):
            self.lines.append_entry()
        self.offer(self._offer)

    def to_costs(self) -> Costs:
        """Return what the bill is for, below zero for a credit note."""
        rows = self.filled()
        lines = [row.to_line() for row in rows]
        if self.is_credit.data:
            lines = [replace(line, amount_minor=-line.amount_minor) for line in lines]
        is_included = "amounts" not in self or self.amounts.data != ON_TOP
        return Costs(lines, [row.text.data or "" for row in rows], is_included)

    def to_bill(self) -> NewBill:
        """Return the bill.

        Raises:
            PaperEmpty, PaperTooLarge, PaperOfOtherKind
        """
        return NewBill(
            supplier=self.supplier.data or "",
            is_new_supplier=bool(self.is_new.data),
            number=self.number.data or "",
            billed_on=self.billed_on.required_day,
            due_on=self.due_on.day,
            total_minor=self.total.required_minor * (-1 if self.is_credit.data else 1),
            costs=self.to_costs(),
            bank_reference=self.bank_reference.data or "",
            receipt=self.file.received(),
            no_receipt=self.no_receipt.data or "",
            form_token=self.form_token.token,
        )

    def show(self, refusal: Refusal) -> int:
        """Put a refusal where it belongs: the day of the entry is that of the bill."""
        if refusal.about == "booked_on":
            refusal.about = "billed_on"
        return super().show(refusal)


class BillsForm(DatesForm):
    """Which bills are listed, out of the address."""

    state = SelectField(_l("State"), validate_choice=False)
    supplier = SelectField(_l("Supplier"), validate_choice=False)

    def to_filter(self) -> BillFilter:
        """Return what is looked for; nonsense is passed over."""
        starts_on, ends_on = self.days()
        states = {state.value: state for state in BillState}
        return BillFilter(states.get(self.state.data or ""), _id(self.supplier.data), starts_on, ends_on)


class TakeBackForm(Form):
    """Taking back what was booked."""

    booked_on = DayField(_l("Date of the reversal"), [required(_l("Enter the date."))])
    reason = LineField(_l("Reason"), [required(_l("Say why, in a few words."))], longest=LONGEST_ENTRY_TEXT)

    def to_reason(self) -> str:
        """Return why."""
        return self.reason.data or ""


class RefusalForm(Form):
    """Refusing something, with a reason."""

    reason = TextField(_l("Reason to refuse"), longest=1_000)

    def to_reason(self) -> str:
        """Return the reason."""
        return self.reason.data or ""


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
