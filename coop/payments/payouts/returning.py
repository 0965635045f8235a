"""Recording that the bank sent payments back: as one entry for what came back on one day. Each payee is told by mail.

Nothing is undone: the payment and its entry stay. The payee is owed again what came back, and is paid anew from the list, perhaps to
another account, which only they change.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Protocol
from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox, texts
from coop.formats import format_day, format_money
from coop.membership import participants
from coop.payments.bank.accounts import need_marked
from coop.payments.payouts import errors, payments
from coop.payments.payouts.models import (
    Disbursement,
    DisbursementReturn,
    DisbursementReturnLine,
    DisbursementReturnReason,
)
from coop.payments.payouts.payees import payees_of
from coop.payments.payouts.payments import PaidPayee
from coop.payments.payouts.undoing import undo
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from ledger.posting import Draft, Line, post

LONGEST_REASON = 300


class Paid(Protocol):
    """A payment that may come back."""

    @property
    def paid_on(self) -> date:
        """Return when it left."""

    @property
    def returned_on(self) -> date | None:
        """Return when it came back."""


def record_return(
    session: Session,
    actor: Actor,
    *,
    disbursement_id: UUID,
    participant_ids: Collection[UUID],
    returned_on: date,
    reason: str,
    never_left: bool = False,
) -> UUID:
    """Record that the bank sent back what some payees were paid, book it as one entry, tell each, and return its record's id.

    A payment that `never_left`, for it was recorded by mistake, is undone whole: by the reversal of its entry.

    Raises:
        PowerMissing, NotFound, NobodyTicked, ReturnedInFuture, ReturnedBeforePaid, ReturnedAlready, TextMissing, TextTooLong
        UndoneInPart, LeftTheBank: it was no mistake, or not all of it is named.
        BankAccountEnded: it came back to an account that is none any more.
        LedgerRefusal: the day lies in a locked period or in no open year.
    """
    power = actor.need(Power.TREASURER)
    said = texts.line(reason, about="reason", longest=LONGEST_REASON)
    # Held in the order in which payments hold them: a second return waits here, and then finds the first.
    for participant_id in sorted(set(participant_ids)):
        participants.lock(session, participant_id)
    rows = _returnable(session, disbursement_id, participant_ids, returned_on)
    row = DisbursementReturn(id=new_id(), returned_on=returned_on, recorded_at=clock.now())
    session.add(row)
    session.flush()
    session.add_all(
        DisbursementReturnLine(disbursement_id=disbursement_id, participant_id=paid.participant_id, return_id=row.id)
        for paid in rows
    )
    session.add(DisbursementReturnReason(return_id=row.id, text=said))
    session.flush()
    disbursement = session.get_one(Disbursement, disbursement_id)
    need_marked(session, disbursement.bank_code)
    if never_left:
        if len(rows) < len(payments.paid_in(session, disbursement_id)):
            raise errors.UndoneInPart
        _undo(session, actor, row, disbursement)
    else:
        _book(session, actor, row, disbursement, rows)
    for paid in rows:
        _tell(session, row, disbursement, paid, never_left=never_left)
    facts: dict[str, Canonical] = {
        "disbursement": disbursement_id,
        "account": disbursement.account_code,
        "people": len(rows),
        "amount_minor": sum(paid.amount_minor for paid in rows),
        "currency": disbursement.currency,
    }
    action = "disbursement.undone" if never_left else "disbursement.sent-back"
    audit.record(session, actor, action, subject=row.id, power=power, facts=facts)
    return row.id


def check_return(today: date, rows: Iterable[Paid], returned_on: date) -> None:
    """Refuse a day on which payments cannot have come back, and what came back before.

    Raises:
        ReturnedInFuture, ReturnedBeforePaid, ReturnedAlready
    """
    if returned_on > today:
        raise errors.ReturnedInFuture(today)
    for paid in rows:
        if paid.returned_on is not None:
            raise errors.ReturnedAlready(paid.returned_on)
        if returned_on < paid.paid_on:
            raise errors.ReturnedBeforePaid(paid.paid_on)


def _returnable(
    session: Session, disbursement_id: UUID, participant_ids: Collection[UUID], returned_on: date
) -> list[PaidPayee]:
    paid = payments.paid_in(session, disbursement_id)
    rows = [row for row in paid if row.participant_id in participant_ids]
    if not paid or len(rows) < len(set(participant_ids)):
        raise NotFound
    if not rows:
        raise errors.NobodyTicked
    check_return(cooperative.today(session), rows, returned_on)
    return rows


def _book(
    session: Session, actor: Actor, row: DisbursementReturn, paid_out: Disbursement, rows: Collection[PaidPayee]
) -> None:
    """Book what each payee is owed again, and what came back to the bank account."""
    label = payees_of(session, paid_out.id).label
    draft = Draft(
        booked_on=row.returned_on,
        text=gettext("Payment sent back by the bank: %(payees)s", payees=gettext(label)),
        kind="disbursement-return",
        currency=paid_out.currency,
        lines=[
            *(Line(paid_out.account_code, -paid.amount_minor, paid.party_ref) for paid in rows),
            Line(paid_out.bank_code, sum(paid.amount_minor for paid in rows)),
        ],
        idempotency_key=f"disbursement-return:{row.id}",
        source_kind="disbursement_return",
        source_id=row.id,
    )
    post(session, draft, now=clock.now(), recorded_by=actor.person_id)


def _undo(session: Session, actor: Actor, row: DisbursementReturn, paid_out: Disbursement) -> None:
    undo(
        session,
        actor,
        paid=("disbursement", paid_out.id),
        undone=("disbursement_return", row.id),
        bank=paid_out.bank_code,
        booked_on=row.returned_on,
        text=gettext("Payment recorded by mistake"),
    )


def _tell(
    session: Session, row: DisbursementReturn, paid_out: Disbursement, paid: PaidPayee, *, never_left: bool
) -> None:
    amount = format_money(paid.amount_minor, paid_out.currency)
    if never_left:
        participants.tell(
            session,
            paid.participant_id,
            key=f"disbursement-return:{row.id}:{paid.participant_id}",
            subject=gettext("%(amount)s was not paid to you yet", amount=amount),
            text=gettext(
                "We told you that %(amount)s was paid to %(name)s on %(day)s. That was recorded by mistake: it did not leave our bank. It is"
                " owed to you still, and paid next:",
                amount=amount,
                name=paid.name,
                day=format_day(paid_out.paid_on),
            ),
            page=outbox.Page("payouts.account", {"participant_id": paid.participant_id}),
        )
        return
    participants.tell(
        session,
        paid.participant_id,
        key=f"disbursement-return:{row.id}:{paid.participant_id}",
        subject=gettext("%(amount)s came back from your bank", amount=amount),
        text=gettext(
            "%(amount)s was paid to %(name)s on %(day)s, and the bank sent it back. It is owed to you still. Look whether the account"
            " is right, so that it can be paid anew:",
            amount=amount,
            name=paid.name,
            day=format_day(paid_out.paid_on),
        ),
        page=outbox.Page("payouts.account", {"participant_id": paid.participant_id}),
    )
