"""The surplus in the books room: who may plan and post it, and that only what the members carried is posted."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock
from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyPrepared
from coop.approvals.kinds import TwoPeople
from coop.approvals.models import TwoPersonAct
from coop.audit import AuditEvent
from coop.books import checks
from coop.books.surplus import errors, operations
from coop.books.surplus import queries as surplus_queries
from coop.books.surplus.acts import SURPLUS_POST, posting_of
from coop.books.surplus.queries import Order, Stands
from coop.membership.patrons import patrons
from coop.permissions import PowerMissing
from evidence.identifiers import new_id
from evidence.messages import Refusal
from ledger.chart import BANK, PATRONAGE_PAYABLE, SURPLUS_AWAITING
from ledger.models import Entry
from ledger.posting import Line
from ledger.surplus import posting
from ledger.surplus.errors import AlreadyDistributed, OtherFingerprint, PlanStale, YearNotClosed
from ledger.surplus.models import Distribution, SurplusPlan
from ledger.surplus.plan import plan_of
from ledger.totals import party_balance_of
from tests import joining, sharing_out
from tests.sharing_out import CLOSED, DECIDED, POSTED, VOTED, Story


@pytest.fixture
def story(session: Session) -> Iterator[Story]:
    """A closed year; the clock stands some days after the closing."""
    joining.found(session)
    made = sharing_out.live(session)
    with made.at(CLOSED):
        sharing_out.close(session, made)
    with made.at(POSTED):
        yield made


def _plan(session: Session, story: Story) -> UUID:
    with story.at(CLOSED):
        return sharing_out.plan(session, story)


def _rows(session: Session) -> list[int]:
    tables = (Entry, SurplusPlan, Distribution, AuditEvent)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def _refused(session: Session, refusal: type[Refusal], work: Any) -> str:
    before = _rows(session)
    with pytest.raises(refusal) as refused:
        work()
    assert _rows(session) == before
    return str(refused.value)


def _stands(session: Session, plan_id: UUID) -> Stands:
    return surplus_queries.standing_of(session, plan_of(session, plan_id)).stands


def test_only_the_treasurer_plans(session: Session, story: Story) -> None:
    for name in ("board", "secretary", "founder"):
        who = joining.founder(session, name)
        _refused(
            session,
            PowerMissing,
            lambda who=who: operations.prepare_plan(session, who, year_id=story.year_id, rates=sharing_out.RATES),
        )


def test_a_plan_leaves_numbers_in_the_trail_and_no_name(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    session.flush()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "surplus.planned")).one()
    assert (event.subject_id, event.power) == (plan_id, "treasurer")
    assert event.facts["fingerprint"] == plan_of(session, plan_id).fingerprint
    assert set(event.facts) == {"year", "reserve_bp", "fund_bp", "cash_bp", "lines", "fingerprint"}


def test_business_counts_from_the_day_of_membership_and_clients_have_no_line(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    rows = surplus_queries.line_rows(session, plan_id, order=Order.BUSINESS).rows
    assert [(row.name, row.patronage_minor, row.allocation_minor) for row in rows] == [
        ("Ana Tūī", 70_000, 36_750),
        ("Hana Mōrepōrepo", 30_000, 15_750),
    ]
    assert plan_of(session, plan_id).totals.other_income_minor == 100_000


def test_lines_are_found_by_name_and_number_and_sorted(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)

    def names(words: str = "", order: Order = Order.NAME) -> list[str | None]:
        return [row.name for row in surplus_queries.line_rows(session, plan_id, words=words, order=order).rows]

    assert names() == ["Ana Tūī", "Hana Mōrepōrepo"]
    assert names("moreporepo") == ["Hana Mōrepōrepo"]
    assert names("1") == ["Ana Tūī"]
    assert names("kiwi") == []
    assert len(list(surplus_queries.all_line_rows(session, plan_id))) == 2


def test_a_plan_stands_where_the_members_brought_it(session: Session, story: Story) -> None:
    plan_id, other = _plan(session, story), _plan(session, story)
    assert _stands(session, plan_id) is Stands.PREPARED
    with story.at(VOTED):
        motion_id = sharing_out.put_to_members(session, plan_id)
        assert _stands(session, plan_id) is Stands.VOTED_ON
        sharing_out.vote(session, motion_id)
    with story.at(DECIDED):
        sharing_out.count(session, motion_id)
    assert _stands(session, plan_id) is Stands.CARRIED
    sharing_out.distribute(session, plan_id)
    assert _stands(session, plan_id) is Stands.POSTED
    assert _stands(session, other) is Stands.OVERTAKEN
    shown = surplus_queries.shown_to_members(session)
    assert [plan.id for plan, _ in shown] == [plan_id]


def test_the_plan_that_the_members_carried_is_posted(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    sharing_out.decide(session, story, plan_id)
    entries = sharing_out.distribute(session, plan_id)
    assert len(entries) == 1
    assert party_balance_of(session, PATRONAGE_PAYABLE, story.party["board"]) == -18_375
    entry = session.get_one(Entry, entries[0])
    assert (entry.booked_on - story.ends_on).days == VOTED + 5
    session.flush()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "surplus.posted")).one()
    assert (event.subject_id, event.power, event.facts["entries"]) == (plan_id, "board", 1)
    assert checks.findings(session) == []


def test_a_plan_that_was_not_carried_is_not_posted(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    _refused(session, errors.NotCarried, lambda: sharing_out.distribute(session, plan_id))
    sharing_out.decide(session, story, plan_id, "against")
    assert _stands(session, plan_id) is Stands.NOT_CARRIED
    message = _refused(session, errors.NotCarried, lambda: sharing_out.distribute(session, plan_id))
    assert message == "The members have not carried this plan, so it is not posted."


def _post(session: Session, plan_id: UUID, **other: Any) -> None:
    carried = operations.what_was_carried(session, plan_id)
    board, treasurer = joining.founder(session, "board"), joining.founder(session, "treasurer")
    assert board.person_id is not None
    assert treasurer.person_id is not None
    asked: dict[str, Any] = {"fingerprint": carried.fingerprint, "resolution_id": carried.resolution_id} | other
    two = TwoPeople(new_id(), treasurer.person_id, board.person_id)
    operations.post_surplus(session, board, plan_id=plan_id, two=two, **asked)


def test_another_fingerprint_or_resolution_is_refused(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    sharing_out.decide(session, story, plan_id)
    _refused(session, OtherFingerprint, lambda: _post(session, plan_id, fingerprint="0" * 64))
    _refused(session, errors.OtherResolution, lambda: _post(session, plan_id, resolution_id=new_id()))


def test_a_carried_plan_that_went_stale_is_refused(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    sharing_out.decide(session, story, plan_id)
    assert surplus_queries.why_stale(session, plan_of(session, plan_id)) is None
    sharing_out.book(session, Line(SURPLUS_AWAITING, 100), Line(BANK, -100))
    assert surplus_queries.why_stale(session, plan_of(session, plan_id)) is not None
    assert "no longer fits the books" in _refused(session, PlanStale, lambda: sharing_out.distribute(session, plan_id))


def test_a_surplus_is_posted_once(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    sharing_out.decide(session, story, plan_id)
    sharing_out.distribute(session, plan_id)
    _refused(session, AlreadyDistributed, lambda: sharing_out.distribute(session, plan_id))


def test_a_year_that_is_open_has_no_plan(session: Session) -> None:
    joining.found(session)
    story = sharing_out.live(session)
    message = _refused(session, YearNotClosed, lambda: sharing_out.plan(session, story))
    assert "Close the year first" in message


def test_posting_takes_two_people(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    treasurer, board = joining.founder(session, "treasurer"), joining.founder(session, "board")
    with pytest.raises(errors.NotCarried):
        posting_of(session, plan_id)
    sharing_out.decide(session, story, plan_id)
    act_id = approvals.prepare(session, treasurer, kind=SURPLUS_POST, arguments=posting_of(session, plan_id))
    with pytest.raises(AlreadyPrepared):
        approvals.prepare(session, treasurer, kind=SURPLUS_POST, arguments=posting_of(session, plan_id))
    assert session.scalar(select(func.count()).select_from(Distribution)) == 0
    outcome = approvals.approve(session, board, act_id=act_id, seen=session.get_one(TwoPersonAct, act_id).digest)
    assert (outcome.subject, outcome.page and outcome.page.endpoint) == (plan_id, "books.surplus_plan")
    assert _stands(session, plan_id) is Stands.POSTED


@pytest.mark.tampers
def test_the_check_sees_a_distribution_that_the_members_did_not_carry(session: Session, story: Story) -> None:
    plan_id = _plan(session, story)
    plan = plan_of(session, plan_id)
    posting.post_plan(
        session,
        plan_id=plan_id,
        fingerprint=plan.fingerprint,
        patrons=patrons(session),
        decided_on=clock.now().date(),
        decision_ref=new_id(),
        now=clock.now(),
    )
    assert [str(finding) for finding in checks.findings(session)] == [
        f"surplus-not-carried: plan {plan_id} was posted without a resolution of the members that carried it"
    ]
