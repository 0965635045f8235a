"""How shares moved over a stretch of time, for reports: the sum of the events, never a figure of its own."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coop.shares.models import ShareEvent


@dataclass(frozen=True)
class Shares:
    """A number of shares and what was paid for them."""

    number: int
    amount_minor: int


@dataclass(frozen=True)
class ShareMovement:
    """Shares before the first day, issued and redeemed within, and at the end of the last day."""

    opening: Shares
    issued: Shares
    redeemed: Shares
    closing: Shares
    #: How many events all of it rests on, from the first share on.
    events: int


def movement(session: Session, starts_on: date, ends_on: date) -> ShareMovement:
    """Return how shares moved between two days, both included."""
    before = ShareEvent.effective_on < starts_on
    within = ShareEvent.effective_on >= starts_on
    opening, issued, redeemed = (
        _sums(session, ends_on, condition)
        for condition in (before, within & (ShareEvent.quantity > 0), within & (ShareEvent.quantity < 0))
    )
    return ShareMovement(
        opening=opening,
        issued=issued,
        redeemed=Shares(-redeemed.number, -redeemed.amount_minor),
        closing=_sums(session, ends_on, ShareEvent.quantity != 0),
        events=session.scalar(select(func.count(ShareEvent.id)).where(ShareEvent.effective_on <= ends_on)) or 0,
    )


def _sums(session: Session, ends_on: date, condition: ColumnElement[bool]) -> Shares:
    sums: Any = session.execute(
        select(
            func.coalesce(func.sum(ShareEvent.quantity), 0),
            func.coalesce(func.sum(ShareEvent.quantity * ShareEvent.price_minor), 0),
        ).where(ShareEvent.effective_on <= ends_on, condition)
    ).one()
    # PostgreSQL sums BIGINTs into a Decimal.
    return Shares(*map(int, sums))
