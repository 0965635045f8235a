"""Mail about bills and expense claims. It says neither who is paid nor what for.

The treasurer is told that a claim came, the claimant what became of it, and whoever pays and approves bills that an account changed.
"""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.formats import format_money
from coop.identity.powers import holders
from coop.identity.telling import tell_holders, tell_people
from coop.membership import participants
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.models import ExpenseClaim, Supplier
from coop.payments.bills.suppliers import queries as supplier_queries
from coop.payments.payouts.accounts import account_of
from coop.permissions import Power
from evidence.identifiers import new_id


def claimed(session: Session, claim: ExpenseClaim) -> None:
    """Tell the treasurer that a claim waits, unless one waits already of which they were told."""
    others = claim_queries.waiting_of_others(session, claim.id)
    treasurers = holders(session, (Power.TREASURER,), cooperative.today(session)) - {claim.claimed_by}
    tell_people(
        session,
        [person_id for person_id in treasurers if others <= {person_id}],
        key=f"claim-made:{claim.id}",
        subject=gettext("an expense claim waits"),
        text=gettext("Somebody claims what they spent for the co-op. Assign its accounts, or refuse it:"),
        page=outbox.Page("bills.claim", {"claim_id": claim.id}),
    )


def account_changed(session: Session, supplier: Supplier, old_end: str, new_end: str) -> None:
    """Tell whoever approves and pays bills, except who did it, that an account changed to which some will be paid."""
    if not supplier_queries.has_unpaid(session, supplier.id):
        return
    text = gettext(
        "A supplier whose bills are not paid yet has another bank account: it ended in %(old)s, and now ends in %(new)s. Nothing is paid"
        " to it until somebody has compared it with what the supplier itself says, by another way than the message that gave it:",
        old=old_end or gettext("nothing"),
        new=new_end or gettext("nothing"),
    )
    tell_holders(
        session,
        (Power.BOARD, Power.TREASURER),
        key=f"supplier-account:{new_id()}",
        subject=gettext("the bank account of a supplier was changed"),
        text=text,
        page=outbox.Page("bills.supplier", {"supplier_id": supplier.id}),
        but=[supplier.account_changed_by],
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
