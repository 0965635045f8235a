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
from sqlalchemy.orm import Session

from coop.membership.models import Participant
from coop.payments.payouts.models import Disbursement, DisbursementLine
from evidence.findings import Finding
from ledger.chart import BANK, PATRONAGE_PAYABLE, RETAINED_PATRONAGE
from ledger.models import Account, Entry, Posting
from ledger.surplus.models import Distribution, SurplusLine, SurplusLineParty

#: Day, account, party (none for the bank) and amount, debit positive.
_Line = tuple[date, str, UUID | None, int]


def findings(session: Session) -> list[Finding]:
    """Check the disbursements."""
    return [finding for check in (_booked, _overpaid, _patronage) for finding in check(session)]


def _booked(session: Session) -> Iterator[Finding]:
    """Compare each disbursement with its entry: its day, a debit for each payee, and the sum out of the bank."""
    wanted: dict[UUID | None, Counter[_Line]] = defaultdict(Counter)
    booked: dict[UUID | None, Counter[_Line]] = defaultdict(Counter)
    totals: Counter[tuple[UUID, date]] = Counter()
    for id_, paid_on, code, party_ref, amount_minor in session.execute(_paid()):
        wanted[id_][paid_on, code, party_ref, amount_minor] += 1
        totals[id_, paid_on] += amount_minor
    for (id_, paid_on), total_minor in totals.items():
        wanted[id_][paid_on, BANK, None, -total_minor] += 1
    postings = (
        select(Entry.source_id, Entry.booked_on, Account.code, Posting.party_ref, Posting.amount_minor)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.source_kind == "disbursement")
    )
    for id_, booked_on, code, party_ref, amount_minor in session.execute(postings):
        booked[id_][booked_on, code, party_ref, amount_minor] += 1
    for id_ in sorted({*wanted, *booked, *session.scalars(select(Disbursement.id))}, key=str):
        if not wanted[id_] or wanted[id_] != booked[id_]:
            yield Finding("disbursement-not-booked", f"disbursement {id_} and its entry differ")


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
    """Compare what stands for each party on the accounts of the surplus with the plans posted, less the payments recorded."""
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
    for row in session.execute(_paid().where(Disbursement.account_code.in_(accounts))):
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
