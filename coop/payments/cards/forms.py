"""The forms on the page of a payment by card."""

from flask_babel import lazy_gettext as _l

from coop import cooperative
from coop.database import db
from coop.forms import Form, MoneyField, TextField, required
from coop.texts import LONGEST_PROSE


def _currency() -> str:
    return cooperative.current(db.session()).currency


class FeeForm(Form):
    """What the processor kept of a payment."""

    amount = MoneyField(
        _l("Fee"),
        [required(_l("Enter an amount; 0 if the card processor kept nothing."))],
        currency=_currency,
        description=_l("As the card processor's own pages show it for this payment."),
    )


class NoteForm(Form):
    """What was done about an event."""

    note = TextField(
        _l("What was done about it"),
        [required(_l("Say in a few words what was done, for whoever reads the books later."))],
        longest=LONGEST_PROSE,
    )

    def to_note(self) -> str:
        """Return the words."""
        return str(self.note.data)
