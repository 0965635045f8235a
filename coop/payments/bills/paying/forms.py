"""The form of a payment of bills: how much of which ones the bank has paid, to which accounts, and when."""

from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field

from coop.errors import message_of
from coop.formats import parse_amount
from coop.payments.bills.pages import currency
from coop.payments.bills.paying.netting import ToPay
from coop.payments.bills.rows import BillRow
from coop.payments.ticking import PaidForm, TickedField
from evidence.messages import Refusal

_AMOUNT = "amount-"


class TickedBills(TickedField[tuple[UUID, UUID | None]]):
    """Ticked bills, each with the account that the page showed."""

    def read(self, value: str) -> tuple[UUID, UUID | None]:
        """Read a bill and an account.

        Raises:
            ValueError: the page never wrote this.
        """
        bill_id, _, account_ref = value.partition(":")
        return UUID(bill_id), UUID(account_ref) if account_ref else None


class BillAmounts(Field):
    """An amount beside each bill, under a name that says whose it is. `data` has what was written, by bill."""

    def process(self, formdata: Any, *_: Any, **__: Any) -> None:
        """Keep the amounts as they came."""
        self.process_errors: list[str] = []
        names = [name for name in formdata or () if name.startswith(_AMOUNT)]
        self.data = {name.removeprefix(_AMOUNT): formdata[name].strip()[:40] for name in names}


class PayBillsForm(PaidForm):
    """The bills that the bank has paid, and how much of each."""

    pay = TickedBills(_l("Paid"))
    amounts = BillAmounts()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        #: What is wrong with the amount of a bill.
        self.wrong: dict[str, str] = {}
        self._minor: dict[str, int] = {}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and then the amount of each ticked bill."""
        is_valid = super().validate(extra_validators)
        for bill_id in {str(bill_id) for bill_id, _ in self.pay.rows}:
            if bill_id not in self.amounts.data:
                self.form_errors.append(gettext("Open the list again: the form is not complete."))
                return False
            try:
                self._minor[bill_id] = parse_amount(self.amounts.data[bill_id], currency(), allow_negative=True)
            except Refusal as refusal:
                self.wrong[bill_id] = message_of(refusal)
        if self.wrong:
            self.form_errors.append(gettext("Put the amounts right that are marked below."))
        return is_valid and not self.wrong

    def to_bills(self) -> tuple[ToPay, ...]:
        """Return the bills."""
        return tuple(ToPay(bill_id, self._minor[str(bill_id)], account_ref) for bill_id, account_ref in self.pay.rows)


def tick(row: BillRow) -> str:
    """Return what a ticked bill sends."""
    return f"{row.id}:{row.account_ref or ''}"
