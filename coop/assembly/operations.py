"""Motions and their debate: writing, editing, withdrawing, and what members say about them.

A motion changes only while it is discussed. Its vote begins in `coop.assembly.voting`, its candidates come from
`coop.assembly.elections.operations`. The trail of acts holds references and no words.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly import errors
from coop.assembly.bylaws import in_force
from coop.assembly.meetings import progress
from coop.assembly.meetings.errors import HeldByAgenda, WordsAnnounced, WordsMade
from coop.assembly.models import Majority, Motion, MotionComment, MotionWords, Stage
from coop.membership.models import Member
from coop.permissions import Actor, NotFound, Power
from coop.texts import LONGEST_NAME, fold, line, prose
from evidence.identifiers import new_id
from governance.models import Kind

#: Bounds of what is written.
LONGEST_MOTION = 20_000
LONGEST_COMMENT = 4_000
MOST_SEATS = 50
LEAST_OPTIONS, MOST_OPTIONS = 2, 20


@dataclass(frozen=True)
class Words:
    """The title and the Markdown text of a motion, as they are asked for."""

    title: str
    text: str
    #: The options of a choice between them.
    options: tuple[str, ...] = ()


def write_motion(session: Session, actor: Actor, *, author_id: UUID, words: Words, majority: Majority) -> UUID:
    """Put a motion of a member up for discussion and return its id.

    Raises:
        NotFound, MembersOnly, TextMissing, TextTooShort, TextTooLong
    """
    actor.need_to_act_for(author_id)
    need_member(session, author_id)
    motion = Motion(
        id=new_id(),
        kind=Kind.RESOLUTION,
        stage=Stage.DISCUSSION,
        written_at=clock.now(),
        author_id=author_id,
        majority=majority,
    )
    _add(session, motion, words)
    audit.record(session, actor, "motion.written", subject=motion.id, facts={"majority": majority.value})
    return motion.id


def call_election(session: Session, actor: Actor, *, words: Words, seats: int | None = None) -> UUID:
    """Call an election to the board, so that members can nominate, and return its id.

    Without `seats` there are as many as the by-laws set.

    Raises:
        PowerMissing: the actor holds neither the secretary's nor the board's power.
        SeatsOutOfRange, TextMissing, TextTooShort, TextTooLong
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    if seats is None:
        seats = in_force(session, cooperative.today(session)).bylaws.board_seats
    if not 1 <= seats <= MOST_SEATS:
        raise errors.SeatsOutOfRange(MOST_SEATS)
    motion = Motion(id=new_id(), kind=Kind.ELECTION, stage=Stage.DISCUSSION, written_at=clock.now(), seats=seats)
    _add(session, motion, words)
    audit.record(session, actor, "election.called", subject=motion.id, power=power, facts={"seats": seats})
    return motion.id


def write_choice(session: Session, actor: Actor, *, author_id: UUID, words: Words, seats: int) -> UUID:
    """Put a member's question with its options up for discussion and return its id. `seats` is how many options are chosen.

    Raises:
        NotFound, MembersOnly, TextMissing, TextTooShort, TextTooLong
        TooFewOptions, TooManyOptions, OptionRepeated, SeatsOutOfRange
    """
    actor.need_to_act_for(author_id)
    need_member(session, author_id)
    if not 1 <= seats < max(len(words.options), LEAST_OPTIONS):
        raise errors.SeatsOutOfRange(max(len(words.options), LEAST_OPTIONS) - 1)
    motion = Motion(
        id=new_id(),
        kind=Kind.CHOICE,
        stage=Stage.DISCUSSION,
        written_at=clock.now(),
        author_id=author_id,
        seats=seats,
    )
    _add(session, motion, words)
    audit.record(session, actor, "choice.written", subject=motion.id, facts={"options": len(words.options)})
    return motion.id


def table_motion(session: Session, words: Words) -> UUID:
    """Write an ordinary motion that nobody moves and return its id. Part of making an agenda, which has checked the actor."""
    motion = Motion(
        id=new_id(),
        kind=Kind.RESOLUTION,
        stage=Stage.DISCUSSION,
        written_at=clock.now(),
        majority=Majority.ORDINARY,
    )
    _add(session, motion, words)
    return motion.id


def edit_motion(session: Session, actor: Actor, *, motion_id: UUID, words: Words) -> None:
    """Change the words of a motion that is being discussed: by its author, an election's by secretary or board.

    Raises:
        NotFound, NotInDiscussion, NotItsAuthor, PowerMissing, TextMissing, TextTooShort, TextTooLong
        WordsMade, WordsAnnounced: it is on the agenda of a meeting.
    """
    motion = discussed(session, motion_id)
    power = _need_to_change(actor, motion)
    placed = progress.on_agenda(session, motion_id)
    if placed is not None and placed.kind.makes_its_words:
        raise WordsMade
    if placed is not None and placed.is_announced:
        raise WordsAnnounced(placed.meeting.held_at)
    row = session.get_one(MotionWords, motion_id)
    row.title, row.text = _checked(words)
    row.options = _checked_options(motion, words)
    row.edited_at = clock.now()
    session.flush()
    audit.record(session, actor, "motion.edited", subject=motion_id, power=power)


def withdraw_motion(session: Session, actor: Actor, *, motion_id: UUID) -> None:
    """Take a motion back before it is voted on: by its author, an election by secretary or board.

    Raises:
        NotFound, NotInDiscussion, NotItsAuthor, PowerMissing
        HeldByAgenda: it is on the agenda of a meeting.
    """
    motion = discussed(session, motion_id)
    power = _need_to_change(actor, motion)
    placed = progress.on_agenda(session, motion_id)
    if placed is not None:
        raise HeldByAgenda(placed.meeting.held_at)
    motion.stage = Stage.WITHDRAWN
    session.flush()
    audit.record(session, actor, "motion.withdrawn", subject=motion_id, power=power)


def comment(session: Session, actor: Actor, *, motion_id: UUID, author_id: UUID, text: str) -> UUID:
    """Add to the debate, for a member, and return the comment's id. It goes on while the vote is open.

    Raises:
        NotFound, MembersOnly, TextMissing, TextTooLong
    """
    actor.need_to_act_for(author_id)
    need_member(session, author_id)
    motion = session.get(Motion, motion_id)
    if motion is None:
        raise NotFound
    row = MotionComment(
        id=new_id(),
        motion_id=motion_id,
        author_id=author_id,
        text=prose(text, about="text", longest=LONGEST_COMMENT, least=1),
        written_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "comment.written", subject=row.id, facts={"motion": motion_id})
    return row.id


def edit_comment(session: Session, actor: Actor, *, comment_id: UUID, text: str) -> None:
    """Change a comment of one's own; the page says that it was edited.

    Raises:
        NotFound, TextMissing, TextTooLong
    """
    row = _own_comment(session, actor, comment_id)
    row.text = prose(text, about="text", longest=LONGEST_COMMENT, least=1)
    row.edited_at = clock.now()
    session.flush()
    audit.record(session, actor, "comment.edited", subject=comment_id)


def remove_comment(session: Session, actor: Actor, *, comment_id: UUID) -> None:
    """Remove a comment of one's own; its place in the debate stays, its words do not.

    Raises:
        NotFound
    """
    row = _own_comment(session, actor, comment_id)
    row.text = ""
    row.removed_at = clock.now()
    session.flush()
    audit.record(session, actor, "comment.removed", subject=comment_id)


def discussed(session: Session, motion_id: UUID, kind: Kind | None = None) -> Motion:
    """Return a motion that is being discussed, and hold its row until the transaction ends.

    Raises:
        NotFound, NotInDiscussion
    """
    motion = session.get(Motion, motion_id, with_for_update=True, populate_existing=True)
    if motion is None or (kind is not None and motion.kind is not kind):
        raise NotFound
    if motion.stage is not Stage.DISCUSSION:
        raise errors.NotInDiscussion
    return motion


def need_member(session: Session, participant_id: UUID) -> Member:
    """Return the entry in the register of members of a participant who is one today.

    Raises:
        MembersOnly
    """
    member = session.scalar(
        select(Member).where(Member.participant_id == participant_id, Member.joined_on <= cooperative.today(session))
    )
    if member is None:
        raise errors.MembersOnly
    return member


def _add(session: Session, motion: Motion, words: Words) -> None:
    title, text = _checked(words)
    session.add(motion)
    session.flush()
    options = _checked_options(motion, words)
    session.add(MotionWords(motion_id=motion.id, salt=secrets.token_hex(16), title=title, text=text, options=options))
    session.flush()


def _checked(words: Words) -> tuple[str, str]:
    title = line(words.title, about="title", longest=LONGEST_NAME, least=3)
    return title, prose(words.text, about="text", longest=LONGEST_MOTION, least=1)


def _checked_options(motion: Motion, words: Words) -> str | None:
    """Return the options of a choice as they are kept; other motions have none.

    Raises:
        TooFewOptions, TooManyOptions, OptionRepeated, TextMissing, TextTooLong
    """
    if motion.kind is not Kind.CHOICE:
        return None
    options = [line(option, about="options", longest=LONGEST_NAME, least=1) for option in words.options]
    if len(options) < max(LEAST_OPTIONS, (motion.seats or 0) + 1):
        raise errors.TooFewOptions(max(LEAST_OPTIONS, (motion.seats or 0) + 1))
    if len(options) > MOST_OPTIONS:
        raise errors.TooManyOptions(len(options), MOST_OPTIONS)
    repeated = next((option for at, option in enumerate(options) if fold(option) in map(fold, options[:at])), None)
    if repeated is not None:
        raise errors.OptionRepeated(repeated)
    return "\n".join(options)


def _need_to_change(actor: Actor, motion: Motion) -> Power | None:
    if motion.author_id is None:
        return actor.need(Power.SECRETARY, Power.BOARD)
    if motion.author_id not in actor.represents:
        raise errors.NotItsAuthor
    return None


def _own_comment(session: Session, actor: Actor, comment_id: UUID) -> MotionComment:
    row = session.get(MotionComment, comment_id, with_for_update=True)
    if row is None or row.removed_at is not None or row.author_id not in actor.represents:
        raise NotFound
    return row
