"""Money back to the card: once, never more than was paid, and what happens when the processor will not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, outbox, worker
from coop.checking import all_findings
from coop.database import db, write, write_with
from coop.payments.cards import checkouts, practice
from coop.payments.cards import operations as card_operations
from coop.payments.cards import queries as card_queries
from coop.payments.cards.errors import (
    FeeKnown,
    FeeTooLarge,
    MoreThanPaid,
    NothingToSettle,
    NotOnSuspense,
    RefundIsMade,
    RefundKeyUsed,
    RefundOfNothing,
)
from coop.payments.cards.models import CardPayment, CardRefund, CardRefundMade, GatewayEvent, Outcome
from coop.payments.cards.rows import RefundState, Shown
from coop.permissions import NotFound, PowerMissing
from ledger import chart
from tests import joining
from tests.databases import TestDatabase
from tests.html_client import Browser
from tests.paying import Shop, begin, book
from tests.stripe_server import StripeServer

SignIn = Callable[[str], Browser]


def payment_of(session: Session, shop: Shop) -> UUID:
    """Let the founder buy honey for NZD 10.00 and return the payment's id."""
    checkout_id = begin(session, next(iter(joining.founder(session, "founder").represents)))
    practice.pay(session, checkout_id)
    return shop.sold[-1].payment_id


def refund(session: Session, payment_id: UUID, amount_minor: int, key: str) -> UUID:
    """Refund, and book it as whatever sold it would."""
    treasurer = joining.founder(session, "treasurer")
    known = session.scalar(select(CardRefund.id).where(CardRefund.key == key))
    made = checkouts.refund_card(session, treasurer, payment_id=payment_id, amount_minor=amount_minor, key=key)
    if known is None:
        amounts = {chart.OTHER_INCOME: amount_minor, chart.STRIPE_BALANCE: -amount_minor}
        book(session, f"honey-back:{made}", amounts)
    return made


def test_a_refund_is_asked_once_and_taken_by_the_processor(app: Flask, shop: Shop) -> None:
    with app.app_context():
        payment_id = write(lambda session: payment_of(session, shop))
        made = write(lambda session: refund(session, payment_id, 400, "a"))
        assert write(lambda session: refund(session, payment_id, 400, "a")) == made
        assert [row.state for row in card_queries.refunds(db.session(), payment_id)] == [RefundState.ASKED]
        for amount_minor, key, refusal in (
            (401, "a", RefundKeyUsed),
            (601, "b", MoreThanPaid),
            (0, "b", RefundOfNothing),
            (-1, "b", RefundOfNothing),
        ):
            with pytest.raises(refusal):
                write(partial(refund, payment_id=payment_id, amount_minor=amount_minor, key=key))
        with pytest.raises(NotFound):
            write(lambda session: refund(session, uuid4(), 1, "c"))
        with pytest.raises(PowerMissing):
            write(
                lambda session: checkouts.refund_card(
                    session, joining.founder(session, "board"), payment_id=payment_id, amount_minor=1, key="c"
                )
            )
        write(lambda session: refund(session, payment_id, 600, "b"))
        db.session.remove()
        worker.run_once(app)
        db.session.remove()
        assert len(db.session.scalars(select(CardRefundMade)).all()) == 2
        rows = card_queries.refunds(db.session(), payment_id)
        assert [(row.amount_minor, row.state) for row in rows] == [(400, RefundState.MADE), (600, RefundState.MADE)]
        with pytest.raises(RefundIsMade):
            write(
                lambda session: card_operations.ask_again(
                    session, joining.founder(session, "treasurer"), refund_id=made
                )
            )


def test_refunds_at_once_never_exceed_the_payment(founded: TestDatabase, shop: Shop) -> None:
    payment_id = write_with(founded.engine, lambda session: payment_of(session, shop))

    def ask(key: str) -> Callable[[Session], UUID]:
        return lambda session: refund(session, payment_id, 400, key)

    results = joining.at_once(founded.engine, ask("a"), ask("b"), ask("c"), ask("a"))
    ids = {result for result in results if isinstance(result, UUID)}
    assert len(ids) == 2
    assert {type(result) for result in results} <= {UUID, MoreThanPaid}
    with Session(founded.engine) as session:
        assert session.scalar(select(func.sum(CardRefund.amount_minor))) == 800
        assert all_findings(session) == []


def test_what_stripe_will_not_refund_waits_for_the_treasurer_who_asks_again(
    with_stripe: Flask, stripe: StripeServer, shop: Shop
) -> None:
    with with_stripe.app_context():

        def order(session: Session) -> UUID:
            return begin(session, next(iter(joining.founder(session, "founder").represents)))

        checkout_id = write(order)
        checkouts.send(checkout_id)
        ref = next(iter(stripe.sessions))
        body, headers = stripe.signed(stripe.paid(ref))
        assert with_stripe.test_client().post("/payments/webhook/stripe", data=body, headers=headers).status_code == 200
        payment_id = shop.sold[0].payment_id
        refund_id = write(lambda session: refund(session, payment_id, 400, "a"))
        stripe.ill_with = 402
        moment = _until_given_up(with_stripe)
        assert [row.state for row in card_queries.refunds(db.session(), payment_id)] == [RefundState.GIVEN_UP]
        # The fee did not become known either.
        assert set(_waiting()) == {Outcome.REFUND_FAILED, Outcome.FEE_UNKNOWN}
        errors = db.session.scalars(select(outbox.OutboxJob.last_error).where(outbox.OutboxJob.kind == "card-refund"))
        assert ["The words of Stripe" in error for error in errors] == [False]
        stripe.ill_with, stripe.fee_minor = None, 59
        with clock.at(moment):
            treasurer = joining.founder(db.session(), "treasurer")
            write(lambda session: card_operations.ask_again(session, treasurer, refund_id=refund_id))
            write(lambda session: card_operations.record_fee(session, treasurer, payment_id=payment_id, fee_minor=59))
            worker.run_once(with_stripe)
        db.session.remove()
        assert [row.state for row in card_queries.refunds(db.session(), payment_id)] == [RefundState.MADE]
        assert _waiting() == []
        assert sum(one["amount"] for one in stripe.refunds.values()) == 400


def test_a_fee_is_entered_once_and_never_more_than_the_payment(
    with_stripe: Flask, stripe: StripeServer, shop: Shop, sign_in_to: Callable[[Flask, str], Browser]
) -> None:
    with with_stripe.app_context():
        checkout_id = write(lambda session: begin(session, next(iter(joining.founder(session, "founder").represents))))
        checkouts.send(checkout_id)
        body, headers = stripe.signed(stripe.paid(next(iter(stripe.sessions))))
        with_stripe.test_client().post("/payments/webhook/stripe", data=body, headers=headers)
        payment_id, treasurer = shop.sold[0].payment_id, joining.founder(db.session(), "treasurer")
        with pytest.raises(FeeTooLarge):
            write(lambda s: card_operations.record_fee(s, treasurer, payment_id=payment_id, fee_minor=1001))
        db.session.remove()
    visitor = sign_in_to(with_stripe, "treasurer")
    path = f"/payments/cards/{checkout_id}"
    for wrong, message in (
        ("", "Enter an amount"),
        ("10.01", "cannot be more than the payment, NZD 10.00"),
        ("x", "digits"),
    ):
        page = visitor.submit(path, {"amount": wrong}, action="/fee")
        assert (page.status, message in page.text.replace("\u00a0", " ")) == (422, True), page.text
    form_page = visitor.get(path)
    form = form_page.form(action="/fee")
    assert "The fee is booked." in visitor.send(form_page, form, {"amount": "0.59"}).text
    assert visitor.send(form_page, form, {"amount": "0.59"}).status == 409
    with with_stripe.app_context(), pytest.raises(FeeKnown):
        write(lambda s: card_operations.record_fee(s, treasurer, payment_id=payment_id, fee_minor=59))


def test_what_stands_on_suspense_is_paid_back_once_from_its_page(app: Flask, shop: Shop, sign_in: SignIn) -> None:
    subject_id = uuid4()
    shop.sold_out.add(subject_id)
    with app.app_context():
        founder = write(lambda session: next(iter(joining.founder(session, "founder").represents)))
        checkout_id = write(lambda session: begin(session, founder, subject_id=subject_id))
        write(lambda session: practice.pay(session, checkout_id))
        sold = write(lambda session: begin(session, founder))
        write(lambda session: practice.pay(session, sold))
    path = f"/payments/cards/{checkout_id}"
    treasurer, auditor = sign_in("treasurer"), sign_in("auditor")
    assert "Look at 1 message of the card processor" in treasurer.get("/").text
    listed = treasurer.get("/payments/cards?show=attention")
    assert (path in listed.html, str(sold) in listed.html) == (True, False)
    page = treasurer.get(path)
    assert "could no longer be delivered" in page.text
    assert [form for form in auditor.get(path).forms if "pay-back" in form.action] == []
    assert auditor.post(f"{path}/pay-back").status == 403
    assert "It goes back to the card" in treasurer.post(f"{path}/pay-back").text
    assert treasurer.post(f"{path}/pay-back").status == 409
    assert treasurer.post(f"/payments/cards/{sold}/pay-back").status == 409
    worker.run_once(app)
    text = treasurer.get(path).text.replace("\u00a0", " ")
    assert "Taken by the card processor" in text
    assert "Done" in text
    assert "NZD 10.00" in text
    with app.app_context():
        assert db.session.scalar(select(func.sum(CardRefund.amount_minor))) == 1000
        with pytest.raises(NotOnSuspense):
            write(
                lambda session: card_operations.pay_back(
                    session, joining.founder(session, "treasurer"), payment_id=shop.sold[0].payment_id
                )
            )
        names = [row.id for row in card_queries.checkouts(db.session(), Shown.REFUNDED).rows]
        assert names == [checkout_id]


def test_an_event_is_settled_with_words_and_once(app: Flask, shop: Shop, sign_in: SignIn) -> None:
    subject_id = uuid4()
    shop.sold_out.add(subject_id)
    with app.app_context():

        def order(session: Session) -> UUID:
            made = begin(session, next(iter(joining.founder(session, "founder").represents)), subject_id=subject_id)
            practice.pay(session, made)
            return made

        checkout_id = write(order)
        event_id = db.session.scalars(select(GatewayEvent.id)).one()
    treasurer = sign_in("treasurer")
    path = f"/payments/cards/{checkout_id}"
    page = treasurer.get(path)
    form = page.form(having="note")
    assert treasurer.send(page, form, {"note": " "}).status == 422
    assert treasurer.post(f"{path}/messages/{uuid4()}", {"note": "x"}).status == 404
    assert sign_in("board").post(f"{path}/messages/{event_id}", {"note": "x"}).status == 403
    assert "Swapped for another jar." in treasurer.send(page, form, {"note": "Swapped for another jar."}).text
    assert treasurer.send(page, form, {"note": "Again."}).status == 409
    assert treasurer.post(f"{path}/pay-back").status == 409
    with app.app_context(), pytest.raises(NothingToSettle):
        write(
            lambda session: card_operations.settle(
                session, joining.founder(session, "treasurer"), event_id=event_id, note="x"
            )
        )


def test_the_list_is_searched_and_downloaded(app: Flask, shop: Shop, sign_in: SignIn) -> None:
    with app.app_context():
        write(lambda session: payment_of(session, shop))
        ref = db.session.scalars(select(CardPayment.payment_ref)).one()
    treasurer = sign_in("treasurer")
    assert "Aroha Hihi" in treasurer.get("/payments/cards?q=hihi").text
    assert "Aroha Hihi" in treasurer.get(f"/payments/cards?q={ref[-8:]}").text
    assert "Nothing found" in treasurer.get("/payments/cards?q=nobody").text
    assert "Nothing here yet" in treasurer.get("/payments/cards?show=unpaid").text
    rows = treasurer.get("/payments/cards.csv").text.splitlines()
    assert len(rows) == 2
    assert "Aroha Hihi,A jar of mānuka honey,paid,NZD,10.00,0.59,0.00," in rows[1]
    assert sign_in("founder").get("/payments/cards").status == 403


@pytest.mark.tampers
def test_the_checks_find_a_payment_without_its_entry_and_an_entry_without_its_payment(
    session: Session, shop: Shop
) -> None:
    joining.found(session)
    payment_id = payment_of(session, shop)
    assert all_findings(session) == []
    amounts = {chart.STRIPE_BALANCE: 5, chart.OTHER_INCOME: -5}
    book(session, "twice", amounts, source=("card_payment", payment_id))
    book(session, "stray", amounts, source=("card_payment", uuid4()))
    book(session, "fee", amounts, kind="card-fee", source=("card_payment", payment_id))
    refund = CardRefund(id=uuid4(), payment_id=payment_id, amount_minor=1001, key="x", asked_at=clock.now())
    session.add(refund)
    session.flush()
    found = {finding.check for finding in all_findings(session)}
    assert {"card-payment-not-booked", "card-entry", "card-fee", "card-refund"} <= found


def _until_given_up(app: Flask) -> datetime:
    moment = clock.now()
    for _ in range(outbox.MOST_ATTEMPTS + 1):
        moment += timedelta(days=2)
        with clock.at(moment):
            worker.run_once(app)
    db.session.remove()
    return moment


def _waiting() -> list[Outcome]:
    db.session.remove()
    part = card_queries.checkouts(db.session(), Shown.ATTENTION)
    return [event.outcome for row in part.rows for event in card_queries.events(db.session(), row.id) if event.waits]
