"""Expense claims: made by anybody, assigned by the treasurer, approved by a third, and paid from the list of payments out."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyApproved, ReasonMissing, SamePerson
from coop.approvals.models import ActApproval
from coop.attachments.models import Attachment
from coop.books.tax.operations import add_code
from coop.config import Config
from coop.database import write_with
from coop.outbox import OutboxJob
from coop.payments.bills import checks, errors, queries, taking_back
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.claims import payments as claim_payments
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.operations import Spent
from coop.payments.bills.models import ExpenseClaim, ExpenseClaimLine, ExpenseClaimText
from coop.payments.bills.taking_back import What
from coop.payments.payouts.accounts import change_account
from coop.payments.payouts.disbursements import ToPay, record_payment
from coop.payments.payouts.payees import Payees, pay_list
from coop.permissions import NotFound, PowerMissing
from evidence.rules import drop_rules
from ledger.chart import EXPENSE_CLAIMS, HOSTING, TAX, VENUE_AND_TRAVEL
from ledger.drafts import Line
from ledger.errors import AmountOutOfRange
from ledger.models import Account, Entry, Posting, TaxUse
from ledger.tax.codes import NewCode
from ledger.years.periods import fiscal_year_of, open_fiscal_year, year_dates
from tests import joining
from tests.billing import Billing, paper
from tests.databases import TestDatabase


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(database_url="sqlite://", secret_key="x" * 40, instance_path=tmp_path)


def mails(house: Billing, key: str) -> list[dict[str, Any]]:
    jobs = house.session.scalars(select(OutboxJob).where(OutboxJob.key.like(f"{key}%")).order_by(OutboxJob.id))
    return [job.payload for job in jobs]


def test_a_claim_goes_from_the_claimant_by_two_people_to_the_bank_and_back_to_the_claimant(house: Billing) -> None:
    spent = (house.spent(4_600, days_ago=2), house.spent(1_200, days_ago=1, text="Ferry"))
    claim_id = house.claim("secretary", *spent)
    assert [mail["to"] for mail in mails(house, "claim-made")] == ["treasurer@kanopi.example"]
    assert (house.claim_state(claim_id), house.balance(EXPENSE_CLAIMS)) == ("waiting", 0)
    act_id = house.assign(claim_id, VENUE_AND_TRAVEL, HOSTING)
    assert house.claim_state(claim_id) == "prepared"
    house.approve_act(act_id)
    row = claim_queries.claim(house.session, claim_id)
    assert (row.state, row.booked_on) == ("approved", house.today - timedelta(days=1))
    lines = house.session.execute(
        select(Account.code, Posting.amount_minor, Posting.party_ref)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.entry_id == row.entry_id)
        .order_by(Posting.line)
    )
    assert list(map(tuple, lines)) == [
        (VENUE_AND_TRAVEL, 4_600, None),
        (HOSTING, 1_200, None),
        (EXPENSE_CLAIMS, -5_800, row.party_ref),
    ]
    assert "please give a bank account" in mails(house, "claim-approved")[0]["text"]
    participant_id = house.participant("secretary")
    change_account(
        house.session, house.actor("secretary"), participant_id=participant_id, bank_account="12-3456-0123456-00"
    )
    house.confirm()
    listed = pay_list(house.session, Payees.CLAIMANTS)
    assert [(one.name, one.owed_minor) for one in listed.payable] == [("Sione Tākapu", 5_800)]
    assert claim_payments.paid_on(house.session, [participant_id]) == {}
    pay(house, participant_id, 5_800, account_ref=listed.payable[0].account_ref)
    assert claim_payments.paid_on(house.session, [participant_id]) == {claim_id: house.today}
    assert [mail["to"] for mail in mails(house, "disbursement")] == ["secretary@kanopi.example"]
    assert (house.balance(EXPENSE_CLAIMS), checks.findings(house.session)) == (0, [])


def pay(
    house: Billing,
    participant_id: UUID,
    amount_minor: int,
    on: date | None = None,
    account_ref: UUID | None = None,
) -> UUID:
    return record_payment(
        house.session,
        house.treasurer,
        account_code=EXPENSE_CLAIMS,
        lines=[ToPay(participant_id, amount_minor, account_ref)],
        paid_on=on or house.today,
        form_token=uuid4(),
    )


def test_payments_fill_the_claims_in_the_order_in_which_they_were_booked(house: Billing) -> None:
    first, second = house.claim("secretary", house.spent(1_000)), house.claim("secretary", house.spent(500))
    for claim_id in (second, first):
        house.approve_act(house.assign(claim_id))
    participant_id = house.participant("secretary")
    pay(house, participant_id, 700)
    assert claim_payments.paid_on(house.session, [participant_id]) == {second: house.today}
    pay(house, participant_id, 800)
    assert set(claim_payments.paid_on(house.session, [participant_id])) == {first, second}


def test_nobody_approves_what_they_claimed_or_assigned(house: Billing) -> None:
    own = house.claim("board")
    act_id = house.assign(own)
    with pytest.raises(SamePerson):
        house.approve_act(act_id, house.treasurer)
    with pytest.raises(claim_errors.OwnClaim):
        house.approve_act(act_id, house.board)
    house.approve_act(act_id, house.board2)
    assert house.claim_state(own) == "approved"
    of_treasurer = house.claim("treasurer")
    act_id = house.assign(of_treasurer)
    with pytest.raises(SamePerson):
        house.approve_act(act_id, house.treasurer)
    for name in ("auditor", "secretary"):
        with pytest.raises(PowerMissing):
            house.approve_act(act_id, house.actor(name))
    house.approve_act(act_id)
    assert checks.findings(house.session) == []


def test_only_who_acts_for_a_participant_claims_for_it(house: Billing) -> None:
    other = house.participant("board")
    new = claiming.NewClaim([house.spent()], None, "None given", uuid4())
    with pytest.raises(NotFound):
        claiming.claim(house.session, house.actor("secretary"), participant_id=other, new=new)
    claim_id = house.claim("secretary")
    for name in ("board", "treasurer"):
        actor = house.actor(name)
        for participant_id in (house.participant("secretary"), house.participant(name)):
            with pytest.raises(NotFound):
                claiming.withdraw(house.session, actor, participant_id=participant_id, claim_id=claim_id)
    assert house.claim_state(claim_id) == "waiting"


def test_a_claim_that_does_not_hold_is_refused_and_leaves_nothing(house: Billing) -> None:
    for refusal, spent, other in (
        (claim_errors.SpentInFuture, [house.spent(days_ago=-1)], {}),
        (AmountOutOfRange, [house.spent(0)], {}),
        (AmountOutOfRange, [house.spent(-5)], {}),
        (AmountOutOfRange, [house.spent(10**15)], {}),
        (errors.TooManyLines, [house.spent()] * 41, {}),
        (errors.ReceiptMissing, [house.spent()], {"no_receipt": ""}),
    ):
        with pytest.raises(refusal):
            house.claim("secretary", *spent, **other)
    new = claiming.NewClaim([], None, "None given", uuid4())
    with pytest.raises(errors.LinesMissing):
        claiming.claim(house.session, house.actor("secretary"), participant_id=house.participant("secretary"), new=new)
    assert (house.count(ExpenseClaim), mails(house, "claim-made")) == (0, [])


def test_what_was_spent_in_two_fiscal_years_is_claimed_in_two(house: Billing) -> None:
    year = fiscal_year_of(house.session, house.today)
    assert year is not None
    next_year = year.ends_on + timedelta(days=1)
    open_fiscal_year(house.session, next_year, year_dates(next_year, 3, 31)[1])
    moment = clock.now() + (next_year - house.today) + timedelta(days=2)
    with clock.at(moment):
        days = (cooperative.today(house.session), year.ends_on)
        both = [Spent(day, 1_000, "Seeds") for day in days]
        with pytest.raises(claim_errors.SpentInTwoYears) as refused:
            house.claim("secretary", *both)
        assert refused.value.ends_on == year.ends_on
        assert [house.claim("secretary", one) for one in both]


def test_a_form_sent_twice_is_one_claim(house: Billing) -> None:
    token = uuid4()
    assert house.claim(form_token=token) == house.claim(form_token=token)
    with pytest.raises(errors.BillFormUsed):
        house.claim("secretary", house.spent(1), form_token=token)
    with pytest.raises(errors.BillFormUsed):
        house.claim("board", form_token=token)
    assert house.count(ExpenseClaim) == 1


def test_the_same_receipt_is_claimed_once_and_shown_to_the_officers_where_another_sends_it(
    house: Billing, config: Config
) -> None:
    receipt = paper(config)
    first = house.claim("secretary", receipt=receipt)
    with pytest.raises(claim_errors.ReceiptUsed) as refused:
        house.claim("secretary", house.spent(1), receipt=paper(config))
    assert refused.value.claim_id == first
    other = house.claim("board", receipt=paper(config))
    bill_id = house.enter(receipt=paper(config))
    attached = house.session.get_one(ExpenseClaim, other).attachment_id
    same = queries.same_paper(house.session, attached)
    assert [(one.bill_id, one.claim_id) for one in same] == [(bill_id, None), (None, first)]
    claiming.refuse(house.session, house.treasurer, claim_id=first, reason="Not ours.")
    assert house.claim("secretary", receipt=paper(config))
    assert house.count(Attachment) == 4
    assert house.claim("secretary", receipt=paper(config, "another one"))


def test_a_claim_is_withdrawn_or_refused_until_its_accounts_are_assigned(house: Billing) -> None:
    claim_id, secretary = house.claim("secretary"), house.actor("secretary")
    mine = house.participant("secretary")
    act_id = house.assign(claim_id)
    with pytest.raises(claim_errors.ClaimPrepared):
        claiming.withdraw(house.session, secretary, participant_id=mine, claim_id=claim_id)
    with pytest.raises(claim_errors.ClaimPrepared):
        claiming.refuse(house.session, house.treasurer, claim_id=claim_id, reason="No")
    with pytest.raises(claim_errors.ClaimPrepared):
        house.assign(claim_id)
    approvals.withdraw(house.session, house.board, act_id=act_id, reason="Wrong account.")
    assert house.claim_state(claim_id) == "waiting"
    with pytest.raises(ReasonMissing):
        claiming.refuse(house.session, house.treasurer, claim_id=claim_id, reason=" ")
    with pytest.raises(PowerMissing):
        claiming.refuse(house.session, house.board, claim_id=claim_id, reason="No")
    claiming.refuse(house.session, house.treasurer, claim_id=claim_id, reason="It was a holiday.")
    row = claim_queries.claim(house.session, claim_id)
    assert (row.state, row.reason) == ("refused", "It was a holiday.")
    assert [mail["to"] for mail in mails(house, "claim-refused")] == ["secretary@kanopi.example"]
    for action in (
        lambda: house.assign(claim_id),
        lambda: claiming.withdraw(house.session, secretary, participant_id=mine, claim_id=claim_id),
    ):
        with pytest.raises(claim_errors.ClaimSettled):
            action()
    other = house.claim("secretary")
    claiming.withdraw(house.session, secretary, participant_id=mine, claim_id=other)
    assert house.claim_state(other) == "withdrawn"


def test_an_assignment_that_cannot_be_booked_asks_nobody(house: Billing) -> None:
    claim_id = house.claim("secretary", house.spent(), house.spent(7))
    with pytest.raises(errors.LinesMissing):
        house.assign(claim_id, HOSTING)
    with pytest.raises(errors.AccountNotForCosts):
        house.assign(claim_id, HOSTING, EXPENSE_CLAIMS)
    with pytest.raises(PowerMissing):
        house.assign(claim_id, HOSTING, HOSTING, actor=house.board)
    assert house.claim_state(claim_id) == "waiting"


def test_the_amounts_of_a_claim_stay_the_claimants_and_contain_their_tax(house: Billing) -> None:
    cooperative.current(house.session).is_tax_registered = True
    new = NewCode("P15", "Purchases", TaxUse.PURCHASE, 1500, date(2010, 10, 1), "11", "12")
    add_code(house.session, house.treasurer, new)
    claim_id = house.claim("secretary", house.spent(11_500))
    coding = [Line(HOSTING, 99_999_999, None, None, None, "P15")]
    act_id = claiming.assign(house.session, house.treasurer, claim_id=claim_id, coding=coding)
    house.approve_act(act_id)
    assert (house.balance(EXPENSE_CLAIMS), house.balance(HOSTING), house.balance(TAX)) == (-11_500, 10_000, 1_500)


def test_a_booked_claim_is_taken_back_unless_it_is_paid(house: Billing) -> None:
    first, second = house.claim("secretary", house.spent(1_000)), house.claim("board", house.spent(500))
    house.approve_act(house.assign(first))
    house.approve_act(house.assign(second), house.board2)
    pay(house, house.participant("board"), 1)

    def prepare(claim_id: UUID) -> UUID:
        return taking_back.prepare(
            house.session, house.treasurer, What.CLAIM, claim_id, booked_on=house.today, reason="Booked wrongly"
        )

    with pytest.raises(claim_errors.ClaimPaid):
        prepare(second)
    house.approve_act(prepare(first))
    assert (house.claim_state(first), house.balance(EXPENSE_CLAIMS)) == ("taken-back", -499)
    assert checks.findings(house.session) == []


def test_a_paid_claim_is_not_taken_back_because_another_one_is_owed(house: Billing) -> None:
    paid, in_part, open_ = (house.claim("secretary", house.spent(1_000)) for _ in range(3))
    for claim_id in (paid, in_part, open_):
        house.approve_act(house.assign(claim_id))
    pay(house, house.participant("secretary"), 1_300)

    def prepare(claim_id: UUID) -> UUID:
        return taking_back.prepare(
            house.session, house.treasurer, What.CLAIM, claim_id, booked_on=house.today, reason="Booked wrongly"
        )

    for claim_id in (paid, in_part):
        with pytest.raises(claim_errors.ClaimPaid):
            prepare(claim_id)
    house.approve_act(prepare(open_))
    assert (house.claim_state(open_), house.balance(EXPENSE_CLAIMS)) == ("taken-back", -700)


def test_a_participant_has_at_most_so_many_undecided_claims(house: Billing) -> None:
    first = house.claim("secretary")
    house.assign(first)
    for _ in range(claiming.MOST_UNDECIDED - 1):
        last = house.claim("secretary")
    with pytest.raises(claim_errors.TooManyClaims) as refused:
        house.claim("secretary")
    assert refused.value.most == claiming.MOST_UNDECIDED
    assert house.claim("board"), "each has their own"
    claiming.withdraw(
        house.session, house.actor("secretary"), participant_id=house.participant("secretary"), claim_id=last
    )
    assert house.claim("secretary")


def test_the_treasurer_is_told_once_while_claims_wait(house: Billing) -> None:
    own = house.claim("treasurer")
    assert mails(house, "claim-made") == []
    first = house.claim("secretary")
    assert len(mails(house, "claim-made")) == 1, "the treasurer's own claim told nobody"
    house.claim("secretary")
    house.claim("board")
    assert len(mails(house, "claim-made")) == 1
    for row in claim_queries.all_claims(house.session):
        if row.id != own:
            claiming.refuse(house.session, house.treasurer, claim_id=row.id, reason="Not for the co-op.")
    assert house.claim_state(first) == "refused"
    house.claim("secretary")
    assert len(mails(house, "claim-made")) == 2


@pytest.mark.tampers
def test_the_database_keeps_claims_and_the_checks_see_what_was_bent(house: Billing) -> None:
    claim_id, own = house.claim("secretary"), house.claim("board")
    act_id, own_act = house.assign(claim_id), house.assign(own)
    house.approve_act(act_id)
    for statement in (
        "UPDATE expense_claim SET total_minor = 1",
        "DELETE FROM expense_claim_line",
        "UPDATE claim_coding SET claim_id = act_id",
    ):
        with pytest.raises(DBAPIError, match="append-only"), house.session.begin_nested():
            house.session.execute(text(statement))
    assert house.board.person_id is not None
    approval = ActApproval(act_id=own_act, approved_by=house.board.person_id, approved_at=clock.now())
    with pytest.raises(DBAPIError, match="nobody approves what they claimed"), house.session.begin_nested():
        house.session.add(approval)
    with pytest.raises(DBAPIError, match="the claim was approved"), house.session.begin_nested():
        claiming._end(house.session, house.treasurer, claim_id, is_refused=True)
    house.session.execute(text("DELETE FROM expense_claim_text"))
    assert house.count(ExpenseClaimText) == 0, "words can be erased"
    drop_rules(house.session.connection())
    house.session.execute(text("UPDATE expense_claim_line SET amount_minor = amount_minor + 1"))
    house.session.execute(text("UPDATE expense_claim SET total_minor = total_minor + 2"))
    found = {finding.check for finding in checks.findings(house.session)}
    assert found == {"expense-claim-not-booked", "claim-total"}
    assert house.count(ExpenseClaimLine) == 2


def test_two_who_approve_a_claim_at_once_book_it_once(database: TestDatabase) -> None:
    def prepare(session: Session) -> UUID:
        house = Billing(session)
        return house.assign(house.claim("secretary"))

    act_id = write_with(database.engine, prepare)

    def approve(name: str) -> Any:
        def work(session: Session) -> None:
            house = Billing(session, is_founded=True)
            house.approve_act(act_id, house.actor(name))

        return work

    done, refused = joining.outcomes(joining.at_once(database.engine, approve("board"), approve("board2")))
    assert (done, refused) == (1, {AlreadyApproved})
    query = select(Entry.id).where(Entry.source_kind == "expense_claim")
    assert len(write_with(database.engine, lambda session: session.scalars(query).all())) == 1


def test_two_who_claim_the_same_receipt_at_once_claim_it_once(database: TestDatabase, config: Config) -> None:
    write_with(database.engine, Billing)

    def work(session: Session) -> UUID:
        return Billing(session, is_founded=True).claim("secretary", receipt=paper(config))

    done, refused = joining.outcomes(joining.at_once(database.engine, work, work, work))
    assert (done, refused) == (1, {claim_errors.ReceiptUsed})


def test_withdrawing_and_assigning_at_once_does_one_of_them(database: TestDatabase) -> None:
    claim_id = write_with(database.engine, lambda session: Billing(session).claim("secretary"))

    def withdraw(session: Session) -> None:
        house = Billing(session, is_founded=True)
        mine = house.participant("secretary")
        claiming.withdraw(session, house.actor("secretary"), participant_id=mine, claim_id=claim_id)

    results = joining.at_once(
        database.engine, withdraw, lambda session: Billing(session, is_founded=True).assign(claim_id)
    )
    done, refused = joining.outcomes(results)
    assert done == 1
    assert refused <= {claim_errors.ClaimSettled, claim_errors.ClaimPrepared}
