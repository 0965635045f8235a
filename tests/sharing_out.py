"""How tests bring a surplus from the books to the members' decision: by the same operations as the pages.

The founding year earned from two members, one client and a giver. Every step takes place at its own time after the end of that year;
whoever calls one sets the clock with `at`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.approvals.kinds import TwoPeople
from coop.assembly import bindings, operations, solvency, voting
from coop.assembly.models import MotionWords
from coop.assembly.operations import Words
from coop.books.operations import open_year
from coop.books.surplus import operations as surplus_operations
from coop.membership.models import Participant
from coop.payments.payouts.disbursements import ToPay, record_payment
from evidence.identifiers import new_id
from ledger.chart import BANK, COACHES, COACHING_INCOME, FELLOWSHIP_INCOME, GRANT_INCOME, PATRONAGE_PAYABLE
from ledger.models import FiscalYear
from ledger.posting import Draft, Line, post
from ledger.surplus.plan import Rates, plan_of
from ledger.years import periods
from ledger.years.closing import close_year
from tests import joining

RATES = Rates(reserve_bp=2000, fund_bp=1000, cash_bp=5000)
#: Days after the end of the year.
CLOSED, VOTED, DECIDED, POSTED = 20, 40, 50, 60
_MEMBERS = ("board", "board2", "treasurer", "secretary")


@dataclass(frozen=True)
class Story:
    """The year that is closed, and who paid what in it."""

    year_id: UUID
    ends_on: date
    party: dict[str, UUID]

    @contextmanager
    def at(self, days: int) -> Iterator[None]:
        """Set the clock to noon, so many days after the year."""
        noon = clock.now().replace(hour=0, minute=30)
        later = noon + timedelta(days=(self.ends_on - noon.date()).days + days)
        with clock.at(later):
            yield


def live(session: Session) -> Story:
    """Live through the founding year: issue shares, sell, spend, open the next year; 1,500.00 are left. Nothing is closed yet.

    The board's member brought 700.00, the treasurer's 300.00, the founder, who is no member, 600.00; 400.00 were granted.
    """
    for name in _MEMBERS:
        participant_id = _participant(session, name)
        joining.pay(session, participant_id)
        joining.issue(session, participant_id)
    year: FiscalYear = periods.fiscal_years(session)[0]
    story = Story(year.id, year.ends_on, {name: _party(session, name) for name in (*_MEMBERS, "founder")})
    sell(session, story, "board", 70_000, FELLOWSHIP_INCOME)
    sell(session, story, "treasurer", 30_000)
    sell(session, story, "founder", 60_000)
    book(session, Line(BANK, 40_000), Line(GRANT_INCOME, -40_000))
    book(session, Line(COACHES, 50_000), Line(BANK, -50_000))
    open_year(session, joining.founder(session, "treasurer"))
    return story


def sell(session: Session, story: Story, name: str, amount_minor: int, code: str = COACHING_INCOME) -> UUID:
    """Sell a service today."""
    return book(session, Line(BANK, amount_minor), Line(code, -amount_minor, story.party[name]))


def book(session: Session, *lines: Line) -> UUID:
    """Book something today."""
    draft = Draft(cooperative.today(session), "Something sold", "sale", "NZD", lines, f"story:{new_id()}")
    return post(session, draft, now=clock.now())


def close(session: Session, story: Story) -> None:
    """Close the year."""
    close_year(session, year_id=story.year_id, today=cooperative.today(session), now=clock.now())


def plan(session: Session, story: Story, rates: Rates = RATES) -> UUID:
    """Prepare a plan, as the treasurer."""
    treasurer = joining.founder(session, "treasurer")
    return surplus_operations.prepare_plan(session, treasurer, year_id=story.year_id, rates=rates)


def put_to_members(session: Session, plan_id: UUID) -> UUID:
    """Have two directors sign the solvency statement, open the vote on a plan for five days, and return the motion."""
    plan_ = plan_of(session, plan_id)
    solvency.state(
        session, joining.founder(session, "board"), plan_id=plan_id, grounds="The bank holds ten times as much."
    )
    statement = solvency.solvency_of(session, plan_id)
    assert statement is not None
    for name in ("board", "board2"):
        solvency.sign(session, joining.founder(session, name), plan_id=plan_id, seen=statement.digest)
    motion_id = operations.table_motion(session, Words("The surplus", f"By the plan `{plan_.fingerprint}`"))
    bindings.bind(session, motion_id, plan_)
    seen = voting.words_digest(session.get_one(MotionWords, motion_id))
    secretary = joining.founder(session, "secretary")
    closes_at = clock.now() + timedelta(days=5)
    voting.open_motion(session, secretary, motion_id=motion_id, closes_at=closes_at, seen=seen)
    return motion_id


def vote(session: Session, motion_id: UUID, choice: str = "for") -> None:
    """Have three members vote on a motion."""
    for name in _MEMBERS[:3]:
        voting.cast_vote(
            session,
            joining.founder(session, name),
            motion_id=motion_id,
            participant_id=_participant(session, name),
            choice=choice,
        )


def count(session: Session, motion_id: UUID) -> None:
    """Count a motion whose time is over."""
    voting.close_motion(session, joining.founder(session, "secretary"), motion_id)


def decide(session: Session, story: Story, plan_id: UUID, choice: str = "for") -> UUID:
    """Bring a plan before the members and have them decide; the clock moves by itself. Return the motion."""
    with story.at(VOTED):
        motion_id = put_to_members(session, plan_id)
        vote(session, motion_id, choice)
    with story.at(DECIDED):
        count(session, motion_id)
    return motion_id


def distribute(session: Session, plan_id: UUID) -> tuple[UUID, ...]:
    """Post a plan that the members carried, as two people do."""
    carried = surplus_operations.what_was_carried(session, plan_id)
    board, treasurer = joining.founder(session, "board"), joining.founder(session, "treasurer")
    assert board.person_id is not None
    assert treasurer.person_id is not None
    return surplus_operations.post_surplus(
        session,
        board,
        plan_id=plan_id,
        fingerprint=carried.fingerprint,
        resolution_id=carried.resolution_id,
        two=TwoPeople(new_id(), treasurer.person_id, board.person_id),
    )


def pay(session: Session, name: str, amount_minor: int) -> UUID:
    """Record that the bank has paid a member a part of what they are owed of the surplus, and return the payment."""
    return record_payment(
        session,
        joining.founder(session, "treasurer"),
        account_code=PATRONAGE_PAYABLE,
        lines=[ToPay(_participant(session, name), amount_minor)],
        paid_on=cooperative.today(session),
        form_token=new_id(),
    )


def _participant(session: Session, name: str) -> UUID:
    person_id = joining.founder(session, name).person_id
    assert person_id is not None
    return joining.participant_of(session, person_id)


def _party(session: Session, name: str) -> UUID:
    return session.scalars(select(Participant.party_ref).where(Participant.id == _participant(session, name))).one()
