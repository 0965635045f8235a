"""The pages of the marketplace, gathered from their modules."""

from coop.marketplace import (
    buying_pages,
    card_payments,
    officer_pages,
    order_pages,
    selling_pages,
    service_pages,
    tax_pages,
)
from coop.marketplace.blueprint import blueprint

__all__ = [
    "blueprint",
    "buying_pages",
    "card_payments",
    "officer_pages",
    "order_pages",
    "selling_pages",
    "service_pages",
    "tax_pages",
]
