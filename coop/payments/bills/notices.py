"""Mail about expense claims: to the treasurer that one came, to the claimant what became of it. It never says what was spent on."""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.formats import format_money
from coop.identity.models import Person
from coop.identity.powers import holders
from coop.membership import participants
from coop.payments.bills.models import ExpenseClaim
from coop.payments.payouts.accounts import account_of
from coop.permissions import Power


def claimed(session: Session, claim: ExpenseClaim) -> None:
    """Tell the treasurer that a claim waits."""
    name = cooperative.current(session).name
    for person_id in holders(session, (Power.TREASURER,), cooperative.today(session)) - {claim.claimed_by}:
        email = session.scalar(select(Person.email).where(Person.id == person_id, Person.active))
        if email is not None:
            outbox.send_mail(
                session,
                key=f"claim-made:{claim.id}:{person_id}",
                to=email,
                subject=f"{name}: {gettext('an expense claim waits')}",
                text=gettext("Somebody claims what they spent for the co-op. Assign its accounts, or refuse it:"),
                page=outbox.Page("bills.claim", {"claim_id": claim.id}),
            )


def refused(session: Session, claim: ExpenseClaim) -> None:
    """Tell the claimant that a claim was refused; the reason stands on its page."""
    _tell(
        session,
        claim,
        "refused",
        gettext("your expense claim was refused"),
        gettext("Your claim of %(amount)s was refused. The reason stands here:", amount=_amount(claim)),
    )


def approved(session: Session, claim: ExpenseClaim) -> None:
    """Tell the claimant that a claim was approved, and ask where to pay where that is not known."""
    text = gettext("Your claim of %(amount)s was approved and is paid next.", amount=_amount(claim))
    if account_of(session, claim.participant_id) is None:
        text += " " + gettext("The co-op does not know where to pay you: please give a bank account there.")
    _tell(session, claim, "approved", gettext("your expense claim was approved"), text)


def _tell(session: Session, claim: ExpenseClaim, event: str, subject: str, text: str) -> None:
    ids: dict[str, UUID] = {"participant_id": claim.participant_id, "claim_id": claim.id}
    participants.tell(
        session,
        claim.participant_id,
        key=f"claim-{event}:{claim.id}",
        subject=subject,
        text=text,
        page=outbox.Page("bills.my_claim", ids),
    )


def _amount(claim: ExpenseClaim) -> str:
    return format_money(claim.total_minor, claim.currency)
