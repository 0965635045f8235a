"""The forms of payments out: which rows the bank has paid, and the account of a participant."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from coop.forms import Form, LineField
from coop.payments.payouts.accounts import LONGEST_ACCOUNT
from coop.payments.payouts.payees import PayeeRow
from coop.payments.ticking import PaidForm, TickedField


class TickedAmounts(TickedField[tuple[UUID, int]]):
    """Ticked rows, each a participant and the amount that the page showed."""

    def read(self, value: str) -> tuple[UUID, int]:
        """Read a participant and an amount.

        Raises:
            ValueError: the page never wrote this.
        """
        participant_id, _, amount = value.partition(":")
        if not (amount.isascii() and amount.isdigit() and len(amount) < 19):
            raise ValueError(value)
        return UUID(participant_id), int(amount)


class PaymentForm(PaidForm):
    """Whom the bank has paid."""

    pay = TickedAmounts(_l("Paid"))

    def to_lines(self) -> tuple[tuple[UUID, int], ...]:
        """Return participants and amounts."""
        return self.pay.rows


class AccountForm(Form):
    """Where a participant wants to be paid; empty for nowhere."""

    bank_account = LineField(
        _l("Bank account"),
        longest=LONGEST_ACCOUNT,
        description=_l("As your bank writes it, such as 12-3456-0123456-00. Leave it empty to remove it."),
    )

    def to_account(self) -> str:
        """Return the account."""
        return self.bank_account.data or ""


def tick(row: PayeeRow) -> str:
    """Return what a ticked row sends."""
    return f"{row.participant_id}:{row.owed_minor}"
