"""What the scrutineers' desk shows. Reads, never writes; of votes on the screen it tells only who can get no ballot for it.

It counts no votes: nobody learns here how many have voted on the screen, or how.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coop.assembly.desk.errors import OwnSheetFirst
from coop.assembly.desk.operations import proposal_of
from coop.assembly.models import Motion, MotionWords
from coop.assembly.results import candidate_names
from coop.identity.models import Person
from coop.membership.models import Member, Participant
from coop.paging import Part, part_of
from coop.texts import search_patterns
from governance import scrutiny
from governance.challenges import is_struck
from governance.counts import options_of
from governance.models import Kind, Outcome, Participation, Proposal, RollEntry, Secrecy, Withdrawal
from governance.paper import PaperMark, PaperSheet, marked
from governance.scrutiny import Group
from governance.sheets import ComparedLine, compare, read

VOTERS_PER_PAGE = 50
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Step(StrEnum):
    """What a scrutineer has to do for a vote."""

    GIVE_OUT = "give-out"
    #: Voting is over, and nobody was given a ballot.
    NOTHING = "nothing"
    ENTER = "enter"
    #: Somebody was marked after the own sheet was entered.
    ENTER_AGAIN = "enter-again"
    WAIT = "wait"
    SETTLE = "settle"
    AGREED = "agreed"
    COUNTED = "counted"


@dataclass(frozen=True)
class DeskVote:
    """A vote that takes paper, as a scrutineer sees it."""

    motion_id: UUID
    proposal: Proposal
    title: str
    is_open: bool
    step: Step
    marked: int
    #: How many scrutineers have entered a sheet.
    sheets: int
    #: Whether the reader has.
    has_sheet: bool

    @property
    def is_secret(self) -> bool:
        """Whether nobody sees who voted how."""
        return self.proposal.secrecy is Secrecy.SECRET

    @property
    def is_election(self) -> bool:
        """Whether candidates are ranked."""
        return self.proposal.kind is Kind.ELECTION


class Standing(StrEnum):
    """Whether somebody on the roll can get a ballot."""

    MAY = "may"
    MARKED = "marked"
    #: Has a ballot in the urn, which nobody can find.
    ON_SCREEN = "on-screen"


@dataclass(frozen=True)
class VoterRow:
    """Somebody on the roll."""

    entry_id: UUID
    name: str
    #: The number of the member; none once they are erased.
    number: int | None
    group: Group
    standing: Standing
    marked_at: datetime | None


@dataclass(frozen=True)
class Choice:
    """An option of the ballot: its code, the letter that stands for it on paper, and its name."""

    code: str
    letter: str
    name: str


@dataclass(frozen=True)
class SheetShown:
    """A scrutineer's newest sheet."""

    name: str
    is_own: bool
    entered_at: datetime


@dataclass(frozen=True)
class SideBySide:
    """The newest sheets of all scrutineers, the reader's first, and their lines."""

    sheets: tuple[SheetShown, ...]
    lines: tuple[ComparedLine, ...]

    @property
    def differences(self) -> int:
        """How many lines differ."""
        return sum(line.differs for line in self.lines)


def votes(session: Session, person_id: UUID | None, now: datetime) -> list[DeskVote]:
    """Return the votes that take paper and are not counted, the nearest deadline first."""
    rows = session.execute(
        _votes().where(Proposal.takes_paper, Outcome.proposal_id.is_(None)).order_by(Proposal.closes_at, Motion.id)
    )
    return [_vote(session, person_id, now, *row) for row in rows]


def vote(session: Session, motion_id: UUID, person_id: UUID | None, now: datetime) -> DeskVote:
    """Return a vote that takes paper.

    Raises:
        NotFound
    """
    proposal = proposal_of(session, motion_id)
    row = session.execute(_votes().where(Proposal.id == proposal.id)).one()
    return _vote(session, person_id, now, *row)


def voters(session: Session, proposal: Proposal, *, words: str, number: int) -> Part[VoterRow]:
    """Return a page of the roll, in the order of the names."""
    patterns = (Participant.name_key.like(pattern, escape="\\") for pattern in search_patterns(words))
    part = part_of(session, _voters(proposal).where(*patterns), number=number, size=VOTERS_PER_PAGE)
    return Part(tuple(_voter(*row) for row in part.rows), part.number, part.last, part.total)


def voter(session: Session, proposal: Proposal, entry_id: UUID) -> VoterRow | None:
    """Return one entry of the roll."""
    row = session.execute(_voters(proposal).where(RollEntry.id == entry_id)).first()
    return _voter(*row) if row else None


def whole_roll(session: Session, proposal: Proposal) -> list[VoterRow]:
    """Return the roll, in the order of the names."""
    return [_voter(*row) for row in session.execute(_voters(proposal))]


def marked_voters(session: Session, proposal: Proposal) -> list[VoterRow]:
    """Return who was given a ballot or has handed one in, in the order of the names."""
    rows = session.execute(_voters(proposal).where(PaperMark.roll_entry_id.is_not(None)))
    return [_voter(*row) for row in rows]


def groups(session: Session, proposal: Proposal) -> list[Group]:
    """Return the classes and weights on the roll, which ballots of a secret vote show where there are several."""
    query = select(RollEntry.class_code, RollEntry.weight).where(RollEntry.proposal_id == proposal.id, ~is_struck())
    return [(code, weight) for code, weight in session.execute(query.distinct().order_by(*query.selected_columns))]


def choices(session: Session, vote: DeskVote) -> list[Choice]:
    """Return what can be voted for, in the order of the ballot: with a letter for each candidate in the order of the lot."""
    codes = options_of(session, vote.proposal.id)
    names = candidate_names(session, vote.motion_id) if vote.is_election else {}
    return [Choice(code, letter(place), names.get(code, code)) for place, code in enumerate(codes)]


def letter(place: int) -> str:
    """Return the letter of a candidate: A to Z, then AA, AB ..."""
    before, last = divmod(place, len(_ALPHABET))
    return (letter(before - 1) if before else "") + _ALPHABET[last]


def side_by_side(session: Session, proposal: Proposal, person_id: UUID | None) -> SideBySide:
    """Return the newest sheets beside each other, for a scrutineer who has entered one.

    Raises:
        OwnSheetFirst
    """
    rows = session.execute(
        select(PaperSheet, Person.name)
        .outerjoin(Person, Person.id == PaperSheet.by_ref)
        .where(PaperSheet.id.in_([sheet.id for sheet in scrutiny.newest_sheets(session, proposal.id)]))
    ).all()
    ordered = sorted(rows, key=lambda row: (row[0].by_ref != person_id, row[0].entered_at, row[0].id))
    if not ordered or ordered[0][0].by_ref != person_id:
        raise OwnSheetFirst
    return SideBySide(
        tuple(
            SheetShown(name or gettext("(erased)"), sheet.by_ref == person_id, sheet.entered_at)
            for sheet, name in ordered
        ),
        compare(*(read(sheet.content) for sheet, _ in ordered)),
    )


def own_sheet(session: Session, proposal: Proposal, person_id: UUID | None) -> PaperSheet | None:
    """Return a scrutineer's newest sheet."""
    return next((one for one in scrutiny.newest_sheets(session, proposal.id) if one.by_ref == person_id), None)


def _votes() -> Select[UUID, Proposal, str | None, UUID | None]:
    return (
        select(Motion.id, Proposal, MotionWords.title, Outcome.proposal_id)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .outerjoin(MotionWords, MotionWords.motion_id == Motion.id)
        .outerjoin(Outcome, Outcome.proposal_id == Proposal.id)
    )


def _vote(
    session: Session,
    person_id: UUID | None,
    now: datetime,
    motion_id: UUID,
    proposal: Proposal,
    title: str | None,
    counted: UUID | None,
) -> DeskVote:
    sheets = scrutiny.newest_sheets(session, proposal.id)
    own = next((sheet for sheet in sheets if sheet.by_ref == person_id), None)
    marks = marked(session, proposal.id)
    is_open = counted is None and proposal.opens_at <= now < proposal.closes_at
    if counted is not None:
        step = Step.COUNTED
    elif not marks:
        step = Step.GIVE_OUT if is_open else Step.NOTHING
    elif scrutiny.agreed(session, proposal):
        step = Step.AGREED
    elif own is None:
        step = Step.GIVE_OUT if is_open else Step.ENTER
    elif not scrutiny.fits(session, proposal, own):
        step = Step.ENTER_AGAIN
    else:
        step = Step.WAIT if len(sheets) == 1 else Step.SETTLE
    return DeskVote(
        motion_id,
        proposal,
        title or gettext("(the words were erased)"),
        is_open,
        step,
        marks,
        len(sheets),
        own is not None,
    )


def _voters(
    proposal: Proposal,
) -> Select[UUID, str | None, int | None, str, int, UUID | None, datetime | None, UUID | None, UUID | None]:
    return (
        select(
            RollEntry.id,
            Participant.name,
            Member.number,
            RollEntry.class_code,
            RollEntry.weight,
            PaperMark.roll_entry_id,
            PaperMark.marked_at,
            Participation.roll_entry_id,
            Withdrawal.roll_entry_id,
        )
        .outerjoin(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .outerjoin(Member, Member.participant_id == Participant.id)
        .outerjoin(PaperMark, PaperMark.roll_entry_id == RollEntry.id)
        .outerjoin(Participation, Participation.roll_entry_id == RollEntry.id)
        .outerjoin(Withdrawal, Withdrawal.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal.id, ~is_struck())
        .order_by(Participant.name_key, RollEntry.id)
    )


def _voter(
    entry_id: UUID,
    name: str | None,
    number: int | None,
    class_code: str,
    weight: int,
    mark: UUID | None,
    marked_at: datetime | None,
    taken_part: UUID | None,
    withdrawn: UUID | None,
) -> VoterRow:
    if mark is not None:
        standing = Standing.MARKED
    else:
        standing = Standing.ON_SCREEN if taken_part is not None and withdrawn is None else Standing.MAY
    return VoterRow(entry_id, name or gettext("(erased)"), number, (class_code, weight), standing, marked_at)
