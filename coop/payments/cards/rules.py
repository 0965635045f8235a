"""What the database itself refuses about payments by card: what has happened is only ever added to."""

from coop.payments.cards.models import (
    CardFee,
    CardPayment,
    CardRefund,
    CardRefundMade,
    Checkout,
    CheckoutEnded,
    CheckoutSession,
    EventSettled,
    GatewayEvent,
)
from evidence.columns import table_of
from evidence.rules import Rule, append_only

_EVIDENCE = (
    Checkout,
    CheckoutEnded,
    CheckoutSession,
    GatewayEvent,
    EventSettled,
    CardPayment,
    CardFee,
    CardRefund,
    CardRefundMade,
)

RULES: tuple[Rule, ...] = tuple(rule for mapped in _EVIDENCE for rule in append_only(table_of(mapped)))
