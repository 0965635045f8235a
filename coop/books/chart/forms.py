"""The forms around the chart of accounts: a new account, one that is changed, one that is closed, and a chart from a file."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import Optional, ValidationError

from coop.books import words
from coop.books.chart import words as chart_words
from coop.books.chart.operations import NewAccount
from coop.database import db
from coop.errors import message_of
from coop.forms import DayField, Form, LineField, TextField, choices, required
from evidence.messages import Refusal
from ledger import chart, lines
from ledger.chart import changes as chart_changes
from ledger.chart.changes import Particulars
from ledger.importing.errors import FileRefused
from ledger.importing.table import decoded
from ledger.models import Account, AccountKind, Business

#: Longer than two thousand rows ever are.
LONGEST_CHART = 400_000
_LONGEST_NAME = 100


class ParticularsForm(Form):
    """What can change about an account."""

    name = LineField(_l("Name"), [required(_l("Enter a name."))], longest=_LONGEST_NAME)
    heading = SelectField(_l("Under the heading"))
    statement_line = SelectField(
        _l("Line of the statements"), description=_l("What it is added up with on the statements.")
    )
    business = SelectField(
        _l("Whose business"),
        description=_l("For income and expenses that are to stand apart: leave it open otherwise."),
    )
    statutory_tag = LineField(
        _l("Statutory tag"),
        [Optional()],
        description=_l("What the registrar or the tax office calls it, such as a box of a form."),
        longest=40,
    )
    by_party = BooleanField(_l("Kept per member or client: each line says whom it is about"))

    def __init__(self, kind: AccountKind | None = None, **options: Any) -> None:
        super().__init__(**options)
        headings = [one for one in chart.accounts(db.session(), with_headings=True) if one.is_heading]
        offered = [one for one in headings if kind in {None, one.kind} and self._is_offered(one)]
        self.heading.choices = choices(
            [("", gettext("None")), *((one.code, f"{one.code} {one.name}") for one in offered)]
        )
        captions = [line for line in lines.LINES if kind in {None, line.kind}]
        self.statement_line.choices = choices(
            [("", gettext("None")), *((line.code, chart_words.caption(line, kind)) for line in captions)]
        )
        self.business.choices = choices(
            [("", gettext("Nobody's in particular")), *((one.value, chart_words.business(one)) for one in Business)]
        )

    def to_particulars(self) -> Particulars:
        """Return what the account is to be."""
        return Particulars(
            name=self.name.data or "",
            heading=self._chosen("heading"),
            by_party=self._chosen("by_party") is not None,
            statement_line=self._chosen("statement_line"),
            statutory_tag=self._chosen("statutory_tag"),
            business=Business(chosen) if (chosen := self._chosen("business")) else None,
        )

    def _chosen(self, name: str) -> str | None:
        """Return what was chosen; nothing for what the form does not ask for, because the account cannot have it."""
        return self._fields[name].data or None if name in self._fields else None

    def _is_offered(self, heading: Account) -> bool:
        return heading.closed_on is None


class AccountForm(ParticularsForm):
    """A new account or heading."""

    code = LineField(
        _l("Code"),
        [required(_l("Enter a code."))],
        description=_l("4 to 8 digits, a heading 1 to 3. The chart is sorted by them."),
        longest=8,
    )
    kind = SelectField(_l("Kind"))
    type = RadioField(_l("Account or heading"), default="account")
    is_contra = BooleanField(_l("On the other side of its kind, such as accumulated depreciation among the assets"))
    opened_on = DayField(
        _l("Open from"), [required(_l("Enter the first day."))], description=_l("The first day it takes entries.")
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kind.choices = choices((kind.value, words.account_kind(kind)) for kind in AccountKind)
        self.type.choices = choices(
            [("account", gettext("An account, which takes entries")), ("heading", gettext("A heading, which adds up"))]
        )

    def to_account(self) -> NewAccount:
        """Return the account that the form asks for."""
        return NewAccount(
            code=self.code.data or "",
            kind=AccountKind(self.kind.data),
            opened_on=self.opened_on.required_day,
            particulars=self.to_particulars(),
            is_heading=self.type.data == "heading",
            is_contra=bool(self.is_contra.data),
        )


class EditForm(ParticularsForm):
    """An account that is there, or a heading, of which only the name and the heading over it can change."""

    def __init__(self, account: Account, **options: Any) -> None:
        self._account = account
        present = chart_changes.particulars_of(db.session(), account)
        shown = {name: getattr(present, name) or "" for name in ("name", "heading", "statement_line", "statutory_tag")}
        business = present.business.value if present.business else ""
        super().__init__(account.kind, data={**shown, "business": business, "by_party": present.by_party}, **options)
        if account.is_heading:
            for name in ("statement_line", "business", "statutory_tag", "by_party"):
                del self[name]
        elif account.kind.is_permanent:
            del self["business"]

    def _is_offered(self, heading: Account) -> bool:
        is_present = heading.id == self._account.parent_id
        return is_present or (heading.closed_on is None and heading.id != self._account.id)


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


class ChartForm(Form):
    """A chart as a file or as pasted rows. `problems` says row by row what is wrong with it."""

    file = FileField(_l("File"), description=_l("A CSV file in UTF-8."))
    pasted = TextField(_l("Or paste the rows"), longest=LONGEST_CHART)

    problems: tuple[tuple[int, str, str], ...] = ()

    def validate_pasted(self, field: TextField) -> None:
        """Ask for a file or a text; of a file that was looked at, the rows stand in the text."""
        if not field.data and self.file.data is None:
            raise ValidationError(gettext("Choose a file, or paste its rows."))

    def to_text(self) -> str:
        """Return the rows, and keep those of a file in the form, so that what was looked at is what is taken.

        Raises:
            NotText
        """
        if self.file.data is not None:
            self.pasted.data = decoded(self.file.data.read())
        return self.pasted.data or ""

    def show(self, refusal: Refusal) -> int:
        """Keep what is wrong with the rows for the page, and return the status."""
        if isinstance(refusal, FileRefused):
            self.problems = tuple((one.row, one.column, message_of(one.reason)) for one in refusal.problems)
        if refusal.about == "file" and self.file.data is None:
            refusal.about = "pasted"
        return super().show(refusal)
