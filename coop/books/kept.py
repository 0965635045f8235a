"""Which accounts take no entry by hand, because another room books to them and answers for every cent.

Shares follow their register, and the surplus what the members decided about it: what the treasurer could move there alone, nobody
would have voted on. Reserves take opening balances by hand until the first year is closed; a co-op with a history brings them along.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.errors import KeptElsewhere, KeptForMembers, ReserveKept
from coop.membership.classes import capital_accounts
from ledger import periods
from ledger.chart import (
    COMMUNITY_FUND,
    GENERAL_RESERVE,
    INDIVISIBLE_RESERVE,
    PATRONAGE_PAYABLE,
    RETAINED_PATRONAGE,
    SHARE_APPLICATIONS,
    SURPLUS_AWAITING,
)
from ledger.closed_years import stands
from ledger.models import YearClosing
from ledger.posting import Line
from ledger.records import PostedEntry
from ledger.surplus.preparing import uncovered_deficit

#: Accounts that follow the closing of years, the members' decisions and the payments.
KEPT_FOR_MEMBERS = frozenset({PATRONAGE_PAYABLE, RETAINED_PATRONAGE, SURPLUS_AWAITING})
RESERVES = frozenset({GENERAL_RESERVE, INDIVISIBLE_RESERVE, COMMUNITY_FUND})
#: From what a deficit is covered. The community fund has a purpose of its own.
_COVER_DEFICITS = frozenset({GENERAL_RESERVE, INDIVISIBLE_RESERVE})


def kept_by_shares(session: Session, *, hold: bool = False) -> frozenset[str]:
    """Return the accounts that follow the share register to the cent; with `hold`, these stay so until this is committed."""
    return capital_accounts(session, hold=hold) | {SHARE_APPLICATIONS}


def check_lines(session: Session, lines: Sequence[Line], *, by_shares: frozenset[str] | None = None) -> None:
    """Refuse lines by hand on accounts that other rooms keep; who asks about many entries says once which `by_shares` are.

    Covering a deficit from a reserve is the exception: it pays nobody, and until it is done no later surplus can be shared out.

    Raises:
        KeptElsewhere, KeptForMembers, ReserveKept
    """
    codes = {line.account for line in lines}
    if codes & (KEPT_FOR_MEMBERS | RESERVES):
        # A year that is being closed is waited for, and so is another entry that covers the same deficit.
        periods.hold_years(session)
        if _covers_deficit(session, lines):
            return
    _refuse_kept(codes, kept_by_shares(session, hold=True) if by_shares is None else by_shares)
    for line in lines:
        if line.account in RESERVES and (line.amount_minor > 0 or _was_a_year_closed(session)):
            raise ReserveKept(line.account)


def check_reversal(session: Session, entry: PostedEntry) -> None:
    """Refuse the reversal by hand of an entry on accounts that other rooms keep. An opening balance can be taken back in time.

    Raises:
        KeptElsewhere, KeptForMembers, ReserveKept
    """
    codes = {line.code for line in entry.lines}
    _refuse_kept(codes, kept_by_shares(session))
    if codes & RESERVES and _was_a_year_closed(session):
        raise ReserveKept(min(codes & RESERVES))


def accounts_for_bank_lines(session: Session) -> frozenset[str]:
    """Return the kept accounts that no line of the bank statement can be booked to."""
    kept = kept_by_shares(session) | KEPT_FOR_MEMBERS
    return kept | RESERVES if _was_a_year_closed(session) else kept


def accounts_for_entries(session: Session) -> frozenset[str]:
    """Return the kept accounts that no entry by hand can name today."""
    kept = accounts_for_bank_lines(session)
    return kept - _COVER_DEFICITS - {SURPLUS_AWAITING} if uncovered_deficit(session) else kept


def _refuse_kept(codes: Iterable[str], by_shares: frozenset[str]) -> None:
    for code in sorted(codes):
        if code in by_shares:
            raise KeptElsewhere(code)
        if code in KEPT_FOR_MEMBERS:
            raise KeptForMembers(code)


def _covers_deficit(session: Session, lines: Sequence[Line]) -> bool:
    """Say whether lines do nothing but take from a reserve what a deficit left missing, at most all of it."""
    from_reserve = [line for line in lines if line.account in _COVER_DEFICITS and line.amount_minor > 0]
    to_surplus = [line for line in lines if line.account == SURPLUS_AWAITING and line.amount_minor < 0]
    if not to_surplus or len(from_reserve) + len(to_surplus) < len(lines):
        return False
    return -sum(line.amount_minor for line in to_surplus) <= uncovered_deficit(session)


def _was_a_year_closed(session: Session) -> bool:
    return session.scalar(select(YearClosing.fiscal_year_id).where(stands()).limit(1)) is not None
