"""The board's solvency statement: why the co-op can still pay what it owes after a surplus is paid out, and who signs for that.

A statement is about one plan and its amounts. Each director signs by an act of their own; a changed statement is a new one, to
be signed again. Members read it before they vote. It does not judge the grounds.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop import audit, clock
from coop.assembly import bindings
from coop.database import CoopBase
from coop.identity.models import Person
from coop.permissions import Actor, NotFound, Power
from coop.texts import prose
from evidence.canonical import digest
from evidence.columns import Code, Id, LongText, Minor, Moment, Sha256
from evidence.identifiers import new_id
from evidence.messages import N_, Refusal
from ledger.surplus.models import SurplusPlan
from ledger.surplus.plan import Plan, plan_of

#: So many directors sign.
SIGNERS = 2
#: Who reads a statement before enough directors have signed it.
OFFICERS = frozenset({Power.BOARD, Power.SECRETARY, Power.TREASURER, Power.AUDITOR})
LEAST_GROUNDS = 20
LONGEST_GROUNDS = 8_000


class Solvency(CoopBase):
    """A statement about one plan, as it was written; of several versions the highest counts."""

    __tablename__ = "solvency_statement"
    __table_args__ = (UniqueConstraint("plan_id", "version"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey(SurplusPlan.id))
    #: 1, 2, 3 ...
    version: Mapped[int] = mapped_column(SmallInteger)
    written_at: Mapped[Moment]
    #: The plan's fingerprint, and what would be paid out by it.
    fingerprint: Mapped[Sha256]
    cash_minor: Mapped[Minor]
    #: SHA-256 over salt and grounds.
    grounds_digest: Mapped[Sha256]


class SolvencyGrounds(CoopBase):
    """The grounds of a statement: Markdown; erasable, because they may name people."""

    __tablename__ = "solvency_grounds"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey(Solvency.id), primary_key=True)
    salt: Mapped[Code]
    text: Mapped[LongText]


class SolvencySignature(CoopBase):
    """A director signed a statement."""

    __tablename__ = "solvency_signature"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey(Solvency.id), primary_key=True)
    #: The person, as a reference without a name.
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    signed_at: Mapped[Moment]


@dataclass(eq=False)
class StatementFixed(Refusal):
    """Members vote, or have voted, on the plan with the statement before them."""

    message = N_("The vote on this plan was opened, so the statement that the members read stays as it is.")


@dataclass(eq=False)
class StatementChanged(Refusal):
    """The statement that was read is not the one that stands."""

    message = N_("There is a newer statement than the one you read. Nothing was signed; please read it first.")


@dataclass(eq=False)
class AlreadySigned(Refusal):
    """A director signs once."""

    message = N_("You have signed this statement already.")


#: Refusals because of the state that the statement is in.
CONFLICTS = (StatementFixed, StatementChanged, AlreadySigned)


@dataclass(frozen=True)
class Signed:
    """A signature with the name of whose it is."""

    person_id: UUID
    person_name: str
    signed_at: datetime


@dataclass(frozen=True)
class SolvencyStatement:
    """A statement with its signatures."""

    id: UUID
    plan_id: UUID
    version: int
    written_at: datetime
    fingerprint: str
    cash_minor: int
    #: Markdown; nothing once it is erased.
    grounds: str
    #: What is signed: a digest over plan, fingerprint, amount and grounds.
    digest: str
    signed: Sequence[Signed]

    @property
    def complete(self) -> bool:
        """Say whether enough directors have signed."""
        return len(self.signed) >= SIGNERS


@dataclass(frozen=True)
class SurplusVote:
    """A plan on which members vote, and what the board states about it."""

    plan: Plan
    statement: SolvencyStatement | None


def state(session: Session, actor: Actor, *, plan_id: UUID, grounds: str) -> UUID:
    """Write the board's statement about a plan, in place of an earlier one, and return its id. Nobody has signed it yet.

    Raises:
        PowerMissing: the actor is no director.
        NoSuchPlan, StatementFixed, TextMissing, TextTooShort, TextTooLong
    """
    power = actor.need(Power.BOARD)
    plan = _locked(session, plan_id)
    if bindings.is_opened(session, plan_id):
        raise StatementFixed
    words = prose(grounds, about="grounds", longest=LONGEST_GROUNDS, least=LEAST_GROUNDS)
    latest = _latest(session, plan_id)
    salt = secrets.token_hex(16)
    row = Solvency(
        id=new_id(),
        plan_id=plan_id,
        version=latest.version + 1 if latest else 1,
        written_at=clock.now(),
        fingerprint=plan.fingerprint,
        cash_minor=plan.totals.cash_minor,
        grounds_digest=grounds_digest(salt, words),
    )
    session.add(row)
    session.flush()
    session.add(SolvencyGrounds(statement_id=row.id, salt=salt, text=words))
    session.flush()
    audit.record(session, actor, "solvency.stated", subject=row.id, power=power, facts={"plan": plan_id})
    return row.id


def sign(session: Session, actor: Actor, *, plan_id: UUID, seen: str) -> None:
    """Sign the statement about a plan as a director. `seen` is the digest of the statement that was read.

    Raises:
        PowerMissing: the actor is no director.
        NoSuchPlan, NotFound, StatementChanged, AlreadySigned
    """
    power = actor.need(Power.BOARD)
    _locked(session, plan_id)
    row = _latest(session, plan_id)
    if row is None or actor.person_id is None:
        raise NotFound
    if seen != signed_digest(row):
        raise StatementChanged
    if session.get(SolvencySignature, (row.id, actor.person_id)) is not None:
        raise AlreadySigned
    session.add(SolvencySignature(statement_id=row.id, person_id=actor.person_id, signed_at=clock.now()))
    session.flush()
    audit.record(session, actor, "solvency.signed", subject=row.id, power=power, facts={"plan": plan_id})


def solvency_of(session: Session, plan_id: UUID) -> SolvencyStatement | None:
    """Return the statement that stands about a plan, with who signed it; nothing where none was written."""
    row = _latest(session, plan_id)
    if row is None:
        return None
    words = session.get(SolvencyGrounds, row.id)
    signatures = session.execute(
        select(SolvencySignature.person_id, Person.name, SolvencySignature.signed_at)
        .outerjoin(Person, Person.id == SolvencySignature.person_id)
        .where(SolvencySignature.statement_id == row.id)
        .order_by(SolvencySignature.signed_at, SolvencySignature.person_id)
    )
    return SolvencyStatement(
        id=row.id,
        plan_id=plan_id,
        version=row.version,
        written_at=row.written_at,
        fingerprint=row.fingerprint,
        cash_minor=row.cash_minor,
        grounds=words.text if words else "",
        digest=signed_digest(row),
        signed=tuple(Signed(person_id, name or gettext("(erased)"), at) for person_id, name, at in signatures),
    )


def surplus_of(session: Session, motion_id: UUID) -> SurplusVote | None:
    """Return the plan and the statement on which members vote with a motion; nothing where it is about something else."""
    plan = bindings.plan_of_motion(session, motion_id)
    return SurplusVote(plan, solvency_of(session, plan.id)) if plan else None


def grounds_digest(salt: str, grounds: str) -> str:
    """Return the digest that stays of the grounds."""
    return hashlib.sha256(f"{salt}{grounds}".encode()).hexdigest()


def signed_digest(row: Solvency) -> str:
    """Return the digest of what is signed."""
    return digest(
        {
            "plan": row.plan_id,
            "version": row.version,
            "fingerprint": row.fingerprint,
            "cash_minor": row.cash_minor,
            "grounds": row.grounds_digest,
        }
    )


def _locked(session: Session, plan_id: UUID) -> Plan:
    """Return a plan, and hold its row: stating, signing and putting to the vote happen one after the other."""
    session.execute(select(SurplusPlan.id).where(SurplusPlan.id == plan_id).with_for_update())
    return plan_of(session, plan_id)


def _latest(session: Session, plan_id: UUID) -> Solvency | None:
    return session.scalar(
        select(Solvency).where(Solvency.plan_id == plan_id).order_by(Solvency.version.desc()).limit(1)
    )
