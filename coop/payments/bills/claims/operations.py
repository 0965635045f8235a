"""Expense claims: a participant says what they spent, the treasurer says to which accounts it goes, a third person approves.

Whoever claims writes the claim once. A claim that the second person refuses goes back to the treasurer, who assigns it anew or refuses
it with a reason that the claimant reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, texts
from coop.approvals import operations as approvals
from coop.approvals.errors import ReasonMissing
from coop.attachments.models import Attachment
from coop.attachments.operations import attach
from coop.attachments.uploads import Received
from coop.membership import participants
from coop.payments.bills import booking, errors, notices
from coop.payments.bills.booking import Costs, Owed
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.queries import ClaimRow, ClaimState
from coop.payments.bills.models import (
    NO_RECEIPT,
    ClaimCoding,
    ClaimEnding,
    ClaimEndingReason,
    ExpenseClaim,
    ExpenseClaimLine,
    ExpenseClaimText,
)
from coop.permissions import Actor, NotFound, Power, SignInNeeded
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from ledger.chart import EXPENSE_CLAIMS
from ledger.drafts import LARGEST_AMOUNT_MINOR, Line
from ledger.errors import AmountOutOfRange
from ledger.years.periods import fiscal_year_of

CLAIM_APPROVE = "claim.approve"
MOST_LINES = 40
#: Claims of a participant that wait at a time.
MOST_UNDECIDED = 20
LONGEST_REASON = 1_000
#: Ends of a claim after which its receipt may come again.
_ENDED = (ClaimState.REFUSED, ClaimState.WITHDRAWN, ClaimState.TAKEN_BACK)


@dataclass(frozen=True)
class Spent:
    """Something that was bought, with tax, and what it was for."""

    spent_on: date
    amount_minor: int
    text: str


@dataclass(frozen=True)
class NewClaim:
    """A claim as its form sends it."""

    spent: Sequence[Spent]
    #: The receipt, or why there is none.
    receipt: Received | None
    no_receipt: str
    #: Of the form, so that a form sent twice is one claim.
    form_token: UUID


def claim(session: Session, actor: Actor, *, participant_id: UUID, new: NewClaim) -> UUID:
    """Claim what a participant spent for the co-op, tell the treasurer, and return the claim's id.

    Raises:
        NotFound: the actor does not act for the participant.
        LinesMissing, TooManyLines, AmountOutOfRange, SpentInFuture, SpentInTwoYears, ReceiptMissing, ReceiptUsed, BillFormUsed
        TooManyClaims
    """
    actor.need_to_act_for(participant_id)
    # Two claims with the same receipt at once: the second waits here, and then finds the first.
    participants.lock(session, participant_id)
    total_minor = sum(one.amount_minor for one in new.spent)
    known = session.scalar(select(ExpenseClaim).where(ExpenseClaim.form_token == new.form_token))
    if known is not None:
        if (known.participant_id, known.total_minor) != (participant_id, total_minor):
            raise errors.BillFormUsed
        return known.id
    _check(session, new)
    if claim_queries.undecided_of(session, participant_id) >= MOST_UNDECIDED:
        raise claim_errors.TooManyClaims(MOST_UNDECIDED)
    _need_new_receipt(session, participant_id, new.receipt)
    row = ExpenseClaim(
        id=new_id(),
        participant_id=participant_id,
        claimed_by=_person(actor),
        claimed_at=clock.now(),
        total_minor=total_minor,
        currency=cooperative.current(session).currency,
        form_token=new.form_token,
    )
    row.attachment_id = attach(session, actor, new.receipt) if new.receipt else None
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise errors.BillFormUsed from None
    _write_lines(session, row.id, new)
    notices.claimed(session, row)
    facts: dict[str, Canonical] = {"total_minor": total_minor, "currency": row.currency}
    audit.record(session, actor, "claim.made", subject=row.id, facts=facts)
    return row.id


def withdraw(session: Session, actor: Actor, *, participant_id: UUID, claim_id: UUID) -> None:
    """Take back a claim that nobody has begun to decide.

    Raises:
        NotFound, ClaimSettled, ClaimPrepared
    """
    actor.need_to_act_for(participant_id)
    claim_queries.claim(session, claim_id, participant_id=participant_id)
    _hold_waiting(session, claim_id)
    _end(session, actor, claim_id, is_refused=False)
    audit.record(session, actor, "claim.withdrawn", subject=claim_id)


def refuse(session: Session, actor: Actor, *, claim_id: UUID, reason: str) -> None:
    """Refuse a claim, with a reason that the claimant reads.

    Raises:
        PowerMissing, NotFound, ClaimSettled, ClaimPrepared, ReasonMissing, TextTooLong
    """
    power = actor.need(Power.TREASURER)
    _hold_waiting(session, claim_id)
    said = texts.prose(reason, about="reason", longest=LONGEST_REASON)
    if not said:
        raise ReasonMissing
    _end(session, actor, claim_id, is_refused=True)
    session.add(ClaimEndingReason(claim_id=claim_id, text=said))
    session.flush()
    notices.refused(session, session.get_one(ExpenseClaim, claim_id))
    audit.record(session, actor, "claim.refused", subject=claim_id, power=power)


def assign(session: Session, actor: Actor, *, claim_id: UUID, coding: Sequence[Line]) -> UUID:
    """Say to which accounts the lines of a claim go, ask a second person to approve it, and return the act's id.

    Of `coding` only the accounts and what they count for are taken: the amounts are the claimant's.

    Raises:
        PowerMissing, NotFound, ClaimSettled, ClaimPrepared, LinesMissing
        LedgerRefusal and what `booking` refuses: nobody is asked to approve what cannot be booked.
    """
    actor.need(Power.TREASURER)
    row = _hold_waiting(session, claim_id)
    if len(coding) != len(claim_queries.lines(session, claim_id)):
        raise errors.LinesMissing
    costs = claim_queries.coded(session, claim_id, coding)
    booking.try_owed(session, owed_of(session, row, costs))
    arguments: dict[str, Canonical] = {"claim": str(claim_id), "total_minor": row.total_minor, **costs.arguments()}
    act_id = approvals.prepare(session, actor, kind=CLAIM_APPROVE, arguments=arguments)
    session.add(ClaimCoding(act_id=act_id, claim_id=claim_id))
    session.flush()
    return act_id


def owed_of(session: Session, row: ClaimRow, costs: Costs) -> Owed:
    """Return what a claim is booked as: its costs against the claimant, on the last day on which something was spent."""
    return Owed(
        kind="expense-claim",
        source_id=row.id,
        on=max(line.spent_on for line in claim_queries.lines(session, row.id)),
        costs=costs,
        total_minor=row.total_minor,
        account=EXPENSE_CLAIMS,
        party_ref=row.party_ref,
        # Without the claimant's name, which the party stands for: the files of a closed year stay for ever.
        text=gettext("Expense claim: %(what)s", what=costs.in_short),
    )


def _check(session: Session, new: NewClaim) -> None:
    """Check what a claim says by itself."""
    house, today = cooperative.current(session), cooperative.today(session)
    if not new.spent:
        raise errors.LinesMissing
    if len(new.spent) > MOST_LINES:
        raise errors.TooManyLines(MOST_LINES)
    for number, one in enumerate(new.spent, start=1):
        if not 0 < one.amount_minor <= LARGEST_AMOUNT_MINOR:
            raise AmountOutOfRange(number, LARGEST_AMOUNT_MINOR, house.currency)
        if one.spent_on > today:
            raise claim_errors.SpentInFuture(number, today)
    first, last = min(one.spent_on for one in new.spent), max(one.spent_on for one in new.spent)
    year = fiscal_year_of(session, first)
    if year is not None and last > year.ends_on:
        raise claim_errors.SpentInTwoYears(year.ends_on)
    if new.receipt is None and not new.no_receipt:
        raise errors.ReceiptMissing


def _need_new_receipt(session: Session, participant_id: UUID, receipt: Received | None) -> None:
    """Refuse a file with which the same claimant has claimed before, unless that came to nothing."""
    if receipt is None:
        return
    query = (
        select(ExpenseClaim.id)
        .join(Attachment, Attachment.id == ExpenseClaim.attachment_id)
        .where(ExpenseClaim.participant_id == participant_id, Attachment.sha256 == receipt.sha256)
    )
    zone = ZoneInfo(cooperative.current(session).zone)
    for claim_id in session.scalars(query.order_by(ExpenseClaim.id)):
        earlier = claim_queries.claim(session, claim_id)
        if earlier.state not in _ENDED:
            raise claim_errors.ReceiptUsed(claim_id, earlier.claimed_at.astimezone(zone).date())


def _hold_waiting(session: Session, claim_id: UUID) -> ClaimRow:
    """Return a claim that waits for the treasurer, and hold it."""
    if session.get(ExpenseClaim, claim_id, with_for_update=True) is None:
        raise NotFound
    row = claim_queries.claim(session, claim_id)
    if row.state is ClaimState.PREPARED:
        raise claim_errors.ClaimPrepared
    if row.state is not ClaimState.WAITING:
        raise claim_errors.ClaimSettled
    return row


def _end(session: Session, actor: Actor, claim_id: UUID, *, is_refused: bool) -> None:
    ending = ClaimEnding(claim_id=claim_id, ended_by=_person(actor), ended_at=clock.now(), is_refused=is_refused)
    session.add(ending)
    session.flush()


def _write_lines(session: Session, claim_id: UUID, new: NewClaim) -> None:
    said = {} if new.receipt else {NO_RECEIPT: new.no_receipt}
    for number, one in enumerate(new.spent, start=1):
        session.add(
            ExpenseClaimLine(claim_id=claim_id, line=number, spent_on=one.spent_on, amount_minor=one.amount_minor)
        )
        said[number] = one.text
    session.flush()
    session.add_all(ExpenseClaimText(claim_id=claim_id, line=line, text=text) for line, text in said.items() if text)
    session.flush()


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise SignInNeeded
    return actor.person_id
