"""Who acts for whom, and how a participant's membership stands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.bylaws import in_force
from coop.assembly.resolutions import Body, Resolution
from coop.identity.models import Person
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
    Representative,
)


@dataclass(frozen=True)
class Acting:
    """A participant for whom somebody can act."""

    id: UUID
    name: str
    kind: ParticipantKind
    #: How governance knows them.
    voter_ref: UUID
    #: Number in the register of members; none for a participant who is not a member.
    member_number: int | None


@dataclass(frozen=True)
class RepresentativeRow:
    """Somebody who acts for a participant."""

    person_id: UUID
    name: str
    email: str
    started_on: date


@dataclass(frozen=True)
class ClassChoice:
    """A class of members that a participant may join."""

    id: UUID
    name: str
    description: str


@dataclass(frozen=True)
class ApplicationState:
    """An application and how it ended, if it has."""

    id: UUID
    class_name: str
    shares: int
    terms_version: int
    submitted_at: datetime
    decision: Decision | None
    decided_at: datetime | None
    #: Who decided: the board, or the founders about themselves.
    decided_by: Body | None
    #: Why it was refused, for the applicant and the board only.
    refusal_reason: str


@dataclass(frozen=True)
class Membership:
    """How a participant's membership stands."""

    participant_id: UUID
    member_id: UUID | None
    member_number: int | None
    joined_on: date | None
    class_name: str | None
    #: The latest application.
    application: ApplicationState | None

    @property
    def is_waiting(self) -> bool:
        """Say whether the board has still to decide."""
        return self.application is not None and self.application.decision is None

    @property
    def is_admitted(self) -> bool:
        """Say whether the board has admitted the applicant, who is not yet in the register."""
        admitted = self.application is not None and self.application.decision is Decision.ADMITTED
        return admitted and self.member_id is None

    @property
    def may_apply(self) -> bool:
        """Say whether there is neither a membership nor an application under way."""
        return self.member_id is None and not self.is_waiting and not self.is_admitted


def represented_by(session: Session, person_id: UUID, on: date) -> frozenset[UUID]:
    """Return the participants for whom a person acts on a day."""
    return frozenset(
        session.scalars(select(Representative.participant_id).where(Representative.person_id == person_id, in_term(on)))
    )


def represents(session: Session, person_id: UUID, participant_id: UUID, on: date) -> bool:
    """Say whether a person acts for a participant on a day."""
    return participant_id in represented_by(session, person_id, on)


def participants_of(session: Session, person_id: UUID, on: date) -> list[Acting]:
    """Return the participants for whom a person acts on a day: themselves first, then by name."""
    rows = session.connection().execute(_PARTICIPANTS, {"person_id": person_id, "on": on})
    return [Acting(*row) for row in rows]


def representatives_of(session: Session, participant_id: UUID) -> list[RepresentativeRow]:
    """Return who acts for a participant today."""
    rows = session.execute(
        select(Person.id, Person.name, Person.email, Representative.started_on)
        .join(Representative, Representative.person_id == Person.id)
        .where(Representative.participant_id == participant_id, in_term(cooperative.today(session)))
        .order_by(Representative.started_on, Representative.id)
    )
    return [RepresentativeRow(*row) for row in rows]


def classes_for(session: Session, kind: ParticipantKind) -> list[ClassChoice]:
    """Return the classes that a kind of participant may join."""
    rows = session.execute(
        select(MemberClass.id, MemberClass.name, MemberClass.description)
        .where(MemberClass.kind == kind)
        .order_by(MemberClass.code)
    )
    return [ClassChoice(*row) for row in rows]


def membership(session: Session, participant_id: UUID) -> Membership:
    """Return how a participant's membership stands."""
    member = session.execute(
        select(Member.id, Member.number, Member.joined_on, MemberClass.name)
        .join(MemberClass, MemberClass.id == Member.class_id)
        .where(Member.participant_id == participant_id)
    ).first()
    row = session.execute(
        select(
            Application.id,
            MemberClass.name,
            Application.shares,
            MembershipTerms.version,
            Application.submitted_at,
            ApplicationDecision.decision,
            ApplicationDecision.decided_at,
            Resolution.body,
            func.coalesce(ApplicationAnswer.refusal_reason, ""),
        )
        .join(MemberClass, MemberClass.id == Application.class_id)
        .join(MembershipTerms, MembershipTerms.id == Application.terms_id)
        .outerjoin(ApplicationDecision, ApplicationDecision.application_id == Application.id)
        .outerjoin(Resolution, Resolution.id == ApplicationDecision.resolution_id)
        .outerjoin(ApplicationAnswer, ApplicationAnswer.application_id == Application.id)
        .where(Application.participant_id == participant_id)
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(1)
    ).first()
    application = ApplicationState(*row) if row else None
    if member is None:
        return Membership(participant_id, None, None, None, None, application)
    return Membership(participant_id, member.id, member.number, member.joined_on, member.name, application)


def share_price(session: Session) -> int | None:
    """Return today's price of one share in the minor unit; nothing where there is no share to buy."""
    return in_force(session, cooperative.today(session)).bylaws.share_price_minor


def who_acts_for_members(session: Session, on: date) -> dict[tuple[UUID, str], list[str]]:
    """Return whom a mail to every member goes to on a day: each person and address once, with the names of all they act for."""
    rows = session.execute(
        select(Person.id, Person.email, Participant.name)
        .join(Representative, Representative.person_id == Person.id)
        .join(Participant, Participant.id == Representative.participant_id)
        .join(Member, Member.participant_id == Participant.id)
        .where(in_term(on), Member.joined_on <= on)
        .order_by(Person.id, Participant.name_key)
    )
    members: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for person_id, email, name in rows:
        members[person_id, email].append(name)
    return members


def in_term(on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a representation holds on a day."""
    return and_(Representative.started_on <= on, or_(Representative.ended_on.is_(None), Representative.ended_on > on))


#: Every page asks this: built once, because building a query costs more than its answer.
_PARTICIPANTS = (
    select(Participant.id, Participant.name, Participant.kind, Participant.voter_ref, Member.number)
    .join(Representative, Representative.participant_id == Participant.id)
    .outerjoin(Member, Member.participant_id == Participant.id)
    .where(Representative.person_id == bindparam("person_id"), in_term(bindparam("on", type_=Date)))
    .order_by(Participant.kind != ParticipantKind.INDIVIDUAL, Participant.name_key, Participant.id)
)
