"""What is kept of a meeting that was opened: who was there, and the minutes.

Neither is overwritten: an entry of attendance is taken back by another one, and minutes have versions.
"""

import hashlib
import secrets
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly.meetings import errors, progress
from coop.assembly.meetings.models import Attendance, Minutes, MinutesText, Presence
from coop.membership.models import Member
from coop.membership.participants import representatives
from coop.permissions import Actor, Power
from coop.texts import prose

LONGEST_MINUTES = 60_000


def record_attendance(
    session: Session, actor: Actor, *, meeting_id: UUID, participant_id: UUID, person_id: UUID, how: Presence
) -> None:
    """Record that a member took part: an individual, or an organisation through somebody who acts for it.

    Raises:
        PowerMissing: the actor does not hold the secretary's power.
        NotFound, MeetingNotOpened, NotAMember, AlreadyPresent
    """
    power = actor.need(Power.SECRETARY)
    progress.opened(session, meeting_id)
    joined_on = session.scalar(select(Member.joined_on).where(Member.participant_id == participant_id))
    if joined_on is None or joined_on > cooperative.today(session):
        raise errors.NotAMember
    if person_id not in {person.id for person in representatives(session, participant_id)}:
        raise errors.NotAMember
    latest = _latest(session, meeting_id, participant_id)
    if latest is not None and latest.how is not Presence.TAKEN_BACK:
        raise errors.AlreadyPresent
    _add(session, meeting_id, participant_id, person_id, how, latest)
    facts = {"participant": participant_id, "how": how.value}
    audit.record(session, actor, "meeting.attended", subject=meeting_id, power=power, facts=facts)


def take_back_attendance(session: Session, actor: Actor, *, meeting_id: UUID, participant_id: UUID) -> None:
    """Take back that a member took part, because it was recorded by mistake.

    Raises:
        PowerMissing, NotFound, MeetingNotOpened, NotPresent
    """
    power = actor.need(Power.SECRETARY)
    progress.opened(session, meeting_id)
    latest = _latest(session, meeting_id, participant_id)
    if latest is None or latest.how is Presence.TAKEN_BACK:
        raise errors.NotPresent
    _add(session, meeting_id, participant_id, latest.person_id, Presence.TAKEN_BACK, latest)
    facts = {"participant": participant_id}
    audit.record(session, actor, "meeting.attendance-taken-back", subject=meeting_id, power=power, facts=facts)


def record_minutes(session: Session, actor: Actor, *, meeting_id: UUID, text: str) -> int:
    """Write the minutes, or their next version, and return its number.

    Raises:
        PowerMissing: the actor does not hold the secretary's power.
        NotFound, MeetingNotOpened, TextMissing, TextTooLong, MinutesUnchanged
    """
    power = actor.need(Power.SECRETARY)
    progress.opened(session, meeting_id)
    words = prose(text, about="text", longest=LONGEST_MINUTES, least=1)
    version = session.scalar(select(func.max(Minutes.version)).where(Minutes.meeting_id == meeting_id)) or 0
    standing = session.get(MinutesText, (meeting_id, version))
    if standing is not None and standing.text == words:
        raise errors.MinutesUnchanged
    salt = secrets.token_hex(16)
    row = Minutes(
        meeting_id=meeting_id,
        version=version + 1,
        written_at=clock.now(),
        text_digest=minutes_digest(salt, words),
    )
    session.add(row)
    session.flush()
    session.add(MinutesText(meeting_id=meeting_id, version=row.version, salt=salt, text=words))
    session.flush()
    facts = {"version": row.version}
    audit.record(session, actor, "meeting.minuted", subject=meeting_id, power=power, facts=facts)
    return row.version


def minutes_digest(salt: str, text: str) -> str:
    """Return the digest that stays of a version of the minutes."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def _latest(session: Session, meeting_id: UUID, participant_id: UUID) -> Attendance | None:
    return session.scalar(
        select(Attendance)
        .where(Attendance.meeting_id == meeting_id, Attendance.participant_id == participant_id)
        .order_by(Attendance.version.desc())
        .limit(1)
    )


def _add(
    session: Session,
    meeting_id: UUID,
    participant_id: UUID,
    person_id: UUID,
    how: Presence,
    latest: Attendance | None,
) -> None:
    session.add(
        Attendance(
            meeting_id=meeting_id,
            participant_id=participant_id,
            version=latest.version + 1 if latest else 1,
            how=how,
            recorded_at=clock.now(),
            person_id=person_id,
        )
    )
    session.flush()
