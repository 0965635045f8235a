"""What the database itself refuses in the marketplace: what was sold, delivered and refunded is only ever added."""

from coop.marketplace.models import CohortMeeting, MeetingHeld, MeetingTakenBack
from coop.marketplace.order_models import (
    Delivery,
    DeliveryTakenBack,
    OrderCancellation,
    OrderPayment,
    OrderRefund,
    SalesOrder,
)
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = tuple(
    rule
    for mapped in (
        CohortMeeting,
        MeetingHeld,
        MeetingTakenBack,
        SalesOrder,
        OrderPayment,
        OrderCancellation,
        Delivery,
        DeliveryTakenBack,
        OrderRefund,
    )
    for rule in append_only(table_of(mapped))
)
