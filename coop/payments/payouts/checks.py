"""The invariants of payments out: each disbursement is one entry, and nobody was paid what they were never owed.

What stands for a member on the accounts of the surplus is what the distributions gave them, less what was paid: an entry that puts
something else there could be paid out like a share that the members decided.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from coop.membership.models import Participant
from coop.payments.payouts.models import (
    Disbursement,
    DisbursementLine,
    DisbursementReturn,
    DisbursementReturnLine,
)
from coop.payments.payouts.payments import stands
from evidence.findings import Finding
from ledger.chart import PATRONAGE_PAYABLE, RETAINED_PATRONAGE
from ledger.models import Account, Entry, Posting
from ledger.surplus.models import Distribution, SurplusLine, SurplusLineParty

#: Day, account, party (none for the bank) and amount, debit positive.
_Line = tuple[date, str, UUID | None, int]


def findings(session: Session) -> list[Finding]:
    """Check the disbursements."""
    return [finding for check in (_booked, _returned, _overpaid, _patronage) for finding in check(session)]


def _booked(session: Session) -> Iterator[Finding]:
    """Compare each disbursement with its entry: its day, a debit for each payee, and the sum out of the bank."""
    for id_ in _differing(session, "disbursement", Disbursement.id, _paid().add_columns(Disbursement.bank_code), 1):
        yield Finding("disbursement-not-booked", f"disbursement {id_} and its entry differ")


def _returned(session: Session) -> Iterator[Finding]:
    """Compare what the bank sent back with its entry: its day, a credit for each payee, and the sum back to the bank."""
    columns = (DisbursementReturn.id, DisbursementReturn.returned_on, Disbursement.account_code, Participant.party_ref)
    amounts = (DisbursementLine.amount_minor, Disbursement.bank_code)
    returned = _sent_back().with_only_columns(*columns, *amounts)
    for id_ in _differing(session, "disbursement_return", DisbursementReturn.id, returned, -1):
        yield Finding("disbursement-return-not-booked", f"return {id_} and its entry differ")
    early = _sent_back().where(DisbursementReturn.returned_on < Disbursement.paid_on)
    for row in session.execute(early):
        yield Finding("disbursement-return-before-payment", f"disbursement {row.id}")


def _differing(
    session: Session, source: str, ids: InstrumentedAttribute[UUID], moved: Select[*tuple[Any, ...]], sign: int
) -> list[UUID]:
    """Compare what moved to or from payees with the entries of that source, and return the ids of those that differ.

    `moved` has id, day, account, payee, amount and bank account; `sign` is 1 where money left.
    """
    wanted: dict[UUID | None, Counter[_Line]] = defaultdict(Counter)
    booked: dict[UUID | None, Counter[_Line]] = defaultdict(Counter)
    totals: Counter[tuple[UUID, date, str]] = Counter()
    for id_, day, code, party_ref, amount_minor, bank in session.execute(moved):
        wanted[id_][day, code, party_ref, sign * amount_minor] += 1
        totals[id_, day, bank] += sign * amount_minor
    for (id_, day, bank), total_minor in totals.items():
        wanted[id_][day, bank, None, -total_minor] += 1
    postings = (
        select(Entry.source_id, Entry.booked_on, Account.code, Posting.party_ref, Posting.amount_minor)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.source_kind == source)
    )
    for entry_of, booked_on, code, about, amount_minor in session.execute(postings):
        booked[entry_of][booked_on, code, about, amount_minor] += 1
    known = sorted({*wanted, *booked, *session.scalars(select(ids))}, key=str)
    return [id_ for id_ in known if id_ is None or not wanted[id_] or wanted[id_] != booked[id_]]


def _overpaid(session: Session) -> Iterator[Finding]:
    """Nobody was paid, up to any day, more than was ever booked as owed to them by then."""
    owed = (
        select(Account.code, Posting.party_ref, Entry.booked_on, func.sum(-Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Account.code.in_(select(Disbursement.account_code)), Posting.amount_minor < 0)
        .group_by(Account.code, Posting.party_ref, Entry.booked_on)
    )
    changes: dict[tuple[str, UUID | None], Counter[date]] = defaultdict(Counter)
    for code, party_ref, day, amount_minor in session.execute(owed):
        changes[code, party_ref][day] += int(amount_minor)
    for id_, paid_on, code, party_ref, amount_minor in session.execute(_paid()):
        left = changes[code, party_ref]
        left[paid_on] -= amount_minor
        if sum(change for day, change in left.items() if day <= paid_on) < 0:
            yield Finding("disbursement-not-owed", f"disbursement {id_} paid {party_ref} more than was owed on {code}")


def _patronage(session: Session) -> Iterator[Finding]:
    """Compare what stands for each party on the accounts of the surplus with the plans posted, less the payments that stand."""
    accounts = (PATRONAGE_PAYABLE, RETAINED_PATRONAGE)
    due: Counter[tuple[str, UUID | None]] = Counter()
    planned = (
        select(SurplusLineParty.party_ref, func.sum(SurplusLine.cash_minor), func.sum(SurplusLine.retained_minor))
        .join(Distribution, Distribution.plan_id == SurplusLineParty.plan_id)
        .join(
            SurplusLine,
            (SurplusLine.plan_id == SurplusLineParty.plan_id) & (SurplusLine.line_no == SurplusLineParty.line_no),
        )
        .group_by(SurplusLineParty.party_ref)
    )
    for party_ref, *parts in session.execute(planned):
        due.update({(code, party_ref): int(part) for code, part in zip(accounts, parts, strict=True)})
    for row in session.execute(_paid().where(Disbursement.account_code.in_(accounts), stands())):
        due[row.account_code, row.party_ref] -= row.amount_minor
    held = (
        select(Account.code, Posting.party_ref, func.sum(-Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .where(Account.code.in_(accounts))
        .group_by(Account.code, Posting.party_ref)
    )
    for code, about, amount_minor in session.execute(held):
        due[code, about] -= int(amount_minor)
    for (code, about), missing_minor in sorted(due.items(), key=str):
        if missing_minor:
            words = f"account {code}, party {about}: out by {-missing_minor} from what was distributed and paid"
            yield Finding("patronage-not-decided", words)


def _paid() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Disbursement.id,
            Disbursement.paid_on,
            Disbursement.account_code,
            Participant.party_ref,
            DisbursementLine.amount_minor,
        )
        .join(DisbursementLine, DisbursementLine.disbursement_id == Disbursement.id)
        .join(Participant, Participant.id == DisbursementLine.participant_id)
        .order_by(Disbursement.paid_on, Disbursement.id)
    )


def _sent_back() -> Select[*tuple[Any, ...]]:
    """Return the payments that came back, each with its return."""
    of_payment = (DisbursementReturnLine.disbursement_id == DisbursementLine.disbursement_id) & (
        DisbursementReturnLine.participant_id == DisbursementLine.participant_id
    )
    return (
        _paid()
        .join(DisbursementReturnLine, of_payment)
        .join(DisbursementReturn, DisbursementReturn.id == DisbursementReturnLine.return_id)
    )
