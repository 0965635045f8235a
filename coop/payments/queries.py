"""Requests for payment and what has arrived for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, literal, or_, select
from sqlalchemy.orm import Session

from coop.membership.models import Participant
from coop.paging import Part, part_of
from coop.payments.models import PaymentCredit, PaymentReceipt, PaymentRequest
from coop.payments.references import normalised, references_in
from coop.permissions import NotFound
from coop.texts import search_patterns

PAGE_SIZE = 50
#: How many requests are offered for a movement on the bank account.
MOST_OFFERED = 10
#: How many references are looked up in one statement.
_LOOKED_UP = 500


class Stage(StrEnum):
    """Which requests a list shows."""

    OUTSTANDING = "outstanding"
    RECEIVED = "received"


@dataclass(frozen=True)
class RequestRow:
    """A request and how far it is paid."""

    id: UUID
    reference: str
    participant_id: UUID
    payer: str
    amount_minor: int
    currency: str
    requested_at: datetime
    #: What need not be paid any more.
    credited_minor: int
    received_minor: int
    #: Day of the latest receipt.
    last_received_on: date | None

    @property
    def outstanding_minor(self) -> int:
        """Return what is still to be paid."""
        return self.amount_minor - self.credited_minor - self.received_minor


@dataclass(frozen=True)
class ReceiptRow:
    """Money that arrived."""

    id: UUID
    amount_minor: int
    received_on: date
    recorded_at: datetime


def requests(session: Session, stage: Stage, *, words: str = "", page: int = 1) -> Part[RequestRow]:
    """Return a page of the requests, searched by a part of the reference, with or without hyphens, or by the payer's name.

    Outstanding ones come oldest first, received ones latest first.
    """
    received = _received()
    query = _requests()
    if stage is Stage.OUTSTANDING:
        query = query.where(received < _asked())
        query = query.order_by(PaymentRequest.requested_at, PaymentRequest.id)
    else:
        query = query.where(received >= _asked())
        query = query.order_by(PaymentRequest.requested_at.desc(), PaymentRequest.id.desc())
    if words.strip():
        query = query.where(_matches(words))
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(map(_row, part.rows)), part.number, part.last, part.total)


def outstanding_count(session: Session) -> int:
    """Return how many requests are not fully paid."""
    return session.scalar(select(func.count()).select_from(PaymentRequest).where(_received() < _asked())) or 0


def outstanding_of(session: Session, participants: Collection[UUID]) -> list[RequestRow]:
    """Return what participants have still to pay, the oldest request first. Home lists it."""
    query = _requests().where(PaymentRequest.participant_id.in_(participants), _received() < _asked())
    rows = session.execute(query.order_by(PaymentRequest.requested_at, PaymentRequest.id))
    return [_row(row) for row in rows]


def paid_by(session: Session, amount_minor: int, text: str) -> list[RequestRow]:
    """Return the outstanding requests that a movement on the bank account may pay: by its text, then by its amount."""
    # Banks drop hyphens and spaces, so they are left out on both sides.
    bare = "".join(c for c in text.upper() if c.isalnum())
    named = literal(bare).contains(func.replace(PaymentRequest.reference, "-", ""))
    outstanding_minor = _asked() - _received()
    query = _requests().where(outstanding_minor > 0, named | (outstanding_minor == amount_minor))
    order = (~named, PaymentRequest.requested_at, PaymentRequest.id)
    return [_row(row) for row in session.execute(query.order_by(*order).limit(MOST_OFFERED))]


def named_in(session: Session, texts: Mapping[UUID, str]) -> dict[UUID, list[RequestRow]]:
    """Return for each of some texts the outstanding requests whose reference it holds."""
    held = {key: references_in(text) for key, text in texts.items()}
    wanted = sorted(set().union(*held.values()))
    known: dict[str, RequestRow] = {}
    for start in range(0, len(wanted), _LOOKED_UP):
        part = wanted[start : start + _LOOKED_UP]
        query = _requests().where(PaymentRequest.reference.in_(part), _received() < _asked())
        known |= {row.reference: row for row in map(_row, session.execute(query))}
    return {
        key: [known[reference] for reference in sorted(references) if reference in known]
        for key, references in held.items()
    }


def request(session: Session, request_id: UUID) -> RequestRow:
    """Return a request.

    Raises:
        NotFound
    """
    row = session.execute(_requests().where(PaymentRequest.id == request_id)).first()
    if row is None:
        raise NotFound
    return _row(row)


def receipts(session: Session, request_id: UUID) -> list[ReceiptRow]:
    """Return what arrived for a request, in the order of recording."""
    rows = session.execute(
        select(PaymentReceipt.id, PaymentReceipt.amount_minor, PaymentReceipt.received_on, PaymentReceipt.recorded_at)
        .where(PaymentReceipt.request_id == request_id)
        .order_by(PaymentReceipt.recorded_at, PaymentReceipt.id)
    )
    return [ReceiptRow(*row) for row in rows]


def _matches(words: str) -> Any:
    # Banks drop hyphens, so they are left out on both sides.
    typed = normalised(words).replace("-", "").replace("\\", "").replace("%", "").replace("_", "")
    bare = func.replace(PaymentRequest.reference, "-", "")
    by_name = [Participant.name_key.like(pattern, escape="\\") for pattern in search_patterns(words)]
    by_reference = bare.like(f"%{typed}%") if typed else PaymentRequest.reference == ""
    name = by_name[0] if by_name else PaymentRequest.reference == ""
    for condition in by_name[1:]:
        name = name & condition
    return or_(by_reference, name)


def _received() -> Any:
    return (
        select(func.coalesce(func.sum(PaymentReceipt.amount_minor), 0))
        .where(PaymentReceipt.request_id == PaymentRequest.id)
        .correlate(PaymentRequest)
        .scalar_subquery()
    )


def _credited() -> Any:
    return (
        select(func.coalesce(func.sum(PaymentCredit.amount_minor), 0))
        .where(PaymentCredit.request_id == PaymentRequest.id)
        .correlate(PaymentRequest)
        .scalar_subquery()
    )


def _asked() -> Any:
    return PaymentRequest.amount_minor - _credited()


def _requests() -> Select[*tuple[Any, ...]]:
    last = (
        select(func.max(PaymentReceipt.received_on))
        .where(PaymentReceipt.request_id == PaymentRequest.id)
        .correlate(PaymentRequest)
        .scalar_subquery()
    )
    return select(
        PaymentRequest.id,
        PaymentRequest.reference,
        PaymentRequest.participant_id,
        Participant.name.label("payer"),
        PaymentRequest.amount_minor,
        PaymentRequest.currency,
        PaymentRequest.requested_at,
        _credited().label("credited_minor"),
        _received().label("received_minor"),
        last.label("last_received_on"),
    ).join(Participant, Participant.id == PaymentRequest.participant_id)


def _row(row: Row[*tuple[Any, ...]]) -> RequestRow:
    values = dict(row._mapping)
    # PostgreSQL sums BIGINTs into a Decimal.
    for name in ("credited_minor", "received_minor"):
        values[name] = int(values[name])
    return RequestRow(**values)
