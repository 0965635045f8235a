"""Forms of acts that need two people."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from coop.approvals.operations import LONGEST_REASON
from coop.forms import Form, TextField


class ApprovalForm(Form):
    """Approve exactly what the page shows."""

    seen = HiddenField()

    def to_seen(self) -> str:
        """Return the digest of what was on the page."""
        return str(self.seen.data or "")


class WithdrawalForm(Form):
    """Take back what one has prepared, or refuse what another has."""

    reason = TextField(_l("Reason to refuse"), longest=LONGEST_REASON)

    def to_reason(self) -> str:
        """Return the reason."""
        return str(self.reason.data or "")
