"""The form of a payment of bills: which ones the bank has paid, and when."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from coop.payments.ticking import PaidForm, TickedIds


class PayBillsForm(PaidForm):
    """The bills that the bank has paid."""

    pay = TickedIds(_l("Paid"))

    def to_bills(self) -> tuple[UUID, ...]:
        """Return the bills."""
        return self.pay.rows
