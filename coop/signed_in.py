"""Who is signed in, with which powers, and for whom they act on this page.

Worked out once per request from the database: a power that has ended is gone with the next page. Whom a person acts for
stands in the address, never in the session, because two tabs may act for two.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from flask import g
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db
from coop.identity.accounts import begun_with_factor
from coop.identity.models import Person
from coop.identity.powers import powers_of
from coop.membership import queries
from coop.membership.queries import represented_by
from coop.permissions import Actor, Channel


@dataclass(frozen=True)
class Me:
    """The person who is signed in, for the page."""

    name: str
    email: str


@dataclass(frozen=True)
class Acting:
    """The participant that the page acts for."""

    participant_id: UUID
    name: str
    kind_label: str
    member_number: int | None
    #: How governance knows them.
    voter_ref: UUID


def actor() -> Actor:
    """Return the actor of this request: nobody, or the person with their powers and whom they represent."""
    if "actor" not in g:
        g.actor = _actor()
    found: Actor = g.actor
    return found


def me() -> Me | None:
    """Return the person who is signed in."""
    person = _person()
    return Me(person.name, person.email) if person else None


def act_for(participant_id: UUID) -> Actor:
    """Return the actor acting for a participant, and show on the page for whom.

    Raises:
        NotFound: the person does not represent this participant.
    """
    who = actor()
    who.need_to_act_for(participant_id)
    one = next(one for one in participants() if one.id == participant_id)
    g.acting = Acting(one.id, one.name, gettext(one.kind.label), one.member_number, one.voter_ref)
    return replace(who, acting_for=participant_id)


def acting() -> Acting | None:
    """Return the participant that this page acts for, where it acts for one."""
    found: Acting | None = g.get("acting")
    return found


def acting_for() -> Acting:
    """Return the participant that this page acts for, after `act_for`."""
    found = acting()
    assert found is not None
    return found


def participants() -> list[queries.Acting]:
    """Return the participants for whom the person who is signed in acts: themselves first, then by name.

    As they were when the request began: what it writes shows on the next page, to which a form that is taken leads.
    """
    if "participants" not in g:
        person, session = _person(), db.session()
        g.participants = queries.participants_of(session, person.id, cooperative.today(session)) if person else []
    found: list[queries.Acting] = g.participants
    return found


def is_one_of_several() -> bool:
    """Say whether this page acts for one of several participants: then it has to say for whom."""
    return acting() is not None and len(actor().represents) > 1


def actor_of(session: Session, person_id: UUID, channel: Channel) -> Actor:
    """Return a person as an actor: with the powers in force today, and whom they represent."""
    today = cooperative.today(session)
    return Actor(
        person_id=person_id,
        channel=channel,
        powers=powers_of(session, person_id, today),
        represents=represented_by(session, person_id, today),
    )


def _actor() -> Actor:
    person, session = _person(), db.session()
    if person is None:
        return Actor(person_id=None, channel="web")
    who = Actor(
        person_id=person.id,
        channel="web",
        powers=powers_of(session, person.id, cooperative.today(session)),
        represents=frozenset(one.id for one in participants()),
    )
    if begun_with_factor() or cooperative.current(session).is_demo:
        return who
    # Whoever may act for others shows more than a password first.
    return replace(who, powers=frozenset(), withheld=who.powers)


def _person() -> Person | None:
    person = current_user._get_current_object()
    return person if isinstance(person, Person) else None
