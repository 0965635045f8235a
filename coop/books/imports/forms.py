"""The form of an import: a file or a pasted text, how its rows are to be read, and what is said row by row when it is refused."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField
from wtforms.validators import ValidationError

from coop.books.imports.operations import FileToImport
from coop.errors import message_of
from coop.forms import DayField, Form, TextField, choices
from evidence.messages import N_, Refusal
from ledger.chart import GENERAL_RESERVE
from ledger.importing import LAYOUTS, layout_of
from ledger.importing.errors import FileRefused
from ledger.importing.table import decoded
from ledger.models import Account

#: As much as a request takes; what is larger is imported by command.
LONGEST_FILE = 1_900_000
LONGEST_MAPPING = 100_000
_LAYOUT_NAMES = {
    "journal": N_("A journal: a row per line of an entry"),
    "hledger": N_("hledger: what “hledger print -O csv” writes"),
    "opening": N_("Opening balances: a row per account"),
}


def layout_name(layout: str) -> str:
    """Name a layout."""
    return str(gettext(_LAYOUT_NAMES[layout]))


class ImportForm(Form):
    """A file to import. `problems` says row by row what is wrong with it."""

    file = FileField(
        _l("File"), description=_l("A CSV file in UTF-8 of at most 1.9 MB. Larger ones are imported by command.")
    )
    pasted = TextField(_l("Or paste the rows"), longest=LONGEST_FILE)
    layout = SelectField(_l("What it is"))
    mapping = TextField(
        _l("Which account is which"),
        longest=LONGEST_MAPPING,
        description=_l(
            "Where the file has names of its own: two columns, account and code. A name stands for all under it."
        ),
    )
    opened_on = DayField(_l("Day of the opening balances"), description=_l("Empty: the first day of the books."))
    against = SelectField(
        _l("Account on the other side of opening balances"),
        validate_choice=False,
        description=_l("Takes what the rows do not balance."),
    )

    problems: tuple[tuple[int, str, str], ...] = ()

    def __init__(self, accounts: list[Account], **options: Any) -> None:
        super().__init__(**options)
        self.layout.choices = choices(
            [("", gettext("Found out from its first row")), *((layout, layout_name(layout)) for layout in LAYOUTS)]
        )
        self.against.choices = choices((account.code, f"{account.code} {account.name}") for account in accounts)
        if not self.against.data:
            self.against.data = GENERAL_RESERVE

    def validate_pasted(self, field: TextField) -> None:
        """Ask for a file or a text, and not for both."""
        if bool(field.data) == self._has_file:
            raise ValidationError(gettext("Choose a file, or paste its rows."))

    @property
    def _has_file(self) -> bool:
        return self.file.data is not None

    def to_file(self) -> FileToImport:
        """Return what is to be imported.

        Raises:
            NotText, FileEmpty, LayoutUnknown
        """
        text = decoded(self.file.data.read()) if self._has_file else self.pasted.data or ""
        layout = next((layout for layout in LAYOUTS if layout == self.layout.data), None) or layout_of(text)
        day: date | None = self.opened_on.day
        return FileToImport(text, layout, self.mapping.data or "", day, self.against.data or None)

    def show(self, refusal: Refusal) -> int:
        """Keep what is wrong with the rows for the page, and return the status."""
        if isinstance(refusal, FileRefused):
            self.problems = tuple(
                (problem.row, problem.column, message_of(problem.reason)) for problem in refusal.problems
            )
        if refusal.about == "file" and not self._has_file:
            refusal.about = "pasted"
        return super().show(refusal)
