"""Payment references, and recording what arrived, as operations."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.payments import checks, errors, queries
from coop.payments.models import PaymentReceipt
from coop.payments.operations import Receipt, received_minor, record_receipt
from coop.payments.references import ALPHABET, check_character, is_mistyped, make_reference, prefix
from coop.permissions import NotFound, PowerMissing
from ledger import chart
from ledger.errors import PeriodNotOpened
from ledger.models import Account, Entry, Posting
from tests import joining

bodies = st.text(ALPHABET, min_size=4, max_size=8)


@given(bodies, st.data())
def test_a_mistyped_or_swapped_character_is_noticed(body: str, data: st.DataObject) -> None:
    check = check_character(body)
    assert not is_mistyped(f"KAN-{body}-{check}")
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != body[place]]))
    assert is_mistyped(f"KAN-{body[:place]}{other}{body[place + 1 :]}-{check}")
    swapped = list(f"{body}{check}")
    place = data.draw(st.integers(0, len(body) - 1))
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    if "".join(swapped) != f"{body}{check}":
        assert is_mistyped(f"KAN-{''.join(swapped[:-1])}-{swapped[-1]}")


def test_a_reference_begins_with_the_letters_of_the_cooperative() -> None:
    assert prefix("Kānopi") == "KAN"
    assert prefix("Ōi") == "PAY"
    assert prefix("森林合作社") == "PAY"
    assert not is_mistyped(make_reference("Kānopi"))


@pytest.fixture
def receipt(session: Session) -> Receipt:
    joining.found(session)
    return Receipt(5000, cooperative.today(session), uuid4())


def admitted_request(session: Session) -> tuple[joining.Joined, queries.RequestRow]:
    who = joining.joined(session)
    joining.admitted(session, who)
    return who, queries.request(session, joining.request_of(session, who.participant_id).id)


def test_a_receipt_is_booked_as_share_applications_of_the_payer(session: Session, receipt: Receipt) -> None:
    _, request = admitted_request(session)
    treasurer = joining.founder(session, "treasurer")
    receipt_id = record_receipt(session, treasurer, request_id=request.id, receipt=receipt)
    entry = session.scalars(select(Entry).where(Entry.source_id == receipt_id)).one()
    assert (entry.kind, entry.source_kind, entry.recorded_by) == (
        "bank-receipt",
        "payment_receipt",
        treasurer.person_id,
    )
    lines = session.execute(
        select(Account.code, Posting.amount_minor).join(Account).where(Posting.entry_id == entry.id)
    ).all()
    assert sorted(map(tuple, lines)) == [(chart.BANK, 5000), (chart.SHARE_APPLICATIONS, -5000)]
    assert queries.request(session, request.id).outstanding_minor == 0
    assert checks.findings(session) == []


def test_a_form_sent_twice_is_one_receipt(session: Session, receipt: Receipt) -> None:
    _, request = admitted_request(session)
    treasurer = joining.founder(session, "treasurer")
    first = record_receipt(session, treasurer, request_id=request.id, receipt=receipt)
    assert record_receipt(session, treasurer, request_id=request.id, receipt=receipt) == first
    with pytest.raises(errors.ReceiptFormUsed):
        record_receipt(session, treasurer, request_id=request.id, receipt=replace(receipt, amount_minor=4000))
    assert received_minor(session, request.id) == 5000


def test_a_sum_may_come_in_parts_and_never_be_more_than_was_asked(session: Session, receipt: Receipt) -> None:
    _, request = admitted_request(session)
    treasurer = joining.founder(session, "treasurer")
    record_receipt(session, treasurer, request_id=request.id, receipt=replace(receipt, amount_minor=2000))
    more = Receipt(3001, receipt.received_on, uuid4())
    with pytest.raises(errors.MoreThanOutstanding) as refused:
        record_receipt(session, treasurer, request_id=request.id, receipt=more)
    assert refused.value.outstanding_minor == 3000
    rest = Receipt(3000, receipt.received_on, uuid4())
    record_receipt(session, treasurer, request_id=request.id, receipt=rest)
    more = Receipt(1, receipt.received_on, uuid4())
    with pytest.raises(errors.AlreadyPaid):
        record_receipt(session, treasurer, request_id=request.id, receipt=more)


def test_a_receipt_that_cannot_be_leaves_nothing(session: Session, receipt: Receipt) -> None:
    _, request = admitted_request(session)
    treasurer, today = joining.founder(session, "treasurer"), receipt.received_on
    for wrong, refusal in (
        (replace(receipt, amount_minor=0), errors.ReceiptOfNothing),
        (replace(receipt, amount_minor=-5000), errors.ReceiptOfNothing),
        (replace(receipt, received_on=today + timedelta(days=1)), errors.ReceivedInFuture),
        (replace(receipt, amount_minor=10**18), errors.MoreThanOutstanding),
    ):
        with pytest.raises(refusal):
            record_receipt(session, treasurer, request_id=request.id, receipt=wrong)
    early = replace(receipt, received_on=today - timedelta(days=800))
    with pytest.raises(PeriodNotOpened), session.begin_nested():
        record_receipt(session, treasurer, request_id=request.id, receipt=early)
    assert session.scalar(select(func.count()).select_from(PaymentReceipt)) == 0


def test_only_the_treasurer_records_and_only_what_was_asked_for(session: Session, receipt: Receipt) -> None:
    _, request = admitted_request(session)
    for name in ("board", "secretary", "auditor", "founder"):
        with pytest.raises(PowerMissing):
            record_receipt(session, joining.founder(session, name), request_id=request.id, receipt=receipt)
    with pytest.raises(NotFound):
        record_receipt(session, joining.founder(session, "treasurer"), request_id=uuid4(), receipt=receipt)


def test_the_treasurer_finds_a_payment_by_part_of_its_reference_or_by_name(session: Session, receipt: Receipt) -> None:
    _, request = admitted_request(session)
    bare = request.reference.replace("-", "")
    for words in (request.reference, request.reference.lower(), bare, f" {bare[2:]} ", "hemi mohua", "MŌHUA"):
        found = queries.requests(session, queries.Stage.OUTSTANDING, words=words).rows
        assert request.id in [row.id for row in found], words
    assert queries.requests(session, queries.Stage.RECEIVED).total == 0
    assert queries.requests(session, queries.Stage.OUTSTANDING, words="no such thing").total == 0
    assert queries.requests(session, queries.Stage.OUTSTANDING, words="%").total == 0
    assert queries.outstanding_count(session) == 9
