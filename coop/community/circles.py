"""Practice circles: founding and describing them, joining and leaving, and what is written in them."""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, outbox
from coop.community.circle_models import Circle, CircleMembership, CirclePost
from coop.community.errors import CircleMembersOnly, CircleNameTaken
from coop.membership import participants
from coop.membership.operations import name_key
from coop.permissions import Actor, NotFound, Power
from coop.texts import line, prose
from evidence.identifiers import new_id

LONGEST_PURPOSE = 2000
LONGEST_POST = 8000
LONGEST_REASON = 500
_OFFICE = (Power.SECRETARY, Power.BOARD)


def found_circle(session: Session, actor: Actor, *, name: str, purpose: str) -> UUID:
    """Found a circle, for secretary or board, and return its id.

    Raises:
        PowerMissing, CircleNameTaken, TextMissing, TextTooShort, TextTooLong
    """
    power = actor.need(*_OFFICE)
    name, purpose = _checked(name, purpose)
    circle = Circle(id=new_id(), name=name, name_key=name_key(name), purpose=purpose, founded_at=clock.now())
    try:
        with session.begin_nested():
            session.add(circle)
    except IntegrityError as error:
        raise CircleNameTaken from error
    audit.record(session, actor, "circle.founded", subject=circle.id, power=power)
    return circle.id


def describe_circle(session: Session, actor: Actor, *, circle_id: UUID, name: str, purpose: str) -> None:
    """Change the name of a circle and what it is for.

    Raises:
        PowerMissing, NotFound, CircleNameTaken, TextMissing, TextTooShort, TextTooLong
    """
    power = actor.need(*_OFFICE)
    circle = circle_of(session, circle_id)
    name, purpose = _checked(name, purpose)
    try:
        with session.begin_nested():
            circle.name, circle.name_key, circle.purpose = name, name_key(name), purpose
    except IntegrityError as error:
        raise CircleNameTaken from error
    audit.record(session, actor, "circle.described", subject=circle_id, power=power)


def join_circle(session: Session, actor: Actor, *, circle_id: UUID, participant_id: UUID) -> None:
    """Let a participant belong to a circle. Joining twice changes nothing.

    Raises:
        NotFound
    """
    actor.need_to_act_for(participant_id)
    circle_of(session, circle_id)
    participants.lock(session, participant_id)
    if belongs(session, circle_id, participant_id):
        return
    session.add(CircleMembership(circle_id=circle_id, participant_id=participant_id, joined_at=clock.now()))
    session.flush()
    audit.record(session, actor, "circle.joined", subject=circle_id, facts={"participant": participant_id})


def leave_circle(session: Session, actor: Actor, *, circle_id: UUID, participant_id: UUID) -> None:
    """Let a participant leave a circle. What they wrote stays, until they remove it.

    Raises:
        NotFound: they do not belong to it.
    """
    actor.need_to_act_for(participant_id)
    row = session.get(CircleMembership, (circle_id, participant_id), with_for_update=True)
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    audit.record(session, actor, "circle.left", subject=circle_id, facts={"participant": participant_id})


def write_post(session: Session, actor: Actor, *, circle_id: UUID, author_id: UUID, text: str) -> UUID:
    """Write in a circle that one belongs to, and return the post's id.

    Raises:
        NotFound, CircleMembersOnly, TextMissing, TextTooLong
    """
    actor.need_to_act_for(author_id)
    circle_of(session, circle_id)
    need_to_belong(session, circle_id, author_id)
    text = prose(text, about="text", longest=LONGEST_POST, least=1)
    post = CirclePost(id=new_id(), circle_id=circle_id, author_id=author_id, text=text, written_at=clock.now())
    session.add(post)
    session.flush()
    audit.record(session, actor, "post.written", subject=post.id, facts={"circle": circle_id})
    return post.id


def edit_post(session: Session, actor: Actor, *, post_id: UUID, text: str) -> None:
    """Change a post of one's own; the page says that it was edited.

    Raises:
        NotFound, TextMissing, TextTooLong
    """
    post = _own_post(session, actor, post_id)
    post.text = prose(text, about="text", longest=LONGEST_POST, least=1)
    post.edited_at = clock.now()
    session.flush()
    audit.record(session, actor, "post.edited", subject=post_id)


def remove_post(session: Session, actor: Actor, *, post_id: UUID) -> None:
    """Remove a post of one's own; its place stays, its words do not.

    Raises:
        NotFound
    """
    post = _own_post(session, actor, post_id)
    post.text, post.removed_at = "", clock.now()
    session.flush()
    audit.record(session, actor, "post.removed", subject=post_id)


def remove_by_office(session: Session, actor: Actor, *, post_id: UUID, reason: str) -> None:
    """Remove somebody's post, for the secretary; the reason stands in its place and goes to the author by mail.

    Raises:
        PowerMissing, NotFound, TextMissing, TextTooLong
    """
    power = actor.need(Power.SECRETARY)
    post = _standing_post(session, post_id)
    reason = prose(reason, about="reason", longest=LONGEST_REASON, least=1)
    post.text, post.removed_at, post.removal_reason = "", clock.now(), reason
    session.flush()
    circle = session.get_one(Circle, post.circle_id)
    participants.tell(
        session,
        post.author_id,
        key=f"post-removed:{post_id}",
        subject=gettext("a post was removed"),
        text=gettext(
            "The secretary removed a post of yours in the circle “%(circle)s”. The reason: %(reason)s",
            circle=circle.name,
            reason=reason,
        ),
        page=outbox.Page("community.circle", {"circle_id": post.circle_id}),
    )
    audit.record(session, actor, "post.removed", subject=post_id, power=power)


def circle_of(session: Session, circle_id: UUID) -> Circle:
    """Return a circle.

    Raises:
        NotFound
    """
    circle = session.get(Circle, circle_id)
    if circle is None:
        raise NotFound
    return circle


def belongs(session: Session, circle_id: UUID, participant_id: UUID) -> bool:
    """Say whether a participant belongs to a circle."""
    mine = (CircleMembership.circle_id == circle_id, CircleMembership.participant_id == participant_id)
    return session.scalar(select(CircleMembership.circle_id).where(*mine)) is not None


def need_to_belong(session: Session, circle_id: UUID, participant_id: UUID) -> None:
    """Refuse a participant who does not belong to a circle.

    Raises:
        CircleMembersOnly
    """
    if not belongs(session, circle_id, participant_id):
        raise CircleMembersOnly


def _checked(name: str, purpose: str) -> tuple[str, str]:
    return line(name, about="name", least=3), prose(purpose, about="purpose", longest=LONGEST_PURPOSE, least=1)


def _standing_post(session: Session, post_id: UUID) -> CirclePost:
    post = session.get(CirclePost, post_id, with_for_update=True)
    if post is None or post.removed_at is not None:
        raise NotFound
    return post


def _own_post(session: Session, actor: Actor, post_id: UUID) -> CirclePost:
    post = _standing_post(session, post_id)
    if post.author_id not in actor.represents:
        raise NotFound
    return post
