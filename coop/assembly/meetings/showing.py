"""What several pages of a meeting show alike: its steps, the quorum, and what the person who is looking may see and do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly import bylaws
from coop.assembly.meetings.queries import MeetingPage, MeetingState
from coop.assembly.queries import members_among
from coop.assembly.voting import resolution_rule
from coop.permissions import Power
from coop.signed_in import actor


@dataclass(frozen=True)
class Step:
    """A step of a meeting's way."""

    label: str
    state: str
    at: datetime | None = None
    note: str | None = None


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
