"""The form around a bank account: the number by which the bank knows it."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from coop.forms import Form, LineField
from coop.payments.bank.accounts import LONGEST_NUMBER


class NumberForm(Form):
    """The bank's own number of an account."""

    number = LineField(
        _l("Number of the account at the bank"),
        [Optional()],
        longest=LONGEST_NUMBER,
        description=_l("As the bank's statement shows it. A file that names another of your accounts is then refused."),
    )

    def to_number(self) -> str:
        """Return the number."""
        return self.number.data or ""
