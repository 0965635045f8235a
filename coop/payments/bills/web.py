"""The pages of suppliers, bills and claims, gathered under one blueprint."""

from coop.payments.bills import bill_web, enter_web, erase_web, take_back_web
from coop.payments.bills.claims import my_web as my_claim_web
from coop.payments.bills.claims import web as claim_web
from coop.payments.bills.pages import blueprint
from coop.payments.bills.paying import payment_web
from coop.payments.bills.paying import web as paying_web
from coop.payments.bills.suppliers import web as supplier_web

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
