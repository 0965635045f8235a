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
from coop.assembly.results.queries import option_names
from coop.identity.models import Person
from governance.counts import options_of, rule_of
from governance.declared import is_declared
from governance.methods import ElectionRule
from governance.models import Proposal, Secrecy
from governance.paper import scrutiny
from governance.paper.models import PaperSheet, marked
from governance.paper.sheets import ComparedLine, compare, read

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
        """Whether there are options, each with its letter."""
        return self.rule is not None

    @property
    def rule(self) -> ElectionRule | None:
        """The rule of a vote among options."""
        rule = rule_of(self.proposal)
        return rule if isinstance(rule, ElectionRule) else None


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
        _votes().where(Proposal.takes_paper, ~is_declared(Proposal.id)).order_by(Proposal.closes_at, Motion.id)
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


def choices(session: Session, vote: DeskVote) -> list[Choice]:
    """Return what can be voted for, in the order of the ballot: with a letter for each candidate in the order of the lot."""
    codes = options_of(session, vote.proposal.id)
    names = option_names(session, vote.motion_id)
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


def _votes() -> Select[UUID, Proposal, str | None, bool]:
    return (
        select(Motion.id, Proposal, MotionWords.title, is_declared(Proposal.id))
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .outerjoin(MotionWords, MotionWords.motion_id == Motion.id)
    )


def _vote(
    session: Session,
    person_id: UUID | None,
    now: datetime,
    motion_id: UUID,
    proposal: Proposal,
    title: str | None,
    counted: bool,
) -> DeskVote:
    sheets = scrutiny.newest_sheets(session, proposal.id)
    own = next((sheet for sheet in sheets if sheet.by_ref == person_id), None)
    marks = marked(session, proposal.id)
    is_open = not counted and proposal.opens_at <= now < proposal.closes_at
    if counted:
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
