"""Reading expense claims: what each is for and how it stands. When it was paid, `claim_payments` knows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from coop.approvals.models import ActApproval, ActWithdrawal, TwoPersonAct
from coop.identity.models import Person
from coop.membership.models import Participant
from coop.paging import Part, part_of
from coop.payments.bills import booking
from coop.payments.bills.booking import Costs
from coop.payments.bills.models import (
    ClaimCoding,
    ClaimEnding,
    ClaimEndingReason,
    ExpenseClaim,
    ExpenseClaimLine,
    ExpenseClaimText,
)
from coop.permissions import NotFound
from evidence.messages import N_
from ledger.drafts import Line
from ledger.models import Entry

PAGE_SIZE = 50


class ClaimState(StrEnum):
    """How a claim stands."""

    WAITING = "waiting"
    PREPARED = "prepared"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken-back"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _LABELS[self]

    @property
    def tone(self) -> str:
        """Return how the page shows it."""
        return _TONES.get(self, "neutral")

    @property
    def is_waiting(self) -> bool:
        """Say whether nobody has decided yet."""
        return self in {ClaimState.WAITING, ClaimState.PREPARED}


_LABELS = {
    ClaimState.WAITING: N_("Waiting for the treasurer"),
    ClaimState.PREPARED: N_("Waiting for approval"),
    ClaimState.APPROVED: N_("Approved"),
    ClaimState.REFUSED: N_("Refused"),
    ClaimState.WITHDRAWN: N_("Withdrawn"),
    ClaimState.TAKEN_BACK: N_("Taken back"),
}
_TONES = {
    ClaimState.WAITING: "warning",
    ClaimState.PREPARED: "warning",
    ClaimState.APPROVED: "good",
    ClaimState.REFUSED: "bad",
}


_UNDECIDED = (ClaimState.WAITING.value, ClaimState.PREPARED.value)


@dataclass(frozen=True)
class ClaimRow:
    """A claim as lists and its page show it."""

    id: UUID
    participant_id: UUID
    name: str
    party_ref: UUID
    claimed_by: UUID
    claimed_by_name: str
    claimed_at: datetime
    total_minor: int
    currency: str
    attachment_id: UUID | None
    state: ClaimState
    #: The act that waits, or the one by which it was booked.
    act_id: UUID | None
    entry_id: UUID | None
    booked_on: date | None
    ended_at: datetime | None
    #: Why it was refused.
    reason: str | None


@dataclass(frozen=True)
class ClaimedLine:
    """Something that was spent, and what for."""

    line: int
    spent_on: date
    amount_minor: int
    text: str


_BOOKED, _REVERSAL = aliased(Entry), aliased(Entry)
_state = case(
    (_REVERSAL.id.is_not(None), ClaimState.TAKEN_BACK.value),
    (_BOOKED.id.is_not(None), ClaimState.APPROVED.value),
    (ClaimEnding.is_refused.is_(True), ClaimState.REFUSED.value),
    (ClaimEnding.claim_id.is_not(None), ClaimState.WITHDRAWN.value),
    (TwoPersonAct.id.is_not(None), ClaimState.PREPARED.value),
    else_=ClaimState.WAITING.value,
)


def claims(session: Session, state: ClaimState | None = None, *, page: int = 1) -> Part[ClaimRow]:
    """Return a page of all claims, or of those in a state, the latest first."""
    part = part_of(session, _latest_first(state), number=page, size=PAGE_SIZE)
    return Part(tuple(map(_row, part.rows)), part.number, part.last, part.total)


def all_claims(session: Session, state: ClaimState | None = None) -> list[ClaimRow]:
    """Return all claims, or those in a state, the latest first."""
    return [_row(row) for row in session.execute(_latest_first(state))]


def claims_of(session: Session, participant_id: UUID, *, page: int = 1) -> Part[ClaimRow]:
    """Return a page of a participant's claims, the latest first."""
    query = _latest_first(None).where(ExpenseClaim.participant_id == participant_id)
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(map(_row, part.rows)), part.number, part.last, part.total)


def claim(session: Session, claim_id: UUID, *, participant_id: UUID | None = None) -> ClaimRow:
    """Return a claim; with `participant_id`, only if it is theirs.

    Raises:
        NotFound
    """
    row = session.execute(_rows().where(ExpenseClaim.id == claim_id)).one_or_none()
    if row is None or participant_id not in {None, row.participant_id}:
        raise NotFound
    return _row(row)


def lines(session: Session, claim_id: UUID) -> list[ClaimedLine]:
    """Return what a claim is for; a text that was erased is empty."""
    of_line = and_(
        ExpenseClaimText.claim_id == ExpenseClaimLine.claim_id, ExpenseClaimText.line == ExpenseClaimLine.line
    )
    rows = session.execute(
        select(
            *(ExpenseClaimLine.line, ExpenseClaimLine.spent_on, ExpenseClaimLine.amount_minor),
            func.coalesce(ExpenseClaimText.text, ""),
        )
        .outerjoin(ExpenseClaimText, of_line)
        .where(ExpenseClaimLine.claim_id == claim_id)
        .order_by(ExpenseClaimLine.line)
    )
    return [ClaimedLine(*row) for row in rows]


def why_no_receipt(session: Session, claim_id: UUID) -> str:
    """Return why a claim has no receipt; nothing where it has one."""
    query = select(ExpenseClaimText.text).where(ExpenseClaimText.claim_id == claim_id, ExpenseClaimText.line == 0)
    return session.scalar(query) or ""


def costs_of(session: Session, found: ClaimRow) -> Costs | None:
    """Return the accounts that were assigned to a claim; none before they are."""
    if found.act_id is None:
        return None
    said = [line.text for line in lines(session, found.id)]
    return booking.costs_of(session.get_one(TwoPersonAct, found.act_id).arguments, said)


def coded(session: Session, claim_id: UUID, coding: Collection[Line]) -> Costs:
    """Return what a claim is booked as: its own amounts, tax included, on the accounts of `coding`, line by line."""
    claimed = lines(session, claim_id)
    booked = [
        Line(one.account, line.amount_minor, None, one.cost_centre, one.fund, one.tax)
        for one, line in zip(coding, claimed, strict=True)
    ]
    return Costs(booked, [line.text for line in claimed], is_tax_included=True)


def booked_of(session: Session, participants: Collection[UUID]) -> list[ClaimRow]:
    """Return the claims of participants that were booked and not taken back, in the order in which they were booked."""
    query = _rows().where(_state == ClaimState.APPROVED.value, ExpenseClaim.participant_id.in_(participants))
    return [_row(row) for row in session.execute(query.order_by(_BOOKED.booked_on, _BOOKED.id))]


def to_code(session: Session) -> int:
    """Return how many claims wait for the treasurer."""
    query = _rows().where(_state == ClaimState.WAITING.value)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def waiting_of_others(session: Session, claim_id: UUID) -> frozenset[UUID]:
    """Return who made the other claims that wait for the treasurer."""
    waiting = _rows().where(_state == ClaimState.WAITING.value, ExpenseClaim.id != claim_id)
    return frozenset(row.claimed_by for row in session.execute(waiting))


def undecided_of(session: Session, participant_id: UUID) -> int:
    """Return how many claims of a participant nobody has decided."""
    query = _rows().where(_state.in_(_UNDECIDED), ExpenseClaim.participant_id == participant_id)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def waiting_to(session: Session, day: date) -> int:
    """Return how many claims for something that was spent up to a day nobody has decided."""
    spent = select(ExpenseClaimLine.claim_id).where(ExpenseClaimLine.spent_on <= day)
    query = _rows().where(_state.in_(_UNDECIDED), ExpenseClaim.id.in_(spent))
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _latest_first(state: ClaimState | None) -> Select[*tuple[Any, ...]]:
    query = _rows().order_by(ExpenseClaim.claimed_at.desc(), ExpenseClaim.id.desc())
    return query if state is None else query.where(_state == state.value)


def _rows() -> Select[*tuple[Any, ...]]:
    of_claim = and_(
        _BOOKED.source_kind == "expense_claim", _BOOKED.source_id == ExpenseClaim.id, _BOOKED.reverses_id.is_(None)
    )
    # The act that stands: of those that were prepared, the one that nobody has refused or taken back.
    standing = (
        select(ClaimCoding.claim_id, ClaimCoding.act_id)
        .outerjoin(ActWithdrawal, ActWithdrawal.act_id == ClaimCoding.act_id)
        .where(ActWithdrawal.act_id.is_(None))
        .subquery()
    )
    return (
        select(
            *(ExpenseClaim.id, ExpenseClaim.participant_id, Participant.name, Participant.party_ref),
            *(ExpenseClaim.claimed_by, Person.name.label("claimed_by_name"), ExpenseClaim.claimed_at),
            *(ExpenseClaim.total_minor, ExpenseClaim.currency, ExpenseClaim.attachment_id, _state.label("state")),
            *(standing.c.act_id, _BOOKED.id.label("entry_id"), _BOOKED.booked_on),
            *(ClaimEnding.ended_at, ClaimEndingReason.text.label("reason")),
        )
        .join(Participant, Participant.id == ExpenseClaim.participant_id)
        .join(Person, Person.id == ExpenseClaim.claimed_by)
        .outerjoin(standing, standing.c.claim_id == ExpenseClaim.id)
        .outerjoin(TwoPersonAct, TwoPersonAct.id == standing.c.act_id)
        .outerjoin(ActApproval, ActApproval.act_id == standing.c.act_id)
        .outerjoin(ClaimEnding, ClaimEnding.claim_id == ExpenseClaim.id)
        .outerjoin(ClaimEndingReason, ClaimEndingReason.claim_id == ExpenseClaim.id)
        .outerjoin(_BOOKED, of_claim)
        .outerjoin(_REVERSAL, _REVERSAL.reverses_id == _BOOKED.id)
    )


def _row(row: Any) -> ClaimRow:
    values = dict(row._mapping)
    return ClaimRow(**{**values, "state": ClaimState(values["state"])})
