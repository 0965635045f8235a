"""How the demonstration's people buy and how they are served: orders, payments, deliveries, payouts, each at its moment."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.demonstration import roles
from coop.demonstration.money import enter
from coop.demonstration.stage import Stage
from coop.marketplace import deliveries, orders, refunds
from coop.marketplace.models import CohortMeeting
from coop.marketplace.order_models import PaidBy
from coop.marketplace.orders import Placed
from coop.membership.models import Participant, ParticipantKind
from coop.payments.cards import checkouts, practice
from coop.payments.confirming import operations as confirming
from coop.payments.confirming import queries as accounts
from coop.payments.models import PaymentRequest
from coop.payments.operations import Receipt, record_receipt
from coop.payments.payouts import disbursements
from coop.payments.payouts.models import PayoutAccount
from coop.payments.payouts.payees import owed
from ledger import chart
from ledger.posting import Line
from ledger.totals import balance_of

_TO_PAY_AN_INVOICE = timedelta(days=11)


def buy(
    stage: Stage,
    moment: datetime,
    who: UUID,
    offering_id: UUID,
    *,
    quantity: int = 1,
    then: Callable[[UUID], None] | None = None,
) -> None:
    """Let somebody buy something: by card, paid within minutes; an organisation a service by invoice, paid within days."""

    def go_on(placed: Placed) -> None:
        if placed.checkout_id is not None:
            checkouts.send(placed.checkout_id)
            stage.at(moment + timedelta(minutes=4), partial(_pay, placed.checkout_id))
        elif placed.request_id is not None and moment + _TO_PAY_AN_INVOICE < stage.now:
            stage.at(moment + _TO_PAY_AN_INVOICE, partial(_receive, stage, placed.request_id))
        if then is not None:
            then(placed.order_id)

    stage.at(moment, partial(_order, stage, who, offering_id, quantity), go_on)


def hold_session(stage: Stage, moment: datetime, coach: UUID, order_id: UUID, unit: int) -> None:
    """Let a coach hold a session and confirm it."""

    def work(session: Session) -> UUID:
        today = cooperative.today(session)
        actor = stage.acting(coach)
        return deliveries.confirm(session, actor, order_id=order_id, unit=unit, delivered_on=today)

    stage.at(moment, work)


def meet(stage: Stage, moment: datetime, offering_id: UUID, position: int) -> None:
    """Let a cohort meet, and the secretary confirm it."""

    def work(session: Session) -> UUID:
        meeting_id = session.scalars(
            select(CohortMeeting.id).where(CohortMeeting.offering_id == offering_id, CohortMeeting.position == position)
        ).one()
        secretary, today = stage.role(session, roles.SECRETARY), cooperative.today(session)
        return deliveries.hold_meeting(session, secretary, meeting_id=meeting_id, held_on=today)

    stage.at(moment, work)


def take_receipt(stage: Stage, moment: datetime, who: UUID, order_id: UUID) -> None:
    """Let a buyer say that what a member sold has arrived."""
    stage.at(moment, lambda session: deliveries.confirm_receipt(session, stage.acting(who), order_id=order_id))


def give_back(stage: Stage, moment: datetime, order_id: UUID, amount_minor: int, reason: str) -> None:
    """Let the treasurer refund a part of an order."""

    def work(session: Session) -> UUID:
        treasurer = stage.role(session, roles.TREASURER)
        return refunds.refund(
            session, treasurer, order_id=order_id, amount_minor=amount_minor, reason=reason, form_token=uuid4()
        )

    stage.at(moment, work)


def settle(stage: Stage, moment: datetime) -> None:
    """Let the card processor pay out what it holds, and the treasurer pay coaches and sellers what they are owed."""

    def work(session: Session) -> None:
        held_minor = balance_of(session, chart.STRIPE_BALANCE)
        if held_minor > 0:
            text = gettext("Payout of the card processor")
            enter(stage, text, [Line(chart.BANK, held_minor), Line(chart.STRIPE_BALANCE, -held_minor)], session)
        for account_code in (chart.OWED_TO_COACHES, chart.OWED_TO_SELLERS):
            pay_out(stage, account_code, session)

    stage.at(moment, work)


def pay_out(stage: Stage, account_code: str, session: Session) -> None:
    """Let the treasurer pay everybody what an account says they are owed, once a director has confirmed where."""
    confirm_accounts(stage, session)
    today = cooperative.today(session)
    by_party = {party: minor for party, minor in owed(session, account_code, today).items() if minor > 0}
    rows = session.execute(
        select(Participant.id, Participant.party_ref, PayoutAccount.account_ref)
        .outerjoin(PayoutAccount, PayoutAccount.participant_id == Participant.id)
        .where(Participant.party_ref.in_(by_party))
        .order_by(Participant.id)
    )
    lines = [disbursements.ToPay(participant_id, by_party[party], ref) for participant_id, party, ref in rows]
    if lines:
        treasurer = stage.role(session, roles.TREASURER)
        disbursements.record_payment(
            session, treasurer, account_code=account_code, lines=lines, paid_on=today, form_token=uuid4()
        )


def confirm_accounts(stage: Stage, session: Session) -> None:
    """Let directors confirm the bank accounts that wait, each but their own."""
    for role in (roles.BOARD, roles.DIRECTOR):
        director = stage.role(session, role)
        rows = accounts.waiting(session)
        if refs := [row.account_ref for row in rows if not row.concerns(director)]:
            confirming.confirm(session, director, account_refs=refs)


def meets_at(stage: Stage, day: date) -> datetime:
    """Return when a cohort has met on a day."""
    return stage.calendar.on(day, 17)


def _order(stage: Stage, who: UUID, offering_id: UUID, quantity: int, session: Session) -> Placed:
    kind = session.get_one(Participant, who).kind
    is_organisation = kind is not ParticipantKind.INDIVIDUAL
    return orders.place(
        session,
        stage.acting(who),
        participant_id=who,
        offering_id=offering_id,
        quantity=quantity,
        by=PaidBy.INVOICE if is_organisation else PaidBy.CARD,
        po_number=f"{cooperative.today(session):%y%m}-{str(who)[-4:]}" if kind is ParticipantKind.ENTERPRISE else None,
    )


def _pay(checkout_id: UUID, session: Session) -> None:
    practice.pay(session, checkout_id)


def _receive(stage: Stage, request_id: UUID, session: Session) -> UUID:
    request = session.get_one(PaymentRequest, request_id)
    receipt = Receipt(request.amount_minor, cooperative.today(session), uuid4())
    return record_receipt(session, stage.role(session, roles.TREASURER), request_id=request_id, receipt=receipt)
