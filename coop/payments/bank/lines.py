"""Entering the lines of the bank statement, one or many, and taking one out that was a mistake.

A line is known by its day, amount and text, and by how often the statement shows the same: pasting a statement again adds only
what is new. Where a text was erased, day and amount decide.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.payments.bank import errors
from coop.payments.bank.models import BankLine, BankLineRemoval, BankLineText
from coop.payments.bank.queries import LineRow, State, lines_between, standing_match
from coop.payments.bank.statements import NewLine, Statement, check_line, read_statement
from coop.permissions import Actor, NotFound, Power
from evidence.identifiers import new_id
from ledger import periods


@dataclass(frozen=True)
class Taken:
    """How many lines of a pasted statement were new, and how many were there already."""

    new: int
    known: int


def enter_line(session: Session, actor: Actor, line: NewLine) -> UUID:
    """Enter one line of the bank statement and return its id.

    Raises:
        PowerMissing, LineKnown, LineOfNothing, LineTooLarge, LineInFuture, LineBeforeBooks, TextTooLong
    """
    actor.need(Power.TREASURER)
    taken = _enter(session, actor, [check_line(line, _bounds(session))])
    if not taken:
        raise errors.LineKnown
    return taken[0]


def paste_statement(session: Session, actor: Actor, text: str) -> Taken:
    """Enter every line of a pasted statement that is not there yet: all of them or, with a mistake in one, none.

    Raises:
        PowerMissing, StatementUnreadable, StatementEmpty, StatementTooLong
    """
    actor.need(Power.TREASURER)
    lines = read_statement(text, _bounds(session))
    new = len(_enter(session, actor, lines))
    return Taken(new, len(lines) - new)


def remove_line(session: Session, actor: Actor, *, line_id: UUID) -> None:
    """Take out a line that was entered by mistake. It stays in the list of removed lines.

    Raises:
        NotFound, PowerMissing, LineMatched, LineRemoved
    """
    power = actor.need(Power.TREASURER)
    line = hold_line(session, line_id)
    if standing_match(session, line_id) is not None:
        raise errors.LineMatched
    session.add(BankLineRemoval(line_id=line.id, removed_at=clock.now()))
    session.flush()
    audit.record(session, actor, "bank_line.removed", subject=line.id, power=power)


def unmatched(session: Session, starts_on: date | None = None, ends_on: date | None = None) -> Sequence[LineRow]:
    """Return the lines that are no entry yet, the oldest first."""
    return lines_between(session, State.UNMATCHED, starts_on, ends_on)


def hold_line(session: Session, line_id: UUID) -> BankLine:
    """Return a line that counts and hold it until the transaction ends.

    Raises:
        NotFound, LineRemoved
    """
    line = session.get(BankLine, line_id, with_for_update=True)
    if line is None:
        raise NotFound
    if session.get(BankLineRemoval, line_id) is not None:
        raise errors.LineRemoved
    return line


def _bounds(session: Session) -> Statement:
    house = cooperative.current(session)
    years = periods.fiscal_years(session)
    first_day = years[-1].starts_on if years else house.founded_on
    return Statement(house.currency, first_day, cooperative.today(session))


def _enter(session: Session, actor: Actor, lines: Sequence[NewLine]) -> list[UUID]:
    """Add the lines that are not known and return their ids."""
    # Two who paste the same statement at once: the second waits here, and then sees what the first has entered.
    currency = cooperative.current(session, lock=True).currency
    new = _unknown(session, lines)
    places = _places(session, {line.booked_on for line in new})
    ids = []
    for line in new:
        at = (line.booked_on, line.amount_minor)
        places[at] += 1
        row = BankLine(
            id=new_id(),
            booked_on=line.booked_on,
            amount_minor=line.amount_minor,
            currency=currency,
            place=places[at],
            recorded_at=clock.now(),
        )
        session.add(row)
        ids.append(row.id)
    session.flush()
    session.add_all(BankLineText(line_id=id_, text=line.text) for id_, line in zip(ids, new, strict=True))
    session.flush()
    if ids:
        facts = {"lines": len(ids), "known": len(lines) - len(ids)}
        subject = ids[0] if len(ids) == 1 else None
        audit.record(session, actor, "bank_line.entered", subject=subject, power=Power.TREASURER, facts=facts)
    return ids


def _unknown(session: Session, lines: Sequence[NewLine]) -> list[NewLine]:
    """Return the lines that occur more often than in the database: the second of two equal ones is new once."""
    known: dict[tuple[date, int], Counter[str | None]] = defaultdict(Counter)
    rows = session.execute(
        select(BankLine.booked_on, BankLine.amount_minor, BankLineText.text)
        .outerjoin(BankLineText, BankLineText.line_id == BankLine.id)
        .outerjoin(BankLineRemoval, BankLineRemoval.line_id == BankLine.id)
        .where(BankLine.booked_on.in_({line.booked_on for line in lines}), BankLineRemoval.line_id.is_(None))
    )
    for booked_on, amount_minor, written in rows:
        known[booked_on, amount_minor][written] += 1
    new = []
    for line in lines:
        there = known[line.booked_on, line.amount_minor]
        for text in (line.text, None):
            if there[text]:
                there[text] -= 1
                break
        else:
            new.append(line)
    return new


def _places(session: Session, days: Iterable[date]) -> Counter[tuple[date, int]]:
    """Return the last place taken of each day and amount, removed lines included."""
    rows = session.execute(
        select(BankLine.booked_on, BankLine.amount_minor, func.max(BankLine.place))
        .where(BankLine.booked_on.in_(set(days)))
        .group_by(BankLine.booked_on, BankLine.amount_minor)
    )
    return Counter({(booked_on, amount_minor): place for booked_on, amount_minor, place in rows})
