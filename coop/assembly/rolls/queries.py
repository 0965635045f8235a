"""What the page of a voting roll shows: its figures, its entries, the challenges and their answers. Reads, never writes.

Names are for officers; a member sees their own entry, and the challenges that they made or that are about them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from coop import cooperative
from coop.assembly.models import ChallengeWords, Motion, MotionWords
from coop.assembly.rolls.electorate import MEMBER, Registered, registered
from coop.assembly.rolls.standing import record_day
from coop.membership.models import Member, MemberClass, Participant
from coop.paging import Part, part_of
from coop.permissions import NotFound
from evidence.canonical import canonical_bytes
from governance import rolls
from governance.challenges.models import Asks, Challenge, ChallengeAnswer, is_added, is_struck
from governance.declared import declared, is_declared
from governance.models import Proposal, RollEntry, Secrecy
from governance.shown import Shown, shown_of

ENTRIES_PER_PAGE = 50
CHALLENGES_PER_PAGE = 20


@dataclass(frozen=True)
class ClassLine:
    """A class on the roll that counts."""

    #: None for the one class of all.
    name: str | None
    heads: int
    votes: int


@dataclass(frozen=True)
class RollFigures:
    """A roll in figures: as it was frozen, and as it counts after the answers to challenges."""

    record_on: date
    heads: int
    votes: int
    #: How many answers have added and struck, which the frozen roll does not show.
    added: int
    struck: int
    #: None where a class is so small that its figures would say who votes in it.
    classes: tuple[ClassLine, ...] | None


@dataclass(frozen=True)
class EntryRow:
    """An entry of the roll with its name, for officers."""

    #: None once it is erased.
    name: str | None
    number: int | None
    class_name: str | None
    weight: int
    reason: str
    added: bool
    struck: bool


@dataclass(frozen=True)
class ChallengeRow:
    """A challenge and what was answered."""

    id: UUID
    asks: Asks
    made_at: datetime
    upheld: bool | None
    answered_at: datetime | None
    #: Who it is about and who made it, with the words: for officers and these two. Names may be erased.
    is_shown: bool
    about: str | None
    by: str | None
    grounds: str
    reasons: str


@dataclass(frozen=True)
class ToAnswer:
    """A challenge that waits for its answer, with what there is to judge it by."""

    row: ChallengeRow
    motion_id: UUID
    title: str
    closes_at: datetime
    record_on: date
    opened_at: datetime
    #: What the registers say of whom it is about; nothing of who is no member.
    member: Registered | None
    is_own: bool
    is_counted: bool


def is_reader(session: Session, proposal: Proposal, participants: Collection[UUID]) -> bool:
    """Say whether one of the participants is a member today, or on the roll."""
    query = (
        select(Participant.id)
        .outerjoin(Member, Member.participant_id == Participant.id)
        .outerjoin(RollEntry, (RollEntry.voter_ref == Participant.voter_ref) & (RollEntry.proposal_id == proposal.id))
        .where(
            Participant.id.in_(participants),
            or_(Member.joined_on <= cooperative.today(session), RollEntry.id.is_not(None)),
        )
    )
    return session.scalar(query.limit(1)) is not None


def figures(session: Session, proposal: Proposal) -> RollFigures:
    """Return the figures of a roll."""
    rows = session.execute(
        select(RollEntry.class_code, MemberClass.name, func.count(), func.sum(RollEntry.weight))
        .outerjoin(MemberClass, MemberClass.code == RollEntry.class_code)
        .where(RollEntry.proposal_id == proposal.id, ~is_struck())
        .group_by(RollEntry.class_code, MemberClass.name)
        .order_by(RollEntry.class_code)
    ).all()
    lines = tuple(
        ClassLine(name or (None if code == MEMBER else code), heads, int(votes)) for code, name, heads, votes in rows
    )
    least = (proposal.secret_least or 1) if proposal.secrecy is Secrecy.SECRET else 1
    is_shown = shown_of({(code, 1): heads for code, _, heads, _ in rows}, least) is Shown.ROWS
    on_roll = RollEntry.proposal_id == proposal.id
    return RollFigures(
        record_on=record_day(session, proposal),
        heads=sum(line.heads for line in lines),
        votes=sum(line.votes for line in lines),
        added=session.scalar(select(func.count()).where(on_roll, is_added())) or 0,
        struck=session.scalar(select(func.count()).where(on_roll, is_struck())) or 0,
        classes=lines if is_shown else None,
    )


def entries(session: Session, proposal: Proposal, *, number: int) -> Part[EntryRow]:
    """Return a page of the roll with names, in their order; the erased come last."""
    query = (
        select(
            Participant.name,
            Member.number,
            MemberClass.name,
            RollEntry.weight,
            RollEntry.reason,
            is_added().label("added"),
            is_struck().label("struck"),
            RollEntry.id,
        )
        .outerjoin(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .outerjoin(Member, Member.participant_id == Participant.id)
        .outerjoin(MemberClass, MemberClass.code == RollEntry.class_code)
        .where(RollEntry.proposal_id == proposal.id)
        .order_by(Participant.name_key.is_(None), Participant.name_key, RollEntry.id)
    )
    part = part_of(session, query, number=number, size=ENTRIES_PER_PAGE)
    return Part(tuple(EntryRow(*row[:-1]) for row in part.rows), part.number, part.last, part.total)


def challenges(
    session: Session, proposal: Proposal, *, names: bool, participants: Collection[UUID], number: int
) -> Part[ChallengeRow]:
    """Return a page of the challenges of a roll: those without an answer first, then the newest.

    Officers, and whoever is concerned, see names and words.
    """
    query = _challenges().where(Challenge.proposal_id == proposal.id)
    is_answered = ChallengeAnswer.challenge_id.is_not(None)
    query = query.order_by(is_answered, Challenge.made_at.desc(), Challenge.id.desc())
    part = part_of(session, query, number=number, size=CHALLENGES_PER_PAGE)
    rows = tuple(
        _challenge_row(*row[:-2], is_shown=names or not {row[-2], row[-1]}.isdisjoint(participants))
        for row in part.rows
    )
    return Part(rows, part.number, part.last, part.total)


def to_answer(session: Session, challenge_id: UUID, participants: Collection[UUID]) -> ToAnswer:
    """Return a challenge with everything there is to judge it by.

    Raises:
        NotFound
    """
    row = session.execute(_challenges().where(Challenge.id == challenge_id)).first()
    if row is None:
        raise NotFound
    made: Challenge = row[0]
    about_id, by_id = row[-2], row[-1]
    proposal = session.get_one(Proposal, made.proposal_id)
    motion_id, title = session.execute(
        select(Motion.id, MotionWords.title)
        .outerjoin(MotionWords, MotionWords.motion_id == Motion.id)
        .where(Motion.proposal_id == proposal.id)
    ).one()
    record_on = record_day(session, proposal)
    return ToAnswer(
        row=_challenge_row(*row[:-2], is_shown=True),
        motion_id=motion_id,
        title=title or "",
        closes_at=proposal.closes_at,
        record_on=record_on,
        opened_at=proposal.opens_at,
        member=registered(session, about_id, record_on) if about_id else None,
        is_own=not {about_id, by_id}.isdisjoint(participants),
        is_counted=declared(session, proposal.id) is not None,
    )


@dataclass(frozen=True)
class Waiting:
    """A vote whose roll has challenges without an answer."""

    motion_id: UUID
    title: str
    closes_at: datetime
    challenges: int


def waiting(session: Session) -> list[Waiting]:
    """Return the votes, not counted yet, with challenges that wait for an answer: the nearest deadline first."""
    rows = session.execute(
        select(Motion.id, MotionWords.title, Proposal.closes_at, func.count())
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .join(Challenge, Challenge.proposal_id == Proposal.id)
        .outerjoin(MotionWords, MotionWords.motion_id == Motion.id)
        .outerjoin(ChallengeAnswer, ChallengeAnswer.challenge_id == Challenge.id)
        .where(ChallengeAnswer.challenge_id.is_(None), ~is_declared(Proposal.id))
        .group_by(Motion.id, MotionWords.title, Proposal.closes_at)
        .order_by(Proposal.closes_at, Motion.id)
    )
    return [Waiting(motion_id, title or "", closes_at, count) for motion_id, title, closes_at, count in rows]


def written(session: Session, proposal: Proposal) -> bytes:
    """Return the frozen roll without names as the very text whose SHA-256 is its fingerprint."""
    rows = session.execute(_frozen(proposal)).all()
    return canonical_bytes(rolls.record_of(proposal.id, (rolls.Voter(*row) for row in rows)))


def table(session: Session, proposal_id: UUID) -> Iterator[str]:
    """Yield the lines of a CSV file of the roll without names, in the order in which the fingerprint covers it.

    The last column says what the answers to challenges have changed.
    """
    yield "voter,class,weight,reason,challenge\r\n"
    query = select(
        RollEntry.voter_ref, RollEntry.class_code, RollEntry.weight, RollEntry.reason, is_added(), is_struck()
    ).where(RollEntry.proposal_id == proposal_id)
    rows = sorted((str(ref), *rest) for ref, *rest in session.execute(query))
    for ref, class_code, weight, reason, added, struck in rows:
        changed = "struck" if struck else "added" if added else ""
        yield f"{ref},{class_code},{weight},{reason},{changed}\r\n"


def _frozen(proposal: Proposal) -> Select[UUID, str, str, int]:
    return select(RollEntry.voter_ref, RollEntry.class_code, RollEntry.reason, RollEntry.weight).where(
        RollEntry.proposal_id == proposal.id, ~is_added()
    )


def _challenges() -> Select[Challenge, ChallengeAnswer | None, ChallengeWords | None, str, str, UUID, UUID]:
    about, by = aliased(Participant), aliased(Participant)
    columns = (about.name.label("about"), by.name.label("by"), about.id.label("about_id"), by.id.label("by_id"))
    return (
        select(Challenge, ChallengeAnswer, ChallengeWords, *columns)
        .outerjoin(ChallengeAnswer, ChallengeAnswer.challenge_id == Challenge.id)
        .outerjoin(ChallengeWords, ChallengeWords.challenge_id == Challenge.id)
        .outerjoin(about, about.voter_ref == Challenge.voter_ref)
        .outerjoin(by, by.voter_ref == Challenge.by_ref)
    )


def _challenge_row(
    made: Challenge,
    answer: ChallengeAnswer | None,
    words: ChallengeWords | None,
    about: str | None,
    by: str | None,
    *,
    is_shown: bool,
) -> ChallengeRow:
    return ChallengeRow(
        id=made.id,
        asks=made.asks,
        made_at=made.made_at,
        upheld=answer.upheld if answer else None,
        answered_at=answer.answered_at if answer else None,
        is_shown=is_shown,
        about=about if is_shown else None,
        by=by if is_shown else None,
        grounds=words.grounds if words and is_shown else "",
        reasons=words.reasons if words and is_shown else "",
    )
