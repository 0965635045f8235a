"""The forms of payments out: which rows the bank has paid, and the account of a participant."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from coop.forms import Form, LineField
from coop.payments.payouts.accounts import LONGEST_ACCOUNT
from coop.payments.payouts.disbursements import ToPay
from coop.payments.payouts.payees import PayeeRow
from coop.payments.ticking import PaidForm, TickedField


class TickedAmounts(TickedField[ToPay]):
    """Ticked rows, each a participant with the amount and the account that the page showed."""

    def read(self, value: str) -> ToPay:
        """Read a participant, an amount and an account.

        Raises:
            ValueError: the page never wrote this.
        """
        participant_id, amount, account_ref = (*value.split(":", 2), "", "")[:3]
        if not (amount.isascii() and amount.isdigit() and len(amount) < 19):
            raise ValueError(value)
        return ToPay(UUID(participant_id), int(amount), UUID(account_ref) if account_ref else None)


class PaymentForm(PaidForm):
    """Whom the bank has paid."""

    pay = TickedAmounts(_l("Paid"))

    def to_lines(self) -> tuple[ToPay, ...]:
        """Return who was paid what, and where."""
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
    return f"{row.participant_id}:{row.owed_minor}:{row.account_ref or ''}"
