"""What the pages of the assembly show. Reads, never writes; says nothing of a running vote but who may take part."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from coop import cooperative
from coop.assembly.asking import MOTIONS_PER_PAGE, State, listed_motions, members_of_these, one_motion, open_votes
from coop.assembly.models import BoardTerm, Candidacy, Majority, Motion, MotionComment, MotionWords, Stage
from coop.assembly.results.queries import count_of, option_words
from coop.assembly.rolls.standing import Because, Standing, paper_stages, standing
from coop.assembly.voting import words_digest
from coop.membership.models import Member, Participant, ParticipantKind
from coop.paging import Part, bounded
from coop.permissions import NotFound
from governance.declared import Declared, all_declared, declared
from governance.models import Kind, Proposal, Secrecy
from governance.secret_ballots import Stage as BallotStage

__all__ = ["Because", "Standing", "State", "standing"]

MOST_NOMINEES = 500


@dataclass(frozen=True)
class MotionRow:
    """A motion as lists show it."""

    id: UUID
    kind: Kind
    state: State
    title: str
    author: str | None
    written_at: datetime
    closes_at: datetime | None
    #: For a counted resolution.
    carried: bool | None


@dataclass(frozen=True)
class MotionPage:
    """A motion with everything its page shows beside debate and candidates."""

    row: MotionRow
    author_id: UUID | None
    majority: Majority | None
    seats: int | None
    #: The options of a choice between them.
    options: tuple[str, ...]
    text: str
    edited_at: datetime | None
    #: Digest of the words as they stand now; none once they are erased.
    digest: str | None
    proposal: Proposal | None
    bylaws_id: UUID | None
    #: Its result, once there is one.
    outcome: Declared | None
    resolution_number: int | None
    board: BoardTerm | None

    @property
    def is_cast_outside(self) -> bool:
        """Say whether the votes are cast in another system."""
        return self.proposal is not None and self.proposal.secrecy is Secrecy.EXTERNAL


@dataclass(frozen=True)
class CommentRow:
    """A contribution to the debate."""

    id: UUID
    author_id: UUID
    author: str
    text: str
    written_at: datetime
    edited_at: datetime | None
    removed: bool


@dataclass(frozen=True)
class CandidateRow:
    """Somebody who was nominated."""

    participant_id: UUID
    name: str
    nominated_by: str | None
    statement: str
    stands: bool
    withdrawn: bool
    code: str | None


@dataclass(frozen=True)
class OpenVote:
    """A vote that is open for a participant."""

    motion_id: UUID
    participant_id: UUID
    participant_name: str
    kind: Kind
    title: str
    closes_at: datetime
    voted: bool
    #: A secret ballot is changed by its code only.
    secret: bool
    outside: bool
    #: Where the vote is on paper or in the room, or can only be cast there.
    paper: BallotStage | None


def motions(session: Session, now: datetime, state: State | None = None, *, number: int = 1) -> Part[MotionRow]:
    """Return a page of the motions: the open ones by their deadline first, then the others, the newest first."""
    counted, listed = listed_motions(state)
    total = session.connection().scalar(counted, {"now": now}) or 0
    number, last = bounded(number, total, MOTIONS_PER_PAGE)
    found = session.execute(listed, {"now": now, "skipped": (number - 1) * MOTIONS_PER_PAGE}).all()
    outcomes = all_declared(session, (row[0].proposal_id for row in found))
    return Part(tuple(_row(now, outcomes.get(row[0].proposal_id), *row) for row in found), number, last, total)


def motion(session: Session, motion_id: UUID, now: datetime) -> MotionPage:
    """Return a motion for its page.

    Raises:
        NotFound
    """
    found = session.execute(one_motion(), {"motion_id": motion_id}).first()
    if found is None:
        raise NotFound
    loaded, words, author, proposal, resolution, board, is_counted = found
    # Of a vote that runs there is nothing to ask for.
    outcome = declared(session, proposal.id) if is_counted else None
    return MotionPage(
        row=_row(now, outcome, loaded, words, author, proposal),
        author_id=loaded.author_id,
        majority=loaded.majority,
        seats=loaded.seats,
        options=tuple(option_words(words).values()),
        text=words.text if words else "",
        edited_at=words.edited_at if words else None,
        digest=words_digest(words) if words else None,
        proposal=proposal,
        bylaws_id=loaded.bylaws_id,
        outcome=outcome,
        resolution_number=resolution,
        board=board,
    )


def debate(session: Session, motion_id: UUID) -> list[CommentRow]:
    """Return what was said about a motion, the oldest first."""
    rows = session.execute(
        select(MotionComment, Participant.name)
        .join(Participant, Participant.id == MotionComment.author_id)
        .where(MotionComment.motion_id == motion_id)
        .order_by(MotionComment.written_at, MotionComment.id)
    )
    return [
        CommentRow(row.id, row.author_id, name, row.text, row.written_at, row.edited_at, row.removed_at is not None)
        for row, name in rows
    ]


def own_comment(session: Session, comment_id: UUID, participants: Collection[UUID]) -> tuple[UUID, str]:
    """Return the motion and the text of a comment that one of the participants wrote.

    Raises:
        NotFound
    """
    row = session.get(MotionComment, comment_id)
    if row is None or row.removed_at is not None or row.author_id not in participants:
        raise NotFound
    return row.motion_id, row.text


def candidates(session: Session, motion_id: UUID) -> list[CandidateRow]:
    """Return who was nominated, in the order of their names."""
    nominator = aliased(Participant)
    rows = session.execute(
        select(Candidacy, Participant.name, nominator.name)
        .join(Participant, Participant.id == Candidacy.participant_id)
        .outerjoin(nominator, nominator.id == Candidacy.nominated_by_id)
        .where(Candidacy.motion_id == motion_id)
        .order_by(Participant.name_key, Candidacy.id)
    )
    return [
        CandidateRow(
            participant_id=row.participant_id,
            name=name,
            nominated_by=None if row.nominated_by_id == row.participant_id else by,
            statement=row.statement,
            stands=row.accepted_at is not None,
            withdrawn=row.withdrawn_at is not None,
            code=row.option_code,
        )
        for row, name, by in rows
    ]


def nominees(session: Session, motion_id: UUID) -> list[tuple[UUID, str]]:
    """Return the members who can still be nominated: id and name."""
    rows = session.execute(
        select(Participant.id, Participant.name)
        .join(Member, Member.participant_id == Participant.id)
        .where(
            Participant.kind == ParticipantKind.INDIVIDUAL,
            Member.joined_on <= cooperative.today(session),
            ~select(Candidacy.id)
            .where(Candidacy.motion_id == motion_id, Candidacy.participant_id == Participant.id)
            .exists(),
        )
        .order_by(Participant.name_key, Participant.id)
        .limit(MOST_NOMINEES)
    )
    return [(participant_id, name) for participant_id, name in rows]


def members_among(session: Session, participants: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Return those of the participants who are members today, individuals first: id and name."""
    values = {"participants": list(participants), "today": cooperative.today(session)}
    rows = session.connection().execute(members_of_these(), values)
    return [(participant_id, name) for participant_id, name in rows]


def open_votes_for(session: Session, participants: Collection[UUID], now: datetime) -> list[OpenVote]:
    """Return the votes that are open for any of the participants, the nearest deadline first. Home lists them."""
    rows = session.connection().execute(open_votes(), {"participants": list(participants), "now": now})
    paper = paper_stages(session, participants, now)
    return [
        OpenVote(
            motion_id,
            participant_id,
            name,
            kind,
            title or _erased(),
            closes_at,
            bool(voted),
            secret=secrecy is Secrecy.SECRET,
            outside=secrecy is Secrecy.EXTERNAL,
            paper=paper.get((motion_id, participant_id)),
        )
        for motion_id, participant_id, name, kind, title, closes_at, voted, secrecy in rows
    ]


def _row(
    now: datetime,
    outcome: Declared | None,
    found: Motion,
    words: MotionWords | None,
    author: str | None,
    proposal: Proposal | None,
) -> MotionRow:
    carried = count_of(outcome).carried if outcome and found.kind is Kind.RESOLUTION else None
    return MotionRow(
        id=found.id,
        kind=found.kind,
        state=_state(now, found, proposal, outcome),
        title=words.title if words else _erased(),
        author=author,
        written_at=found.written_at,
        closes_at=proposal.closes_at if proposal else None,
        carried=carried,
    )


def _state(now: datetime, found: Motion, proposal: Proposal | None, outcome: Declared | None) -> State:
    if outcome is not None:
        return State.DECIDED
    if proposal is not None:
        return State.OPEN if now < proposal.closes_at else State.PENDING
    return State.WITHDRAWN if found.stage is Stage.WITHDRAWN else State.DISCUSSION


def _erased() -> str:
    return str(gettext("(the words were erased)"))
