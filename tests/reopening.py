"""How tests reopen a closed year: by the same operations as the pages, each act by two people at once."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.approvals.kinds import Outcome
from coop.books import operations
from coop.books.acts import YEAR_CLOSE
from coop.books.exports import operations as export_operations
from coop.books.operations import NewEntry
from coop.books.years import closing, reopening
from coop.books.years.reopening import YEAR_REOPEN, ReopeningAsked
from coop.database import db
from coop.permissions import WORKER
from ledger.chart import BANK, COACHES
from ledger.models import FiscalYear
from ledger.posting import Line
from tests import joining

REASON = "The invoice of a coach for March was lost in the post."


def keep(app: Flask, year_id: UUID) -> None:
    """Make the files of a closed year, as the worker does."""
    with app.test_request_context():
        export_operations.keep_every_format(WORKER, year_id)
        db.session.remove()


def asked(session: Session, year_id: UUID, **other: Any) -> ReopeningAsked:
    """Return a decision of today to open the last month."""
    ends_on = session.get_one(FiscalYear, year_id).ends_on
    today = cooperative.today(session)
    said: dict[str, Any] = {"opens_on": ends_on.replace(day=1), "decided_on": today, "reason": REASON}
    return ReopeningAsked(**(said | other))


def reopen(year_id: UUID, **other: Any) -> Callable[[Session], Outcome]:
    """Reopen a year, prepared by the treasurer and approved by the board."""

    def work(session: Session) -> Outcome:
        decision = asked(session, year_id, **other)
        treasurer, board = joining.founder(session, "treasurer"), joining.founder(session, "board")
        arguments = reopening.what_is_reopened(session, year_id, decision)
        return approvals.both(session, treasurer, board, kind=YEAR_REOPEN, arguments=arguments, words=decision.reason)

    return work


def close_again(year_id: UUID) -> Callable[[Session], Outcome]:
    """Close a year, prepared by the treasurer and approved by the board."""

    def work(session: Session) -> Outcome:
        treasurer, board = joining.founder(session, "treasurer"), joining.founder(session, "board")
        arguments = closing.what_is_closed(session, year_id)
        return approvals.both(session, treasurer, board, kind=YEAR_CLOSE, arguments=arguments)

    return work


def correct(on: date, amount_minor: int = 10_000) -> Callable[[Session], UUID]:
    """Book what was forgotten: a fee of a coach."""

    def work(session: Session) -> UUID:
        lines = (Line(COACHES, amount_minor), Line(BANK, -amount_minor))
        entry = NewEntry(on, "The forgotten invoice", lines, uuid4())
        return operations.record_entry(session, joining.founder(session, "treasurer"), entry)

    return work
