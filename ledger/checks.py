"""Every invariant of the ledger as a query that returns what breaks it.

The databases refuse most of this already; the checks see what was done with the rules switched off. They only read.
"""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import and_, func, or_, select, union
from sqlalchemy.orm import Session

from evidence.chain import GENESIS, link
from evidence.findings import Finding
from ledger import sealing, tag_checks
from ledger.chart import checks as chart_checks
from ledger.models import Account, Balance, ChainHead, Entry, EntryText, Period, Posting
from ledger.posting import text_digest
from ledger.surplus.checks import findings as surplus_findings
from ledger.years import checks as year_checks


def findings(session: Session) -> list[Finding]:
    """Run every check and return what was found; nothing is the good answer."""
    return [finding for check in _CHECKS for finding in check(session)]


def _unbalanced(session: Session) -> Iterator[Finding]:
    query = (
        select(Posting.entry_id, Posting.currency, func.sum(Posting.amount_minor).label("difference"))
        .group_by(Posting.entry_id, Posting.currency)
        .having(func.sum(Posting.amount_minor) != 0)
    )
    for row in session.execute(query):
        yield Finding("ledger-unbalanced", f"entry {row.entry_id} is out by {int(row.difference)} {row.currency}")


def _too_few_postings(session: Session) -> Iterator[Finding]:
    query = (
        select(Entry.id)
        .outerjoin(Posting, Posting.entry_id == Entry.id)
        .group_by(Entry.id)
        .having(func.count(Posting.line) < 2)
    )
    for entry_id in session.scalars(query):
        yield Finding("ledger-too-few-postings", f"entry {entry_id}")


def _orphans(session: Session) -> Iterator[Finding]:
    for mapped, what in ((Posting, "posting"), (EntryText, "text")):
        query = select(mapped.entry_id).distinct().where(~select(Entry.id).where(Entry.id == mapped.entry_id).exists())
        for entry_id in session.scalars(query):
            yield Finding(f"ledger-orphan-{what}", f"there is no entry {entry_id}")


def _texts(session: Session) -> Iterator[Finding]:
    query = select(Entry.id, Entry.text_digest, EntryText.salt, EntryText.text).join(
        EntryText, EntryText.entry_id == Entry.id
    )
    for row in session.execute(query.execution_options(yield_per=1000)):
        if text_digest(row.salt, row.text) != row.text_digest:
            yield Finding("ledger-text-changed", f"the text of entry {row.id} is not the one that was recorded")


def _balances(session: Session) -> Iterator[Finding]:
    """Compare the balance rows with the sums of the postings, either way round."""
    amount = Posting.amount_minor
    sums = (
        select(
            Posting.account_id,
            Period.id.label("period_id"),
            func.coalesce(func.sum(amount).filter(amount > 0), 0).label("debit_minor"),
            func.coalesce(-func.sum(amount).filter(amount < 0), 0).label("credit_minor"),
        )
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Period, Entry.booked_on.between(Period.starts_on, Period.ends_on))
        .group_by(Posting.account_id, Period.id)
        .subquery()
    )
    same = and_(Balance.account_id == sums.c.account_id, Balance.period_id == sums.c.period_id)
    differs = or_(Balance.debit_minor != sums.c.debit_minor, Balance.credit_minor != sums.c.credit_minor)
    none_kept = select(sums.c.account_id, sums.c.period_id).outerjoin(Balance, same).where(Balance.account_id.is_(None))
    wrong = select(sums.c.account_id, sums.c.period_id).join(Balance, same).where(differs)
    none_posted = (
        select(Balance.account_id, Balance.period_id)
        .outerjoin(sums, same)
        .where(sums.c.account_id.is_(None), or_(Balance.debit_minor != 0, Balance.credit_minor != 0))
    )
    apart = union(none_kept, wrong, none_posted).subquery()
    query = (
        select(Account.code, Period.ends_on)
        .join(apart, apart.c.account_id == Account.id)
        .join(Period, Period.id == apart.c.period_id)
        .order_by(Account.code, Period.ends_on)
    )
    for row in session.execute(query):
        yield Finding("ledger-balance", f"account {row.code}, period to {row.ends_on}: kept and summed balance differ")


def _postings_and_accounts(session: Session) -> Iterator[Finding]:
    joined = select(Posting.entry_id, Posting.line, Account.code).join(Account, Account.id == Posting.account_id)
    dated = joined.join(Entry, Entry.id == Posting.entry_id)
    not_open = or_(
        Entry.booked_on < Account.opened_on, and_(Account.closed_on.is_not(None), Entry.booked_on >= Account.closed_on)
    )
    queries = (
        ("ledger-currency", joined.where(Posting.currency != Account.currency)),
        ("ledger-account-not-open", dated.where(not_open)),
        ("ledger-party-missing", joined.where(Account.by_party, Posting.party_ref.is_(None))),
    )
    for check, query in queries:
        for row in session.execute(query):
            yield Finding(check, f"entry {row.entry_id}, line {row.line}, account {row.code}")


def _entries_outside_periods(session: Session) -> Iterator[Finding]:
    covered = select(Period.id).where(Entry.booked_on.between(Period.starts_on, Period.ends_on)).exists()
    for row in session.execute(select(Entry.id, Entry.booked_on).where(~covered)):
        yield Finding("ledger-outside-periods", f"entry {row.id} on {row.booked_on}")


def _chain(session: Session) -> Iterator[Finding]:
    """Compute the chain anew and say where it first breaks; what follows a break says nothing more."""
    heads = session.execute(select(ChainHead.seq, ChainHead.hash)).all()
    if not heads:
        if session.scalar(select(Entry.id).limit(1)) is not None:
            yield Finding("ledger-chain", "the chain was never started")
        return
    previous, seq = GENESIS, 0
    batch = sealing.sealed_after(session, None)
    while batch:
        for sealed in batch:
            if sealed.seq != seq + 1:
                yield Finding("ledger-chain", f"after link {seq} comes link {sealed.seq}")
                return
            if sealed.record is None or link(previous, sealed.record) != sealed.hash:
                yield Finding("ledger-chain", f"broken at link {sealed.seq}, entry {sealed.entry_id}")
                return
            previous, seq = sealed.hash, sealed.seq
        batch = sealing.sealed_after(session, seq)
    if (heads[0].seq, heads[0].hash) != (seq, previous):
        yield Finding("ledger-chain-head", f"the head stands at {heads[0].seq}, the chain ends at {seq}")


_CHECKS: tuple[Callable[[Session], Iterable[Finding]], ...] = (
    _unbalanced,
    _too_few_postings,
    _orphans,
    _texts,
    _balances,
    chart_checks.findings,
    _postings_and_accounts,
    _entries_outside_periods,
    year_checks.findings,
    surplus_findings,
    tag_checks.findings,
    _chain,
)
