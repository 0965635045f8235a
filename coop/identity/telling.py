"""Mail to people by what they are in the co-op: everybody who holds a power, or some of them.

Who acts for a participant is told by `coop.membership.participants`.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.identity.models import Person
from coop.identity.powers import holders
from coop.permissions import Power


def tell_holders(
    session: Session,
    any_of: Collection[Power],
    *,
    key: str,
    subject: str,
    text: str,
    page: outbox.Page,
    but: Collection[UUID | None] = (),
) -> None:
    """Queue a mail to everybody who holds one of these powers today, except those who need not be told."""
    people = holders(session, any_of, cooperative.today(session)) - set(but)
    tell_people(session, people, key=key, subject=subject, text=text, page=page)


def tell_people(
    session: Session, people: Collection[UUID], *, key: str, subject: str, text: str, page: outbox.Page
) -> None:
    """Queue a mail to each of these people who has an account. `key` names the event, so that each is told once."""
    name = cooperative.current(session).name
    for person_id, email in addresses(session, people).items():
        outbox.send_mail(
            session, key=key_of(key, person_id), to=email, subject=f"{name}: {subject}", text=text, page=page
        )


def addresses(session: Session, people: Collection[UUID]) -> dict[UUID, str]:
    """Return where to reach these people; who has no account any more is left out."""
    rows = session.execute(
        select(Person.id, Person.email).where(Person.id.in_(people), Person.active).order_by(Person.id)
    )
    return dict(rows.all())


def key_of(key: str, person_id: UUID) -> str:
    """Return the key of the mail that tells one person of an event."""
    return f"{key}:{person_id}"
