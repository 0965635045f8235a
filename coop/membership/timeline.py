"""The steps from an application to a place in the register, as the status page shows them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flask_babel import gettext

from coop.assembly.resolutions import Body
from coop.formats import format_money
from coop.membership.models import Decision
from coop.membership.queries import Membership
from coop.shares.queries import SubscriptionRow

State = Literal["done", "current", "waiting", "stopped"]


@dataclass(frozen=True)
class Step:
    """One step. `at` is a day or an aware moment."""

    label: str
    state: State
    at: date | None = None
    note: str | None = None


def steps(standing: Membership, first: SubscriptionRow | None, *, has_share: bool) -> list[Step]:
    """Return the steps of the latest application; `first` is the subscription that came with it."""
    application = standing.application
    if application is None:
        return []
    received = Step(gettext("Application received"), "done", application.submitted_at)
    if application.decision in {Decision.REFUSED, Decision.WITHDRAWN}:
        refused = application.decision is Decision.REFUSED
        label = gettext("Not admitted by the board") if refused else gettext("Withdrawn")
        return [received, Step(label, "stopped", application.decided_at, application.refusal_reason or None)]
    joined = standing.joined_on
    last = gettext("Share issued: your membership and your vote begin") if has_share else gettext("Entered as a member")
    if application.decision is None:
        later = [Step(gettext("Share paid"), "waiting")] if has_share else []
        return [received, Step(gettext("The board decides"), "current"), *later, Step(last, "waiting")]
    by_founders = application.decided_by is Body.FOUNDERS
    label = gettext("Admitted by the founding resolution") if by_founders else gettext("Admitted by the board")
    admitted = Step(label, "done", application.decided_at)
    if first is None:
        return [received, admitted, Step(last, "done" if joined else "current", joined)]
    if not first.is_paid:
        return [received, admitted, Step(gettext("Share paid"), "current", None, _paid(first)), Step(last, "waiting")]
    return [
        received,
        admitted,
        Step(gettext("Share paid"), "done"),
        Step(last, "done" if joined else "current", joined),
    ]


def _paid(subscription: SubscriptionRow) -> str:
    return str(
        gettext(
            "%(received)s of %(asked)s has arrived",
            received=format_money(subscription.received_minor, subscription.currency),
            asked=format_money(subscription.amount_minor, subscription.currency),
        )
    )
