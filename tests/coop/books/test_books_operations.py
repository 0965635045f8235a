"""The operations on the books: who may do them, what the trail keeps, and what the worker does by itself."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.audit import AuditEvent
from coop.books import checks, duties, operations
from coop.books.chart import operations as chart_operations
from coop.books.chart.operations import NewAccount
from coop.books.errors import KeptElsewhere, PeriodNotOver
from coop.books.operations import NewEntry
from coop.database import db, write
from coop.permissions import WORKER, Actor, Power, PowerMissing
from evidence.messages import Refusal
from evidence.rules import drop_rules
from ledger import errors, sealing
from ledger.chart import BANK, OTHER_INCOME, SHARE_CAPITAL
from ledger.chart.changes import Particulars
from ledger.models import AccountKind, Period
from ledger.posting import Line
from ledger.years import periods
from tests.databases import TestDatabase

_MAP = (Line(BANK, 1000), Line(OTHER_INCOME, -1000))


@pytest.fixture
def treasurer(people: dict[str, UUID]) -> Actor:
    return Actor(person_id=people["treasurer"], channel="web", powers=frozenset({Power.TREASURER}))


def _entry(session: Session, *lines: Line, on: date | None = None) -> NewEntry:
    return NewEntry(on or cooperative.today(session), "Sold a map", lines or _MAP, uuid4())


def _actions(app: Flask) -> list[str]:
    with app.app_context():
        rows = db.session.scalars(select(AuditEvent.action).where(AuditEvent.power == "treasurer"))
        return [action for action in rows if action.split(".")[0] in {"entry", "account", "period", "fiscal_year"}]


_DONE: list[Callable[..., Any]] = [
    lambda session, actor: operations.record_entry(session, actor, _entry(session)),
    lambda session, actor: operations.reverse_entry(
        session, actor, entry_id=uuid4(), booked_on=cooperative.today(session), reason="x"
    ),
    lambda session, actor: chart_operations.open_account(
        session, actor, NewAccount("6910", AccountKind.EXPENSE, date(2026, 1, 1), Particulars("Seeds"))
    ),
    lambda session, actor: chart_operations.close_account(session, actor, code="6900", closed_on=date(2090, 1, 1)),
    lambda session, actor: chart_operations.edit_account(session, actor, code="6900", particulars=Particulars("Seeds")),
    lambda session, actor: chart_operations.take_chart(session, actor, "code,name,kind\n6910,Seeds,expense\n"),
    lambda session, actor: chart_operations.try_chart(session, actor, "code,name,kind\n6910,Seeds,expense\n"),
    lambda session, actor: operations.lock_period(session, actor, ends_on=date(2000, 1, 31)),
    operations.open_year,
    operations.seal,
]


@pytest.mark.parametrize("work", _DONE)
def test_only_the_treasurer_writes_in_the_books(app: Flask, people: dict[str, UUID], work: Callable[..., Any]) -> None:
    others = frozenset(Power) - {Power.TREASURER}
    with app.app_context():
        for powers in (frozenset(), others):
            actor = Actor(person_id=people["founder"], channel="web", powers=powers)
            with pytest.raises(PowerMissing):
                write(partial(work, actor=actor))
    assert _actions(app) == []


def test_each_act_leaves_a_row_in_the_trail_and_a_repeat_none(app: Flask, treasurer: Actor) -> None:
    with app.app_context():
        entry = _entry(db.session())
        entry_id = write(lambda session: operations.record_entry(session, treasurer, entry))
        assert write(lambda session: operations.record_entry(session, treasurer, entry)) == entry_id
        write(
            lambda session: operations.reverse_entry(
                session, treasurer, entry_id=entry_id, booked_on=entry.booked_on, reason="Wrong map"
            )
        )
        write(lambda session: operations.open_year(session, treasurer))
    assert _actions(app) == ["entry.recorded", "entry.reversed", "fiscal_year.opened"]


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([Line(BANK, 1000), Line(OTHER_INCOME, -999)], errors.Unbalanced),
        ([Line(BANK, 1000)], errors.TooFewPostings),
        ([Line(BANK, 1000), Line("9999", -1000)], errors.NoSuchAccount),
        ([Line(BANK, 1000), Line(SHARE_CAPITAL, -1000, uuid4())], KeptElsewhere),
    ],
)
def test_a_wrong_entry_is_refused_whichever_way_it_comes(
    app: Flask, treasurer: Actor, lines: list[Line], refusal: type[Refusal]
) -> None:
    with app.app_context(), pytest.raises(refusal):
        write(lambda session: operations.record_entry(session, treasurer, _entry(session, *lines)))
    assert _actions(app) == []


def test_a_period_is_locked_from_the_day_after_its_last(app: Flask, treasurer: Actor) -> None:
    with app.app_context():
        period = periods.next_to_lock(db.session())
        assert period is not None
        ends_on = period.ends_on
        noon_utc = (
            clock.now().replace(hour=0, minute=0).replace(year=ends_on.year, month=ends_on.month, day=ends_on.day)
        )
        with clock.at(noon_utc), pytest.raises(PeriodNotOver):
            write(lambda session: operations.lock_period(session, treasurer, ends_on=ends_on))
        with clock.at(noon_utc + timedelta(days=1)):
            write(lambda session: operations.lock_period(session, treasurer, ends_on=ends_on))
            with pytest.raises(errors.PeriodLocked):
                write(lambda session: operations.record_entry(session, treasurer, _entry(session, on=ends_on)))
    assert _actions(app) == ["period.locked"]


@pytest.mark.tampers
def test_the_checks_notice_a_month_that_was_opened_again(app: Flask, treasurer: Actor) -> None:
    with app.app_context():
        period = periods.next_to_lock(db.session())
        assert period is not None
        ends_on = period.ends_on
        with clock.at(clock.now().replace(year=ends_on.year + 1)):
            write(lambda session: operations.lock_period(session, treasurer, ends_on=ends_on))
        assert checks.findings(db.session()) == []

        def unlock(session: Session) -> None:
            drop_rules(session.connection())
            session.execute(update(Period).values(locked_at=None))

        write(unlock)
        found = checks.findings(db.session())
        assert [str(finding) for finding in found] == [
            f"period-opened-again: the period to {ends_on} was locked and is open"
        ]


def _do_what_is_due() -> int:
    due = duties.due(db.session(), clock.now())
    for duty in due:
        _do(duty)
    return len(due)


def _do(duty: duties.Duty) -> None:
    write(lambda session: duty(session, WORKER))


def test_the_worker_seals_what_waits_and_then_rests(app: Flask, treasurer: Actor) -> None:
    with app.app_context():
        write(lambda session: operations.record_entry(session, treasurer, _entry(session)))
        while _do_what_is_due():
            continue
        assert sealing.head(db.session()).seq == 1
        assert sealing.unsealed_count(db.session()) == 0


def test_the_worker_opens_the_coming_year_a_month_ahead_and_once(app: Flask) -> None:
    with app.app_context():
        while _do_what_is_due():
            continue
        last = periods.fiscal_years(db.session())[0]
        eve = clock.now().replace(year=last.ends_on.year, month=last.ends_on.month, day=1) - timedelta(days=1)
        with clock.at(eve):
            assert _do_what_is_due() == 1
            assert _do_what_is_due() == 0
            write(lambda session: duties.open_coming_year(session, WORKER))
        newest = periods.fiscal_years(db.session())[0]
        assert newest.starts_on == last.ends_on + timedelta(days=1)


@pytest.mark.tampers
def test_the_books_keep_their_currency(founded: TestDatabase) -> None:
    writing = founded.engine.execution_options(coop_write=True)
    other = update(cooperative.Cooperative).values(currency="USD")
    with pytest.raises(DBAPIError, match="books: the currency of the books stays"), writing.begin() as connection:
        connection.execute(other)
    with writing.begin() as connection:
        drop_rules(connection)
        connection.execute(other)
    with Session(founded.engine) as session:
        assert "books-currency" in {finding.check for finding in checks.findings(session)}
