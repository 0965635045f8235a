"""The forms by which a file of the bank is sent, and the meaning of its columns chosen."""

import base64
import binascii
from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import ValidationError

from coop.forms import BoxesField, Form, WholeField, choices
from coop.payments.bank.errors import RowProblem, StatementUnreadable
from coop.payments.bank.files.errors import FileEmpty
from coop.payments.bank.files.kinds import LARGEST_FILE
from coop.payments.bank.files.mapping import DAY_FORMATS, MOST_COLUMNS, MOST_ROWS_ABOVE, Columns
from coop.payments.bank.statements import cut
from evidence.messages import N_, Refusal

_DELIMITERS = ((",", N_("comma")), (";", N_("semicolon")), ("\t", N_("tabulator")), ("|", N_("vertical bar")))
#: A select sends no tabulator back unharmed, for texts are stripped.
_WRITTEN = {"\t": "tab"}
_DECIMALS = ((".", N_("point: 1,234.50")), (",", N_("comma: 1.234,50")))


class _FileForm(Form):
    """A form about a file. `problems` says row by row what is wrong with it."""

    problems: tuple[RowProblem, ...] = ()

    def show(self, refusal: Refusal) -> int:
        """Keep what is wrong with the rows for the page, and return the status."""
        if isinstance(refusal, StatementUnreadable):
            self.problems = refusal.problems
        return super().show(refusal)


class UploadForm(_FileForm):
    """A file of the bank."""

    file = FileField(_l("File"), description=_l("CSV, OFX or CAMT.053, as the bank's pages offer it. At most 1.4 MB."))
    anew = BooleanField(_l("Choose the columns of CSV anew"))

    def validate_file(self, field: FileField) -> None:
        """Ask for a file."""
        if not field.data:
            raise ValidationError(gettext("Choose the file."))

    def to_content(self) -> bytes:
        """Return what was sent, at most a little more than is taken."""
        content: bytes = self.file.data.stream.read(LARGEST_FILE + 1)
        return content


class ColumnsForm(_FileForm):
    """What the columns of a file mean. The file itself travels along, so nothing of it is kept before it is entered."""

    content = HiddenField()
    delimiter = SelectField(_l("Between the columns"), validate_choice=False)
    rows_above = WholeField(
        _l("Rows above the first line"),
        least=0,
        most=MOST_ROWS_ABOVE,
        description=_l("The last of them names the columns; empty rows do not count."),
    )
    day = SelectField(_l("Date"), validate_choice=False)
    day_format = SelectField(_l("Form of the dates"), validate_choice=False)
    amount = SelectField(
        _l("Amount"), validate_choice=False, description=_l("With a minus for money out. Or choose the next two.")
    )
    money_out = SelectField(_l("Money out (debit)"), validate_choice=False)
    money_in = SelectField(_l("Money in (credit)"), validate_choice=False)
    decimal = SelectField(_l("Before the cents stands a"), validate_choice=False)
    text = BoxesField(
        _l("Text"),
        validate_choice=False,
        description=_l("Every column that says who it was or what for; they are written one after the other."),
    )
    reference = SelectField(_l("Reference"), validate_choice=False)
    balance = SelectField(
        _l("Balance"), validate_choice=False, description=_l("With it, a row that is missing is noticed.")
    )
    bank_id = SelectField(
        _l("The bank's own number of the line"),
        validate_choice=False,
        description=_l("Where each line has one of its own: a line is then known whatever its text."),
    )

    def offer(self, rows: Sequence[Sequence[str]], head: Sequence[str]) -> None:
        """Offer the columns of a file by their names, each with the first thing that stands in it."""
        self.delimiter.choices = choices((_WRITTEN.get(sign, sign), gettext(name)) for sign, name in _DELIMITERS)
        self.day_format.choices = choices(DAY_FORMATS.items())
        self.decimal.choices = choices((sign, gettext(name)) for sign, name in _DECIMALS)
        width = min(max(map(len, rows), default=0), MOST_COLUMNS)
        named = [(str(column), _label(column, rows, head)) for column in range(width)]
        self.day.choices = self.text.choices = choices(named)
        for field in (self.amount, self.money_out, self.money_in, self.reference, self.balance, self.bank_id):
            field.choices = choices([("", gettext("none")), *named])

    def fill(self, content: bytes, columns: Columns) -> None:
        """Show what was guessed or kept."""
        self.content.data = base64.b64encode(content).decode("ascii")
        self.delimiter.data = _WRITTEN.get(columns.delimiter, columns.delimiter)
        self.rows_above.data = str(columns.rows_above)
        self.day.data, self.day_format.data, self.decimal.data = str(columns.day), columns.day_format, columns.decimal
        self.text.data = [str(column) for column in columns.text]
        for name in ("amount", "money_out", "money_in", "reference", "balance", "bank_id"):
            column = getattr(columns, name)
            self[name].data = "" if column is None else str(column)

    def to_content(self) -> bytes:
        """Return the file.

        Raises:
            FileEmpty: the form was altered on its way.
        """
        try:
            return base64.b64decode(self.content.data or "", validate=True)
        except (binascii.Error, ValueError):
            raise FileEmpty from None

    def to_delimiter(self) -> str:
        """Return what stands between the columns."""
        return next(
            (sign for sign, word in _WRITTEN.items() if word == self.delimiter.data), (self.delimiter.data or ",")[:1]
        )

    def to_rows_above(self) -> int:
        """Return how many rows stand above the lines."""
        return self.rows_above.number or 0

    def to_columns(self, head: tuple[str, ...]) -> Columns:
        """Return what was chosen, to be checked: a place that is no number becomes one that no file has."""
        return Columns(
            delimiter=self.to_delimiter(),
            rows_above=self.to_rows_above(),
            head=head,
            day=_place(self.day.data) if self.day.data else -1,
            day_format=self.day_format.data or "",
            text=tuple(_place(place) for place in self.text.data or ()),
            amount=_optional(self.amount.data),
            money_out=_optional(self.money_out.data),
            money_in=_optional(self.money_in.data),
            reference=_optional(self.reference.data),
            balance=_optional(self.balance.data),
            bank_id=_optional(self.bank_id.data),
            decimal=self.decimal.data or "",
        )


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


def _optional(text: str | None) -> int | None:
    return _place(text) if text else None


def _label(column: int, rows: Sequence[Sequence[str]], head: Sequence[str]) -> str:
    name = (head[column] if column < len(head) else "") or gettext("column %(number)s", number=column + 1)
    after = next((place for place, row in enumerate(rows) if tuple(row) == tuple(head)), -1) + 1
    example = next((row[column] for row in rows[after:] if column < len(row) and row[column]), "")
    return f"{name}: {cut(example)[:40]}" if example else name
