"""The directory: who lets themselves be found, and what they say. It shows nothing of those who are not listed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.community.models import Profile
from coop.community.operations import ProfileText
from coop.membership.models import Member, Participant, ParticipantKind
from coop.paging import Part, part_of
from coop.permissions import NotFound
from coop.texts import search_patterns

PAGE_SIZE = 24


@dataclass(frozen=True)
class Entry:
    """A participant in the directory."""

    participant_id: UUID
    name: str
    kind: ParticipantKind
    place: str
    offers: str
    seeks: str
    about: str
    is_member: bool


def directory_size(session: Session) -> int:
    """Return how many participants stand in the directory; the one thing about it that everybody may know."""
    return session.scalar(select(func.count()).select_from(Profile).where(Profile.is_listed.is_(True))) or 0


def search(session: Session, *, words: str = "", kind: ParticipantKind | None = None, page: int = 1) -> Part[Entry]:
    """Return a page of the directory, by name: those in whose profile every word stands, whatever its case or macrons."""
    query = _entries().where(Profile.is_listed.is_(True))
    for pattern in search_patterns(words):
        query = query.where(Profile.search_text.like(pattern, escape="\\"))
    if kind is not None:
        query = query.where(Participant.kind == kind)
    part = part_of(session, query.order_by(Participant.name_key, Participant.id), number=page, size=PAGE_SIZE)
    return Part(tuple(Entry(*row) for row in part.rows), part.number, part.last, part.total)


def entry(session: Session, participant_id: UUID) -> Entry:
    """Return the directory's entry of a participant.

    Raises:
        NotFound: they are not listed; whether they exist is not told.
    """
    row = session.execute(_entries().where(Participant.id == participant_id, Profile.is_listed.is_(True))).first()
    if row is None:
        raise NotFound
    return Entry(*row)


def profile(session: Session, participant_id: UUID) -> ProfileText:
    """Return what a participant says of themselves, for those who act for it.

    Raises:
        NotFound
    """
    row = session.execute(
        select(Participant.name, Profile)
        .join(Profile, Profile.participant_id == Participant.id)
        .where(Participant.id == participant_id)
    ).first()
    if row is None:
        raise NotFound
    name, said = row
    return ProfileText(name, said.place, said.offers, said.seeks, said.about, said.is_listed)


def kind_of(session: Session, participant_id: UUID) -> ParticipantKind:
    """Return what a participant is."""
    return session.scalars(select(Participant.kind).where(Participant.id == participant_id)).one()


def _entries() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Participant.id,
            Participant.name,
            Participant.kind,
            Profile.place,
            Profile.offers,
            Profile.seeks,
            Profile.about,
            Member.id.is_not(None),
        )
        .join(Profile, Profile.participant_id == Participant.id)
        .outerjoin(Member, Member.participant_id == Participant.id)
    )
