"""Reopening a year: the decision that is recorded with it, who does it, what is refused, and what it leaves as it was."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.approvals.models import TwoPersonAct
from coop.assembly.resolutions import Body, Resolution, ResolutionText
from coop.audit import AuditEvent
from coop.books import checks as book_checks
from coop.books import errors, kept, operations
from coop.books.exports import operations as export_operations
from coop.books.surplus import acts as surplus_acts
from coop.books.surplus import queries as surplus_queries
from coop.books.surplus.acts import SURPLUS_POST
from coop.books.surplus.queries import Stands
from coop.books.years import closing, reopening
from coop.books.years.reopening import prepare_reopening
from coop.database import db
from coop.permissions import WORKER, NotFound, PowerMissing
from coop.texts import TextTooShort
from evidence.messages import Refusal
from ledger import checks
from ledger.chart import BANK, COACHES, GENERAL_RESERVE
from ledger.export import FORMATS
from ledger.models import Entry, FiscalYear, YearClosing, YearReopening
from ledger.posting import Line
from ledger.surplus.errors import DecidedBeforeClosing, PlanStale
from ledger.surplus.plan import plan_of
from ledger.years import reopening_errors as refusals
from ledger.years.closed_years import closings_of, reopening_of
from tests import joining, sharing_out
from tests.coop.reports.year import Office, act, office_of
from tests.reopening import REASON, asked, close_again, correct, keep, reopen
from tests.sharing_out import DECIDED, POSTED, VOTED


@pytest.fixture
def desk(app: Flask) -> Iterator[Office]:
    """A closed year whose files are kept."""
    with office_of(app) as made:
        keep(app, made.year_id)
        yield made


def _rows(session: Session) -> list[int]:
    tables = (Entry, YearClosing, YearReopening, Resolution, TwoPersonAct, AuditEvent)
    return [session.scalar(select(func.count()).select_from(mapped)) or 0 for mapped in tables]


def _refused(app: Flask, refusal: type[Refusal], work: Callable[[Session], Any]) -> str:
    before = act(app, _rows)
    with pytest.raises(refusal) as refused:
        act(app, work)
    assert act(app, _rows) == before
    return str(refused.value)


def test_the_resolution_and_the_reopening_are_one_write(app: Flask, desk: Office) -> None:
    outcome = act(app, reopen(desk.year_id))
    assert (outcome.subject, outcome.page.endpoint if outcome.page else "") == (desk.year_id, "books.year_closing")

    def look(session: Session) -> None:
        row = reopening_of(session, desk.year_id)
        assert row is not None
        resolution = session.get_one(Resolution, row.decision_ref)
        assert (resolution.body, resolution.decided_on) == (Body.BOARD, cooperative.today(session))
        assert resolution.words is not None
        assert resolution.words.text.startswith(f"{REASON}\n\nThe closing of the year from ")
        assert row.fingerprint in resolution.words.text
        audited = session.scalars(select(AuditEvent).where(AuditEvent.action == "fiscal_year.reopened")).one()
        assert (audited.power, audited.facts["resolution"]) == ("board", str(resolution.id))
        assert closing.year_to_close(session, cooperative.today(session)) is not None
        assert list(book_checks.findings(session)) == []

    act(app, look)


def test_a_decision_that_is_refused_never_stands_in_the_register(app: Flask, desk: Office) -> None:
    def prepare(session: Session) -> UUID:
        treasurer = joining.founder(session, "treasurer")
        return prepare_reopening(session, treasurer, year_id=desk.year_id, asked=asked(session, desk.year_id))

    act_id = act(app, prepare)
    before = act(app, lambda session: session.scalar(select(func.count()).select_from(Resolution)))
    who = act(app, lambda session: joining.founder(session, "board"))
    act(app, lambda session: approvals.withdraw(session, who, act_id=act_id, reason="The board never said so."))
    assert act(app, lambda session: session.scalar(select(func.count()).select_from(Resolution))) == before
    assert act(app, lambda session: reopening_of(session, desk.year_id)) is None


def test_it_takes_the_treasurer_and_the_board(app: Flask, desk: Office) -> None:
    def prepare(name: str) -> Callable[[Session], UUID]:
        return lambda session: prepare_reopening(
            session, joining.founder(session, name), year_id=desk.year_id, asked=asked(session, desk.year_id)
        )

    for name in ("board", "secretary", "auditor", "founder"):
        _refused(app, PowerMissing, prepare(name))
    act_id = act(app, prepare("treasurer"))
    seen = act(app, lambda session: session.get_one(TwoPersonAct, act_id).digest)

    def approve(name: str) -> Callable[[Session], object]:
        return lambda session: approvals.approve(session, joining.founder(session, name), act_id=act_id, seen=seen)

    for name in ("treasurer", "secretary", "auditor"):
        _refused(app, PowerMissing, approve(name))
    act(app, approve("board2"))


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"decided": 1}, errors.DecisionToCome),
        ({"decided": -2}, refusals.DecidedBeforeClosing),
        ({"reason": "Oh."}, TextTooShort),
        ({"opens": 1}, refusals.NoMonthOfTheYear),
    ],
)
def test_what_was_not_decided_well_is_refused(
    app: Flask, desk: Office, other: dict[str, Any], refusal: type[Refusal]
) -> None:
    def work(session: Session) -> object:
        today, decision = cooperative.today(session), dict(other)
        if "decided" in decision:
            decision["decided_on"] = today + timedelta(days=decision.pop("decided"))
        if "opens" in decision:
            decision["opens_on"] = today.replace(day=decision.pop("opens"))
        return reopen(desk.year_id, **decision)(session)

    _refused(app, refusal, work)


def test_a_year_whose_files_are_not_all_kept_stays_closed(app: Flask) -> None:
    with office_of(app) as desk:
        message = _refused(app, errors.ExportsNotKept, reopen(desk.year_id))
        assert "have to outlast the reopening" in message
        keep(app, desk.year_id)
        act(app, reopen(desk.year_id))


def test_a_year_is_not_reopened_under_an_act_of_another_closing(app: Flask, desk: Office) -> None:
    def prepare(session: Session) -> tuple[UUID, str]:
        treasurer = joining.founder(session, "treasurer")
        decision = asked(session, desk.year_id)
        act_id = prepare_reopening(session, treasurer, year_id=desk.year_id, asked=decision)
        return act_id, session.get_one(TwoPersonAct, act_id).digest

    act_id, seen = act(app, prepare)
    with desk.story.at(25):
        act(app, reopen(desk.year_id, reason="The board decided in other words."))
        act(app, close_again(desk.year_id))
        keep(app, desk.year_id)
        board = act(app, lambda session: joining.founder(session, "board2"))
        _refused(app, Refusal, lambda session: approvals.approve(session, board, act_id=act_id, seen=seen))


def test_the_files_of_each_closing_stay_what_they_were(app: Flask, desk: Office) -> None:
    def files() -> dict[tuple[int, str], bytes]:
        with app.test_request_context():
            found = {}
            for number, one in product((1, 2), FORMATS):
                with suppress(NotFound):
                    pieces = export_operations.earlier_file(WORKER, desk.year_id, number, one).pieces
                    found[number, str(one)] = b"".join(pieces)
            db.session.remove()
        return found

    before = files()
    assert set(before) == {(1, one) for one in FORMATS}
    with desk.story.at(25):
        act(app, reopen(desk.year_id))
        with app.test_request_context(), pytest.raises(export_operations.YearMoved):
            export_operations.keep(WORKER, desk.year_id, "csv")
        act(app, correct(desk.story.ends_on))
        act(app, close_again(desk.year_id))
        keep(app, desk.year_id)
    after = files()
    assert set(after) == {(number, one) for number in (1, 2) for one in FORMATS}
    assert {key: after[key] for key in before} == before
    assert all(after[2, one] != after[1, one] for one in FORMATS)


def test_opening_balances_can_be_put_right_while_the_first_year_is_open_again(app: Flask, desk: Office) -> None:
    lines = (Line(BANK, 500), Line(GENERAL_RESERVE, -500))
    _refused(app, errors.ReserveKept, lambda session: kept.check_lines(session, lines))
    act(app, reopen(desk.year_id))
    year = act(app, lambda session: session.get_one(FiscalYear, desk.year_id))
    act(app, lambda session: kept.check_lines(session, lines, year.ends_on))
    # Neither in a later year, nor out of the result: that would take from what the members decide about.
    _refused(
        app, errors.ReserveKept, lambda session: kept.check_lines(session, lines, year.ends_on + timedelta(days=1))
    )
    taken = (Line(COACHES, 500), Line(GENERAL_RESERVE, -500))
    _refused(app, errors.ReserveKept, lambda session: kept.check_lines(session, taken, year.ends_on))


def test_plans_of_before_are_set_aside_though_the_result_is_the_same(app: Flask, desk: Office) -> None:
    plan_id = act(app, lambda session: sharing_out.plan(session, desk.story))
    with desk.story.at(25):
        act(app, reopen(desk.year_id))
        assert _stands(app, plan_id) is Stands.SET_ASIDE
        act(app, close_again(desk.year_id))
        assert _stands(app, plan_id) is Stands.SET_ASIDE
        assert [plan for _, plan in act(app, surplus_acts.next_steps)] == [None]
        again = act(app, lambda session: sharing_out.plan(session, desk.story))
        assert _stands(app, again) is Stands.PREPARED
        motion = lambda session: sharing_out.put_to_members(session, plan_id)  # noqa: E731
        with desk.story.at(VOTED):
            act(app, motion)
        assert _stands(app, plan_id) is Stands.SET_ASIDE


def _stands(app: Flask, plan_id: UUID) -> Stands:
    return act(app, lambda session: surplus_queries.standing_of(session, plan_of(session, plan_id)).stands)


def test_a_plan_that_the_members_carried_before_is_not_posted_after(app: Flask, desk: Office) -> None:
    plan_id = act(app, lambda session: sharing_out.plan(session, desk.story))
    with desk.story.at(VOTED):
        motion_id = act(app, lambda session: sharing_out.put_to_members(session, plan_id))
        act(app, lambda session: sharing_out.vote(session, motion_id))
    with desk.story.at(DECIDED):
        act(app, lambda session: sharing_out.count(session, motion_id))
        act_id, seen = act(app, _prepare_posting(plan_id))
        act(app, reopen(desk.year_id))
        board = act(app, lambda session: joining.founder(session, "board"))
        _refused(app, Refusal, lambda session: approvals.approve(session, board, act_id=act_id, seen=seen))
    with desk.story.at(POSTED):
        assert "acts" not in [item.code for item in act(app, lambda s: closing.open_items(s, desk.year_id))]
        act(app, close_again(desk.year_id))
        with pytest.raises((PlanStale, DecidedBeforeClosing)):
            act(app, lambda session: approvals.approve(session, board, act_id=act_id, seen=seen))


def _prepare_posting(plan_id: UUID) -> Callable[[Session], tuple[UUID, str]]:
    def work(session: Session) -> tuple[UUID, str]:
        treasurer = joining.founder(session, "treasurer")
        arguments = surplus_acts.posting_of(session, plan_id)
        act_id = approvals.prepare(session, treasurer, kind=SURPLUS_POST, arguments=arguments)
        return act_id, session.get_one(TwoPersonAct, act_id).digest

    return work


def test_a_year_whose_surplus_is_distributed_stays_closed(app: Flask, desk: Office) -> None:
    plan_id = act(app, lambda session: sharing_out.plan(session, desk.story))
    with desk.story.at(VOTED):
        motion_id = act(app, lambda session: sharing_out.put_to_members(session, plan_id))
        act(app, lambda session: sharing_out.vote(session, motion_id))
    with desk.story.at(DECIDED):
        act(app, lambda session: sharing_out.count(session, motion_id))
    with desk.story.at(POSTED):
        act(app, lambda session: sharing_out.distribute(session, plan_id))
        message = _refused(app, refusals.SurplusIsDistributed, reopen(desk.year_id))
        assert "Book the correction in the open year" in message


def test_a_year_is_reopened_or_its_surplus_posted_never_both(app: Flask, desk: Office) -> None:
    plan_id = act(app, lambda session: sharing_out.plan(session, desk.story))
    with desk.story.at(VOTED):
        motion_id = act(app, lambda session: sharing_out.put_to_members(session, plan_id))
        act(app, lambda session: sharing_out.vote(session, motion_id))
    with desk.story.at(DECIDED):
        act(app, lambda session: sharing_out.count(session, motion_id))
    with app.app_context():
        engine = db.engine

    def post(session: Session) -> object:
        with app.test_request_context(), desk.story.at(POSTED):
            return sharing_out.distribute(session, plan_id)

    def open_again(session: Session) -> object:
        with app.test_request_context(), desk.story.at(POSTED):
            return reopen(desk.year_id)(session)

    answers = joining.at_once(engine, post, open_again)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    with Session(engine) as session:
        assert checks.findings(session) == []
        distributed = surplus_queries.standing_of(session, plan_of(session, plan_id)).stands is Stands.POSTED
        assert distributed is (reopening_of(session, desk.year_id) is None)


@pytest.mark.tampers
def test_the_checks_see_a_reopening_that_the_board_did_not_decide(app: Flask, desk: Office) -> None:
    act(app, reopen(desk.year_id))
    act(app, lambda session: session.execute(text("UPDATE resolution_text SET text = 'Something else'")))
    found = act(app, lambda session: [one.check for one in book_checks.findings(session)])
    assert found == ["reopening-not-decided"]


def test_words_that_were_erased_leave_the_decision(app: Flask, desk: Office) -> None:
    act(app, reopen(desk.year_id))

    def erase(session: Session) -> None:
        row = reopening_of(session, desk.year_id)
        assert row is not None
        session.delete(session.get_one(ResolutionText, row.decision_ref))

    act(app, erase)
    assert act(app, lambda session: list(book_checks.findings(session))) == []


def test_months_that_were_locked_by_hand_open_with_the_decision_and_lock_again(app: Flask, desk: Office) -> None:
    ends_on = desk.story.ends_on
    with desk.story.at(25):
        act(app, reopen(desk.year_id))
        treasurer = act(app, lambda session: joining.founder(session, "treasurer"))
        with pytest.raises(errors.LockedByClosing):
            act(app, lambda session: operations.lock_period(session, treasurer, ends_on=ends_on))
        act(app, close_again(desk.year_id))
        assert len(act(app, lambda session: closings_of(session, desk.year_id))) == 2
        assert act(app, lambda session: list(book_checks.findings(session))) == []


def test_the_words_for_the_board_are_those_that_are_recorded(app: Flask, desk: Office) -> None:
    def words(session: Session) -> tuple[str, str]:
        found = reopening.reopenable(session, desk.year_id)
        return reopening.words_of_decision(found, asked(session, desk.year_id).opens_on, REASON)

    with app.test_request_context():
        said = words(db.session())
        db.session.remove()
    act(app, reopen(desk.year_id))
    recorded = act(
        app, lambda session: session.scalars(select(ResolutionText).order_by(ResolutionText.resolution_id)).all()
    )
    assert said in [(one.title, one.text) for one in recorded]
