"""Something that tests sell by card: it books other income, and refuses when it is told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.outbox import Page
from coop.payments.cards import checkouts
from coop.payments.cards.checkouts import PaidCheckout, Purpose
from coop.permissions import Actor
from evidence.messages import Refusal
from ledger import chart
from ledger.posting import Draft, Line, post

CODE = "test-goods"
DESCRIPTION = "A jar of mānuka honey"


class SoldOut(Refusal):
    """There is nothing left."""

    message = "It is sold out."


@dataclass
class Shop:
    """What was sold, and what cannot be sold any more."""

    sold: list[PaidCheckout] = field(default_factory=list)
    sold_out: set[UUID] = field(default_factory=set)

    def paid(self, session: Session, actor: Actor, paid: PaidCheckout) -> None:
        """Book a sale: all of it, before it may be found to be sold out."""
        fee_minor = paid.fee_minor or 0
        amounts = {
            chart.STRIPE_BALANCE: paid.amount_minor - fee_minor,
            chart.PROCESSING_FEES: fee_minor,
            chart.OTHER_INCOME: -paid.amount_minor,
        }
        book(session, f"honey:{paid.payment_id}", amounts, source=("card_payment", paid.payment_id))
        if paid.subject_id in self.sold_out:
            raise SoldOut
        self.sold.append(paid)


def open_shop() -> Shop:
    """Open a shop of this test's own."""
    shop = Shop()
    checkouts.register_purpose(Purpose(CODE, shop.paid, lambda _: Page("membership.current_terms", {})))
    return shop


def begin(
    session: Session,
    participant_id: UUID,
    *,
    amount_minor: int = 1000,
    subject_id: UUID | None = None,
    lasting: timedelta = timedelta(hours=1),
) -> UUID:
    """Begin a checkout for honey."""
    return checkouts.begin(
        session,
        participant_id=participant_id,
        amount_minor=amount_minor,
        description=DESCRIPTION,
        purpose=CODE,
        subject_id=subject_id or uuid4(),
        expires_at=clock.now() + lasting,
    )


def book(
    session: Session,
    key: str,
    amounts: Mapping[str, int],
    *,
    kind: str = "sale",
    source: tuple[str | None, UUID | None] = (None, None),
) -> None:
    """Book something about honey today: amounts by account, debit positive."""
    draft = Draft(
        booked_on=cooperative.today(session),
        text="Honey",
        kind=kind,
        currency=cooperative.current(session).currency,
        lines=[Line(account, amount_minor) for account, amount_minor in amounts.items() if amount_minor],
        idempotency_key=key,
        source_kind=source[0],
        source_id=source[1],
    )
    post(session, draft, now=clock.now())
