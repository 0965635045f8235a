"""The invariants of participants, applications and the register of members, as queries that return what is wrong."""

from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from coop.membership.models import (
    Application,
    ApplicationDecision,
    Decision,
    Member,
    MemberClass,
    MembershipTerms,
    Participant,
    ParticipantKind,
    Representative,
)
from coop.membership.terms import terms_digest
from evidence.findings import Finding


def findings(session: Session) -> list[Finding]:
    """Check the membership room."""
    checks = (_representatives, _open_applications, _members, _numbers, _terms)
    return [finding for check in checks for finding in check(session)]


def _representatives(session: Session) -> Iterator[Finding]:
    standing = func.count(Representative.id)
    rows = session.execute(
        select(Participant.id, Participant.kind, standing)
        .outerjoin(
            Representative,
            and_(Representative.participant_id == Participant.id, Representative.ended_on.is_(None)),
        )
        .group_by(Participant.id, Participant.kind)
        .having(or_(standing == 0, and_(Participant.kind == ParticipantKind.INDIVIDUAL, standing > 1)))
    )
    for participant_id, kind, count in rows:
        yield Finding("participant-representatives", f"participant {participant_id} ({kind.value}) has {count}")


def _open_applications(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(Application.participant_id, func.count())
        .outerjoin(ApplicationDecision, ApplicationDecision.application_id == Application.id)
        .outerjoin(Member, Member.application_id == Application.id)
        .where(
            or_(
                ApplicationDecision.decision.is_(None),
                and_(ApplicationDecision.decision == Decision.ADMITTED, Member.id.is_(None)),
            )
        )
        .group_by(Application.participant_id)
        .having(func.count() > 1)
    )
    for participant_id, count in rows:
        yield Finding("application-open-twice", f"participant {participant_id} has {count} applications under way")


def _members(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(Member, Application, ApplicationDecision.decision, Participant.kind, MemberClass.kind)
        .join(Application, Application.id == Member.application_id)
        .join(Participant, Participant.id == Member.participant_id)
        .join(MemberClass, MemberClass.id == Member.class_id)
        .outerjoin(ApplicationDecision, ApplicationDecision.application_id == Member.application_id)
        .where(
            or_(
                ApplicationDecision.decision.is_(None),
                ApplicationDecision.decision != Decision.ADMITTED,
                Application.participant_id != Member.participant_id,
                Application.class_id != Member.class_id,
                MemberClass.kind != Participant.kind,
            )
        )
    )
    for member, application, decision, kind, class_kind in rows:
        if decision is not Decision.ADMITTED:
            yield Finding("member-not-admitted", f"member {member.number} has no decision that admits them")
        if (application.participant_id, application.class_id) != (member.participant_id, member.class_id):
            yield Finding("member-other-application", f"member {member.number} rests on somebody else's application")
        if kind is not class_kind:
            yield Finding("member-class-kind", f"member {member.number} is in a class for another kind of participant")


def _numbers(session: Session) -> Iterator[Finding]:
    """Numbers are given out one after the other and never taken back: 1, 2, 3 ... without repeat or gap."""
    numbers = session.scalars(select(Member.number).order_by(Member.number))
    for expected, number in enumerate(numbers, start=1):
        if number != expected:
            yield Finding("member-number", f"number {number} stands where number {expected} should")
            return


def _terms(session: Session) -> Iterator[Finding]:
    for row in session.scalars(select(MembershipTerms).order_by(MembershipTerms.version)):
        if row.digest != terms_digest(row.version, row.text):
            yield Finding("terms-changed", f"version {row.version} does not have the fingerprint it was published with")
