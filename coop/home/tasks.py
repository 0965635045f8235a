"""What somebody can do next: for the participants they act for, and by the powers they hold.

A task is here as long as the rooms say that something waits; nothing is ticked off by hand.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.queries import State
from coop.community.queries import profile
from coop.formats import format_money
from coop.home import queries
from coop.home.queries import Holding
from coop.membership.queries import membership
from coop.membership.registers import waiting_count
from coop.payments.queries import RequestRow, outstanding_count, outstanding_of
from coop.permissions import Actor, Power
from coop.shares.queries import to_issue


@dataclass(frozen=True)
class Task:
    """Something to do, where, and until when."""

    title: str
    href: str
    text: str = ""
    due: date | None = None


def own_tasks(session: Session, who: Actor, holdings: list[Holding]) -> list[Task]:
    """Return what waits for the participants that the person acts for: answers, payments, membership, profile."""
    tasks = [
        Task(
            gettext("Answer: do you stand for election?"),
            url_for("assembly.stand", participant_id=asked.participant_id, motion_id=asked.motion_id),
            gettext("%(name)s was nominated: %(title)s", name=asked.participant_name, title=asked.title),
        )
        for asked in queries.nominations_of(session, who.represents)
    ]
    members = {holding.participant_id for holding in holdings if holding.member_number is not None}
    bank_account = cooperative.current(session).bank_account
    payments = [
        _payment(request, bank_account, is_member=request.participant_id in members)
        for request in outstanding_of(session, who.represents)
    ]
    for holding in holdings:
        tasks += _membership(session, holding)
    for holding in holdings:
        tasks += _profile(session, holding)
    return payments + tasks


def officers_tasks(session: Session, who: Actor, now: datetime) -> list[Task]:
    """Return what waits for somebody who holds one of the person's powers."""
    tasks = []
    if Power.BOARD in who.powers and (count := waiting_count(session)):
        tasks.append(
            Task(
                ngettext("Decide on %(num)s application", "Decide on %(num)s applications", count),
                url_for("membership.officers.applications"),
                gettext("Record what the board decided about each."),
            )
        )
    if Power.TREASURER in who.powers and (count := outstanding_count(session)):
        tasks.append(
            Task(
                ngettext("Look for %(num)s payment at the bank", "Look for %(num)s payments at the bank", count),
                url_for("payments.requests"),
                gettext("Record each one that has arrived."),
            )
        )
    if who.powers & {Power.SECRETARY, Power.BOARD}:
        tasks += _register_and_votes(session, now)
    if Power.SECRETARY in who.powers:
        tasks += [
            Task(
                gettext("Record the new board"),
                url_for("assembly.proposal", motion_id=motion_id),
                gettext("%(title)s is counted; the elected need their powers.", title=title),
            )
            for motion_id, title in queries.boards_to_record(session)
        ]
    return tasks


def _register_and_votes(session: Session, now: datetime) -> list[Task]:
    tasks = []
    if count := len(to_issue(session)):
        tasks.append(
            Task(
                ngettext("Issue %(num)s paid subscription", "Issue %(num)s paid subscriptions", count),
                url_for("shares.to_issue"),
                gettext("A new member's vote begins on the day of issue."),
            )
        )
    if count := queries.uncounted(session, now):
        tasks.append(
            Task(
                ngettext("Count %(num)s vote that has closed", "Count %(num)s votes that have closed", count),
                url_for("assembly.proposals", state=State.PENDING.value),
                gettext("It happens by itself within moments; you can also do it now."),
            )
        )
    return tasks


def _payment(request: RequestRow, bank_account: str, *, is_member: bool) -> Task:
    page = "shares.shares" if is_member else "membership.status"
    return Task(
        gettext(
            "Pay %(amount)s for %(name)s",
            amount=format_money(request.outstanding_minor, request.currency),
            name=request.payer,
        ),
        url_for(page, participant_id=request.participant_id),
        gettext("To account %(account)s, reference %(reference)s.", account=bank_account, reference=request.reference)
        if bank_account
        else gettext("Reference %(reference)s.", reference=request.reference),
    )


def _membership(session: Session, holding: Holding) -> list[Task]:
    participant_id: UUID = holding.participant_id
    if holding.member_number is not None or not membership(session, participant_id).may_apply:
        return []
    return [
        Task(
            gettext("Become a member: apply for %(name)s", name=holding.name),
            url_for("membership.application", participant_id=participant_id),
            gettext("Members own the co-op. Each has one vote, whatever they hold."),
        )
    ]


def _profile(session: Session, holding: Holding) -> list[Task]:
    said = profile(session, holding.participant_id)
    if said.offers or said.seeks:
        return []
    return [
        Task(
            gettext("Say what %(name)s offers and looks for", name=holding.name),
            url_for("community.profile", participant_id=holding.participant_id),
            gettext("The profile is empty, so nobody finds it by a skill."),
        )
    ]
