"""Acts of two people: prepared by one, approved by another, run exactly as they were prepared, and settled once."""

import ast
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.approvals import checks, errors, kinds, operations, queries
from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.approvals.models import ActApproval, ActWithdrawal, ActWords, TwoPersonAct, WithdrawalReason
from coop.audit import AuditEvent
from coop.cooperative import Cooperative
from coop.identity import powers
from coop.identity.models import PowerGrant
from coop.outbox import OutboxJob
from coop.permissions import Actor, NotFound, Power, PowerMissing, SignInNeeded
from evidence.messages import N_, Refusal
from tests import joining
from tests.databases import TestDatabase
from tests.founded import OPERATOR
from tests.joining import at_once, founder

#: What the act of these tests sets.
ACCOUNT = "99-0000-0000000-00"


class TooLate(Refusal):
    """What the act of these tests refuses."""

    message = N_("It is too late for this.")


def _run(session: Session, _: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    session.execute(update(Cooperative).values(bank_account=arguments["account"]))
    if arguments["account"] == "late":
        raise TooLate
    assert two.prepared_by != two.approved_by
    return Outcome(None, None)


KIND = ActKind(
    code="account.change",
    label=N_("Change the bank account"),
    prepared_by=(Power.TREASURER, Power.SECRETARY),
    approved_by=(Power.BOARD, Power.SECRETARY),
    run=_run,
    describe=lambda _, arguments: [("Account", str(arguments["account"]))],
)


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    kinds.register(KIND)
    yield
    kinds._KINDS.pop(KIND.code)


@pytest.fixture
def coop(session: Session) -> Session:
    joining.found(session)
    return session


def prepared(session: Session, account: str = ACCOUNT, *, by: str = "treasurer", words: str = "") -> UUID:
    """Let an officer prepare the act and return its id."""
    return operations.prepare(
        session, founder(session, by), kind=KIND.code, arguments={"account": account}, words=words
    )


def approve(session: Session, act_id: UUID, *, by: str = "board", seen: str | None = None) -> Outcome:
    """Let an officer approve what the page shows."""
    digest = session.get_one(TwoPersonAct, act_id).digest if seen is None else seen
    return operations.approve(session, founder(session, by), act_id=act_id, seen=digest)


def id_of(session: Session, name: str) -> UUID:
    """Return the id of an officer."""
    person_id = founder(session, name).person_id
    assert person_id is not None
    return person_id


def account(session: Session) -> str:
    """Return what the act sets."""
    return session.scalars(select(Cooperative.bank_account)).one()


def rows(session: Session) -> list[int]:
    """Count what the room writes."""
    tables = (TwoPersonAct, ActWords, ActApproval, ActWithdrawal, WithdrawalReason, AuditEvent, OutboxJob)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def refused(session: Session, act: Callable[[], object], refusal: type[Refusal]) -> Refusal:
    """Do something that is refused, as a request would, and check that nothing was written."""
    session.flush()
    before, was = rows(session), account(session)
    with pytest.raises(refusal) as caught, session.begin_nested():
        act()
    session.expire_all()
    assert (rows(session), account(session)) == (before, was)
    return caught.value


def test_one_prepares_another_approves_and_it_is_done(coop: Session) -> None:
    act_id = prepared(coop)
    assert account(coop) != ACCOUNT
    approve(coop, act_id)
    assert account(coop) == ACCOUNT
    row = queries.act(coop, act_id, founder(coop, "auditor"))
    assert (row.is_done, row.prepared_by_name, row.ended_by_name) == (True, "Hana Mōrepōrepo", "Ana Tūī")
    trail = coop.scalars(select(AuditEvent).where(AuditEvent.subject_kind == "act").order_by(AuditEvent.id)).all()
    assert [(event.action, event.power) for event in trail] == [
        ("act.prepared", "treasurer"),
        ("act.approved", "board"),
    ]
    assert {event.facts["digest"] for event in trail} == {row.digest}
    assert checks.findings(coop) == []


def test_those_who_may_approve_are_told_and_then_who_prepared_it(coop: Session) -> None:
    act_id = prepared(coop, by="secretary")
    mails = coop.scalars(select(OutboxJob).where(OutboxJob.key.like("act-%"))).all()
    assert sorted(mail.payload["to"] for mail in mails) == ["board2@kanopi.example", "board@kanopi.example"]
    approve(coop, act_id)
    mail = coop.scalars(select(OutboxJob).where(OutboxJob.key.like("act-approved:%"))).one()
    assert mail.payload["to"] == "secretary@kanopi.example"
    assert mail.payload["page"] == {"endpoint": "approvals.act", "ids": {"act_id": str(act_id)}}
    assert "Sione" not in str([mail.payload for mail in mails])


@pytest.mark.parametrize("name", ["auditor", "founder", "board"])
def test_only_who_holds_the_power_prepares(coop: Session, name: str) -> None:
    refused(coop, lambda: prepared(coop, by=name), PowerMissing)


def test_only_who_holds_the_power_approves(coop: Session) -> None:
    act_id = prepared(coop)
    for name in ("auditor", "founder", "administrator"):
        refused(coop, lambda name=name: approve(coop, act_id, by=name), PowerMissing)  # type: ignore[misc]


def test_nobody_approves_what_they_prepared(coop: Session) -> None:
    act_id = prepared(coop, by="secretary")
    refused(coop, lambda: approve(coop, act_id, by="secretary"), errors.SamePerson)


def test_the_program_itself_neither_prepares_nor_approves(coop: Session) -> None:
    act_id = prepared(coop)
    refused(
        coop,
        lambda: operations.prepare(coop, OPERATOR, kind=KIND.code, arguments={"account": "x"}),
        SignInNeeded,
    )
    seen = coop.get_one(TwoPersonAct, act_id).digest
    refused(coop, lambda: operations.approve(coop, OPERATOR, act_id=act_id, seen=seen), SignInNeeded)


def test_what_was_seen_is_what_is_done(coop: Session) -> None:
    act_id = prepared(coop)
    for seen in ("", "0" * 64, "nonsense"):
        refused(coop, lambda seen=seen: approve(coop, act_id, seen=seen), errors.SomethingElse)  # type: ignore[misc]


def test_words_that_were_exchanged_are_not_approved(coop: Session) -> None:
    act_id = prepared(coop, words="The board decided it on Monday.")
    coop.execute(update(ActWords).values(text="The board decided something else."))
    refused(coop, lambda: approve(coop, act_id), errors.SomethingElse)
    assert [finding.check for finding in checks.findings(coop)] == ["act-words"]


def test_whoever_prepared_it_must_still_hold_the_power(coop: Session) -> None:
    act_id = prepared(coop)
    grant = coop.scalars(select(PowerGrant).where(PowerGrant.power == Power.TREASURER)).one()
    today = cooperative.today(coop)
    powers.end(coop, OPERATOR, grant_id=grant.id, ended_on=today, resolution_id=grant.resolution_id)
    refused(coop, lambda: approve(coop, act_id), errors.PreparerLostPower)


def test_a_refusal_of_the_act_approves_nothing(coop: Session) -> None:
    act_id = prepared(coop, "late")
    refused(coop, lambda: approve(coop, act_id), TooLate)
    assert queries.act(coop, act_id, founder(coop, "board")).is_waiting


def test_the_same_is_not_prepared_twice_while_it_waits(coop: Session) -> None:
    act_id = prepared(coop)
    refusal = refused(coop, lambda: prepared(coop, by="secretary"), errors.AlreadyPrepared)
    assert isinstance(refusal, errors.AlreadyPrepared)
    assert refusal.act_id == act_id == queries.waiting_with(coop, KIND.code, {"account": ACCOUNT})
    prepared(coop, "another")
    approve(coop, act_id)
    prepared(coop)


def test_an_act_is_settled_once(coop: Session) -> None:
    act_id = prepared(coop)
    approve(coop, act_id)
    refused(coop, lambda: approve(coop, act_id, by="board2"), errors.AlreadyApproved)
    treasurer, board = founder(coop, "treasurer"), founder(coop, "board2")
    refused(coop, lambda: operations.withdraw(coop, treasurer, act_id=act_id), errors.AlreadyApproved)
    other = prepared(coop, "another")
    operations.withdraw(coop, treasurer, act_id=other)
    refused(coop, lambda: approve(coop, other), errors.AlreadyWithdrawn)
    refused(coop, lambda: operations.withdraw(coop, board, act_id=other, reason="No."), errors.AlreadyWithdrawn)


def test_an_approver_refuses_with_a_reason_that_the_preparer_hears_of(coop: Session) -> None:
    act_id = prepared(coop)
    board = founder(coop, "board")
    refused(coop, lambda: operations.withdraw(coop, board, act_id=act_id, reason=" "), errors.ReasonMissing)
    operations.withdraw(coop, board, act_id=act_id, reason="The account is closed.")
    row = queries.act(coop, act_id, founder(coop, "treasurer"))
    assert (row.is_refused, row.is_done) == (True, False)
    assert queries.reason(coop, act_id) == "The account is closed."
    mail = coop.scalars(select(OutboxJob).where(OutboxJob.key.like("act-refused:%"))).one()
    assert mail.payload["to"] == "treasurer@kanopi.example"
    assert "closed" not in mail.payload["text"]
    auditor = founder(coop, "auditor")
    other = prepared(coop, "another")
    refused(coop, lambda: operations.withdraw(coop, auditor, act_id=other, reason="No."), PowerMissing)


def test_there_is_no_act_of_an_unknown_kind_or_id(coop: Session) -> None:
    treasurer, board = founder(coop, "treasurer"), founder(coop, "board")
    refused(coop, lambda: operations.prepare(coop, treasurer, kind="nothing", arguments={}), NotFound)
    refused(coop, lambda: operations.approve(coop, board, act_id=uuid4(), seen=""), NotFound)


def test_both_at_one_command_line_still_are_two(coop: Session) -> None:
    treasurer, board = founder(coop, "treasurer"), founder(coop, "board")
    arguments = {"account": ACCOUNT}
    secretary = founder(coop, "secretary")
    refused(
        coop,
        lambda: operations.both(coop, secretary, secretary, kind=KIND.code, arguments=arguments),
        errors.SamePerson,
    )
    refused(coop, lambda: operations.both(coop, board, treasurer, kind=KIND.code, arguments=arguments), PowerMissing)
    operations.both(coop, treasurer, board, kind=KIND.code, arguments=arguments)
    assert account(coop) == ACCOUNT
    assert coop.scalars(select(OutboxJob).where(OutboxJob.key.like("act-%"))).all() == []


def test_each_sees_what_waits_for_them(coop: Session) -> None:
    act_id = prepared(coop, by="secretary")
    for name, sees in (("board", True), ("board2", True), ("secretary", False), ("treasurer", False)):
        assert [row.id for row in queries.waiting_for(coop, founder(coop, name))] == ([act_id] if sees else [])
    with pytest.raises(NotFound):
        queries.act(coop, act_id, founder(coop, "founder"))


def test_settled_acts_are_found_by_the_names_of_both(coop: Session) -> None:
    approve(coop, prepared(coop))
    for words, found in (("hana", 1), ("TUI", 1), ("tūī ana", 1), ("wiremu", 0), ("", 1)):
        assert queries.done(coop, kinds=[KIND.code], words=words, page=1).total == found, words
    assert queries.done(coop, kinds=["power.grant"], words="", page=1).total == 0


@pytest.mark.tampers
def test_the_database_lets_nobody_approve_their_own(coop: Session) -> None:
    act_id = prepared(coop)
    treasurer = id_of(coop, "treasurer")
    coop.add(ActApproval(act_id=act_id, approved_by=treasurer, approved_at=clock.now()))
    with pytest.raises(DatabaseError, match="two people"):
        coop.flush()


@pytest.mark.tampers
@pytest.mark.parametrize("approved_first", [True, False])
def test_the_database_lets_no_act_end_twice(coop: Session, approved_first: bool) -> None:
    act_id, now = prepared(coop), clock.now()
    board = id_of(coop, "board")
    ends = [
        ActApproval(act_id=act_id, approved_by=board, approved_at=now),
        ActWithdrawal(act_id=act_id, withdrawn_by=board, withdrawn_at=now),
    ]
    for end in ends if approved_first else reversed(ends):
        coop.add(end)
        if end is (ends if approved_first else ends[::-1])[0]:
            coop.flush()
    with pytest.raises(DatabaseError, match="two people"):
        coop.flush()


@pytest.mark.tampers
def test_checks_find_an_act_whose_arguments_are_not_those_of_its_digest(coop: Session) -> None:
    by = id_of(coop, "treasurer")
    coop.add(
        TwoPersonAct(
            id=uuid4(),
            kind=KIND.code,
            arguments={"account": "1"},
            digest=operations.digest_of(KIND.code, {"account": "2"}, None),
            prepared_by=by,
            prepared_at=clock.now(),
        )
    )
    coop.flush()
    assert [finding.check for finding in checks.findings(coop)] == ["act-digest"]


def test_two_who_approve_at_once_do_it_once(database: TestDatabase) -> None:
    with Session(_writer(database.engine)) as session, session.begin():
        joining.found(session)
        act_id = prepared(session)
        digest = session.get_one(TwoPersonAct, act_id).digest

    def approving(name: str) -> Callable[[Session], object]:
        return lambda session: operations.approve(session, founder(session, name), act_id=act_id, seen=digest)

    results = at_once(database.engine, approving("board"), approving("board2"))
    assert sorted(type(result).__name__ for result in results) == ["AlreadyApproved", "Outcome"]
    with Session(database.engine) as session:
        assert session.scalar(select(func.count()).select_from(ActApproval)) == 1
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == act_id)).all()
        assert sorted(actions) == ["act.approved", "act.prepared"]


def test_two_who_prepare_the_same_at_once_prepare_it_once(database: TestDatabase) -> None:
    with Session(_writer(database.engine)) as session, session.begin():
        joining.found(session)
    results = at_once(database.engine, prepared, lambda session: prepared(session, by="secretary"))
    assert sorted(type(result).__name__ for result in results) == ["AlreadyPrepared", "UUID"]
    with Session(database.engine) as session:
        assert session.scalar(select(func.count()).select_from(TwoPersonAct)) == 1


def _writer(engine: Engine) -> Engine:
    return engine.execution_options(coop_write=True)


def test_arguments_come_back_as_canonical_text(coop: Session) -> None:
    day = date(2026, 3, 31)
    act_id = operations.prepare(
        coop, founder(coop, "treasurer"), kind=KIND.code, arguments={"account": ACCOUNT, "on": day, "count": 3}
    )
    assert coop.get_one(TwoPersonAct, act_id).arguments == {"account": ACCOUNT, "on": "2026-03-31", "count": 3}


def test_only_this_room_says_that_two_people_stand_behind_an_act() -> None:
    """An operation that takes `TwoPeople` cannot be called on one person's word, as long as nobody else makes one."""
    root = Path(operations.__file__).parents[1]
    found = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("TwoPeople")
    ]
    assert found == ["approvals/operations.py"]
