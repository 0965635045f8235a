"""Subscribing for shares, and issuing them.

Shares are subscribed at the price of the day, paid as share applications (a liability), and issued when they are fully paid: then
the money becomes share capital, and the first issue enters the member in the register. The participant's row is held throughout,
so that the limit holds whatever is asked for at the same moment.
"""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly.bylaws import in_force
from coop.membership import participants
from coop.membership.classes import capital_account_of
from coop.membership.models import Member, Participant
from coop.membership.register import enrol
from coop.payments.models import PaymentRequest
from coop.payments.operations import received_minor, request_payment
from coop.permissions import Actor, NotFound, Power
from coop.shares import errors
from coop.shares.models import ShareEvent, ShareEventKind, Subscription
from coop.shares.queries import shares_taken
from evidence.identifiers import new_id
from ledger import chart
from ledger.posting import Draft, Line, post


def buy(session: Session, actor: Actor, *, participant_id: UUID, quantity: int) -> UUID:
    """Let a member subscribe for more shares, and return the subscription's id.

    Raises:
        NotFound, NotAMember, NoSharesToBuy, TooFewShares, ShareLimit
    """
    actor.need_to_act_for(participant_id)
    participants.lock(session, participant_id)
    if session.scalar(select(Member.id).where(Member.participant_id == participant_id)) is None:
        raise errors.NotAMember
    return subscribe(session, actor, participant_id=participant_id, quantity=quantity)


def subscribe(
    session: Session, actor: Actor, *, participant_id: UUID, quantity: int, application_id: UUID | None = None
) -> UUID:
    """Subscribe for shares at today's price, ask for the money, and return the subscription's id.

    Part of an admission or a purchase, which has checked the actor and holds the participant's row.

    Raises:
        NoSharesToBuy, TooFewShares, ShareLimit
    """
    bylaws = in_force(session, cooperative.today(session)).bylaws
    if bylaws.share_price_minor is None:
        raise errors.NoSharesToBuy
    if quantity < 1:
        raise errors.TooFewShares
    taken = shares_taken(session, participant_id)
    if taken + quantity > bylaws.most_shares:
        raise errors.ShareLimit(bylaws.most_shares, taken, max(bylaws.most_shares - taken, 0))
    request = request_payment(
        session,
        participant_id=participant_id,
        amount_minor=quantity * bylaws.share_price_minor,
        account_code=chart.SHARE_APPLICATIONS,
    )
    subscription = Subscription(
        id=new_id(),
        participant_id=participant_id,
        quantity=quantity,
        price_minor=bylaws.share_price_minor,
        request_id=request.id,
        subscribed_at=clock.now(),
        application_id=application_id,
    )
    session.add(subscription)
    session.flush()
    audit.record(
        session,
        actor,
        "subscription.made",
        subject=subscription.id,
        facts={"quantity": quantity, "price_minor": bylaws.share_price_minor, "reference": request.reference},
    )
    return subscription.id


def issue(session: Session, actor: Actor, *, subscription_ids: Sequence[UUID]) -> list[UUID]:
    """Issue the shares of fully paid subscriptions, all or none, and return the ids of the share events.

    Raises:
        NotFound, NothingToIssue, AlreadyIssued, NotFullyPaid, PowerMissing
        LedgerRefusal: today lies in a locked period or in no open year.
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    wanted = set(subscription_ids)
    if not wanted:
        raise errors.NothingToIssue
    owners = session.execute(
        select(Subscription.id, Subscription.participant_id).where(Subscription.id.in_(wanted))
    ).all()
    if len(owners) != len(wanted):
        raise NotFound
    # All locks first, in one order, so that two who issue the same list do not wait for each other.
    held = {owner: participants.lock(session, owner) for owner in sorted({owner for _, owner in owners})}
    return [
        _issue_one(session, actor, power, session.get_one(Subscription, subscription_id), held[owner])
        for subscription_id, owner in sorted(owners)
    ]


def _issue_one(
    session: Session, actor: Actor, power: Power | None, subscription: Subscription, participant: Participant
) -> UUID:
    request = session.get_one(PaymentRequest, subscription.request_id)
    if session.scalar(select(ShareEvent.id).where(ShareEvent.subscription_id == subscription.id)) is not None:
        raise errors.AlreadyIssued(request.reference)
    outstanding_minor = request.amount_minor - received_minor(session, request.id)
    if outstanding_minor:
        raise errors.NotFullyPaid(request.reference, outstanding_minor, request.currency)
    member_id = session.scalar(select(Member.id).where(Member.participant_id == participant.id))
    if member_id is None:
        assert subscription.application_id is not None, "the first shares come with an application"
        member_id = enrol(session, actor, application_id=subscription.application_id)
    event = ShareEvent(
        id=new_id(),
        member_id=member_id,
        kind=ShareEventKind.ISSUE,
        quantity=subscription.quantity,
        price_minor=subscription.price_minor,
        currency=request.currency,
        effective_on=cooperative.today(session),
        recorded_at=clock.now(),
        subscription_id=subscription.id,
    )
    session.add(event)
    session.flush()
    _book(session, actor, event, participant.party_ref, request.reference)
    audit.record(
        session,
        actor,
        "share.issued",
        subject=event.id,
        power=power,
        facts={"member": member_id, "quantity": event.quantity, "reference": request.reference},
    )
    return event.id


def _book(session: Session, actor: Actor, event: ShareEvent, party_ref: UUID, reference: str) -> None:
    amount_minor = event.quantity * event.price_minor
    post(
        session,
        Draft(
            booked_on=event.effective_on,
            text=gettext("Shares issued under %(reference)s", reference=reference),
            kind="share-issue",
            currency=event.currency,
            lines=[
                Line(chart.SHARE_APPLICATIONS, amount_minor, party_ref),
                Line(capital_account_of(session, event.member_id), -amount_minor, party_ref),
            ],
            idempotency_key=f"share-issue:{event.id}",
            source_kind="share_event",
            source_id=event.id,
        ),
        now=clock.now(),
        recorded_by=actor.person_id,
    )
