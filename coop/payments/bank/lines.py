"""Entering the lines of the bank statement, one or many, and taking one out that was a mistake.

Within a bank account a line is known by its day, amount and the bank's own id of it, or else its text, and by how often the statement shows the same:
entering a statement again adds only what is new. Where a text was erased, day and amount decide.
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
from coop.payments.bank.accounts import need_marked
from coop.payments.bank.models import BankLine, BankLineRemoval, BankLineText
from coop.payments.bank.queries import standing_matches
from coop.payments.bank.statements import NewLine, Statement, check_line, read_statement
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from ledger.chart import BANK
from ledger.years import periods


@dataclass(frozen=True)
class Taken:
    """How many lines of a pasted statement were new, and how many were there already."""

    new: int
    known: int


@dataclass(frozen=True)
class Entered:
    """The lines of a statement in the database, known or new, in their order, and how many are new."""

    line_ids: tuple[UUID, ...]
    new: int


@dataclass(frozen=True)
class _There:
    """A line that was entered before."""

    id: UUID
    bank_id: str | None
    text: str | None


def enter_line(session: Session, actor: Actor, line: NewLine, *, account: str = BANK) -> UUID:
    """Enter one line of the statement of a bank account and return its id.

    Raises:
        NotFound, BankAccountEnded, PowerMissing, LineKnown, LineOfNothing, LineTooLarge, LineInFuture, LineBeforeBooks, TextTooLong
    """
    actor.need(Power.TREASURER)
    entered = enter_all(session, actor, account, [check_line(line, bounds(session))])
    if not entered.new:
        raise errors.LineKnown
    return entered.line_ids[0]


def paste_statement(session: Session, actor: Actor, text: str, *, account: str = BANK) -> Taken:
    """Enter every line of a pasted statement that is not there yet: all of them or, with a mistake in one, none.

    Raises:
        NotFound, BankAccountEnded, PowerMissing, StatementUnreadable, StatementEmpty, StatementTooLong
    """
    actor.need(Power.TREASURER)
    lines = read_statement(text, bounds(session))
    entered = enter_all(session, actor, account, lines)
    return Taken(entered.new, len(lines) - entered.new)


def remove_line(session: Session, actor: Actor, *, line_id: UUID) -> None:
    """Take out a line that was entered by mistake. It stays in the list of removed lines.

    Raises:
        NotFound, PowerMissing, LineMatched, LineRemoved, BankAccountEnded
    """
    power = actor.need(Power.TREASURER)
    line = hold_line(session, line_id)
    if standing_matches(session, line_id):
        raise errors.LineMatched
    session.add(BankLineRemoval(line_id=line.id, removed_at=clock.now()))
    session.flush()
    audit.record(session, actor, "bank_line.removed", subject=line.id, power=power)


def hold_line(session: Session, line_id: UUID) -> BankLine:
    """Return a line that counts, and hold it until the transaction ends; so long its account stays a bank account.

    Raises:
        NotFound, LineRemoved, BankAccountEnded
    """
    line = session.get(BankLine, line_id, with_for_update=True)
    if line is None:
        raise NotFound
    need_marked(session, line.account_code)
    if session.get(BankLineRemoval, line_id) is not None:
        raise errors.LineRemoved
    return line


def bounds(session: Session) -> Statement:
    """Return what bounds the lines of any statement of this co-operative."""
    house = cooperative.current(session)
    years = periods.fiscal_years(session)
    first_day = years[-1].starts_on if years else house.founded_on
    return Statement(house.currency, first_day, cooperative.today(session))


def enter_all(session: Session, actor: Actor, account: str, lines: Sequence[NewLine]) -> Entered:
    """Add the lines of a bank account that are not known and return the ids of all, in their order.

    The actor is checked by the caller.

    Raises:
        NotFound, BankAccountEnded
    """
    # Two who enter the same statement at once: the second waits here, and then sees what the first has entered.
    currency = cooperative.current(session, lock=True).currency
    need_marked(session, account)
    ids = _known(session, account, lines)
    places = _places(
        session, account, {line.booked_on for line, known in zip(lines, ids, strict=True) if known is None}
    )
    rows, texts = [], []
    for index, line in enumerate(lines):
        if ids[index] is not None:
            continue
        at = (line.booked_on, line.amount_minor)
        places[at] += 1
        row = BankLine(
            id=new_id(),
            account_code=account,
            booked_on=line.booked_on,
            amount_minor=line.amount_minor,
            currency=currency,
            place=places[at],
            recorded_at=clock.now(),
            bank_id=line.bank_id,
        )
        ids[index] = row.id
        rows.append(row)
        texts.append(BankLineText(line_id=row.id, text=line.text, reference=line.reference))
    session.add_all(rows)
    session.flush()
    session.add_all(texts)
    session.flush()
    if rows:
        facts: dict[str, Canonical] = {"account": account, "lines": len(rows), "known": len(lines) - len(rows)}
        subject = rows[0].id if len(rows) == 1 else None
        audit.record(session, actor, "bank_line.entered", subject=subject, power=Power.TREASURER, facts=facts)
    return Entered(tuple(id_ for id_ in ids if id_ is not None), len(rows))


def _known(session: Session, account: str, lines: Sequence[NewLine]) -> list[UUID | None]:
    """Return for each line the one that is there already: each counts once, so the second of two equal ones may be new."""
    there: dict[tuple[date, int], list[_There]] = defaultdict(list)
    rows = session.execute(
        select(BankLine.booked_on, BankLine.amount_minor, BankLine.id, BankLine.bank_id, BankLineText.text)
        .outerjoin(BankLineText, BankLineText.line_id == BankLine.id)
        .outerjoin(BankLineRemoval, BankLineRemoval.line_id == BankLine.id)
        .where(
            BankLine.account_code == account,
            BankLine.booked_on.in_({line.booked_on for line in lines}),
            BankLineRemoval.line_id.is_(None),
        )
        .order_by(BankLine.place)
    )
    for booked_on, amount_minor, id_, bank_id, text in rows:
        there[booked_on, amount_minor].append(_There(id_, bank_id, text))
    found: list[UUID | None] = [None] * len(lines)
    # The bank's own id is the surest, so it chooses first, and an erased text is the least sure.
    for is_same in (_same_id, _same_text, _text_erased):
        for index, line in enumerate(lines):
            if found[index] is None:
                rest_of_day = there[line.booked_on, line.amount_minor]
                place = next((place for place, one in enumerate(rest_of_day) if is_same(line, one)), None)
                if place is not None:
                    found[index] = rest_of_day.pop(place).id
    return found


def _same_id(line: NewLine, there: _There) -> bool:
    return line.bank_id is not None and line.bank_id == there.bank_id


def _ids_differ(line: NewLine, there: _There) -> bool:
    return line.bank_id is not None and there.bank_id is not None and line.bank_id != there.bank_id


def _same_text(line: NewLine, there: _There) -> bool:
    return line.text == there.text and not _ids_differ(line, there)


def _text_erased(line: NewLine, there: _There) -> bool:
    return there.text is None and not _ids_differ(line, there)


def _places(session: Session, account: str, days: Iterable[date]) -> Counter[tuple[date, int]]:
    """Return the last place taken of each day and amount, removed lines included."""
    rows = session.execute(
        select(BankLine.booked_on, BankLine.amount_minor, func.max(BankLine.place))
        .where(BankLine.account_code == account, BankLine.booked_on.in_(set(days)))
        .group_by(BankLine.booked_on, BankLine.amount_minor)
    )
    return Counter({(booked_on, amount_minor): place for booked_on, amount_minor, place in rows})
