"""What rooms share about a participant: its lock, and mail to those who act for it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.identity.models import Person
from coop.membership.models import Participant, Representative
from coop.membership.queries import in_term
from coop.permissions import NotFound


def lock(session: Session, participant_id: UUID) -> Participant:
    """Return a participant and hold its row until the transaction ends.

    The row is the one lock for everything about a participant's membership and shares: applying, deciding, subscribing and
    issuing take it first, the co-operative's row after it. So two of them about one participant happen one after the other.

    Raises:
        NotFound
    """
    participant = session.get(Participant, participant_id, with_for_update=True)
    if participant is None:
        raise NotFound
    return participant


def representatives(session: Session, participant_id: UUID) -> list[Person]:
    """Return who acts for a participant today, in the order in which they began."""
    return list(
        session.scalars(
            select(Person)
            .join(Representative, Representative.person_id == Person.id)
            .where(Representative.participant_id == participant_id, in_term(cooperative.today(session)))
            .order_by(Representative.started_on, Representative.id)
        )
    )


def tell(
    session: Session, participant_id: UUID, *, key: str, subject: str, text: str, page: outbox.Page | None = None
) -> None:
    """Queue a mail to everybody who acts for a participant. `key` names the event, so that it is told once.

    The mail points at `page`; by default at the page that says how the participant's membership stands.
    """
    name = cooperative.current(session).name
    page = page or outbox.Page("membership.status", {"participant_id": participant_id})
    for person in representatives(session, participant_id):
        outbox.send_mail(
            session, key=f"{key}:{person.id}", to=person.email, subject=f"{name}: {subject}", text=text, page=page
        )
