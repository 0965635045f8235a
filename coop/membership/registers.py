"""The register of members and the applications, as officers see them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from coop.assembly.resolutions import Resolution, ResolutionText
from coop.membership.models import (
    Application,
    ApplicationAnswer,
    ApplicationDecision,
    Decision,
    Member,
    MemberClass,
    MembershipTerms,
    Participant,
    ParticipantKind,
)
from coop.paging import Part, part_of
from coop.permissions import NotFound
from coop.shares.models import ShareEvent
from coop.texts import search_patterns

PAGE_SIZE = 50


class Order(StrEnum):
    """How the register of members is sorted."""

    NUMBER = "number"
    NAME = "name"
    JOINED = "joined"


class Stage(StrEnum):
    """Which applications a list shows."""

    WAITING = "waiting"
    DECIDED = "decided"


@dataclass(frozen=True)
class MemberRow:
    """An entry of the register of members."""

    id: UUID
    number: int
    participant_id: UUID
    name: str
    kind: ParticipantKind
    class_name: str
    joined_on: date
    shares: int


@dataclass(frozen=True)
class ApplicationRow:
    """An application in the list."""

    id: UUID
    participant_id: UUID
    name: str
    kind: ParticipantKind
    class_name: str
    shares: int
    submitted_at: datetime
    decision: Decision | None
    decided_at: datetime | None


@dataclass(frozen=True)
class ApplicationDetail:
    """An application as the board reads it."""

    row: ApplicationRow
    terms_version: int
    bond: str
    refusal_reason: str
    #: Number and words of the resolution that decided it, where one did.
    resolution_number: int | None
    minute: str


def members(
    session: Session, *, on: date, words: str = "", order: Order = Order.NUMBER, page: int = 1
) -> Part[MemberRow]:
    """Return a page of the register of members, searched by name or number."""
    part = part_of(session, _members(on, words, order), number=page, size=PAGE_SIZE)
    return Part(tuple(MemberRow(*row) for row in part.rows), part.number, part.last, part.total)


def all_members(session: Session, *, on: date, words: str = "", order: Order = Order.NUMBER) -> list[MemberRow]:
    """Return the whole register of members, for a file."""
    return [MemberRow(*row) for row in session.execute(_members(on, words, order))]


def member(session: Session, member_id: UUID, *, on: date) -> MemberRow:
    """Return an entry of the register of members.

    Raises:
        NotFound
    """
    row = session.execute(_members(on, "", Order.NUMBER).where(Member.id == member_id)).first()
    if row is None:
        raise NotFound
    return MemberRow(*row)


def applications(session: Session, stage: Stage, *, page: int = 1) -> Part[ApplicationRow]:
    """Return a page of the applications that wait, longest first, or that have ended, latest first."""
    query = _applications()
    if stage is Stage.WAITING:
        query = query.where(ApplicationDecision.application_id.is_(None))
        query = query.order_by(Application.submitted_at, Application.id)
    else:
        query = query.where(ApplicationDecision.application_id.is_not(None))
        query = query.order_by(ApplicationDecision.decided_at.desc(), Application.id.desc())
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(ApplicationRow(*row) for row in part.rows), part.number, part.last, part.total)


def waiting_count(session: Session) -> int:
    """Return how many applications wait for the board."""
    return (
        session.scalar(
            select(func.count(Application.id))
            .outerjoin(ApplicationDecision, ApplicationDecision.application_id == Application.id)
            .where(ApplicationDecision.application_id.is_(None))
        )
        or 0
    )


def application(session: Session, application_id: UUID) -> ApplicationDetail:
    """Return an application with what was written in it.

    Raises:
        NotFound
    """
    row = session.execute(_applications().where(Application.id == application_id)).first()
    if row is None:
        raise NotFound
    version, bond, reason, number, minute = session.execute(
        select(
            MembershipTerms.version,
            func.coalesce(ApplicationAnswer.bond, ""),
            func.coalesce(ApplicationAnswer.refusal_reason, ""),
            Resolution.number,
            func.coalesce(ResolutionText.text, ""),
        )
        .select_from(Application)
        .join(MembershipTerms, MembershipTerms.id == Application.terms_id)
        .outerjoin(ApplicationAnswer, ApplicationAnswer.application_id == Application.id)
        .outerjoin(ApplicationDecision, ApplicationDecision.application_id == Application.id)
        .outerjoin(Resolution, Resolution.id == ApplicationDecision.resolution_id)
        .outerjoin(ResolutionText, ResolutionText.resolution_id == Resolution.id)
        .where(Application.id == application_id)
    ).one()
    return ApplicationDetail(ApplicationRow(*row), version, bond, reason, number, minute)


def application_of(session: Session, member_id: UUID) -> ApplicationDetail:
    """Return the application by which somebody became a member.

    Raises:
        NotFound
    """
    application_id = session.scalar(select(Member.application_id).where(Member.id == member_id))
    if application_id is None:
        raise NotFound
    return application(session, application_id)


def _members(on: date, words: str, order: Order) -> Select[*tuple[Any, ...]]:
    held = (
        select(func.coalesce(func.sum(ShareEvent.quantity), 0))
        .where(ShareEvent.member_id == Member.id, ShareEvent.effective_on <= on)
        .correlate(Member)
        .scalar_subquery()
    )
    query = (
        select(
            Member.id,
            Member.number,
            Participant.id,
            Participant.name,
            Participant.kind,
            MemberClass.name,
            Member.joined_on,
            held,
        )
        .join(Participant, Participant.id == Member.participant_id)
        .join(MemberClass, MemberClass.id == Member.class_id)
    )
    for pattern in search_patterns(words):
        digits = pattern.strip("%")
        by_number = Member.number == int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None
        by_name = Participant.name_key.like(pattern, escape="\\")
        query = query.where(by_name if by_number is None else or_(by_name, by_number))
    columns = {
        Order.NUMBER: (Member.number,),
        Order.NAME: (Participant.name_key, Member.number),
        Order.JOINED: (Member.joined_on, Member.number),
    }
    return query.order_by(*columns[order])


def _applications() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Application.id,
            Participant.id,
            Participant.name,
            Participant.kind,
            MemberClass.name,
            Application.shares,
            Application.submitted_at,
            ApplicationDecision.decision,
            ApplicationDecision.decided_at,
        )
        .join(Participant, Participant.id == Application.participant_id)
        .join(MemberClass, MemberClass.id == Application.class_id)
        .outerjoin(ApplicationDecision, ApplicationDecision.application_id == Application.id)
    )
