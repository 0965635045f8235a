"""Joining the community, adding an organisation, and who acts for whom.

Representation is by day: somebody added today acts at once, somebody ended today no longer does. It never changes a vote's
weight, and a participant always keeps at least one representative.
"""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox
from coop.community.models import Profile
from coop.identity.models import Person
from coop.membership import errors, participants
from coop.membership.models import Participant, ParticipantKind, Representative
from coop.membership.queries import represented_by
from coop.permissions import Actor, NotFound, SignInNeeded
from coop.texts import fold, line
from evidence.identifiers import new_id

#: Bounds that no honest person meets.
MOST_REPRESENTED = 50
MOST_REPRESENTATIVES = 20
_LONGEST_KEY = 200


def create_individual(session: Session, actor: Actor, *, name: str) -> UUID:
    """Let a person take part as themselves and return the participant's id.

    Raises:
        AlreadyJoined, TextMissing, TextTooLong, SignInNeeded
    """
    person_id = _locked_person(session, actor)
    joined = session.scalar(
        select(Participant.id)
        .join(Representative, Representative.participant_id == Participant.id)
        .where(Representative.person_id == person_id, Participant.kind == ParticipantKind.INDIVIDUAL)
    )
    if joined is not None:
        raise errors.AlreadyJoined
    return _create(session, actor, person_id, ParticipantKind.INDIVIDUAL, name)


def create_organisation(session: Session, actor: Actor, *, name: str, kind: ParticipantKind) -> UUID:
    """Add a community group or an enterprise, for which the person then acts, and return its id.

    Raises:
        NotAnOrganisation, TooManyOrganisations, TextMissing, TextTooLong, SignInNeeded
    """
    if kind is ParticipantKind.INDIVIDUAL:
        raise errors.NotAnOrganisation
    person_id = _locked_person(session, actor)
    if len(represented_by(session, person_id, cooperative.today(session))) >= MOST_REPRESENTED:
        raise errors.TooManyOrganisations(MOST_REPRESENTED)
    return _create(session, actor, person_id, kind, name)


def add_representative(session: Session, actor: Actor, *, participant_id: UUID, email: str) -> UUID:
    """Let another person act for an organisation, tell both sides by mail, and return that person's id.

    The person needs an account with a confirmed address: an unconfirmed one may be somebody else's claim to it.

    Raises:
        NotFound, NotAnOrganisation, NoSuchPerson, AlreadyRepresents, TooManyRepresentatives
    """
    actor.need_to_act_for(participant_id)
    organisation = participants.lock(session, participant_id)
    if organisation.kind is ParticipantKind.INDIVIDUAL:
        raise errors.NotAnOrganisation
    person = session.scalar(
        select(Person).where(
            Person.email == line(email, about="email", longest=200).lower(),
            Person.active.is_(True),
            Person.confirmed_at.is_not(None),
        )
    )
    if person is None:
        raise errors.NoSuchPerson
    standing = _standing(session, participant_id)
    if any(row.person_id == person.id for row in standing):
        raise errors.AlreadyRepresents
    if len(standing) >= MOST_REPRESENTATIVES:
        raise errors.TooManyRepresentatives(MOST_REPRESENTATIVES)
    row = Representative(
        id=new_id(),
        participant_id=participant_id,
        person_id=person.id,
        started_on=cooperative.today(session),
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "participant.representative-added", subject=participant_id, facts={"person": person.id}
    )
    participants.tell(
        session,
        participant_id,
        key=f"representative-added:{row.id}",
        subject=gettext("a representative was added"),
        text=gettext(
            "%(person)s can now act for %(organisation)s. If that is not right, end it here:",
            person=person.name,
            organisation=organisation.name,
        ),
        page=_representatives_page(participant_id),
    )
    return person.id


def end_representative(session: Session, actor: Actor, *, participant_id: UUID, person_id: UUID) -> None:
    """End, from today on, that a person acts for an organisation, and tell both sides by mail.

    Raises:
        NotFound: the actor or the person does not act for it.
        LastRepresentative, NotAnOrganisation
    """
    actor.need_to_act_for(participant_id)
    organisation = participants.lock(session, participant_id)
    if organisation.kind is ParticipantKind.INDIVIDUAL:
        raise errors.NotAnOrganisation
    standing = _standing(session, participant_id)
    row = next((row for row in standing if row.person_id == person_id), None)
    if row is None:
        raise NotFound
    if len(standing) == 1:
        raise errors.LastRepresentative
    person = session.get_one(Person, person_id)
    key, subject = f"representative-ended:{row.id}", gettext("a representative no longer acts")
    text = gettext(
        "%(person)s no longer acts for %(organisation)s. Those who do are listed here:",
        person=person.name,
        organisation=organisation.name,
    )
    # Told before it ends, so that the mail reaches the one who leaves as well.
    participants.tell(
        session, participant_id, key=key, subject=subject, text=text, page=_representatives_page(participant_id)
    )
    row.ended_on = cooperative.today(session)
    session.flush()
    audit.record(
        session, actor, "participant.representative-ended", subject=participant_id, facts={"person": person_id}
    )


def _representatives_page(participant_id: UUID) -> outbox.Page:
    return outbox.Page("community.representatives", {"participant_id": participant_id})


def name_key(name: str) -> str:
    """Return the form of a name that is sorted and searched, as long as its column."""
    return fold(name)[:_LONGEST_KEY]


def _locked_person(session: Session, actor: Actor) -> UUID:
    """Return the acting person and hold their row, so that two forms sent at once become one participant."""
    if actor.person_id is None:
        raise SignInNeeded
    if session.get(Person, actor.person_id, with_for_update=True) is None:
        raise SignInNeeded
    return actor.person_id


def _create(session: Session, actor: Actor, person_id: UUID, kind: ParticipantKind, name: str) -> UUID:
    name = line(name, about="name")
    participant = Participant(id=new_id(), kind=kind, name=name, name_key=name_key(name), created_at=clock.now())
    session.add(participant)
    session.flush()
    session.add(Profile(participant_id=participant.id, search_text=fold(name)))
    session.add(
        Representative(
            id=new_id(),
            participant_id=participant.id,
            person_id=person_id,
            started_on=cooperative.today(session),
        )
    )
    session.flush()
    audit.record(session, actor, "participant.joined", subject=participant.id, facts={"kind": kind.value})
    return participant.id


def _standing(session: Session, participant_id: UUID) -> list[Representative]:
    """Return the representations that have no end; the participant's row is held."""
    return list(
        session.scalars(
            select(Representative).where(
                Representative.participant_id == participant_id, Representative.ended_on.is_(None)
            )
        )
    )
