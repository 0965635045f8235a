"""The forms about cost centres."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from coop.forms import DayField, Form, LineField, choices, required
from ledger.cost_centres import Centre


class CentreForm(Form):
    """The name of a cost centre and its place in the tree."""

    name = LineField(_l("Name"), [required(_l("Enter a name."))], longest=100)
    parent = SelectField(_l("Stands under"))

    def __init__(self, centres: Iterable[Centre], **options: Any) -> None:
        super().__init__(**options)
        labels = ((one.code, f"{'– ' * one.depth}{one.code} {one.name}") for one in centres)
        self.parent.choices = choices([("", gettext("None")), *labels])

    def to_place(self) -> tuple[str, str | None]:
        """Return the name, and the code of the centre it stands under."""
        return self.name.data or "", self.parent.data or None


class NewCentreForm(CentreForm):
    """A new cost centre."""

    code = LineField(
        _l("Code"),
        [required(_l("Enter a code."))],
        description=_l("Short, such as coaching. It stays."),
        longest=20,
    )

    def to_code(self) -> str:
        """Return the code."""
        return self.code.data or ""


class CloseForm(Form):
    """The closing of a cost centre."""

    closed_on = DayField(
        _l("Closed from"),
        [required(_l("Enter the day."))],
        description=_l("The first day on which no entry can name it any more."),
    )

    def to_day(self) -> date:
        """Return the first day on which it is closed."""
        return self.closed_on.required_day
