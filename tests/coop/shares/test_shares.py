"""Subscribing and issuing, as operations: the limit, the register, and its agreement with the ledger."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coop import cooperative
from coop.membership import checks as membership_checks
from coop.membership.models import Member
from coop.payments import checks as payment_checks
from coop.permissions import NotFound, PowerMissing
from coop.shares import checks, errors, operations, queries
from coop.shares.models import ShareEvent, Subscription
from evidence.rules import drop_rules
from ledger import chart
from ledger.models import Account, Posting
from tests import joining


def balance(session: Session, code: str) -> int:
    return -int(
        session.scalar(
            select(func.coalesce(func.sum(Posting.amount_minor), 0)).join(Account).where(Account.code == code)
        )
        or 0
    )


def subscription_of(session: Session, who: joining.Joined) -> Subscription:
    request = joining.request_of(session, who.participant_id)
    return session.scalars(select(Subscription).where(Subscription.request_id == request.id)).one()


def test_money_is_a_liability_until_the_share_is_issued_and_capital_after(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    joining.admitted(session, who, shares=2)
    joining.pay(session, who.participant_id)
    assert (balance(session, chart.SHARE_APPLICATIONS), balance(session, chart.SHARE_CAPITAL)) == (10_000, 0)
    joining.issue(session, who.participant_id)
    assert (balance(session, chart.SHARE_APPLICATIONS), balance(session, chart.SHARE_CAPITAL)) == (0, 10_000)
    member = session.scalars(select(Member)).one()
    today = cooperative.today(session)
    assert (member.number, member.joined_on) == (1, today)
    assert queries.holding(session, member.id, today) == 2
    assert queries.holding(session, member.id, today - timedelta(days=1)) == 0
    findings = [*checks.findings(session), *payment_checks.findings(session), *membership_checks.findings(session)]
    assert findings == []


def test_shares_are_issued_only_when_fully_paid_and_once(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    joining.admitted(session, who)
    with pytest.raises(errors.NotFullyPaid):
        joining.issue(session, who.participant_id)
    joining.pay(session, who.participant_id, 4999)
    with pytest.raises(errors.NotFullyPaid) as refused:
        joining.issue(session, who.participant_id)
    assert refused.value.outstanding_minor == 1
    assert queries.to_issue(session) == []
    joining.pay(session, who.participant_id, 1)
    assert [row.participant_id for row in queries.to_issue(session)] == [who.participant_id]
    joining.issue(session, who.participant_id)
    with pytest.raises(errors.AlreadyIssued):
        joining.issue(session, who.participant_id)


def test_only_secretary_and_board_issue(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    joining.admitted(session, who)
    joining.pay(session, who.participant_id)
    wanted = [subscription_of(session, who).id]
    for name in ("treasurer", "auditor", "founder"):
        with pytest.raises(PowerMissing):
            operations.issue(session, joining.founder(session, name), subscription_ids=wanted)
    board = joining.founder(session, "board")
    with pytest.raises(NotFound):
        operations.issue(session, board, subscription_ids=[*wanted, uuid4()])
    with pytest.raises(errors.NothingToIssue):
        operations.issue(session, board, subscription_ids=[])
    assert len(operations.issue(session, board, subscription_ids=wanted * 2)) == 1


def test_the_limit_counts_what_is_held_and_what_is_asked_for(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    joining.enrolled(session, who, shares=40)
    actor = joining.actor_of(session, who.person_id)
    operations.buy(session, actor, participant_id=who.participant_id, quantity=50)
    with pytest.raises(errors.ShareLimit) as refused:
        operations.buy(session, actor, participant_id=who.participant_id, quantity=11)
    assert (refused.value.most, refused.value.taken, refused.value.left) == (100, 90, 10)
    for quantity in (0, -1):
        with pytest.raises(errors.TooFewShares):
            operations.buy(session, actor, participant_id=who.participant_id, quantity=quantity)
    operations.buy(session, actor, participant_id=who.participant_id, quantity=10)
    with pytest.raises(errors.ShareLimit):
        operations.buy(session, actor, participant_id=who.participant_id, quantity=1)


def test_more_shares_are_added_to_the_holding_and_change_no_number(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    member = joining.enrolled(session, who)
    actor = joining.actor_of(session, who.person_id)
    operations.buy(session, actor, participant_id=who.participant_id, quantity=3)
    joining.pay(session, who.participant_id)
    joining.issue(session, who.participant_id)
    today = cooperative.today(session)
    register = queries.register(session, at=today, currency="NZD")
    assert [(row.number, row.shares, row.amount_minor) for row in register.rows] == [(member.number, 4, 20_000)]
    assert (register.shares, register.amount_minor) == (4, 20_000)
    assert queries.register(session, at=today - timedelta(days=1), currency="NZD").rows == ()
    assert [event.quantity for event in queries.events_of(session, member.id)] == [1, 3]


def test_only_a_member_buys_more_and_only_for_themselves(session: Session) -> None:
    joining.found(session)
    who, other = joining.joined(session), joining.joined(session, "Other Person")
    joining.admitted(session, who)
    with pytest.raises(errors.NotAMember):
        operations.buy(session, joining.actor_of(session, who.person_id), participant_id=who.participant_id, quantity=1)
    with pytest.raises(NotFound):
        operations.buy(
            session, joining.actor_of(session, other.person_id), participant_id=who.participant_id, quantity=1
        )


def test_there_is_nothing_to_buy_without_a_price(session: Session) -> None:
    joining.found(session, share_price_minor=None)
    who = joining.joined(session)
    joining.enrolled(session, who, shares=0)
    with pytest.raises(errors.NoSharesToBuy):
        operations.buy(session, joining.actor_of(session, who.person_id), participant_id=who.participant_id, quantity=1)


@pytest.mark.tampers
def test_the_checks_notice_a_holding_that_the_ledger_does_not_know(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    member = joining.enrolled(session, who)
    actor = joining.actor_of(session, who.person_id)
    subscription_id = operations.buy(session, actor, participant_id=who.participant_id, quantity=2)
    event = session.scalars(select(ShareEvent)).one()
    session.add(
        ShareEvent(
            id=uuid4(),
            member_id=member.id,
            kind=event.kind,
            quantity=200,
            price_minor=5000,
            currency="NZD",
            effective_on=event.effective_on,
            recorded_at=event.recorded_at,
            subscription_id=subscription_id,
        )
    )
    session.flush()
    found = {finding.check for finding in checks.findings(session)}
    assert {"share-holding", "share-capital", "share-applications", "share-unpaid", "share-not-as-subscribed"} <= found


@pytest.mark.tampers
def test_the_checks_notice_shares_that_were_dated_back_or_renumbered(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    joining.enrolled(session, who)
    actor = joining.actor_of(session, who.person_id)
    operations.buy(session, actor, participant_id=who.participant_id, quantity=2)
    joining.pay(session, who.participant_id)
    [event_id] = joining.issue(session, who.participant_id)
    assert checks.findings(session) + membership_checks.findings(session) == []
    drop_rules(session.connection())
    earlier = cooperative.today(session) - timedelta(days=1)
    session.execute(update(ShareEvent).where(ShareEvent.id == event_id).values(effective_on=earlier))
    session.execute(update(Member).values(number=7))
    found = [str(finding) for finding in checks.findings(session) + membership_checks.findings(session)]
    assert found == [
        f"share-not-booked: share event {event_id} has 0 entries that match it",
        "member-number: number 7 stands where number 1 should",
    ]
