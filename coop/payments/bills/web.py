"""The pages of suppliers, bills and claims, gathered under one blueprint."""

from coop.payments.bills import (
    bill_web,
    claim_web,
    enter_web,
    erase_web,
    my_claim_web,
    paying_web,
    payment_web,
    supplier_web,
    take_back_web,
)
from coop.payments.bills.pages import blueprint

__all__ = [
    "bill_web",
    "blueprint",
    "claim_web",
    "enter_web",
    "erase_web",
    "my_claim_web",
    "paying_web",
    "payment_web",
    "supplier_web",
    "take_back_web",
]
