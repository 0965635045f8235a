"""A motion on the surplus: bound to one plan, after the solvency statement, and carried only as it was voted on."""

from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from coop import clock
from coop.assembly import bindings, operations, solvency, voting
from coop.assembly.bindings import MotionBinding, carried_by_members
from coop.assembly.checks import findings
from coop.assembly.meetings import agenda, calling, duties, errors, progress
from coop.assembly.models import Motion, MotionWords, Stage
from coop.assembly.operations import Words
from coop.assembly.solvency import Solvency, SolvencyGrounds, solvency_of
from coop.books.surplus.queries import shown_to_members
from coop.books.surplus.words import to_members
from coop.permissions import WORKER, PowerMissing
from coop.texts import TextTooShort
from ledger.chart import GENERAL_RESERVE, SURPLUS_AWAITING
from ledger.posting import Draft, Line, post
from ledger.surplus.errors import NoSuchPlan, PlanStale
from ledger.surplus.models import SurplusPlan
from tests.coop.assembly.test_meetings import refuses
from tests.meeting import GROUNDS, Gathering, evening, on

FOUNDED = date(2026, 5, 4)
#: The year ends on 31 March 2027.
PREPARED = date(2027, 4, 20)
SENT = date(2027, 5, 1)
HELD = date(2027, 5, 16)
DECIDED = HELD + timedelta(days=7)


@pytest.fixture
def coop(session: Session) -> Gathering:
    """A co-operative whose first year is closed: members brought 800.00 of 1,000.00."""
    made = Gathering(session, FOUNDED)
    with on(FOUNDED + timedelta(days=30)):
        today = FOUNDED + timedelta(days=30)
        made.book(50_000, name="board", on=today)
        made.book(30_000, name="treasurer", on=today)
        made.book(20_000, on=today)
        made.close_year()
    return made


@pytest.fixture
def plan_id(coop: Gathering) -> UUID:
    with on(PREPARED):
        return coop.plan()


def called(coop: Gathering, plan_id: UUID) -> tuple[UUID, UUID]:
    """Call a meeting with the plan on its agenda; return it and the motion."""
    meeting_id = coop.call(HELD)
    item_id = agenda.add_surplus(coop.session, coop.secretary, meeting_id=meeting_id, plan_id=plan_id)
    return meeting_id, coop.motion_of(item_id)


def voted(coop: Gathering, plan_id: UUID, choice: str = "for", *, counted: bool = True) -> UUID:
    """Let the members vote on a plan; return the motion."""
    with on(SENT):
        meeting_id, motion_id = called(coop, plan_id)
        coop.state_solvency(plan_id, "board", "board2")
        coop.notify(meeting_id)
    with on(HELD, hour=18):
        coop.open(meeting_id)
        coop.vote(motion_id, choice)
    if counted:
        with on(DECIDED, hour=18):
            coop.count(motion_id)
    return motion_id


def test_the_words_say_where_each_part_goes_and_name_the_fingerprint(coop: Gathering, plan_id: UUID) -> None:
    with on(SENT):
        _, motion_id = called(coop, plan_id)
    words = coop.session.get_one(MotionWords, motion_id)
    plan = coop.session.get_one(SurplusPlan, plan_id)
    assert words.title == "Distribution of the surplus of the year to 31 March 2027"
    # 1,000.00: 200.00 is not members' business and goes to the reserve; of 800.00, 20 %, 10 % and the rest.
    plain = words.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "NZD 1,000.00" in plain
    assert "NZD 360.00 to the general reserve" in plain
    assert "NZD 80.00 to the community fund" in plain
    assert "NZD 560.00 to members" in plain
    assert "NZD 280.00 of it is paid out in money, and NZD 280.00 is kept in their names" in plain
    assert f"`{plan.fingerprint}`" in words.text
    binding = coop.session.get_one(MotionBinding, motion_id)
    assert (binding.plan_id, binding.fingerprint) == (plan_id, plan.fingerprint)
    assert coop.sound()


def test_what_the_members_carried_is_the_plan_by_its_fingerprint(coop: Gathering, plan_id: UUID) -> None:
    motion_id = voted(coop, plan_id, counted=False)
    assert carried_by_members(coop.session, plan_id) is None
    with on(DECIDED, hour=18):
        coop.count(motion_id)
        carried = carried_by_members(coop.session, plan_id)
    assert carried is not None
    fingerprint = coop.session.get_one(SurplusPlan, plan_id).fingerprint
    assert (carried.motion_id, carried.decided_on, carried.fingerprint) == (motion_id, DECIDED, fingerprint)
    assert coop.sound()


def test_a_plan_that_was_lost_is_not_carried_and_can_be_put_again(coop: Gathering, plan_id: UUID) -> None:
    voted(coop, plan_id, "against")
    assert carried_by_members(coop.session, plan_id) is None
    with on(DECIDED + timedelta(days=1)):
        meeting_id = coop.call(HELD + timedelta(days=60))
        agenda.add_surplus(coop.session, coop.secretary, meeting_id=meeting_id, plan_id=plan_id)
    assert coop.sound()


def test_there_is_one_motion_on_the_surplus_of_a_year_at_a_time(coop: Gathering, plan_id: UUID) -> None:
    session, who = coop.session, coop.secretary
    with on(SENT):
        other = coop.plan(cash_bp=10_000)
        meeting_id, motion_id = called(coop, plan_id)
        for asked in (plan_id, other):
            add = partial(agenda.add_surplus, session, who, meeting_id=meeting_id, plan_id=asked)
            refuses(session, errors.SurplusPending, add)
        calling.cancel_meeting(session, who, meeting_id=meeting_id)
        assert session.get_one(Motion, motion_id).stage is Stage.WITHDRAWN
    voted(coop, other)
    with on(DECIDED + timedelta(days=1)):
        meeting_id = coop.call(HELD + timedelta(days=60))
        for asked in (plan_id, other):
            add = partial(agenda.add_surplus, session, who, meeting_id=meeting_id, plan_id=asked)
            refuses(session, errors.SurplusDecided, add)
    assert coop.sound()


def test_the_solvency_statement_comes_before_the_notice(coop: Gathering, plan_id: UUID) -> None:
    session = coop.session
    with on(SENT):
        meeting_id, motion_id = called(coop, plan_id)
        director = coop.actor("board").person_id
        assert [due.is_written for due in duties.statements_due(session, director)] == [False]
        refuses(session, errors.SolvencyMissing, partial(coop.notify, meeting_id))
        coop.state_solvency(plan_id, "board")
        assert duties.statements_due(session, director) == []
        assert [due.is_written for due in duties.statements_due(session, None)] == [True]
        refuses(session, errors.SolvencyMissing, partial(coop.notify, meeting_id))
        statement = solvency_of(session, plan_id)
        assert statement is not None
        assert not statement.complete
        solvency.sign(session, coop.actor("board2"), plan_id=plan_id, seen=statement.digest)
        coop.notify(meeting_id)
    with on(HELD, hour=18):
        coop.open(meeting_id)
        statement = solvency_of(session, plan_id)
        assert statement is not None
        assert statement.complete
        assert {one.person_name for one in statement.signed} == {"Ana Tūī", "Wiremu Kererū"}
        assert (statement.grounds, statement.cash_minor) == (GROUNDS, 28_000)
        refuses(
            session,
            solvency.StatementFixed,
            partial(solvency.state, session, coop.actor("board"), plan_id=plan_id, grounds="Something else entirely."),
        )
    assert session.get_one(Motion, motion_id).stage is Stage.OPENED
    assert coop.sound()


def test_a_statement_that_was_changed_after_the_notice_is_signed_before_the_vote(
    coop: Gathering, plan_id: UUID
) -> None:
    session = coop.session
    with on(SENT):
        meeting_id, _ = called(coop, plan_id)
        coop.state_solvency(plan_id, "board", "board2")
        coop.notify(meeting_id)
    with on(HELD, hour=18):
        coop.state_solvency(plan_id, "board")
        refuses(session, errors.SolvencyMissing, partial(coop.open, meeting_id))
        coop.state_solvency(plan_id, "board", "board2")
        coop.open(meeting_id)
    assert coop.sound()


def test_a_changed_statement_is_signed_again(coop: Gathering, plan_id: UUID) -> None:
    session, director = coop.session, coop.actor("board")
    with on(SENT):
        coop.state_solvency(plan_id, "board", "board2")
        before = solvency_of(session, plan_id)
        assert before is not None
        sign = partial(solvency.sign, session, director, plan_id=plan_id)
        refuses(session, solvency.AlreadySigned, partial(sign, seen=before.digest))
        solvency.state(session, director, plan_id=plan_id, grounds=GROUNDS + " And we hold a grant.")
        after = solvency_of(session, plan_id)
        assert after is not None
        assert (after.version, after.complete, list(after.signed)) == (2, False, [])
        refuses(session, solvency.StatementChanged, partial(sign, seen=before.digest))
        sign(seen=after.digest)
    assert coop.sound()


def test_only_directors_state_and_sign_and_the_grounds_say_something(coop: Gathering, plan_id: UUID) -> None:
    session = coop.session
    with on(SENT):
        state = partial(solvency.state, session, plan_id=plan_id)
        refuses(session, PowerMissing, partial(state, coop.actor("treasurer"), grounds=GROUNDS))
        refuses(session, TextTooShort, partial(state, coop.actor("board"), grounds="It is fine."))
        refuses(
            session,
            NoSuchPlan,
            partial(solvency.state, session, coop.actor("board"), plan_id=uuid4(), grounds=GROUNDS),
        )
        coop.state_solvency(plan_id)
        statement = solvency_of(session, plan_id)
        assert statement is not None
        refuses(
            session,
            PowerMissing,
            partial(solvency.sign, session, coop.secretary, plan_id=plan_id, seen=statement.digest),
        )


def test_the_words_of_a_bound_motion_are_edited_by_nobody(coop: Gathering, plan_id: UUID) -> None:
    session = coop.session
    with on(SENT):
        _, motion_id = called(coop, plan_id)
        words = Words("Distribution of the surplus", "To whoever asks first.")
        for name in ("secretary", "board"):
            edit = partial(operations.edit_motion, session, coop.actor(name), motion_id=motion_id, words=words)
            refuses(session, errors.WordsMade, edit)
            withdraw = partial(operations.withdraw_motion, session, coop.actor(name), motion_id=motion_id)
            refuses(session, errors.HeldByAgenda, withdraw)


@pytest.mark.tampers
def test_the_database_keeps_the_words_of_a_bound_motion(coop: Gathering, plan_id: UUID) -> None:
    with on(SENT):
        _, motion_id = called(coop, plan_id)
    with pytest.raises(DatabaseError, match="keeps its words"):
        coop.session.execute(update(MotionWords).where(MotionWords.motion_id == motion_id).values(text="Other words"))
    coop.session.rollback()


def make_stale(coop: Gathering) -> None:
    """Move some of the surplus elsewhere after the plan was prepared."""
    day = PREPARED + timedelta(days=1)
    with on(day):
        lines = [Line(SURPLUS_AWAITING, 100), Line(GENERAL_RESERVE, -100)]
        # Past the rooms: no operation moves a surplus but the distribution.
        post(coop.session, Draft(day, "Moved", "manual", "NZD", lines, "moved"), now=clock.now())


def test_a_stale_plan_is_not_put_on_an_agenda(coop: Gathering, plan_id: UUID) -> None:
    make_stale(coop)
    with on(SENT):
        meeting_id = coop.call(HELD)
        add = partial(agenda.add_surplus, coop.session, coop.secretary, meeting_id=meeting_id, plan_id=plan_id)
        refuses(coop.session, PlanStale, add)
        unknown = partial(agenda.add_surplus, coop.session, coop.secretary, meeting_id=meeting_id, plan_id=uuid4())
        refuses(coop.session, NoSuchPlan, unknown)


def test_a_plan_that_goes_stale_is_neither_announced_nor_opened(coop: Gathering, plan_id: UUID) -> None:
    session, who = coop.session, coop.secretary
    with on(PREPARED):
        meeting_id, motion_id = called(coop, plan_id)
        coop.state_solvency(plan_id, "board", "board2")
    make_stale(coop)
    with on(SENT):
        refuses(session, PlanStale, partial(coop.notify, meeting_id))
        item_id = progress.items_of(session, meeting_id)[0].id
        agenda.remove_item(session, who, meeting_id=meeting_id, item_id=item_id)
        assert session.get_one(Motion, motion_id).stage is Stage.WITHDRAWN


def test_a_plan_that_goes_stale_after_the_notice_is_dropped(coop: Gathering, plan_id: UUID) -> None:
    session, who = coop.session, coop.secretary
    with on(PREPARED):
        meeting_id, motion_id = called(coop, plan_id)
        coop.talk(meeting_id)
        coop.state_solvency(plan_id, "board", "board2")
        coop.notify(meeting_id)
    make_stale(coop)
    with on(HELD, hour=18):
        refuses(session, PlanStale, partial(coop.open, meeting_id))
        item_id = progress.items_of(session, meeting_id)[0].id
        agenda.drop_item(session, who, meeting_id=meeting_id, item_id=item_id)
        coop.open(meeting_id)
    assert session.get_one(Motion, motion_id).stage is Stage.WITHDRAWN
    assert bindings.pending_motion(session, coop.year.id) is None
    assert coop.sound()


def test_erased_words_prove_nothing(coop: Gathering, plan_id: UUID) -> None:
    motion_id = voted(coop, plan_id)
    coop.session.delete(coop.session.get_one(MotionWords, motion_id))
    coop.session.flush()
    assert carried_by_members(coop.session, plan_id) is None
    assert coop.sound()


@pytest.mark.tampers
def test_the_checks_find_a_vote_before_its_statement_and_changed_grounds(coop: Gathering, plan_id: UUID) -> None:
    session = coop.session
    with on(SENT):
        _, motion_id = called(coop, plan_id)
        coop.state_solvency(plan_id, "board")
        statement = session.scalars(select(Solvency)).one()
        session.get_one(SolvencyGrounds, statement.id).text = "We are rich."
        motion = session.get_one(Motion, motion_id)
        voting.put_to_vote(session, WORKER, motion, opens_at=evening(SENT), closes_at=evening(HELD), power=None)
        other = operations.table_motion(session, Words("Share it", "Somehow."))
        session.add(MotionBinding(motion_id=other, plan_id=plan_id, fingerprint="0" * 64))
        session.flush()
    assert {finding.check for finding in findings(session)} == {
        "binding-fingerprint",
        "binding-words",
        "solvency-grounds",
        "solvency-late",
    }


def test_members_see_their_line_from_the_notice_on_and_not_before(coop: Gathering, plan_id: UUID) -> None:
    """The notice tells them what they will vote on; until then it may still be taken off the agenda."""
    shown = partial(shown_to_members, coop.session)
    assert shown() == []
    with on(SENT):
        meeting_id, motion_id = called(coop, plan_id)
        coop.state_solvency(plan_id, "board", "board2")
        assert shown() == []
        coop.notify(meeting_id)
        assert [(plan.id, standing.motion_id) for plan, standing in shown()] == [(plan_id, motion_id)]
        assert "of which they have notice" in to_members(shown()[0][1])
        calling.cancel_meeting(coop.session, coop.secretary, meeting_id=meeting_id, reason="A storm")
        assert shown() == []
