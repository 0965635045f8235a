"""What happens when two do the same at the same moment: one succeeds, and the rules hold."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.checking import all_findings
from coop.database import write_with
from coop.membership import admission, operations
from coop.membership.admission import Verdict
from coop.membership.errors import AlreadyDecided, AlreadyJoined, ApplicationOpen, LastRepresentative
from coop.membership.models import Application, Member, MemberClass, ParticipantKind
from coop.payments.errors import AlreadyPaid, MoreThanOutstanding
from coop.payments.models import PaymentReceipt
from coop.payments.operations import Receipt, record_receipt
from coop.shares import capital
from coop.shares import operations as shares
from coop.shares.errors import AlreadyIssued, ShareLimit
from coop.shares.models import ShareEvent, Subscription
from ledger.chart import SHARE_CAPITAL_OF_ENTERPRISES, SHARE_CAPITAL_OF_GROUPS
from tests import joining
from tests.databases import TestDatabase

Work = Callable[[Session], Any]


def check(database: TestDatabase) -> None:
    with Session(database.engine) as session:
        assert all_findings(session) == []


def count(database: TestDatabase, mapped: type) -> int:
    with Session(database.engine) as session:
        return session.scalar(select(func.count()).select_from(mapped)) or 0


def admitted(database: TestDatabase, *names: str, have_paid: bool = False) -> list[joining.Joined]:
    def work(session: Session) -> list[joining.Joined]:
        people = [joining.joined(session, name) for name in names]
        for who in people:
            joining.admitted(session, who)
            if have_paid:
                joining.pay(session, who.participant_id)
        return people

    return write_with(database.engine, work)


def test_two_applications_at_once_are_one(founded: TestDatabase) -> None:
    who = write_with(founded.engine, joining.joined)
    before = count(founded, Application)
    results = joining.at_once(founded.engine, *[lambda session: joining.applied(session, who)] * 6)
    assert joining.outcomes(results) == (1, {ApplicationOpen})
    assert count(founded, Application) == before + 1
    check(founded)


def test_joining_twice_at_once_is_one_participant(founded: TestDatabase) -> None:
    person_id = write_with(founded.engine, lambda session: joining.person(session, "Hēmi Mōhua"))

    def join(session: Session) -> UUID:
        return operations.create_individual(session, joining.actor_of(session, person_id), name="Hēmi")

    assert joining.outcomes(joining.at_once(founded.engine, join, join, join)) == (1, {AlreadyJoined})
    check(founded)


def test_of_two_decisions_at_once_one_stands(founded: TestDatabase) -> None:
    who = write_with(founded.engine, joining.joined)
    application_id = write_with(founded.engine, lambda session: joining.applied(session, who))

    def decide(admits: bool, board: str) -> Work:
        def work(session: Session) -> UUID:
            verdict = Verdict(admits, cooperative.today(session), "Decided.", "Because.")
            return admission.decide(
                session, joining.founder(session, board), application_id=application_id, verdict=verdict
            )

        return work

    def withdraw(session: Session) -> None:
        admission.withdraw(session, joining.actor_of(session, who.person_id), application_id=application_id)

    works = [decide(True, "board"), decide(False, "board2"), withdraw]
    assert joining.outcomes(joining.at_once(founded.engine, *works)) == (1, {AlreadyDecided})
    check(founded)


def test_issuing_twice_at_once_issues_once_and_numbers_do_not_repeat(founded: TestDatabase) -> None:
    people = admitted(founded, "Aroha One", "Hēmi Two", "Mere Three", have_paid=True)

    def issue(who: joining.Joined) -> Work:
        return lambda session: joining.issue(session, who.participant_id)

    results = joining.at_once(founded.engine, *[issue(who) for who in people * 2])
    assert joining.outcomes(results) == (3, {AlreadyIssued})
    assert count(founded, ShareEvent) == 3
    with Session(founded.engine) as session:
        assert sorted(session.scalars(select(Member.number))) == [1, 2, 3]
    check(founded)


def test_issuing_the_same_list_at_once_in_any_order_issues_it_once(founded: TestDatabase) -> None:
    people = admitted(founded, "Aroha One", "Hēmi Two", "Mere Three", have_paid=True)
    with Session(founded.engine) as session:
        wanted = [
            session.scalars(select(Subscription.id).where(Subscription.participant_id == who.participant_id)).one()
            for who in people
        ]

    def issue(ids: list[UUID]) -> Work:
        return lambda session: shares.issue(session, joining.founder(session, "secretary"), subscription_ids=ids)

    results = joining.at_once(founded.engine, issue(wanted), issue(wanted[::-1]), issue(wanted[1:]))
    succeeded, refused = joining.outcomes(results)
    assert refused == {AlreadyIssued}
    assert succeeded == 1
    check(founded)


def test_the_same_receipt_form_at_once_is_one_receipt_and_two_forms_never_more_than_asked(
    founded: TestDatabase,
) -> None:
    who = write_with(founded.engine, joining.joined)
    write_with(founded.engine, lambda session: joining.admitted(session, who))

    def receive(token: UUID) -> Work:
        def work(session: Session) -> UUID:
            request = joining.request_of(session, who.participant_id)
            receipt = Receipt(3000, cooperative.today(session), token)
            return record_receipt(
                session, joining.founder(session, "treasurer"), request_id=request.id, receipt=receipt
            )

        return work

    same, other = uuid4(), uuid4()
    results = joining.at_once(founded.engine, receive(same), receive(same), receive(same), receive(other))
    succeeded, refused = joining.outcomes(results)
    assert (succeeded in {1, 3}, refused) == (True, {MoreThanOutstanding})
    assert count(founded, PaymentReceipt) == 1
    check(founded)


def test_the_same_token_for_two_requests_at_once_is_one_receipt(founded: TestDatabase) -> None:
    people = admitted(founded, "Aroha One", "Hēmi Two")
    token = uuid4()

    def receive(who: joining.Joined) -> Work:
        def work(session: Session) -> UUID:
            request = joining.request_of(session, who.participant_id)
            receipt = Receipt(5000, cooperative.today(session), token)
            return record_receipt(
                session, joining.founder(session, "treasurer"), request_id=request.id, receipt=receipt
            )

        return work

    succeeded, refused = joining.outcomes(joining.at_once(founded.engine, *map(receive, people)))
    assert succeeded == 1
    assert {refusal.__name__ for refusal in refused} == {"ReceiptFormUsed"}
    assert AlreadyPaid not in refused
    check(founded)


def test_buying_at_once_stays_within_the_limit(founded: TestDatabase) -> None:
    who = write_with(founded.engine, joining.joined)
    write_with(founded.engine, lambda session: joining.enrolled(session, who, shares=40).number)

    def buy(session: Session) -> UUID:
        actor = joining.actor_of(session, who.person_id)
        return shares.buy(session, actor, participant_id=who.participant_id, quantity=25)

    assert joining.outcomes(joining.at_once(founded.engine, *[buy] * 5)) == (2, {ShareLimit})
    check(founded)


def test_two_representatives_who_end_each_other_at_once_leave_one(founded: TestDatabase) -> None:
    first = write_with(founded.engine, joining.joined)
    second = write_with(founded.engine, lambda session: joining.joined(session, "Pania Reef"))

    def prepare(session: Session) -> UUID:
        actor = joining.actor_of(session, first.person_id)
        trust = operations.create_organisation(session, actor, name="Trust", kind=ParticipantKind.GROUP)
        actor = joining.actor_of(session, first.person_id)
        operations.add_representative(session, actor, participant_id=trust, email="pania@new.test")
        return trust

    trust = write_with(founded.engine, prepare)
    with Session(founded.engine) as session:
        actors = [joining.actor_of(session, person_id) for person_id in (first.person_id, second.person_id)]

    def end(actor_number: int, person_id: UUID) -> Work:
        return lambda session: operations.end_representative(
            session, actors[actor_number], participant_id=trust, person_id=person_id
        )

    results = joining.at_once(founded.engine, end(0, second.person_id), end(1, first.person_id))
    assert joining.outcomes(results) == (1, {LastRepresentative})
    check(founded)


def test_shares_issued_while_the_capital_of_their_class_moves_stand_on_its_account(founded: TestDatabase) -> None:
    people = admitted(founded, "Hēmi Mōhua", "Ana Kea", "Wiremu Hoiho", have_paid=True)

    def choose(account: str) -> Work:
        def work(session: Session) -> None:
            class_id = session.scalars(
                select(MemberClass.id).where(MemberClass.kind == ParticipantKind.INDIVIDUAL)
            ).one()
            capital.choose_account(session, joining.founder(session, "treasurer"), class_id=class_id, account=account)

        return work

    def issue(who: joining.Joined) -> Work:
        return lambda session: joining.issue(session, who.participant_id)

    first, second, third = map(issue, people)
    moves = [choose(code) for code in (SHARE_CAPITAL_OF_GROUPS, SHARE_CAPITAL_OF_ENTERPRISES)]
    results = joining.at_once(founded.engine, first, moves[0], second, moves[1], third)
    assert joining.outcomes(results) == (5, set())
    check(founded)
