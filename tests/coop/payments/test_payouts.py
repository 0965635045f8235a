"""Payments out: who is owed what, recording what the bank has paid, and the account of a participant."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.audit import AuditEvent
from coop.database import write_with
from coop.membership.models import Participant
from coop.outbox import OutboxJob
from coop.payments.confirming import operations as confirming
from coop.payments.confirming import queries as accounts
from coop.payments.payouts import checks as payout_checks
from coop.payments.payouts import errors, payees
from coop.payments.payouts.accounts import account_of, ask_for_account, change_account
from coop.payments.payouts.disbursements import ToPay, record_payment
from coop.payments.payouts.models import Disbursement, DisbursementLine
from coop.payments.payouts.payees import Payees
from coop.permissions import Actor, NotFound, PowerMissing
from coop.texts import TextTooLong
from evidence.rules import drop_rules
from ledger.chart import BANK, COACHES, MARKETPLACE_INCOME, OWED_TO_COACHES
from ledger.models import Account, Entry, Posting
from ledger.posting import Draft, Line, post
from tests import joining
from tests.databases import TestDatabase


class House:
    """A founded co-operative that owes some people money."""

    def __init__(self, session: Session) -> None:
        self.session = session
        joining.found(session)
        self.treasurer: Actor = joining.founder(session, "treasurer")
        self.today: date = cooperative.today(session)
        self.ana, self.wiremu = (self.participant(name) for name in ("board", "board2"))

    def actor(self, name: str) -> Actor:
        return joining.founder(self.session, name)

    def participant(self, name: str) -> UUID:
        person_id = self.actor(name).person_id
        assert person_id is not None
        return joining.participant_of(self.session, person_id)

    def party(self, participant_id: UUID) -> UUID:
        return self.session.get_one(Participant, participant_id).party_ref

    def owe(self, participant_id: UUID, amount_minor: int, on: date | None = None, code: str = OWED_TO_COACHES) -> None:
        lines = [Line(COACHES, amount_minor), Line(code, -amount_minor, self.party(participant_id))]
        draft = Draft(on or self.today, "Coaching", "coaching", "NZD", lines, str(uuid4()))
        post(self.session, draft, now=clock.now())

    def pay(self, *lines: tuple[UUID, int], on: date | None = None, **other: Any) -> UUID:
        values: dict[str, Any] = {"account_code": OWED_TO_COACHES, "form_token": uuid4(), **other}
        to_pay = [ToPay(*line) for line in lines]
        return record_payment(self.session, self.treasurer, lines=to_pay, paid_on=on or self.today, **values)

    def confirm(self) -> None:
        """Let the treasurer confirm what waits."""
        refs = [row.account_ref for row in accounts.waiting(self.session)]
        confirming.confirm(self.session, self.treasurer, account_refs=refs)

    def rows(self, payees_: Payees = Payees.COACHES) -> list[tuple[UUID, int, str | None]]:
        found = payees.pay_list(self.session, payees_)
        return [(row.participant_id, row.owed_minor, row.bank_account) for row in found.rows]

    def count(self, mapped: type) -> int:
        return self.session.scalar(select(func.count()).select_from(mapped)) or 0

    def mails(self, key: str) -> list[dict[str, Any]]:
        jobs = self.session.scalars(select(OutboxJob).where(OutboxJob.key.like(f"{key}%")).order_by(OutboxJob.id))
        return [job.payload for job in jobs]


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_a_list_says_who_is_owed_what_and_where_it_can_be_paid(house: House) -> None:
    house.owe(house.wiremu, 4000)
    house.owe(house.ana, 9000)
    house.owe(house.ana, 500, code="2400")
    change_account(house.session, house.actor("board"), participant_id=house.ana, bank_account="12-3456-0123456-00")
    assert house.rows() == [(house.ana, 9000, "12-3456-0123456-00"), (house.wiremu, 4000, None)]
    assert payees.pay_list(house.session, Payees.COACHES).payable_minor == 0, "nobody has confirmed it"
    house.confirm()
    found = payees.pay_list(house.session, Payees.COACHES)
    assert (found.total_minor, found.payable_minor) == (13000, 9000)
    assert house.rows(Payees.SELLERS) == [(house.ana, 500, "12-3456-0123456-00")]
    assert house.rows(Payees.MEMBERS) == []
    assert payees.owed_to(house.session, house.ana) == [(Payees.COACHES, 9000), (Payees.SELLERS, 500)]
    assert payees.owed_in_all(house.session) == 13500


def test_a_payment_is_one_entry_and_each_payee_is_told(house: House) -> None:
    house.owe(house.ana, 9000)
    house.owe(house.wiremu, 4000)
    disbursement_id = house.pay((house.ana, 9000), (house.wiremu, 1000))
    entry = house.session.scalars(select(Entry).where(Entry.source_kind == "disbursement")).one()
    assert (entry.source_id, entry.kind, entry.booked_on) == (disbursement_id, "disbursement", house.today)
    lines = house.session.execute(
        select(Account.code, Posting.amount_minor).join(Account).where(Posting.entry_id == entry.id)
    ).all()
    assert sorted(map(tuple, lines)) == [(BANK, -10000), (OWED_TO_COACHES, 1000), (OWED_TO_COACHES, 9000)]
    assert house.rows() == [(house.wiremu, 3000, None)]
    told = house.mails(f"disbursement:{disbursement_id}")
    assert sorted(mail["to"] for mail in told) == ["board2@kanopi.example", "board@kanopi.example"]
    assert "NZD\u00a090.00" in next(mail for mail in told if mail["to"] == "board@kanopi.example")["subject"]
    assert payout_checks.findings(house.session) == []


def test_a_payment_that_cannot_be_leaves_nothing(house: House) -> None:
    house.owe(house.ana, 9000)
    tomorrow = house.today + timedelta(days=1)
    for lines, other, refusal in (
        ([], {}, errors.NobodyTicked),
        ([(house.ana, 9001)], {}, errors.NotOwed),
        ([(house.wiremu, 1)], {}, errors.NotOwed),
        ([(house.ana, 0)], {}, errors.PaidNothing),
        ([(house.ana, -5)], {}, errors.PaidNothing),
        ([(house.ana, 10), (house.ana, 10)], {}, errors.PaidTwiceInList),
        ([(house.ana, 9000)], {"on": tomorrow}, errors.PaidInFuture),
        ([(house.ana, 9000)], {"on": house.today - timedelta(days=1)}, errors.NotOwed),
        ([(house.ana, 9000)], {"account_code": "2000"}, errors.NoPayableAccount),
        ([(uuid4(), 9000)], {}, NotFound),
        ([(house.ana, 9000)], {"account_code": "2400"}, errors.NotOwed),
    ):
        with pytest.raises(refusal):
            house.pay(*lines, **other)
    assert (house.count(Disbursement), house.count(DisbursementLine), house.mails("disbursement")) == (0, 0, [])


def test_what_was_paid_later_cannot_be_paid_again_with_an_earlier_date(house: House) -> None:
    earlier = house.today - timedelta(days=3)
    house.owe(house.ana, 9000, on=earlier)
    house.pay((house.ana, 9000))
    house.owe(house.ana, 5000)
    # On the earlier day 9000 stood there, but they were paid today: nothing of it is left.
    with pytest.raises(errors.NotOwed) as refused:
        house.pay((house.ana, 9000), on=earlier)
    assert refused.value.owed_minor == 5000
    house.pay((house.ana, 5000))
    assert payees.owed(house.session, OWED_TO_COACHES, earlier)[house.party(house.ana)] == 0


def test_a_form_sent_twice_is_one_payment(house: House) -> None:
    house.owe(house.ana, 9000)
    token = uuid4()
    first = house.pay((house.ana, 4000), form_token=token)
    assert house.pay((house.ana, 4000), form_token=token) == first
    with pytest.raises(errors.PaymentFormUsed):
        house.pay((house.ana, 5000), form_token=token)
    with pytest.raises(errors.PaymentFormUsed):
        house.pay((house.ana, 4000), form_token=token, on=house.today - timedelta(days=1))
    assert house.count(Disbursement) == 1


def test_only_the_treasurer_records_and_asks(house: House) -> None:
    house.owe(house.ana, 9000)
    for name in ("board", "auditor", "secretary", "founder"):
        other = house.actor(name)
        with pytest.raises(PowerMissing):
            record_payment(
                house.session,
                other,
                account_code=OWED_TO_COACHES,
                lines=[ToPay(house.ana, 9000)],
                paid_on=house.today,
                form_token=uuid4(),
            )
        with pytest.raises(PowerMissing):
            ask_for_account(house.session, other, participant_id=house.ana)
    assert (house.count(Disbursement), house.mails("payout-account")) == (0, [])


def test_a_participant_gives_changes_and_removes_the_account_and_is_told_each_time(house: House) -> None:
    ana = house.actor("board")

    def change(account: str) -> None:
        change_account(house.session, ana, participant_id=house.ana, bank_account=account)

    change(" 12-3456-0123456-00 ")
    change("12-3456-0123456-00")
    assert len(house.mails("payout-account:")) == 1, "nothing changed, so nobody is told"
    change("DE89 3704 0044 0532 0130 00")
    change("")
    assert account_of(house.session, house.ana) is None
    told = [mail["text"] for mail in house.mails("payout-account:")]
    assert len(told) == 3
    assert "ends in 6-00" in told[0]
    assert all("0123456" not in words and "3704" not in words for words in told)
    actions = list(house.session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == house.ana)))
    assert [action for action in actions if action.startswith("payout")] == [
        "payout_account.changed",
        "payout_account.changed",
        "payout_account.removed",
    ]


@pytest.mark.parametrize("account", ["1234", "=1+1+1+1", "-12345678", "12_3456", "１２３４５６", "12 345é678"])
def test_an_account_with_wrong_characters_is_refused_and_nothing_is_kept(house: House, account: str) -> None:
    with pytest.raises(errors.AccountMalformed):
        change_account(house.session, house.actor("board"), participant_id=house.ana, bank_account=account)
    assert (account_of(house.session, house.ana), house.mails("payout-account")) == (None, [])


def test_an_account_is_bounded_and_only_ones_own(house: House) -> None:
    with pytest.raises(TextTooLong):
        change_account(house.session, house.actor("board"), participant_id=house.ana, bank_account="1" * 41)
    with pytest.raises(NotFound):
        change_account(house.session, house.treasurer, participant_id=house.ana, bank_account="12345678")
    assert account_of(house.session, house.ana) is None


def test_who_has_no_account_is_asked_once_a_day(house: House) -> None:
    for _ in range(2):
        ask_for_account(house.session, house.treasurer, participant_id=house.ana)
    assert [mail["page"]["endpoint"] for mail in house.mails("payout-account-asked")] == ["payouts.account"]
    change_account(house.session, house.actor("board"), participant_id=house.ana, bank_account="12345678")
    with pytest.raises(errors.AccountGiven):
        ask_for_account(house.session, house.treasurer, participant_id=house.ana)
    with pytest.raises(NotFound):
        ask_for_account(house.session, house.treasurer, participant_id=uuid4())


@pytest.mark.tampers
def test_the_database_keeps_payments_and_the_checks_see_what_was_bent(house: House) -> None:
    house.owe(house.ana, 9000)
    house.pay((house.ana, 9000))
    for statement in ("UPDATE disbursement_line SET amount_minor = 1", "DELETE FROM disbursement"):
        with pytest.raises(DBAPIError, match="append-only"), house.session.begin_nested():
            house.session.execute(text(statement))
    drop_rules(house.session.connection())
    house.session.execute(text("UPDATE disbursement_line SET amount_minor = 9001"))
    found = {finding.check for finding in payout_checks.findings(house.session)}
    assert found == {"disbursement-not-booked", "disbursement-not-owed"}


def test_two_who_record_the_same_payment_at_once_make_one(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[Actor, UUID, date]:
        house = House(session)
        house.owe(house.ana, 9000)
        return house.treasurer, house.ana, house.today

    treasurer, ana, today = write_with(database.engine, prepare)
    once = uuid4()

    def pay(session: Session, token: UUID) -> UUID:
        return record_payment(
            session,
            treasurer,
            account_code=OWED_TO_COACHES,
            lines=[ToPay(ana, 9000)],
            paid_on=today,
            form_token=token,
        )

    works = [lambda session, token=token: pay(session, token) for token in (once, once, uuid4(), uuid4())]
    joining.at_once(database.engine, *works)
    assert write_with(database.engine, lambda s: s.scalar(select(func.count()).select_from(Disbursement))) == 1
    assert write_with(database.engine, payout_checks.findings) == []


def test_income_does_not_make_a_payee(house: House) -> None:
    lines = [Line(BANK, 1000), Line(MARKETPLACE_INCOME, -1000, house.party(house.ana))]
    post(house.session, Draft(house.today, "Fee", "sale", "NZD", lines, "k"), now=clock.now())
    assert [house.rows(one) for one in Payees if house.rows(one)] == []
