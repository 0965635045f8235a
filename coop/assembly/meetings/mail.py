"""Mail about meetings: the notice, its opening, and that it was cancelled. One to each person, naming all whom they act for.

Written in the transaction in which it happens.
"""

from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.assembly.bylaws import in_force
from coop.assembly.meetings import progress
from coop.assembly.meetings.models import AgendaItem, Meeting, MeetingNotice, MeetingOpening, MeetingWords
from coop.assembly.models import MotionWords
from coop.assembly.notices import said_of
from coop.formats import format_day, format_moment
from coop.membership.queries import who_acts_for_members
from governance.chain import head
from ledger.models import FiscalYear


def noticed(session: Session, meeting: Meeting, notice: MeetingNotice) -> None:
    """Give every member notice: when, where, what about, and how to vote."""
    words = session.get_one(MeetingWords, meeting.id)
    parts = [
        gettext("Notice of %(sent_on)s", sent_on=format_day(notice.sent_on)),
        gettext("This takes the place of our earlier notice: the meeting is postponed.") if notice.number > 1 else "",
        words.reason if notice.number > 1 else "",
        _when_and_where(session, meeting, words),
        words.opening,
        gettext("Agenda") + "\n" + agenda_lines(session, meeting),
        how_to_vote(session),
    ]
    day = format_day(progress.day_of(session, meeting.held_at))
    subject = gettext("notice of the meeting on %(day)s", day=day)
    _tell(session, meeting, f"notice-{notice.number}", subject, parts)


def opened(session: Session, meeting: Meeting, opening: MeetingOpening) -> None:
    """Tell every member that the meeting is open, what is voted on and until when."""
    words = session.get_one(MeetingWords, meeting.id)
    votes = gettext("Nothing is voted on.")
    if opening.closes_at is not None:
        zone = ZoneInfo(cooperative.current(session).zone)
        closes_at = format_moment(opening.closes_at, zone)
        votes = gettext("All votes on the agenda are open until %(closes_at)s:", closes_at=closes_at)
        votes += "\n" + agenda_lines(session, meeting) + "\n\n" + said_of(head(session))
    _tell(session, meeting, "opened", gettext("the meeting is open"), [_where(words), votes])


def cancelled(session: Session, meeting: Meeting, words: MeetingWords) -> None:
    """Tell every member that a meeting, of which they had notice, is not held."""
    day = format_day(progress.day_of(session, meeting.held_at))
    said = gettext("The meeting on %(day)s is cancelled. Nothing on its agenda is put to the vote.", day=day)
    _tell(session, meeting, "cancelled", gettext("the meeting on %(day)s is cancelled", day=day), [said, words.reason])


def agenda_lines(session: Session, meeting: Meeting) -> str:
    """Return the agenda as numbered lines."""
    items = progress.items_of(session, meeting.id)
    return "\n".join(f"{place}. {item_title(session, item)}" for place, item in enumerate(items, start=1))


def item_title(session: Session, item: AgendaItem) -> str:
    """Return what an item is called: as its motion, or by its own title."""
    if item.motion_id is None:
        return item.title
    words = session.get(MotionWords, item.motion_id)
    return words.title if words else str(gettext("(the words were erased)"))


def how_to_vote(session: Session) -> str:
    """Return how votes of a meeting are cast, by the by-laws in force."""
    bylaws = in_force(session, cooperative.today(session)).bylaws
    said: str = gettext(
        "You vote here on the site. The votes open with the meeting and, unless another time is set then, stay open for"
        " %(days)s days, so you can also vote without having been there. Each member has one vote. Who is a member when the"
        " meeting opens is on the voting roll.",
        days=bylaws.voting_days,
    )
    return said


def _when_and_where(session: Session, meeting: Meeting, words: MeetingWords) -> str:
    zone = ZoneInfo(cooperative.current(session).zone)
    lines = [gettext("When: %(held_at)s", held_at=format_moment(meeting.held_at, zone)), _where(words)]
    if meeting.fiscal_year_id is not None:
        year = session.get_one(FiscalYear, meeting.fiscal_year_id)
        first, last = format_day(year.starts_on), format_day(year.ends_on)
        lines.append(gettext("About: the year from %(first)s to %(last)s", first=first, last=last))
    return "\n".join(lines)


def _where(words: MeetingWords) -> str:
    place = gettext("Where: %(place)s", place=words.place) if words.place else ""
    link = gettext("Online: %(link)s", link=words.link) if words.link else ""
    return "\n".join(filter(None, (place, link)))


def _tell(session: Session, meeting: Meeting, event: str, subject: str, parts: list[str]) -> None:
    """Queue one mail to each person who acts for a member today."""
    coop = cooperative.current(session).name
    kind = gettext(meeting.kind.label)
    for (person_id, email), names in who_acts_for_members(session, cooperative.today(session)).items():
        acting = gettext("You act for: %(names)s.", names=", ".join(names))
        outbox.send_mail(
            session,
            key=f"meeting-{event}:{meeting.id}:{person_id}",
            to=email,
            subject=f"{coop}: {subject}",
            text="\n\n".join(filter(None, (f"{kind}, {coop}", *parts, acting))),
            page=outbox.Page("assembly.meeting", {"meeting_id": meeting.id}),
        )
