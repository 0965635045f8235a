"""The steps of an order, as its page shows them: ordered, paid, delivered part by part, refunded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flask_babel import gettext, ngettext

from coop.formats import format_day, format_money
from coop.marketplace.models import OfferingKind
from coop.marketplace.order_models import PaidBy
from coop.marketplace.order_records import OrderPage
from coop.marketplace.standing import State


@dataclass(frozen=True)
class Step:
    """One step. `at` is a day or an aware moment."""

    label: str
    state: Literal["done", "current", "waiting", "stopped"]
    at: date | None = None
    note: str | None = None


def steps(page: OrderPage) -> list[Step]:
    """Return the steps of an order."""
    row = page.row
    found = [Step(gettext("Ordered"), "done", row.ordered_at), *_payment(page)]
    found += [Step(_delivered(page, one.unit), "done", one.delivered_on) for one in page.deliveries]
    if row.to_deliver:
        found.append(Step(_to_come(page), "waiting"))
    for refund in page.refunds:
        amount = format_money(refund.amount_minor, row.currency, "en_NZ")
        found.append(
            Step(gettext("%(amount)s refunded", amount=amount), "done", refund.refunded_on, refund.reason or None)
        )
    return found


def _payment(page: OrderPage) -> Iterator[Step]:
    row = page.row
    if row.paid_on is not None:
        yield Step(gettext("Paid by card"), "done", row.paid_on)
    elif row.state is State.PAYING:
        yield Step(gettext("Waiting for the payment by card"), "current")
    elif row.state is State.EXPIRED:
        yield Step(gettext("Not paid in time: the place is free again"), "stopped")
    elif row.paid_by is PaidBy.INVOICE and page.cancelled_on is None and row.due_on is not None:
        day = format_day(row.due_on, "en_NZ")
        is_paid = not row.outstanding_minor
        note = None if is_paid else gettext("due on %(day)s", day=day)
        label = gettext("Invoice paid") if is_paid else gettext("Pay the invoice")
        yield Step(label, "done" if is_paid else "current", None, note)
    if page.cancelled_on is not None:
        yield Step(gettext("Cancelled"), "stopped", page.cancelled_on)


def _delivered(page: OrderPage, unit: int) -> str:
    if page.row.kind is OfferingKind.LISTING:
        return str(gettext("Arrived"))
    if page.row.kind is OfferingKind.COACHING:
        return str(gettext("Session %(unit)s held", unit=unit))
    return str(gettext("Meeting %(unit)s held", unit=unit))


def _to_come(page: OrderPage) -> str:
    count = page.row.to_deliver
    if page.row.kind is OfferingKind.LISTING:
        return str(gettext("The seller delivers it"))
    if page.row.kind is OfferingKind.COACHING:
        return str(ngettext("%(num)s session", "%(num)s sessions", count))
    return str(ngettext("%(num)s meeting", "%(num)s meetings", count))
