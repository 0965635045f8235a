"""What several pages of a meeting show alike: its steps, the quorum, what an item lacks, and what whoever is looking may see and do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly import bylaws
from coop.assembly.counting_rules import resolution_rule
from coop.assembly.meetings import errors, progress, readiness
from coop.assembly.meetings.models import Meeting
from coop.assembly.meetings.queries import ItemRow, MeetingPage, MeetingState
from coop.assembly.queries import members_among
from coop.errors import message_of
from coop.permissions import Power
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.surplus.errors import PlanStale


@dataclass(frozen=True)
class Step:
    """A step of a meeting's way."""

    label: str
    state: str
    at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True)
class Lack:
    """Something that an item still needs, and the page on which it is seen to."""

    reason: str
    label: str
    href: str


@dataclass(frozen=True)
class May:
    """What the person who is looking may do with a meeting: for the page only, each operation checks again."""

    plan: bool
    send: bool
    open: bool
    postpone: bool
    cancel: bool
    drop: bool
    record: bool


def page_values(session: Session, page: MeetingPage) -> Mapping[str, Any]:
    """Return what the pages of a meeting share."""
    return {
        "page": page,
        "may": may(page),
        "steps": steps(page),
        "quorum": quorum(session, page),
        "sees_link": sees_link(session),
    }


def may(page: MeetingPage) -> May:
    """Say what the person who is looking may do."""
    powers, state = actor().powers, page.row.state
    leads = bool(powers & {Power.SECRETARY, Power.BOARD})
    called, noticed = state is MeetingState.CALLED, state is MeetingState.NOTICED
    return May(
        plan=leads and called,
        send=leads and called,
        open=leads and noticed,
        postpone=leads and noticed,
        cancel=leads and (called or noticed),
        drop=leads and noticed,
        record=Power.SECRETARY in powers and page.opening is not None,
    )


def lacks(session: Session, page: MeetingPage, *, for_notice: bool = False) -> Mapping[UUID, Sequence[Lack]]:
    """Return what keeps each item from being voted on, or with `for_notice` from being announced, by the item."""
    meeting = session.get_one(Meeting, page.row.id)
    rows = {row.id: row for row in page.items}
    return {
        item.id: [
            Lack(message_of(refusal), *_seen_to(refusal, page, rows[item.id]))
            for refusal in readiness.missing(session, meeting, item, for_notice=for_notice)
        ]
        for item in progress.items_of(session, page.row.id)
    }


def _seen_to(refusal: Refusal, page: MeetingPage, item: ItemRow) -> tuple[str, str]:
    """Return the words and the address of the page on which somebody can see to what is missing."""
    meeting_id, year, is_announced = page.row.id, page.row.year, page.notice is not None
    found = (gettext("The meeting"), url_for("assembly.meeting", meeting_id=meeting_id))
    match refusal:
        case errors.AccountsNotApproved() if year is not None:
            found = (gettext("The accounts"), url_for("reports.year_accounts", year_id=year.id))
        case errors.ReportNotPublished() if year is not None:
            found = (gettext("The annual report"), url_for("reports.year_page", year_id=year.id))
        case errors.ReportTooLate() if is_announced:
            found = (gettext("Postpone the meeting"), url_for("assembly.postpone_meeting", meeting_id=meeting_id))
        case errors.ReportTooLate():
            found = (gettext("Change the date"), url_for("assembly.edit_meeting", meeting_id=meeting_id))
        case errors.SolvencyMissing() if item.surplus is not None:
            plan = item.surplus.plan
            found = (gettext("The solvency statement"), url_for("assembly.solvency_statement", plan_id=plan.id))
        case PlanStale() if not is_announced:
            found = (gettext("Change the agenda"), url_for("assembly.agenda", meeting_id=meeting_id))
        case errors.NobodyStands() if item.motion is not None:
            found = (gettext("The election"), url_for("assembly.proposal", motion_id=item.motion.row.id))
    return found


def sees_link(session: Session) -> bool:
    """Say whether the person who is looking sees how to take part online: members and officers do."""
    who = actor()
    return bool(who.powers) or bool(members_among(session, who.represents))


def quorum(session: Session, page: MeetingPage) -> str:
    """Say how many must vote for a resolution to be valid."""
    if page.opening is None:
        figures = bylaws.in_force(session, cooperative.today(session)).bylaws
        said = gettext(
            "A resolution is valid if at least %(share)s of those on the voting roll vote, and never fewer than %(heads)s."
            " It is the votes that count, not who is in the room; abstentions count too.",
            share=f"{figures.quorum_numerator}/{figures.quorum_denominator}",
            heads=figures.quorum_heads,
        )
    else:
        figures = bylaws.in_force(session, local(session, page.opening.opened_at).date()).bylaws
        said = ngettext(
            "There is one member on the voting roll. A resolution is valid if at least %(needed)s vote.",
            "There are %(num)s members on the voting roll. A resolution is valid if at least %(needed)s of them vote.",
            page.opening.members,
            needed=resolution_rule(figures, special=False).quorum_needed(page.opening.members),
        )
    return str(said)


def steps(page: MeetingPage) -> list[Step]:
    """Return how far a meeting has come, and what is to come."""
    found = [Step(gettext("Called"), "done", page.called_at)]
    notice, opening = page.notice, page.opening
    if notice is not None:
        told = ngettext("%(num)s member was told.", "%(num)s members were told.", notice.members)
        label = gettext("Notice sent") if notice.number == 1 else gettext("Postponed, by a new notice")
        found.append(Step(label, "done", notice.sent_at, told))
    if page.cancelled_at is not None:
        return [*found, Step(gettext("Cancelled"), "stopped", page.cancelled_at, page.words.reason or None)]
    if notice is None:
        found.append(Step(gettext("Notice"), "current", None, gettext("The agenda is being made.")))
    if opening is None:
        found.append(Step(gettext("Meeting opens"), "current" if notice else "waiting", page.row.held_at))
        return [*found, Step(gettext("Votes close"), "waiting"), Step(gettext("Minutes"), "waiting")]
    found.append(Step(gettext("Opened"), "done", opening.opened_at))
    is_open = page.row.state is MeetingState.OPEN
    if opening.closes_at is not None:
        found.append(Step(gettext("Votes close"), "current" if is_open else "done", opening.closes_at))
    if page.minutes:
        return [*found, Step(gettext("Minutes"), "done", page.minutes[-1].written_at)]
    return [*found, Step(gettext("Minutes"), "waiting" if is_open else "current")]


def local(session: Session, moment: datetime) -> datetime:
    """Return a moment as the co-op's clocks show it."""
    return moment.astimezone(ZoneInfo(cooperative.current(session).zone))
