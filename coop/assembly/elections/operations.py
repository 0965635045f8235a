"""Candidates of an election, and what follows from its result: nominating, accepting, withdrawing, recording the board.

Anybody may be named, nobody stands without having accepted. A seat is held by a person, so only members who are individuals
can stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly import errors, notices
from coop.assembly.bylaws import Bylaws, BylawVersion
from coop.assembly.elections.seats import is_by_election, is_whole_board, need_no_seat
from coop.assembly.models import BoardTerm, Candidacy, Motion
from coop.assembly.operations import discussed, need_member
from coop.assembly.resolutions import Resolution
from coop.assembly.results.queries import elected_codes
from coop.identity import powers
from coop.membership.models import Member, Participant, ParticipantKind
from coop.membership.participants import representatives
from coop.permissions import Actor, NotFound, Power
from coop.texts import prose
from evidence.identifiers import new_id
from governance.declared import declared
from governance.models import Kind

LONGEST_STATEMENT = 4_000


def stand(session: Session, actor: Actor, *, motion_id: UUID, participant_id: UUID, statement: str) -> UUID:
    """Stand for election: nominate oneself, accept a nomination or change one's statement. Returns the candidacy's id.

    Raises:
        NotFound, NotInDiscussion, MembersOnly, NotNominable, SitsOnBoard, TextTooLong
    """
    actor.need_to_act_for(participant_id)
    discussed(session, motion_id, Kind.ELECTION)
    need_member(session, participant_id)
    _need_individual(session, participant_id)
    need_no_seat(session, motion_id, participant_id)
    words = prose(statement, about="statement", longest=LONGEST_STATEMENT)
    row = _candidacy(session, motion_id, participant_id)
    now = clock.now()
    if row is None:
        row = Candidacy(
            id=new_id(),
            motion_id=motion_id,
            participant_id=participant_id,
            nominated_by_id=participant_id,
            nominated_at=now,
        )
        session.add(row)
    row.statement = words
    row.accepted_at = row.accepted_at or now
    row.withdrawn_at = None
    session.flush()
    audit.record(session, actor, "candidacy.accepted", subject=row.id, facts={"motion": motion_id})
    return row.id


def nominate(session: Session, actor: Actor, *, motion_id: UUID, nominator_id: UUID, participant_id: UUID) -> UUID:
    """Nominate another member, who is asked by mail whether they accept, and return the candidacy's id.

    Raises:
        NotFound, NotInDiscussion, MembersOnly, NotNominable, SitsOnBoard, AlreadyNominated, HasDeclined
    """
    actor.need_to_act_for(nominator_id)
    motion = discussed(session, motion_id, Kind.ELECTION)
    need_member(session, nominator_id)
    _need_individual(session, participant_id)
    need_no_seat(session, motion_id, participant_id)
    existing = _candidacy(session, motion_id, participant_id)
    if existing is not None:
        raise errors.AlreadyNominated if existing.withdrawn_at is None else errors.HasDeclined
    row = Candidacy(
        id=new_id(),
        motion_id=motion_id,
        participant_id=participant_id,
        nominated_by_id=nominator_id,
        nominated_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "candidacy.nominated", subject=row.id, facts={"motion": motion_id})
    notices.nominated(session, motion, row)
    return row.id


def withdraw_candidacy(session: Session, actor: Actor, *, motion_id: UUID, participant_id: UUID) -> None:
    """Decline a nomination, or withdraw before the vote opens.

    Raises:
        NotFound, NotInDiscussion
    """
    actor.need_to_act_for(participant_id)
    discussed(session, motion_id, Kind.ELECTION)
    row = _candidacy(session, motion_id, participant_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFound
    row.withdrawn_at = clock.now()
    row.accepted_at = None
    session.flush()
    audit.record(session, actor, "candidacy.withdrawn", subject=row.id, facts={"motion": motion_id})


def record_board(session: Session, actor: Actor, *, motion_id: UUID) -> UUID:
    """Give the elected the power of the board for a term, by the resolution that the count recorded. Returns that resolution.

    The term starts today and lasts as long as the by-laws in force at the opening set. An election of the whole board ends the
    terms of the old one, the interim board's included; a by-election fills seats beside it.

    Raises:
        PowerMissing: the actor does not hold the secretary's power.
        NotFound, NotAnElection, NotCounted, BoardRecorded
    """
    power = actor.need(Power.SECRETARY)
    motion = session.get(Motion, motion_id, with_for_update=True)
    if motion is None:
        raise NotFound
    if motion.kind is not Kind.ELECTION:
        raise errors.NotAnElection
    outcome = declared(session, motion.proposal_id)
    if outcome is None:
        raise errors.NotCounted
    recorded = session.get(BoardTerm, motion_id)
    if recorded is not None:
        raise errors.BoardRecorded(recorded.starts_on)
    resolution_id = session.scalars(select(Resolution.id).where(Resolution.proposal_id == motion.proposal_id)).one()
    starts_on = cooperative.today(session)
    bylaws = Bylaws.from_canonical(session.get_one(BylawVersion, motion.bylaws_id).figures)
    ends_on = starts_on + timedelta(days=bylaws.board_term_days - 1)
    codes = elected_codes(outcome)
    elected = _elected(session, motion_id, codes)
    if elected and is_whole_board(motion.seats, bylaws):
        powers.make_way(session, actor, power=Power.BOARD, on=starts_on, resolution_id=resolution_id)
    for participant_id in elected:
        for person in representatives(session, participant_id):
            powers.grant(
                session,
                actor,
                person_id=person.id,
                power=Power.BOARD,
                starts_on=starts_on,
                ends_on=ends_on,
                resolution_id=resolution_id,
            )
    session.add(
        BoardTerm(
            motion_id=motion_id,
            resolution_id=resolution_id,
            starts_on=starts_on,
            ends_on=ends_on,
            recorded_at=clock.now(),
        )
    )
    session.flush()
    audit.record(
        session, actor, "election.board-recorded", subject=motion_id, power=power, facts={"seats": len(elected)}
    )
    return resolution_id


@dataclass(frozen=True)
class BoardChange:
    """What recording an election changes on the board, in names: who begins, who stays, and whose power ends."""

    begins: list[str]
    stays: list[str]
    ends: list[str]
    #: A by-election fills seats beside the others.
    is_whole_board: bool


def board_change(session: Session, motion_id: UUID) -> BoardChange:
    """Return what `record_board` would change today.

    Raises:
        NotFound, NotCounted
    """
    motion = session.get(Motion, motion_id)
    if motion is None:
        raise NotFound
    outcome = declared(session, motion.proposal_id)
    if outcome is None:
        raise errors.NotCounted
    today = cooperative.today(session)
    elected = {
        person.id: person.name
        for participant_id in _elected(session, motion_id, elected_codes(outcome))
        for person in representatives(session, participant_id)
    }
    held = {
        one.person_id: one.person_name
        for one in powers.all_powers(session)
        if one.power is Power.BOARD and one.in_force(today)
    }
    is_whole = not is_by_election(session, motion.seats, motion.bylaws_id)
    others = sorted(name for person_id, name in held.items() if person_id not in elected)
    return BoardChange(
        begins=sorted(name for person_id, name in elected.items() if person_id not in held),
        stays=sorted([name for person_id, name in elected.items() if person_id in held] + ([] if is_whole else others)),
        ends=others if is_whole else [],
        is_whole_board=is_whole,
    )


def _elected(session: Session, motion_id: UUID, codes: Sequence[str]) -> Sequence[UUID]:
    return session.scalars(
        select(Candidacy.participant_id).where(Candidacy.motion_id == motion_id, Candidacy.option_code.in_(codes))
    ).all()


def _candidacy(session: Session, motion_id: UUID, participant_id: UUID) -> Candidacy | None:
    return session.scalar(
        select(Candidacy).where(Candidacy.motion_id == motion_id, Candidacy.participant_id == participant_id)
    )


def _need_individual(session: Session, participant_id: UUID) -> None:
    kind = session.scalar(
        select(Participant.kind)
        .join(Member, Member.participant_id == Participant.id)
        .where(Participant.id == participant_id, Member.joined_on <= cooperative.today(session))
    )
    if kind is not ParticipantKind.INDIVIDUAL:
        raise errors.NotNominable
