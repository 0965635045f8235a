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
from coop.approvals.queries import waiting_for, waiting_with
from coop.assembly.duties import due_closings
from coop.assembly.queries import State
from coop.books.acts import YEAR_CLOSE
from coop.books.surplus.acts import next_steps
from coop.books.years.closing import year_to_close
from coop.community.matching import Skills, skills_of
from coop.community.queries import profile
from coop.formats import format_day, format_money
from coop.home import queries
from coop.home.queries import Holding
from coop.marketplace import order_queries
from coop.marketplace.queries import meetings_to_confirm
from coop.membership.queries import membership
from coop.membership.registers import waiting_count
from coop.payments.bank.accounts import are_several, bank_account
from coop.payments.bank.queries import unmatched_counts
from coop.payments.cards.queries import waiting_count as card_waiting_count
from coop.payments.payouts.payees import owed_in_all
from coop.payments.queries import RequestRow, outstanding_count, outstanding_of
from coop.permissions import Actor, Power
from coop.shares.queries import to_issue
from ledger.years.closed_years import reopening_of


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
        _payment(session, request, bank_account, is_member=request.participant_id in members)
        for request in outstanding_of(session, who.represents)
    ]
    for holding in holdings:
        tasks += _membership(session, holding)
    for holding in holdings:
        tasks += _profile(session, holding)
    return _second_factor(who) + payments + _coaching(session, who) + tasks


def officers_tasks(session: Session, who: Actor, now: datetime) -> list[Task]:
    """Return what waits for somebody who holds one of the person's powers."""
    tasks = []
    # What is looked at on a page of its own has a task of its own.
    if count := sum(row.kind.page is None for row in waiting_for(session, who)):
        tasks.append(
            Task(
                ngettext(
                    "Approve or refuse %(num)s act of two people", "Approve or refuse %(num)s acts of two people", count
                ),
                url_for("approvals.acts"),
                gettext("Somebody has prepared it; it is done when a second person approves."),
            )
        )
    if Power.BOARD in who.powers and (count := waiting_count(session)):
        tasks.append(
            Task(
                ngettext("Decide on %(num)s application", "Decide on %(num)s applications", count),
                url_for("membership.officers.applications"),
                gettext("Record what the board decided about each."),
            )
        )
    if Power.TREASURER in who.powers:
        tasks += _money(session) + _surplus(session) + _tax(session)
    if who.powers & {Power.SECRETARY, Power.BOARD}:
        tasks += _register_and_votes(session, now) + _services(session)
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


def _tax(session: Session) -> list[Task]:
    """Return what a co-op that is registered for tax has not said yet."""
    house = cooperative.current(session)
    if not house.is_tax_registered or (house.sales_tax_code and house.tax_number):
        return []
    text = gettext("Until then it carries no tax. Receipts show it with the GST number.")
    return [Task(gettext("Choose the tax code of what the co-op sells"), url_for("books.tax_registration"), text)]


def _surplus(session: Session) -> list[Task]:
    """Return what waits for the treasurer between the closing of a year and the distribution of its surplus."""
    return [
        Task(
            gettext("Plan the surplus of the year to %(day)s", day=format_day(year.ends_on)),
            url_for("books.new_surplus_plan", year_id=year.id),
            gettext("The year is closed. Members decide on a plan at their meeting."),
        )
        if plan is None
        else Task(
            gettext("Post the surplus of the year to %(day)s", day=format_day(year.ends_on)),
            url_for("books.surplus_plan", plan_id=plan.id),
            gettext("The members carried the plan. Prepare the posting; the board approves it."),
        )
        for year, plan in next_steps(session)
    ]


def _money(session: Session) -> list[Task]:
    """Return what waits for the treasurer: money in, what the bank shows, money out, a year that is over."""
    tasks = []
    if count := outstanding_count(session):
        tasks.append(
            Task(
                ngettext("Look for %(num)s payment at the bank", "Look for %(num)s payments at the bank", count),
                url_for("payments.requests"),
                gettext("Record each one that has arrived."),
            )
        )
    if count := card_waiting_count(session):
        tasks.append(
            Task(
                ngettext(
                    "Look at %(num)s message of the card processor",
                    "Look at %(num)s messages of the card processor",
                    count,
                ),
                url_for("cards.payments", show="attention"),
                gettext("Each says what you can do about it."),
            )
        )
    tasks += [
        Task(
            ngettext("Match %(num)s line of the bank statement", "Match %(num)s lines of the bank statement", count),
            url_for("bank.lines", bank_code=code),
            _which_account(session, code) or gettext("Say which entry each one is."),
        )
        for code, count in unmatched_counts(session).items()
    ]
    if owed_minor := owed_in_all(session):
        tasks.append(
            Task(
                gettext("Pay what is owed to coaches, sellers, clients, members and claimants"),
                url_for("payouts.overview"),
                gettext("%(amount)s in all.", amount=format_money(owed_minor, cooperative.current(session).currency)),
            )
        )
    if year := year_to_close(session, cooperative.today(session)):
        prepared = waiting_with(session, YEAR_CLOSE, {"year": year.id}) is not None
        title = gettext("Close the year to %(day)s", day=format_day(year.ends_on))
        if reopening_of(session, year.id) is not None:
            title = gettext("Close the year to %(day)s again: it was reopened", day=format_day(year.ends_on))
        tasks.append(
            Task(
                title,
                url_for("books.year_closing", year_id=year.id),
                gettext("It is prepared and waits for somebody of the board.")
                if prepared
                else gettext("The checklist says what has to be settled first."),
            )
        )
    return tasks


def _which_account(session: Session, code: str) -> str:
    """Say on which bank account something is to be done, where there are several."""
    return gettext("On account %(account)s.", account=bank_account(session, code).label) if are_several(session) else ""


def _second_factor(who: Actor) -> list[Task]:
    if not who.withheld:
        return []
    return [
        Task(
            gettext("Set up your second factor"),
            url_for("factor.overview"),
            gettext("Your powers rest until you are signed in with a code from an app beside your password."),
        )
    ]


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
    if count := len(due_closings(session, now)):
        tasks.append(
            Task(
                ngettext("Count %(num)s vote that has closed", "Count %(num)s votes that have closed", count),
                url_for("assembly.proposals", state=State.PENDING.value),
                gettext("It happens by itself within moments; you can also do it now."),
            )
        )
    return tasks


def _services(session: Session) -> list[Task]:
    tasks = [
        Task(
            gettext("Confirm meeting %(number)s of “%(title)s”", number=meeting.position, title=title),
            url_for("marketplace.hold_meeting", cohort_meeting_id=meeting.id),
            gettext("Its part of every order of the cohort is earned by it."),
        )
        for meeting, _, title in meetings_to_confirm(session, cooperative.today(session))
    ]
    if count := order_queries.undelivered_count(session):
        tasks.append(
            Task(
                ngettext("Deliver %(num)s order of coaching", "Deliver %(num)s orders of coaching", count),
                url_for("marketplace.to_deliver"),
                gettext("Each session is confirmed once it was held."),
            )
        )
    return tasks


def _coaching(session: Session, who: Actor) -> list[Task]:
    return [
        Task(
            ngettext("Coach: %(num)s order has sessions to come", "Coach: %(num)s orders have sessions to come", count),
            url_for("marketplace.my_sessions", participant_id=participant_id),
            gettext("Confirm each session once it was held; your fee is owed to you from then on."),
        )
        for participant_id, count in order_queries.sessions_to_hold(session, who.represents).items()
    ]


def _payment(session: Session, request: RequestRow, bank_account: str, *, is_member: bool) -> Task:
    page, ids = "shares.shares" if is_member else "membership.status", {"participant_id": request.participant_id}
    order_id = order_queries.order_of_request(session, request.id)
    if order_id is not None:
        page, ids = "marketplace.my_order", {**ids, "order_id": order_id}
    return Task(
        gettext(
            "Pay %(amount)s for %(name)s",
            amount=format_money(request.outstanding_minor, request.currency),
            name=request.payer,
        ),
        url_for(page, **ids),  # type: ignore[arg-type]
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
    said, skills = profile(session, holding.participant_id), skills_of(session, [holding.participant_id])
    if said.offers or said.seeks or skills[holding.participant_id] != Skills():
        return []
    return [
        Task(
            gettext("Say what %(name)s offers and looks for", name=holding.name),
            url_for("community.profile", participant_id=holding.participant_id),
            gettext("The profile is empty, so nobody finds it by a skill."),
        )
    ]
