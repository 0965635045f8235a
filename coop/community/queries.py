"""The directory: who lets themselves be found, and what they say. It shows nothing of those who are not listed.

And what came of it all in a year, in numbers, for the annual report.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from coop import clock, cooperative
from coop.community.circle_models import CirclePost, Event, SignUp
from coop.community.models import Answer, IntroductionAnswer, ParticipantSkill, Profile, Site, Skill
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
    """Return a page of the directory, by name: those in whose profile or skills every word stands, whatever its case or macrons."""
    query = _entries().where(Profile.is_listed.is_(True))
    for pattern in search_patterns(words):
        skilled = exists().where(
            ParticipantSkill.participant_id == Profile.participant_id,
            Skill.id == ParticipantSkill.skill_id,
            Skill.name_key.like(pattern, escape="\\"),
        )
        query = query.where(or_(Profile.search_text.like(pattern, escape="\\"), skilled))
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


@dataclass(frozen=True)
class SiteRow:
    """A site that a participant looks after."""

    id: UUID
    name: str
    place: str
    #: Tenths of a hectare.
    hectares_tenths: int | None
    since_year: int | None

    @property
    def hectares(self) -> str:
        """Return its size as a number with at most one decimal; nothing where it is not told."""
        if self.hectares_tenths is None:
            return ""
        whole, tenths = divmod(self.hectares_tenths, 10)
        return f"{whole:,}.{tenths}" if tenths else f"{whole:,}"


def sites_of(session: Session, participant_id: UUID) -> list[SiteRow]:
    """Return the sites that a participant looks after, in the order in which they were added."""
    rows = session.execute(
        select(Site.id, Site.name, Site.place, Site.hectares_tenths, Site.since_year)
        .where(Site.participant_id == participant_id, Site.removed_at.is_(None))
        .order_by(Site.added_at, Site.id)
    )
    return [SiteRow(*row) for row in rows]


@dataclass(frozen=True)
class CommunityImpact:
    """What the community did in a span of days."""

    #: Events that began in it and were not cancelled, and the seats taken in them.
    events: int
    sign_ups: int
    #: Introductions that were accepted: skills matched.
    introductions: int
    #: Sites that were looked after at its end.
    sites: int
    #: Posts written in it that stood at its end.
    circle_posts: int


def impact(session: Session, starts_on: date, ends_on: date) -> CommunityImpact:
    """Return what the community did from one day to another, both included; an event still to come does not count.

    Once the days are over the figures stay: what is removed later had stood at their end.
    """
    zone = ZoneInfo(cooperative.current(session).zone)
    begin = datetime.combine(starts_on, time(), tzinfo=zone)
    end = datetime.combine(ends_on + timedelta(days=1), time(), tzinfo=zone)

    def within(moment: InstrumentedAttribute[datetime]) -> tuple[ColumnElement[bool], ...]:
        return moment >= begin, moment < end

    held = (*within(Event.starts_at), Event.starts_at <= clock.now(), Event.cancelled_at.is_(None))
    return CommunityImpact(
        events=_count(session, select(Event.id).where(*held)),
        sign_ups=_count(session, select(SignUp.event_id).join(Event, Event.id == SignUp.event_id).where(*held)),
        introductions=_count(
            session,
            select(IntroductionAnswer.introduction_id).where(
                *within(IntroductionAnswer.answered_at), IntroductionAnswer.answer == Answer.ACCEPTED
            ),
        ),
        sites=_count(
            session, select(Site.id).where(Site.added_at < end, or_(Site.removed_at.is_(None), Site.removed_at >= end))
        ),
        circle_posts=_count(
            session,
            select(CirclePost.id).where(
                *within(CirclePost.written_at), or_(CirclePost.removed_at.is_(None), CirclePost.removed_at >= end)
            ),
        ),
    )


def _count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


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
