"""The form of accounts that were compared."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from coop.forms import Form
from coop.payments.ticking import TickedIds


class ConfirmForm(Form):
    """The accounts that somebody has compared, each by its reference: what is confirmed is what was shown."""

    accounts = TickedIds(_l("Compared"))

    def to_refs(self) -> tuple[UUID, ...]:
        """Return the accounts."""
        return self.accounts.rows
