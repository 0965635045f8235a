"""Participants, who represents them, classes of members, applications and the register of members.

A participant is a person or an organisation in the community; a member is a participant whom the by-laws count as one. The
rows that last hold random references and numbers; names and answers lie in rows that can be erased.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.assembly.bylaws import BylawVersion
from coop.assembly.resolutions import Resolution
from coop.database import CoopBase
from coop.identity.models import Person
from evidence.columns import Code, Id, Line, LongText, Moment, Sha256, text_enum
from evidence.identifiers import new_ref
from evidence.messages import N_


class ParticipantKind(StrEnum):
    """What a participant is."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    ENTERPRISE = "enterprise"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    ParticipantKind.INDIVIDUAL: N_("Individual"),
    ParticipantKind.GROUP: N_("Community group"),
    ParticipantKind.ENTERPRISE: N_("Enterprise"),
}


class Participant(CoopBase):
    """Somebody in the community: an individual, a community group or an enterprise. Erasable."""

    __tablename__ = "participant"

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[ParticipantKind] = mapped_column(text_enum(ParticipantKind, "kind"))
    name: Mapped[Line]
    #: The name without case and macrons, to search and to sort by.
    name_key: Mapped[Line] = mapped_column(index=True)
    created_at: Mapped[Moment]
    #: How the ledger knows it.
    party_ref: Mapped[UUID] = mapped_column(Uuid, unique=True, default_factory=new_ref)
    #: How governance knows it.
    voter_ref: Mapped[UUID] = mapped_column(Uuid, unique=True, default_factory=new_ref)

    representatives: Mapped[list["Representative"]] = relationship(
        lambda: Representative, viewonly=True, default_factory=list
    )
    member: Mapped["Member | None"] = relationship(lambda: Member, viewonly=True, default=None)


class Representative(CoopBase):
    """A person who acts for a participant: for themselves, or for an organisation."""

    __tablename__ = "representative"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR started_on <= ended_on", name="term"),
        Index("ix_representative_person_id", "person_id"),
        Index("ix_representative_participant_id", "participant_id"),
        Index(
            "uq_representative_standing",
            "participant_id",
            "person_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    started_on: Mapped[date]
    #: First day on which the person no longer acts for the participant.
    ended_on: Mapped[date | None] = mapped_column(default=None)


class MemberClass(CoopBase):
    """A class of members, such as practitioners. The class never changes what a vote weighs."""

    __tablename__ = "member_class"

    id: Mapped[Id] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Line]
    #: Who may join it: one kind of participant.
    kind: Mapped[ParticipantKind] = mapped_column(text_enum(ParticipantKind, "kind"))
    description: Mapped[LongText]
    #: The code of the account that holds its members' share capital.
    capital_account: Mapped[Code]


class MembershipTerms(CoopBase):
    """The page that an applicant accepts, word for word. Each change is a new version."""

    __tablename__ = "membership_terms"

    id: Mapped[Id] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    in_force_on: Mapped[date]
    #: The by-laws whose figures the page states.
    bylaws_id: Mapped[UUID] = mapped_column(ForeignKey(BylawVersion.id))
    #: Markdown, in the words that were accepted.
    text: Mapped[LongText]
    digest: Mapped[Sha256]


class Application(CoopBase):
    """A participant asks to become a member and has accepted a version of the terms."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("shares >= 0", name="shares"),
        Index("ix_application_participant_id", "participant_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    class_id: Mapped[UUID] = mapped_column(ForeignKey(MemberClass.id))
    terms_id: Mapped[UUID] = mapped_column(ForeignKey(MembershipTerms.id))
    #: Shares asked for; none where the by-laws set no share.
    shares: Mapped[int]
    submitted_at: Mapped[Moment]

    answer: Mapped["ApplicationAnswer | None"] = relationship(lambda: ApplicationAnswer, viewonly=True, default=None)
    decision: Mapped["ApplicationDecision | None"] = relationship(
        lambda: ApplicationDecision, viewonly=True, default=None
    )


class ApplicationAnswer(CoopBase):
    """What the applicant wrote, and the reason of a refusal. Erasable."""

    __tablename__ = "application_answer"

    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), primary_key=True)
    #: The common bond: how the applicant works in conservation.
    bond: Mapped[LongText]
    refusal_reason: Mapped[LongText] = mapped_column(default="")


class Decision(StrEnum):
    """How an application ended."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _DECISIONS[self][0]

    @property
    def tone(self) -> str:
        """Return how its badge is coloured."""
        return _DECISIONS[self][1]


_DECISIONS = {
    Decision.ADMITTED: (N_("Admitted"), "good"),
    Decision.REFUSED: (N_("Not admitted"), "bad"),
    Decision.WITHDRAWN: (N_("Withdrawn"), "neutral"),
}


class ApplicationDecision(CoopBase):
    """The end of an application: once, by a resolution of the board, or withdrawn by the applicant."""

    __tablename__ = "application_decision"
    __table_args__ = (CheckConstraint("(decision = 'withdrawn') = (resolution_id IS NULL)", name="resolution"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), primary_key=True)
    decision: Mapped[Decision] = mapped_column(text_enum(Decision, "decision"))
    decided_at: Mapped[Moment]
    resolution_id: Mapped[UUID | None] = mapped_column(ForeignKey(Resolution.id), default=None)


class Member(CoopBase):
    """An entry of the register of members, from the day the first share was issued (or, without shares, of admission)."""

    __tablename__ = "member"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), unique=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey(MemberClass.id))
    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), unique=True)
    joined_on: Mapped[date]

    member_class: Mapped[MemberClass] = relationship(MemberClass, viewonly=True, init=False)
    participant: Mapped[Participant] = relationship(Participant, viewonly=True, init=False, overlaps="member")
