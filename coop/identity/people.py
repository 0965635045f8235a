"""Adding a person by hand: at the founding and in the demonstration. Everybody else registers."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from coop import audit, clock
from coop.identity.models import Person
from coop.permissions import Actor, Power
from evidence.identifiers import new_ref


def add_person(session: Session, actor: Actor, *, name: str, email: str, password_hash: str | None = None) -> UUID:
    """Add a person whose address is known to be theirs, and return the id.

    Without a password they choose one by a link that is sent or handed to them.

    Raises:
        PowerMissing: only an administrator, or the program, may do this.
    """
    power = actor.need(Power.ADMINISTRATOR)
    now = clock.now()
    person = Person(
        id=new_ref(),
        fs_uniquifier=uuid4().hex,
        email=email.lower(),
        name=name,
        created_at=now,
        password=password_hash,
        confirmed_at=now,
    )
    session.add(person)
    session.flush()
    audit.record(session, actor, "person.added", subject=person.id, power=power)
    return person.id


def set_password(session: Session, actor: Actor, *, person_id: UUID, password_hash: str) -> None:
    """Set the password of a person by hand; the hash is Argon2id, made by the caller outside the transaction.

    Raises:
        PowerMissing: only an administrator, or the program, may do this.
    """
    power = actor.need(Power.ADMINISTRATOR)
    person = session.get_one(Person, person_id, with_for_update=True)
    person.password = password_hash
    audit.record(session, actor, "person.password-set", subject=person_id, power=power)
