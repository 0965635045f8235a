"""How tests bring people into the co-operative: by the same operations as the pages."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coop import clock, cooperative, founding
from coop.database import write_with
from coop.identity.models import Person
from coop.identity.powers import powers_of
from coop.membership import admission, operations, queries
from coop.membership.admission import Asked, Verdict
from coop.membership.models import Member, Participant, ParticipantKind, Representative
from coop.membership.terms import current_terms
from coop.payments.models import PaymentRequest
from coop.payments.operations import Receipt, record_receipt
from coop.permissions import Actor
from coop.shares import operations as shares
from coop.shares.models import Subscription
from coop.texts import fold
from evidence.identifiers import new_ref
from evidence.messages import Refusal
from tests.databases import FoundedBefore
from tests.founded import OPERATOR, plan

BOND = "We trap stoats and rats along the river every week."


@dataclass(frozen=True)
class Joined:
    """A person and the participant they are."""

    person_id: UUID
    participant_id: UUID


def found(session: Session, share_price_minor: int | None = 5000) -> None:
    """Found the tests' co-operative, or go on where it was founded today: eight founders take longer than most tests."""
    wanted = plan(share_price_minor)
    before: FoundedBefore | None = session.info.pop("founded_before", None)
    if before is not None and not session.in_transaction() and wanted == plan() and _is_today(before.moment()):
        before.go_on()
    else:
        founding.found(session, OPERATOR, wanted)


def _is_today(moment: datetime) -> bool:
    """Say whether a moment lies earlier on the day that it is now, in the tests' co-operative."""
    zone = plan().zone
    return moment <= clock.now() and moment.astimezone(ZoneInfo(zone)).date() == clock.today(zone)


def person(session: Session, name: str, *, is_confirmed: bool = True) -> UUID:
    """Add a person with an account: `Ana Tui` has the address `ana@new.test`."""
    row = Person(
        id=new_ref(),
        fs_uniquifier=uuid4().hex,
        email=f"{fold(name).split()[0]}@new.test",
        name=name,
        created_at=clock.now(),
        confirmed_at=clock.now() if is_confirmed else None,
    )
    session.add(row)
    session.flush()
    return row.id


def actor_of(session: Session, person_id: UUID) -> Actor:
    """Return the actor that a page would make for a person."""
    today = cooperative.today(session)
    return Actor(
        person_id=person_id,
        channel="web",
        powers=powers_of(session, person_id, today),
        represents=queries.represented_by(session, person_id, today),
    )


def founder(session: Session, name: str) -> Actor:
    """Return a founder as actor, by the local part of their address: `treasurer`."""
    return actor_of(session, session.scalars(select(Person.id).where(Person.email == f"{name}@kanopi.example")).one())


def participant_of(session: Session, person_id: UUID) -> UUID:
    """Return the participant that a person is."""
    return session.scalars(select(Representative.participant_id).where(Representative.person_id == person_id)).one()


def joined(session: Session, name: str = "Hēmi Mōhua") -> Joined:
    """Let somebody new join as themselves."""
    person_id = person(session, name)
    return Joined(person_id, operations.create_individual(session, actor_of(session, person_id), name=name))


def asked(session: Session, *, shares: int = 1, kind: ParticipantKind = ParticipantKind.INDIVIDUAL) -> Asked:
    """Return an application as the form sends it."""
    terms = current_terms(session)
    assert terms is not None
    return Asked(queries.classes_for(session, kind)[0].id, BOND, shares, terms.version, accepts=True)


def applied(session: Session, who: Joined, *, shares: int = 1) -> UUID:
    """Let a participant apply and return the application's id."""
    kind = session.get_one(Participant, who.participant_id).kind
    return admission.apply(
        session,
        actor_of(session, who.person_id),
        participant_id=who.participant_id,
        asked=asked(session, shares=shares, kind=kind),
    )


def admitted(session: Session, who: Joined, *, shares: int = 1) -> UUID:
    """Let a participant apply and the board admit them; return the application's id."""
    application_id = applied(session, who, shares=shares)
    verdict = Verdict(admits=True, decided_on=cooperative.today(session), minute="Carried.")
    admission.decide(session, founder(session, "board"), application_id=application_id, verdict=verdict)
    return application_id


def request_of(session: Session, participant_id: UUID) -> PaymentRequest:
    """Return a participant's latest request for payment."""
    return session.scalars(
        select(PaymentRequest)
        .where(PaymentRequest.participant_id == participant_id)
        .order_by(PaymentRequest.requested_at.desc(), PaymentRequest.id.desc())
    ).all()[0]


def pay(session: Session, participant_id: UUID, amount_minor: int | None = None) -> UUID:
    """Let the treasurer record what a participant was asked for, or a part of it."""
    request = request_of(session, participant_id)
    receipt = Receipt(amount_minor or request.amount_minor, cooperative.today(session), uuid4())
    return record_receipt(session, founder(session, "treasurer"), request_id=request.id, receipt=receipt)


def subscription_id(session: Session, participant_id: UUID) -> UUID:
    """Return a participant's latest subscription."""
    request = request_of(session, participant_id)
    return session.scalars(select(Subscription.id).where(Subscription.request_id == request.id)).one()


def issue(session: Session, participant_id: UUID) -> list[UUID]:
    """Let the secretary issue what a participant has paid for last."""
    wanted = [subscription_id(session, participant_id)]
    return shares.issue(session, founder(session, "secretary"), subscription_ids=wanted)


def enrolled(session: Session, who: Joined, *, shares: int = 1) -> Member:
    """Bring a participant all the way into the register."""
    admitted(session, who, shares=shares)
    if shares:
        pay(session, who.participant_id)
        issue(session, who.participant_id)
    return session.scalars(select(Member).where(Member.participant_id == who.participant_id)).one()


def at_once(engine: Engine, *works: Callable[[Session], Any]) -> list[Any]:
    """Do pieces of work in write transactions that begin together; return what each returned or refused."""
    barrier = Barrier(len(works))

    def run(work: Callable[[Session], Any]) -> Any:
        barrier.wait()
        try:
            return write_with(engine, work)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def outcomes(results: list[Any]) -> tuple[int, set[type[Refusal]]]:
    """Return how many succeeded, and with what the others were refused."""
    refused = [result for result in results if isinstance(result, Refusal)]
    return len(results) - len(refused), {type(refusal) for refusal in refused}
