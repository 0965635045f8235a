"""Who may take a seat on the board: by-elections and elections of the whole board, sitting directors, the auditor.

A seat is held by whoever was elected. The interim board, and whoever was given the board's power otherwise, hold none.
"""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly import errors
from coop.assembly.bylaws import Bylaws, BylawVersion, in_force
from coop.assembly.meetings.progress import on_agenda
from coop.assembly.models import BoardTerm, Motion
from coop.identity import powers
from coop.membership.models import Representative
from coop.membership.queries import in_term
from coop.permissions import NotFound, Power


def need_no_seat(session: Session, motion_id: UUID, participant_id: UUID) -> None:
    """Refuse a candidate whose own seat would be empty if they were elected.

    Raises:
        NotFound, SitsOnBoard
    """
    motion = session.get(Motion, motion_id)
    if motion is None:
        raise NotFound
    if seated_among(session, motion_id, [participant_id]):
        raise errors.SitsOnBoard(_decided_on(session, motion))


def seated_among(session: Session, motion_id: UUID, participants: Collection[UUID]) -> frozenset[UUID]:
    """Return who of these would leave a seat of their own empty if they were elected: nobody, where the whole board is elected.

    In a by-election these are the elected directors whose terms go on after its result is known. Whose term ends by then may stand
    again. Who was never elected, such as the interim board, holds no seat.
    """
    motion = session.get(Motion, motion_id)
    if motion is None or not is_by_election(session, motion.seats, motion.bylaws_id):
        return frozenset()
    after = _decided_on(session, motion) + timedelta(days=1)
    elections = set(session.scalars(select(BoardTerm.resolution_id)))
    seated = {
        one.person_id
        for one in powers.all_powers(session)
        if one.power is Power.BOARD and one.resolution_id in elections and one.in_force(after)
    }
    return _acting(session, participants, seated)


def auditors_among(session: Session, participants: Collection[UUID]) -> frozenset[UUID]:
    """Return those for whom somebody acts who holds the auditor's power, which does not go with a seat on the board."""
    return _acting(session, participants, powers.holders(session, [Power.AUDITOR], cooperative.today(session)))


def is_by_election(session: Session, seats: int | None, bylaws_id: UUID | None) -> bool:
    """Say whether an election is of fewer seats than the whole board, by the by-laws it is held by: before its opening, today's."""
    if bylaws_id is None:
        bylaws = in_force(session, cooperative.today(session)).bylaws
    else:
        bylaws = Bylaws.from_canonical(session.get_one(BylawVersion, bylaws_id).figures)
    return not is_whole_board(seats, bylaws)


def is_whole_board(seats: int | None, bylaws: Bylaws) -> bool:
    """Say whether all seats were up for election; an election of fewer fills seats beside the others."""
    return (seats or 0) >= bylaws.board_seats


def _acting(session: Session, participants: Collection[UUID], people: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the participants for whom one of these people acts today."""
    acting = select(Representative.participant_id).where(
        Representative.participant_id.in_(participants),
        Representative.person_id.in_(people),
        in_term(cooperative.today(session)),
    )
    return frozenset(session.scalars(acting))


def _decided_on(session: Session, motion: Motion) -> date:
    """Return the day by which an election is decided: its votes close as long after its meeting, or today, as the by-laws set."""
    placed, today = on_agenda(session, motion.id), cooperative.today(session)
    zone = ZoneInfo(cooperative.current(session).zone)
    opens_on = max(today, placed.meeting.held_at.astimezone(zone).date()) if placed else today
    return opens_on + timedelta(days=in_force(session, today).bylaws.voting_days)
