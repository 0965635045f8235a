"""The register of members: entering one under the next number.

Entered when the first share is issued or, where there is no share, on admission. Rows are only added.
"""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, cooperative
from coop.membership import errors, participants
from coop.membership.models import Application, ApplicationDecision, Decision, Member
from coop.permissions import Actor
from evidence.identifiers import new_id


def enrol(session: Session, actor: Actor, *, application_id: UUID) -> UUID:
    """Enter an admitted applicant in the register, from today, tell them, and return the member's id.

    Part of issuing a share or of an admission, which has checked the actor and holds the participant's row. The number is given
    out under the co-operative's row, so that two of them never get the same.

    Raises:
        NotAdmitted, AlreadyMember
    """
    application = session.get_one(Application, application_id)
    decision = session.get(ApplicationDecision, application_id)
    if decision is None or decision.decision is not Decision.ADMITTED:
        raise errors.NotAdmitted
    existing = session.scalar(select(Member.number).where(Member.participant_id == application.participant_id))
    if existing is not None:
        raise errors.AlreadyMember(existing)
    coop = cooperative.current(session, lock=True)
    member = Member(
        id=new_id(),
        number=(session.scalar(select(func.max(Member.number))) or 0) + 1,
        participant_id=application.participant_id,
        class_id=application.class_id,
        application_id=application_id,
        joined_on=cooperative.today(session),
    )
    session.add(member)
    session.flush()
    audit.record(session, actor, "member.enrolled", subject=member.id, facts={"number": member.number})
    participants.tell(
        session,
        application.participant_id,
        key=f"member-enrolled:{member.id}",
        subject=gettext("welcome, member number %(number)s", number=member.number),
        text=gettext(
            "You are now a member of %(name)s, with number %(number)s. From today you have one vote. What is yours:",
            name=coop.name,
            number=member.number,
        ),
    )
    return member.id
