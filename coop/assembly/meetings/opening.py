"""Opening a meeting: from its hour on, after enough clear days, with everything there that its items need.

All votes of the agenda open at once and close at one time; each election is counted by a rule of its own.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly.bylaws import in_force
from coop.assembly.counting_rules import Asked
from coop.assembly.meetings import errors, mail, progress, readiness
from coop.assembly.meetings.clear_days import earliest_day
from coop.assembly.meetings.models import Meeting, MeetingNotice, MeetingOpening
from coop.assembly.models import Motion
from coop.assembly.operations import discussed
from coop.assembly.rolls.electorate import eligible, record_date
from coop.assembly.voting import AS_USUAL, Casting, put_to_vote
from coop.permissions import Actor, Power
from evidence.messages import Refusal
from governance.errors import EmptyRoll
from governance.models import Secrecy


def open_meeting(
    session: Session,
    actor: Actor,
    *,
    meeting_id: UUID,
    closes_at: datetime | None = None,
    casting: Casting = AS_USUAL,
    rules: Mapping[UUID, Asked] = MappingProxyType({}),
) -> None:
    """Open a meeting now, and every vote on its agenda until `closes_at`; without that for as long as the by-laws set.

    `rules` has the counting rule of each election by its motion; one that is not in it is counted by the usual rule.

    Raises:
        PowerMissing: the actor holds neither the secretary's nor the board's power.
        NotFound, MeetingCancelled, MeetingOpened, NoNotice
        TooEarlyForNotice, MeetingNotBegun
        AccountsNotApproved, ReportNotPublished, ReportTooLate, PlanStale, SolvencyMissing, NobodyStands
        ClosesInThePast, VoteTooLong, EmptyRoll, RuleNotOffered, FigureNotAsked, FigureOutOfRange, CapAboveDots
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting, notice = progress.announced(session, meeting_id)
    for refusal in too_early(session, meeting, notice):
        raise refusal
    motions: list[Motion] = []
    for item in progress.items_of(session, meeting_id):
        if item.motion_id is not None:
            motions.append(discussed(session, item.motion_id))
        readiness.need(session, meeting, item)
    now, today = clock.now(), cooperative.today(session)
    bylaws = in_force(session, today).bylaws
    members = len(eligible(session, record_date(session, bylaws, today), Secrecy.OPEN))
    if not members:
        raise EmptyRoll
    if closes_at is None:
        closes_at = now + timedelta(days=bylaws.voting_days)
    for motion in motions:
        by_its_rule = replace(casting, rule=rules.get(motion.id, casting.rule))
        put_to_vote(session, actor, motion, opens_at=now, closes_at=closes_at, power=power, casting=by_its_rule)
    opening = MeetingOpening(
        meeting_id=meeting_id, opened_at=now, members=members, closes_at=closes_at if motions else None
    )
    session.add(opening)
    session.flush()
    facts = {"votes": len(motions), "closes_at": opening.closes_at, "members": members}
    audit.record(session, actor, "meeting.opened", subject=meeting_id, power=power, facts=facts)
    mail.opened(session, meeting, opening)


def too_early(session: Session, meeting: Meeting, notice: MeetingNotice) -> list[Refusal]:
    """Say whether the day or the hour has not come yet."""
    earliest = earliest_day(notice.sent_on, notice.clear_days)
    if cooperative.today(session) < earliest:
        return [errors.TooEarlyForNotice(notice.sent_on, notice.clear_days, earliest)]
    return [errors.MeetingNotBegun(meeting.held_at)] if clock.now() < meeting.held_at else []
