"""How the demonstration's co-operative came to be: its founding, and the members who joined month by month."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID, uuid4

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative, founding
from coop.assembly.bylaws import Bylaws
from coop.books import duties
from coop.community.operations import ProfileText, edit_profile
from coop.demonstration import roles
from coop.demonstration.calendar import ZONE
from coop.demonstration.people import Character, cast
from coop.demonstration.stage import OPERATOR, Stage
from coop.founding import Founder, Plan
from coop.identity.models import Person
from coop.identity.people import add_person, set_password
from coop.membership import admission
from coop.membership import operations as membership
from coop.membership.admission import Asked, Verdict
from coop.membership.models import Application, MemberClass, ParticipantKind, Representative
from coop.payments.models import PaymentRequest
from coop.payments.operations import Receipt, record_receipt
from coop.permissions import WORKER, Power
from coop.shares.models import Subscription
from coop.shares.operations import issue
from coop.signed_in import actor_of

SEED = 20_261_121
MEMBERS = 120
#: How many join at a time.
BATCH = 8

_FOUNDERS = (
    Founder("Mārama Pōtae", roles.BOARD.email, frozenset({Power.BOARD})),
    Founder("Hēmi Walker", roles.DIRECTOR.email, frozenset({Power.BOARD})),
    Founder("Priya Patel", "priya@kanopi.example", frozenset({Power.BOARD})),
    Founder("Tama Rēweti", roles.TREASURER.email, frozenset({Power.TREASURER})),
    Founder("Grace McKenzie", roles.SECRETARY.email, frozenset({Power.SECRETARY})),
    Founder("Kahu Wharepōuri", roles.ADMINISTRATOR.email, frozenset({Power.ADMINISTRATOR})),
    Founder("Wei Chen", roles.AUDITOR.email, frozenset({Power.AUDITOR})),
    Founder("Rosa Tuimavave", roles.SCRUTINEER.email, frozenset({Power.SCRUTINEER})),
    Founder("Tevita Fonoti", roles.SECOND_SCRUTINEER.email, frozenset({Power.SCRUTINEER})),
    Founder("Ngaio Te Rangi", roles.MEMBER.email, frozenset()),
    Founder("Rāwiri Kereama", roles.REPRESENTATIVE.email, frozenset()),
)


def found(stage: Stage) -> None:
    """Found the co-operative; the next day the founders have paid and hold their shares."""
    plan = Plan(
        name="Kanopi",
        currency="NZD",
        zone=ZONE,
        year_end_month=stage.calendar.year_end.month,
        year_end_day=stage.calendar.year_end.day,
        bylaws=Bylaws(share_price_minor=50_00, most_shares=100, board_term_days=500),
        founders=_FOUNDERS,
        classes=founding.default_classes(),
        bank_account="12-3456-0123456-00",
        is_demo=True,
    )
    stage.progress("founding Kanopi")
    began = stage.calendar.since_founding(0)
    stage.at(began, lambda session: founding.found(session, OPERATOR, plan))
    stage.at(began, lambda session: _meet(stage, session))
    stage.at(began + timedelta(days=1), lambda session: pay_and_issue(stage, session, list(stage.members)))


def grow(stage: Stage) -> None:
    """Let the others join, month by month: apply, be admitted, pay, and get their share."""
    batches = list(_batches(iter(cast(MEMBERS - len(_FOUNDERS), SEED))))
    began = stage.calendar.since_founding(10)
    span = stage.now - began - timedelta(days=35)
    for number, batch in enumerate(batches):
        start = began + span * number / len(batches)
        stage.at(start, keep_books)
        _welcome(stage, start, batch)


def keep_books(session: Session) -> None:
    """Do what the worker does for the books: open the year that is about to begin, seal the entries."""
    for duty in duties.due(session, clock.now()):
        duty(session, WORKER)


def join(stage: Stage, session: Session, someone: Character) -> UUID:
    """Let a character take part: a person as themselves, an organisation through a person who is there already."""
    if someone.kind is ParticipantKind.INDIVIDUAL:
        person_id = add_person(session, OPERATOR, name=someone.name, email=someone.email)
        actor = actor_of(session, person_id, "command")
        participant_id = membership.create_individual(session, actor, name=someone.name)
    else:
        person_id = _representative_for(stage, someone)
        actor = actor_of(session, person_id, "command")
        participant_id = membership.create_organisation(session, actor, name=someone.name, kind=someone.kind)
    stage.people[participant_id] = person_id
    say_what_you_do(stage, session, participant_id, someone)
    return participant_id


def arrive(stage: Stage, session: Session, newcomers: Sequence[Character]) -> list[UUID]:
    """Let newcomers join and apply for membership, and return them as participants."""
    ids = [join(stage, session, someone) for someone in newcomers]
    for participant_id, someone in zip(ids, newcomers, strict=True):
        apply(stage, session, participant_id, someone)
    return ids


def say_what_you_do(stage: Stage, session: Session, participant_id: UUID, someone: Character) -> None:
    """Fill in a profile and list it in the directory."""
    text = ProfileText(
        name=someone.name, place=someone.place, offers=someone.offers, seeks=someone.seeks, about="", is_listed=True
    )
    edit_profile(session, stage.acting(participant_id), participant_id=participant_id, text=text)


def apply(stage: Stage, session: Session, participant_id: UUID, someone: Character) -> UUID:
    """Apply for membership with one share, or a few."""
    class_id = session.scalars(select(MemberClass.id).where(MemberClass.kind == someone.kind)).one()
    more = 4 if someone.kind is ParticipantKind.ENTERPRISE else 1
    asked = Asked(
        class_id=class_id,
        bond=someone.bond,
        shares=1 + (more if len(someone.name) % 3 == 0 else 0),
        terms_version=1,
        accepts=True,
    )
    actor = stage.acting(participant_id)
    return admission.apply(session, actor, participant_id=participant_id, asked=asked)


def admit(stage: Stage, session: Session, participant_ids: Sequence[UUID]) -> None:
    """Let the board admit applicants; a member of the board who may not decide on one leaves it to another."""
    today = cooperative.today(session)
    minute = gettext("The board read the application, found the common bond in it, and admits.")
    verdict = Verdict(admits=True, decided_on=today, minute=minute)
    for application in session.scalars(select(Application).where(Application.participant_id.in_(participant_ids))):
        chair = stage.role(session, roles.BOARD)
        if application.participant_id in chair.represents:
            chair = actor_of(session, stage.persons[roles.DIRECTOR.email], "command")
        admission.decide(session, chair, application_id=application.id, verdict=verdict)


def receive(stage: Stage, session: Session, participant_ids: Sequence[UUID]) -> None:
    """Let the treasurer record that the sums asked for have arrived."""
    today = cooperative.today(session)
    treasurer = stage.role(session, roles.TREASURER)
    for request in session.scalars(select(PaymentRequest).where(PaymentRequest.participant_id.in_(participant_ids))):
        receipt = Receipt(amount_minor=request.amount_minor, received_on=today, form_token=uuid4())
        record_receipt(session, treasurer, request_id=request.id, receipt=receipt)


def pay_and_issue(stage: Stage, session: Session, participant_ids: Sequence[UUID]) -> None:
    """Let the treasurer record what arrived, and the secretary issue the shares."""
    receive(stage, session, participant_ids)
    owed = session.scalars(select(Subscription.id).where(Subscription.participant_id.in_(participant_ids))).all()
    issue(session, stage.role(session, roles.SECRETARY), subscription_ids=owed)


def _meet(stage: Stage, session: Session) -> None:
    """Get to know the founders; the roles among them get a password, and all a profile."""
    with_password = {role.email for role in roles.ROLES}
    rows = session.execute(
        select(Person, Representative.participant_id)
        .join(Representative, Representative.person_id == Person.id)
        .order_by(Person.email)
    ).all()
    for (person, participant_id), someone in zip(rows, cast(len(rows) + 50, SEED + 1), strict=False):
        stage.persons[person.email] = person.id
        stage.people[participant_id] = person.id
        stage.members.append(participant_id)
        if person.email in with_password:
            set_password(session, OPERATOR, person_id=person.id, password_hash=stage.password_hash)
        # Ngaio has yet to fill in hers, so that the home page has something to suggest.
        if person.email != roles.MEMBER.email:
            say_what_you_do(stage, session, participant_id, replace(someone, name=person.name))


def _welcome(stage: Stage, start: datetime, newcomers: Sequence[Character]) -> None:
    """Bring some newcomers from joining to their shares, in nine days."""

    def go_on(ids: list[UUID]) -> None:
        stage.at(start + timedelta(days=4), lambda session: admit(stage, session, ids))
        stage.at(start + timedelta(days=9), lambda session: pay_and_issue(stage, session, ids), lambda _: count(ids))

    def count(ids: Iterable[UUID]) -> None:
        stage.members += ids
        stage.progress(f"{len(stage.members)} of {MEMBERS} members")

    stage.at(start, lambda session: arrive(stage, session, newcomers), go_on)


def _representative_for(stage: Stage, someone: Character) -> UUID:
    """Choose who acts for an organisation: a role for the iwi entity and one group, somebody else for each other."""
    if someone.name.startswith(("Te Rūnanga", "Friends of Tūī")):
        return stage.persons[roles.REPRESENTATIVE.email]
    people = stage.ordinary_people()
    return stage.people[people[sum(someone.name.encode()) % len(people)]]


def _batches(newcomers: Iterator[Character]) -> Iterator[list[Character]]:
    while batch := list(islice(newcomers, BATCH)):
        yield batch
