"""Recording what was paid out: to coaches, to sellers, to clients as refunds, and to members as their share of the surplus.

The bank pays; here it is recorded. Nobody is paid more than they are owed, on the day of payment and since, and a form sent
twice is one payment. Each payee is told by mail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox
from coop.formats import format_day, format_money
from coop.membership import participants
from coop.membership.models import Participant
from coop.payments.bank.accounts import need_marked
from coop.payments.confirming.queries import check_payee, is_confirmed
from coop.payments.payouts import errors
from coop.payments.payouts.models import Disbursement, DisbursementLine, PayoutAccount
from coop.payments.payouts.payees import Payees, owed, payees_of
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from ledger.chart import BANK
from ledger.posting import Draft, Line, post


@dataclass(frozen=True, order=True)
class ToPay:
    """Somebody who is paid, as the list showed it."""

    participant_id: UUID
    amount_minor: int
    #: Their account; None where they have given none, and are paid in another way.
    account_ref: UUID | None = None


@dataclass(frozen=True)
class PlannedLine:
    """What one payee is to be paid."""

    participant_id: UUID
    party_ref: UUID
    name: str
    amount_minor: int
    #: None where the payee has not said where to be paid; they may have been paid otherwise.
    account_ref: UUID | None
    is_confirmed: bool


def plan_payment(session: Session, *, account_code: str, lines: Sequence[ToPay], paid_on: date) -> list[PlannedLine]:
    """Check a payment without recording it, and return its lines by name.

    Raises:
        NotFound, NoPayableAccount, NobodyTicked, PaidTwiceInList, PaidNothing, PaidInFuture, NotOwed
        PaidElsewhere, AccountUnconfirmed
    """
    house, today = cooperative.current(session), cooperative.today(session)
    if account_code not in {payees.account_code for payees in Payees}:
        raise errors.NoPayableAccount(account_code)
    if not lines:
        raise errors.NobodyTicked
    wanted = {line.participant_id: line for line in lines}
    if len(wanted) < len(lines):
        raise errors.PaidTwiceInList
    if min(line.amount_minor for line in lines) <= 0:
        raise errors.PaidNothing
    if paid_on > today:
        raise errors.PaidInFuture(today)
    planned = _planned(session, lines)
    if len(planned) < len(wanted):
        raise NotFound
    payable = owed(session, account_code, paid_on)
    for line in planned:
        owed_minor = max(payable.get(line.party_ref, 0), 0)
        if line.amount_minor > owed_minor:
            raise errors.NotOwed(line.name, owed_minor, line.amount_minor, paid_on, house.currency)
        seen = wanted[line.participant_id].account_ref
        check_payee(line.name, account_ref=line.account_ref, seen=seen, is_confirmed=line.is_confirmed)
    return planned


def record_payment(
    session: Session,
    actor: Actor,
    *,
    account_code: str,
    lines: Sequence[ToPay],
    paid_on: date,
    form_token: UUID,
    bank: str = BANK,
) -> UUID:
    """Record that a bank account has paid what some were owed, book it as one entry, tell each by mail, and return its id.

    The same form sent again returns the payment that stands already.

    Raises:
        PowerMissing, PaymentFormUsed, BankAccountEnded, and whatever `plan_payment` refuses
        LedgerRefusal: the date lies in a locked period or in no open year.
    """
    power = actor.need(Power.TREASURER)
    # Held in one order: a second payment to one of them waits here, and then sees what is owed no longer.
    for participant_id in sorted({line.participant_id for line in lines}):
        participants.lock(session, participant_id)
    known = _recorded_by_form(session, form_token, lines, (account_code, paid_on, bank))
    if known is not None:
        return known
    need_marked(session, bank)
    planned = plan_payment(session, account_code=account_code, lines=lines, paid_on=paid_on)
    disbursement = Disbursement(
        id=new_id(),
        account_code=account_code,
        currency=cooperative.current(session).currency,
        paid_on=paid_on,
        recorded_at=clock.now(),
        form_token=form_token,
        bank_code=bank,
    )
    try:
        with session.begin_nested():
            session.add(disbursement)
    except IntegrityError as error:
        # Another payment took the token after we looked: an altered form.
        raise errors.PaymentFormUsed from error
    session.add_all(
        DisbursementLine(
            disbursement_id=disbursement.id,
            participant_id=line.participant_id,
            amount_minor=line.amount_minor,
            account_ref=line.account_ref,
        )
        for line in planned
    )
    session.flush()
    _book(session, actor, disbursement, planned)
    for line in planned:
        _tell(session, disbursement, line)
    facts: dict[str, Canonical] = {
        "account": account_code,
        "people": len(planned),
        "amount_minor": sum(line.amount_minor for line in planned),
        "currency": disbursement.currency,
    }
    audit.record(session, actor, "disbursement.recorded", subject=disbursement.id, power=power, facts=facts)
    return disbursement.id


def _planned(session: Session, lines: Iterable[ToPay]) -> list[PlannedLine]:
    """Return who is paid, by name, each with the account that holds now."""
    wanted = {line.participant_id: line.amount_minor for line in lines}
    rows = session.execute(
        select(
            *(Participant.id, Participant.party_ref, Participant.name, PayoutAccount.account_ref),
            is_confirmed(PayoutAccount.account_ref).label("is_confirmed"),
        )
        .outerjoin(PayoutAccount, PayoutAccount.participant_id == Participant.id)
        .where(Participant.id.in_(wanted))
        .order_by(Participant.name_key, Participant.id)
    )
    return [
        PlannedLine(row.id, row.party_ref, row.name, wanted[row.id], row.account_ref, row.is_confirmed) for row in rows
    ]


def _recorded_by_form(
    session: Session, form_token: UUID, lines: Sequence[ToPay], said: tuple[str, date, str]
) -> UUID | None:
    row = session.scalar(select(Disbursement).where(Disbursement.form_token == form_token))
    if row is None:
        return None
    recorded = session.execute(
        select(DisbursementLine.participant_id, DisbursementLine.amount_minor).where(
            DisbursementLine.disbursement_id == row.id
        )
    )
    same_lines = sorted(map(tuple, recorded)) == sorted((line.participant_id, line.amount_minor) for line in lines)
    if not same_lines or (row.account_code, row.paid_on, row.bank_code) != said:
        raise errors.PaymentFormUsed
    return row.id


def _book(session: Session, actor: Actor, disbursement: Disbursement, planned: Sequence[PlannedLine]) -> None:
    payees = payees_of(session, disbursement.id)
    lines = [Line(disbursement.account_code, line.amount_minor, line.party_ref) for line in planned]
    draft = Draft(
        booked_on=disbursement.paid_on,
        text=gettext("Paid out: %(payees)s", payees=gettext(payees.label)),
        kind="disbursement",
        currency=disbursement.currency,
        lines=[*lines, Line(disbursement.bank_code, -sum(line.amount_minor for line in planned))],
        idempotency_key=f"disbursement:{disbursement.id}",
        source_kind="disbursement",
        source_id=disbursement.id,
    )
    post(session, draft, now=clock.now(), recorded_by=actor.person_id)


def _tell(session: Session, disbursement: Disbursement, line: PlannedLine) -> None:
    amount = format_money(line.amount_minor, disbursement.currency)
    participants.tell(
        session,
        line.participant_id,
        key=f"disbursement:{disbursement.id}:{line.participant_id}",
        subject=gettext("%(amount)s was paid to you", amount=amount),
        text=gettext(
            "%(amount)s was paid to the bank account of %(name)s on %(day)s. What it was for is on the statement:",
            amount=amount,
            name=line.name,
            day=format_day(disbursement.paid_on),
        ),
        page=outbox.Page("books.my_statement", {"participant_id": line.participant_id}),
    )
