"""Erasing the receipt and the words of a bill or a claim, where the law or a person asks for it.

Only what may name a person goes: the file with its name, what the lines were for, why there was no receipt, the reasons (the bank's too,
for sending a payment back), and the text of its entries. Numbers, days, amounts, accounts, who decided, and the hashes of what was said and sent stay, so nothing changes in the books.
The treasurer erases what is decided; a claimant what they claimed themselves and nobody has decided, which ends the claim.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from coop import audit
from coop.approvals.models import ActApproval, ActWithdrawal, ActWords, TwoPersonAct, WithdrawalReason
from coop.attachments.models import AttachmentErasure
from coop.attachments.operations import erase
from coop.database import CoopBase
from coop.payments.bills import errors, queries
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.claims import payments as claim_payments
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.queries import ClaimState
from coop.payments.bills.models import (
    Bill,
    BillReturnLine,
    BillReturnReason,
    BillText,
    ClaimCoding,
    ClaimEndingReason,
    ExpenseClaim,
    ExpenseClaimText,
)
from coop.payments.bills.rows import BillState
from coop.payments.bills.taking_back import TAKE_BACK
from coop.payments.payouts.models import DisbursementReturnReason
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from ledger.models import Entry, EntryText

#: A table with words, the column of the record that they belong to, and the ids of those records.
_Words = tuple[type[CoopBase | EntryText], str, Select[UUID] | list[UUID]]


def erase_bill(session: Session, actor: Actor, *, bill_id: UUID) -> None:
    """Erase the receipt and the words of a bill that was decided.

    Raises:
        PowerMissing, NotFound, NotDecided, NothingLeft
    """
    power = actor.need(Power.TREASURER)
    row = session.get(Bill, bill_id, with_for_update=True)
    if row is None:
        raise NotFound
    if queries.bill(session, bill_id).state is BillState.WAITING:
        raise errors.NotDecided
    returns = select(BillReturnLine.return_id).where(BillReturnLine.bill_id == bill_id)
    words: Sequence[_Words] = [
        (BillText, "bill_id", [bill_id]),
        (BillReturnReason, "return_id", returns),
        *_everywhere(session, "bill", bill_id, [row.act_id]),
    ]
    facts = _erase(session, actor, row.attachment_id, words)
    audit.record(session, actor, "bill.erased", subject=bill_id, power=power, facts=facts)


def erase_claim(session: Session, actor: Actor, *, claim_id: UUID) -> None:
    """Erase the receipt and the words of a claim that was decided.

    Raises:
        PowerMissing, NotFound, NotDecided, NothingLeft
    """
    power = actor.need(Power.TREASURER)
    row = _held_claim(session, claim_id)
    if claim_queries.claim(session, claim_id).state.is_waiting:
        raise errors.NotDecided
    facts = _erase(session, actor, row.attachment_id, _words_of_claim(session, claim_id))
    audit.record(session, actor, "claim.erased", subject=claim_id, power=power, facts=facts)


def erase_own_claim(session: Session, actor: Actor, *, participant_id: UUID, claim_id: UUID) -> None:
    """Erase the receipt and the words of a participant's own claim that nobody has decided; one that waits is withdrawn by it.

    Raises:
        NotFound, ClaimSettled, ClaimPrepared, NothingLeft
    """
    actor.need_to_act_for(participant_id)
    claim_queries.claim(session, claim_id, participant_id=participant_id)
    row = _held_claim(session, claim_id)
    if claim_queries.claim(session, claim_id).state is not ClaimState.WITHDRAWN:
        claiming.withdraw(session, actor, participant_id=participant_id, claim_id=claim_id)
    facts = _erase(session, actor, row.attachment_id, _words_of_claim(session, claim_id))
    audit.record(session, actor, "claim.erased", subject=claim_id, facts=facts)


def _held_claim(session: Session, claim_id: UUID) -> ExpenseClaim:
    row = session.get(ExpenseClaim, claim_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def _words_of_claim(session: Session, claim_id: UUID) -> Sequence[_Words]:
    acts = session.scalars(select(ClaimCoding.act_id).where(ClaimCoding.claim_id == claim_id)).all()
    sent_back = claim_payments.sent_back(session, claim_queries.claim(session, claim_id))
    return [
        (ExpenseClaimText, "claim_id", [claim_id]),
        (ClaimEndingReason, "claim_id", [claim_id]),
        (DisbursementReturnReason, "return_id", [one.return_id for one in sent_back if one.return_id]),
        *_everywhere(session, "expense_claim", claim_id, acts),
    ]


def _everywhere(session: Session, source: str, subject_id: UUID, acts: Sequence[UUID]) -> Sequence[_Words]:
    """Return the words of the acts about a bill or a claim, and of its entries. An act that waits keeps its words: it needs them."""
    ended = (
        select(TwoPersonAct.id)
        .outerjoin(ActApproval, ActApproval.act_id == TwoPersonAct.id)
        .outerjoin(ActWithdrawal, ActWithdrawal.act_id == TwoPersonAct.id)
        .where(or_(ActApproval.act_id.is_not(None), ActWithdrawal.act_id.is_not(None)))
    )
    asked = session.scalars(select(TwoPersonAct).where(TwoPersonAct.kind == TAKE_BACK, TwoPersonAct.id.in_(ended)))
    about = [*acts, *(act.id for act in asked if act.arguments["id"] == str(subject_id))]
    entries = select(Entry.id).where(Entry.source_kind == source, Entry.source_id == subject_id)
    return [(ActWords, "act_id", about), (WithdrawalReason, "act_id", about), (EntryText, "entry_id", entries)]


def _erase(session: Session, actor: Actor, attachment_id: UUID | None, words: Sequence[_Words]) -> dict[str, Canonical]:
    """Erase a file and words, and return what the audit trail says of it: how many texts, and the hash of the file, which stays."""
    texts = 0
    for mapped, name, ids in words:
        column = getattr(mapped, name)
        texts += len(session.scalars(select(column).where(column.in_(ids))).all())
        session.execute(delete(mapped).where(column.in_(ids)))
    facts: dict[str, Canonical] = {"texts": texts}
    if attachment_id is not None and session.get(AttachmentErasure, attachment_id) is None:
        facts |= {"attachment": attachment_id, "sha256": erase(session, actor, attachment_id)}
    elif not texts:
        raise errors.NothingLeft
    session.flush()
    return facts
