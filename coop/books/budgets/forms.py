"""The forms of the budget: a year's amount, the amounts of its months, and a file."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import FieldList
from wtforms.validators import ValidationError

from coop.books.pages import currency
from coop.errors import message_of
from coop.formats import format_amount
from coop.forms import Form, MoneyField, required
from evidence.messages import Refusal
from ledger.importing.errors import FileRefused
from ledger.importing.table import decoded
from ledger.models import Period
from ledger.years.periods import MOST_MONTHS


class YearAmountForm(Form):
    """A year's amount of an account."""

    total = MoneyField(
        _l("Amount of the whole year"),
        [required(_l("Enter an amount; 0 takes the plan away."))],
        currency=currency,
        allow_negative=True,
        description=_l("It is spread evenly; the first months take the cents left over."),
    )

    def to_total(self) -> int:
        """Return the amount."""
        return self.total.required_minor


class MonthsForm(Form):
    """The amounts of the months of a year, in their order; an empty one has nothing planned."""

    months = FieldList(MoneyField(_l("Month"), currency=currency, allow_negative=True), max_entries=MOST_MONTHS)

    def __init__(self, months: Sequence[Period], planned: dict[UUID, int], **options: Any) -> None:
        self._ids = [month.id for month in months]
        amounts = [format_amount(planned[one], currency()) if planned.get(one) else "" for one in self._ids]
        super().__init__(data={"months": amounts}, **options)
        while len(self.months.entries) < len(self._ids):
            self.months.append_entry("")

    def validate_months(self, field: FieldList) -> None:
        """Refuse more amounts than the year has months."""
        if len(field.entries) != len(self._ids):
            raise ValidationError(gettext("Open the page again: the form is not complete."))

    def to_months(self) -> dict[UUID, int]:
        """Return the amounts by month."""
        return {one: field.amount_minor or 0 for one, field in zip(self._ids, self.months.entries, strict=True)}


class BudgetFileForm(Form):
    """A file with a budget. `problems` says row by row what is wrong with it."""

    file = FileField(
        _l("CSV file"),
        description=_l("Columns account, month (2026-04) and budget, as in the download. Others are passed over."),
    )
    problems: tuple[tuple[int, str, str], ...] = ()

    def validate_file(self, field: FileField) -> None:
        """Ask for the file."""
        if field.data is None:
            raise ValidationError(gettext("Choose a file."))

    def to_text(self) -> str:
        """Return the text of the file.

        Raises:
            NotText
        """
        return decoded(self.file.data.read())

    def show(self, refusal: Refusal) -> int:
        """Keep what is wrong with the rows for the page, and return the status."""
        if isinstance(refusal, FileRefused):
            self.problems = tuple((one.row, one.column, message_of(one.reason)) for one in refusal.problems)
        return super().show(refusal)
