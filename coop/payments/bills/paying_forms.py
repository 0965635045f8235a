"""The form of a payment of bills: which ones the bank has paid, to which accounts, and when."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from coop.payments.bills.paying import ToPay
from coop.payments.bills.queries import BillRow
from coop.payments.ticking import PaidForm, TickedField


class TickedBills(TickedField[ToPay]):
    """Ticked bills, each with the account that the page showed."""

    def read(self, value: str) -> ToPay:
        """Read a bill and an account.

        Raises:
            ValueError: the page never wrote this.
        """
        bill_id, _, account_ref = value.partition(":")
        return ToPay(UUID(bill_id), UUID(account_ref) if account_ref else None)


class PayBillsForm(PaidForm):
    """The bills that the bank has paid."""

    pay = TickedBills(_l("Paid"))

    def to_bills(self) -> tuple[ToPay, ...]:
        """Return the bills."""
        return self.pay.rows


def tick(row: BillRow) -> str:
    """Return what a ticked bill sends."""
    return f"{row.id}:{row.account_ref or ''}"
