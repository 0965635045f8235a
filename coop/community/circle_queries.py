"""Circles and what is written in them, for pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.community.circle_models import Circle, CircleMembership, CirclePost
from coop.membership.models import Participant
from coop.paging import Part, part_of
from coop.permissions import NotFound

PAGE_SIZE = 20


@dataclass(frozen=True)
class CircleRow:
    """A circle in the list."""

    id: UUID
    name: str
    purpose: str
    members: int
    #: When somebody last wrote in it.
    last_post_at: datetime | None


@dataclass(frozen=True)
class PostRow:
    """A post as the circle's page shows it."""

    id: UUID
    author_id: UUID
    author: str
    text: str
    written_at: datetime
    edited_at: datetime | None
    removed: bool
    removal_reason: str


def circles(session: Session, *, page: int = 1) -> Part[CircleRow]:
    """Return a page of the circles, by name."""
    members = (
        select(func.count())
        .select_from(CircleMembership)
        .where(CircleMembership.circle_id == Circle.id)
        .scalar_subquery()
    )
    last_post = (
        select(func.max(CirclePost.written_at))
        .where(CirclePost.circle_id == Circle.id, CirclePost.removed_at.is_(None))
        .scalar_subquery()
    )
    query = select(Circle.id, Circle.name, Circle.purpose, members, last_post).order_by(Circle.name_key, Circle.id)
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(CircleRow(*row) for row in part.rows), part.number, part.last, part.total)


def circle(session: Session, circle_id: UUID) -> Circle:
    """Return a circle.

    Raises:
        NotFound
    """
    found = session.get(Circle, circle_id)
    if found is None:
        raise NotFound
    return found


def circles_of(session: Session, participant_id: UUID) -> list[tuple[UUID, str]]:
    """Return the circles that a participant belongs to: id and name."""
    rows = session.execute(
        select(Circle.id, Circle.name)
        .join(CircleMembership, CircleMembership.circle_id == Circle.id)
        .where(CircleMembership.participant_id == participant_id)
        .order_by(Circle.name_key, Circle.id)
    )
    return [(circle_id, name) for circle_id, name in rows]


def members_of(session: Session, circle_id: UUID) -> list[tuple[UUID, str]]:
    """Return who belongs to a circle, by name: id and name."""
    rows = session.execute(
        select(Participant.id, Participant.name)
        .join(CircleMembership, CircleMembership.participant_id == Participant.id)
        .where(CircleMembership.circle_id == circle_id)
        .order_by(Participant.name_key, Participant.id)
    )
    return [(participant_id, name) for participant_id, name in rows]


def posts(session: Session, circle_id: UUID, *, page: int = 1) -> Part[PostRow]:
    """Return a page of what is written in a circle, the newest first."""
    query = _posts().where(CirclePost.circle_id == circle_id)
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(PostRow(*row) for row in part.rows), part.number, part.last, part.total)


def own_post(session: Session, post_id: UUID, represents: Collection[UUID]) -> tuple[UUID, str]:
    """Return the circle and the words of a standing post of somebody for whom one acts.

    Raises:
        NotFound
    """
    post = session.get(CirclePost, post_id)
    if post is None or post.removed_at is not None or post.author_id not in represents:
        raise NotFound
    return post.circle_id, post.text


def standing_post(session: Session, post_id: UUID) -> tuple[UUID, PostRow]:
    """Return the circle of a post that is not removed, and the post.

    Raises:
        NotFound
    """
    row = session.execute(
        _posts().add_columns(CirclePost.circle_id).where(CirclePost.id == post_id, CirclePost.removed_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    *values, circle_id = row
    return circle_id, PostRow(*values)


def _posts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            CirclePost.id,
            CirclePost.author_id,
            Participant.name,
            CirclePost.text,
            CirclePost.written_at,
            CirclePost.edited_at,
            CirclePost.removed_at.is_not(None),
            CirclePost.removal_reason,
        )
        .join(Participant, Participant.id == CirclePost.author_id)
        .order_by(CirclePost.written_at.desc(), CirclePost.id.desc())
    )
