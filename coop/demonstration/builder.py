"""Builds the demonstration by calling the operations of every room, each at its moment in the past. Writes no row itself.

Dates count back from the moment of building, so that there is always an open vote and something to do. The story is the same
each time; references and keys are random, as they are in real life.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative, founding
from coop.assembly.bylaws import Bylaws
from coop.books import duties as book_duties
from coop.books.operations import seal
from coop.community.operations import ProfileText, edit_profile
from coop.database import write
from coop.demonstration import roles
from coop.demonstration.people import Character, cast
from coop.founding import Founder, Plan
from coop.identity.models import Person
from coop.identity.people import add_person, set_password
from coop.membership import admission
from coop.membership import operations as membership
from coop.membership.admission import Asked, Verdict
from coop.membership.models import Application, MemberClass, ParticipantKind, Representative
from coop.payments.models import PaymentRequest
from coop.payments.operations import Receipt, record_receipt
from coop.permissions import WORKER, Actor, Power
from coop.shares.models import Subscription
from coop.shares.operations import issue
from coop.signed_in import actor_of

SEED = 20_261_121
MEMBERS = 120
#: How long ago the co-operative was founded.
AGE = timedelta(days=400)
ZONE = "Pacific/Auckland"
#: The password of every role, as `coop demo` prints it. A demonstration holds nothing worth guarding.
PASSWORD = "kanopi-demo-2026"  # noqa: S105

OPERATOR = Actor(person_id=None, channel="command", powers=frozenset(Power))
_FOUNDERS = (
    Founder("Mārama Pōtae", roles.BOARD.email, frozenset({Power.BOARD})),
    Founder("Hēmi Walker", "hemi@kanopi.example", frozenset({Power.BOARD})),
    Founder("Priya Patel", "priya@kanopi.example", frozenset({Power.BOARD})),
    Founder("Tama Rēweti", roles.TREASURER.email, frozenset({Power.TREASURER})),
    Founder("Grace McKenzie", roles.SECRETARY.email, frozenset({Power.SECRETARY})),
    Founder("Kahu Wharepōuri", roles.ADMINISTRATOR.email, frozenset({Power.ADMINISTRATOR})),
    Founder("Wei Chen", roles.AUDITOR.email, frozenset({Power.AUDITOR})),
    Founder("Rosa Tuimavave", roles.SCRUTINEER.email, frozenset({Power.SCRUTINEER})),
    Founder("Ngaio Te Rangi", roles.MEMBER.email, frozenset()),
    Founder("Rāwiri Kereama", roles.REPRESENTATIVE.email, frozenset()),
)

Progress = Callable[[str], None]


@dataclass
class Stage:
    """What the scenes share: when the building began, and who is there by now."""

    now: datetime
    progress: Progress
    #: Of the password of every role.
    password_hash: str
    #: Participants who have become members, in the order of joining.
    members: list[UUID] = field(default_factory=list)
    #: The person who acts for a participant.
    people: dict[UUID, UUID] = field(default_factory=dict)
    #: The persons of the roles, by address.
    persons: dict[str, UUID] = field(default_factory=dict)

    def ago(self, **span: float) -> datetime:
        """Return the moment that lies `span` before the building."""
        return self.now - timedelta(**span)

    def role(self, session: Session, role: roles.Role) -> Actor:
        """Return the person of a role as an actor, with the powers of that moment."""
        return actor_of(session, self.persons[role.email], "command")

    def acting(self, session: Session, participant_id: UUID) -> Actor:
        """Return the person who acts for a participant as an actor."""
        return actor_of(session, self.people[participant_id], "command")


def found(stage: Stage) -> None:
    """Found the co-operative and let the founders pay for their shares."""
    stage.progress("founding Kanopi")
    plan = Plan(
        name="Kanopi",
        currency="NZD",
        zone=ZONE,
        year_end_month=3,
        year_end_day=31,
        bylaws=Bylaws(share_price_minor=50_00, most_shares=100),
        founders=_FOUNDERS,
        classes=founding.default_classes(),
        bank_account="12-3456-0123456-00",
        is_demo=True,
    )
    with clock.at(stage.now - AGE):
        write(lambda session: founding.found(session, OPERATOR, plan))

    def meet(session: Session) -> None:
        rows = session.execute(
            select(Person, Representative.participant_id).join(Representative, Representative.person_id == Person.id)
        )
        for person, participant_id in rows:
            stage.persons[person.email] = person.id
            stage.people[participant_id] = person.id
            stage.members.append(participant_id)
            if person.email in {role.email for role in roles.ROLES}:
                set_password(session, OPERATOR, person_id=person.id, password_hash=stage.password_hash)

    write(meet)
    with clock.at(stage.now - AGE + timedelta(days=1)):
        write(lambda session: pay_and_issue(stage, session, stage.members))


def grow(stage: Stage) -> None:
    """Let the others join, month by month: apply, be admitted, pay, and get their share."""
    newcomers = cast(MEMBERS - len(_FOUNDERS), SEED)
    batches = list(_batches(newcomers, 8))
    span = AGE - timedelta(days=45)
    for number, batch in enumerate(batches):
        stage.progress(f"members: {len(stage.members)} of {MEMBERS}")
        start = stage.now - AGE + timedelta(days=10) + span * number / len(batches)
        _welcome(stage, start, batch)


def _welcome(stage: Stage, start: datetime, newcomers: list[Character]) -> None:
    """Bring some newcomers from joining to their share, in nine days."""
    with clock.at(start):
        keep_books()
        joined = write(lambda session: [join(stage, session, someone) for someone in newcomers])
        write(lambda session: [apply(stage, session, *one) for one in joined])
    participants = [participant_id for participant_id, _ in joined]
    with clock.at(start + timedelta(days=4)):
        write(lambda session: admit(stage, session, participants))
    with clock.at(start + timedelta(days=9)):
        write(lambda session: pay_and_issue(stage, session, participants))
    stage.members += participants


def join(stage: Stage, session: Session, someone: Character) -> tuple[UUID, Character]:
    """Let a character take part: a person as themselves, an organisation through a person who is there already."""
    text = ProfileText(
        name=someone.name, place=someone.place, offers=someone.offers, seeks=someone.seeks, about="", is_listed=True
    )
    if someone.kind is ParticipantKind.INDIVIDUAL:
        person_id = add_person(session, OPERATOR, name=someone.name, email=someone.email)
        participant_id = membership.create_individual(
            session, actor_of(session, person_id, "command"), name=someone.name
        )
    else:
        person_id = _representative_for(stage, someone)
        participant_id = membership.create_organisation(
            session, actor_of(session, person_id, "command"), name=someone.name, kind=someone.kind
        )
    stage.people[participant_id] = person_id
    edit_profile(session, stage.acting(session, participant_id), participant_id=participant_id, text=text)
    return participant_id, someone


def apply(stage: Stage, session: Session, participant_id: UUID, someone: Character) -> UUID:
    """Apply for membership with one share, or a few."""
    class_id = session.scalars(select(MemberClass.id).where(MemberClass.kind == someone.kind)).one()
    shares = 1 + len(someone.name) % 3 // 2 * (4 if someone.kind is ParticipantKind.ENTERPRISE else 1)
    asked = Asked(class_id=class_id, bond=someone.bond, shares=shares, terms_version=1, accepts=True)
    return admission.apply(session, stage.acting(session, participant_id), participant_id=participant_id, asked=asked)


def admit(stage: Stage, session: Session, participant_ids: Iterable[UUID]) -> None:
    """Let the board admit applicants; a member of the board who may not decide on one leaves it to the other."""
    today = cooperative.today(session)
    for application in session.scalars(
        select(Application).where(Application.participant_id.in_(list(participant_ids)))
    ):
        chair = stage.role(session, roles.BOARD)
        if application.participant_id in chair.represents:
            chair = actor_of(session, stage.persons["hemi@kanopi.example"], "command")
        minute = gettext("The board read the application, found the common bond in it, and admits.")
        verdict = Verdict(admits=True, decided_on=today, minute=minute)
        admission.decide(session, chair, application_id=application.id, verdict=verdict)


def pay_and_issue(stage: Stage, session: Session, participant_ids: Iterable[UUID]) -> None:
    """Let the treasurer record what arrived, and the secretary issue the shares."""
    ids = list(participant_ids)
    receive(stage, session, ids)
    subscriptions = session.scalars(select(Subscription.id).where(Subscription.participant_id.in_(ids))).all()
    issue(session, stage.role(session, roles.SECRETARY), subscription_ids=subscriptions)


def receive(stage: Stage, session: Session, participant_ids: Iterable[UUID]) -> None:
    """Let the treasurer record that the sums asked for have arrived."""
    ids = list(participant_ids)
    today = cooperative.today(session)
    treasurer = stage.role(session, roles.TREASURER)
    for request in session.scalars(select(PaymentRequest).where(PaymentRequest.participant_id.in_(ids))):
        receipt = Receipt(amount_minor=request.amount_minor, received_on=today, form_token=uuid4())
        record_receipt(session, treasurer, request_id=request.id, receipt=receipt)


def keep_books() -> None:
    """Open the fiscal year that is about to begin, as the worker does."""

    def due(session: Session) -> None:
        for duty in book_duties.due(session, clock.now()):
            if duty is not seal:
                duty(session, WORKER)

    write(due)


def _representative_for(stage: Stage, someone: Character) -> UUID:
    """Choose who acts for an organisation: the role for the iwi entity and one group, somebody different for each other."""
    if someone.name.startswith(("Te Rūnanga", "Friends of Tūī")):
        return stage.persons[roles.REPRESENTATIVE.email]
    individuals = [person for person in dict.fromkeys(stage.people.values()) if person not in stage.persons.values()]
    return individuals[sum(someone.name.encode()) % len(individuals)]


def _batches(items: list[Any], size: int) -> Iterator[list[Any]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]


def local(moment: datetime, hour: int) -> datetime:
    """Return that day in the co-op's zone at a full hour."""
    return moment.astimezone(ZoneInfo(ZONE)).replace(hour=hour, minute=0, second=0, microsecond=0)
