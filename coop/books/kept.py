"""Which accounts take no entry by hand, because another room books to them and answers for every cent.

Shares follow their register, and the surplus what the members decided about it: what the treasurer could move there alone, nobody
would have voted on. Reserves take opening balances by hand until the first year is closed; a co-op with a history brings them along.
What is owed to a claimant or a supplier was approved by a second person, so nobody adds to it alone.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.errors import KeptByClaims, KeptElsewhere, KeptForMembers, ReserveKept, SupplierNamed
from coop.membership.classes import capital_accounts
from coop.payments.bills.models import Supplier
from ledger.chart import (
    COMMUNITY_FUND,
    EXPENSE_CLAIMS,
    GENERAL_RESERVE,
    INDIVISIBLE_RESERVE,
    PATRONAGE_PAYABLE,
    RETAINED_PATRONAGE,
    SHARE_APPLICATIONS,
    SURPLUS_AWAITING,
)
from ledger.models import Account, AccountKind, YearClosing
from ledger.posting import Line
from ledger.records import PostedEntry
from ledger.surplus.preparing import uncovered_deficit
from ledger.years import periods
from ledger.years.closed_years import is_closed

#: What was spent for the co-op and claimed back.
KEPT_BY_CLAIMS = frozenset({EXPENSE_CLAIMS})
#: Accounts that follow the closing of years, the members' decisions and the payments.
KEPT_FOR_MEMBERS = frozenset({PATRONAGE_PAYABLE, RETAINED_PATRONAGE, SURPLUS_AWAITING})
RESERVES = frozenset({GENERAL_RESERVE, INDIVISIBLE_RESERVE, COMMUNITY_FUND})
#: From what a deficit is covered. The community fund has a purpose of its own.
_COVER_DEFICITS = frozenset({GENERAL_RESERVE, INDIVISIBLE_RESERVE})


def kept_by_shares(session: Session, *, hold: bool = False) -> frozenset[str]:
    """Return the accounts that follow the share register to the cent; with `hold`, these stay so until this is committed."""
    return capital_accounts(session, hold=hold) | {SHARE_APPLICATIONS}


def suppliers(session: Session) -> frozenset[UUID]:
    """Return how the ledger knows all suppliers."""
    return frozenset(session.scalars(select(Supplier.party_ref)))


def check_lines(
    session: Session,
    lines: Sequence[Line],
    booked_on: date | None = None,
    *,
    by_shares: frozenset[str] | None = None,
    of_suppliers: frozenset[UUID] | None = None,
) -> None:
    """Refuse lines by hand on accounts that other rooms keep, or about suppliers; who asks about many entries says both once.

    Covering a deficit from a reserve is the exception: it pays nobody, and until it is done no later surplus can be shared out.

    Raises:
        KeptElsewhere, KeptForMembers, KeptByClaims, ReserveKept, SupplierNamed
    """
    _refuse_suppliers(session, lines, of_suppliers)
    codes = {line.account for line in lines}
    if codes & (KEPT_FOR_MEMBERS | RESERVES):
        # A year that is being closed is waited for, and so is another entry that covers the same deficit.
        periods.hold_years(session)
        if _covers_deficit(session, lines):
            return
    _refuse_kept(codes, kept_by_shares(session, hold=True) if by_shares is None else by_shares)
    for line in lines:
        if line.account in RESERVES and (line.amount_minor > 0 or not _brings_along(session, codes, booked_on)):
            raise ReserveKept(line.account)


def check_reversal(session: Session, entry: PostedEntry) -> None:
    """Refuse the reversal by hand of an entry on accounts that other rooms keep. An opening balance can be taken back in time.

    Raises:
        KeptElsewhere, KeptForMembers, KeptByClaims, ReserveKept
    """
    codes = {line.code for line in entry.lines}
    _refuse_kept(codes, kept_by_shares(session))
    if codes & RESERVES and _is_first_year_closed(session):
        raise ReserveKept(min(codes & RESERVES))


def accounts_for_bank_lines(session: Session) -> frozenset[str]:
    """Return the kept accounts that no line of the bank statement can be booked to."""
    kept = kept_by_shares(session) | KEPT_FOR_MEMBERS | KEPT_BY_CLAIMS
    return kept | RESERVES if _was_a_year_closed(session) else kept


def accounts_for_entries(session: Session) -> frozenset[str]:
    """Return the kept accounts that no entry by hand can name today."""
    kept = accounts_for_bank_lines(session)
    return kept - _COVER_DEFICITS - {SURPLUS_AWAITING} if uncovered_deficit(session) else kept


def _refuse_suppliers(session: Session, lines: Sequence[Line], of_suppliers: frozenset[UUID] | None) -> None:
    named = [line.party_ref for line in lines if line.party_ref is not None]
    if not named:
        return
    known = suppliers(session) if of_suppliers is None else of_suppliers
    for party_ref in named:
        if party_ref in known:
            raise SupplierNamed(party_ref)


def _refuse_kept(codes: Iterable[str], by_shares: frozenset[str]) -> None:
    for code in sorted(codes):
        if code in by_shares:
            raise KeptElsewhere(code)
        if code in KEPT_FOR_MEMBERS:
            raise KeptForMembers(code)
        if code in KEPT_BY_CLAIMS:
            raise KeptByClaims(code)


def _covers_deficit(session: Session, lines: Sequence[Line]) -> bool:
    """Say whether lines do nothing but take from a reserve what a deficit left missing, at most all of it.

    Or the other way round: what covered a deficit that is none any more, because its year was reopened, goes back to the reserve.
    """
    missing_minor = uncovered_deficit(session)
    sign = 1 if missing_minor > 0 else -1
    from_reserve = [line for line in lines if line.account in _COVER_DEFICITS and sign * line.amount_minor > 0]
    to_surplus = [line for line in lines if line.account == SURPLUS_AWAITING and sign * line.amount_minor < 0]
    if not to_surplus or len(from_reserve) + len(to_surplus) < len(lines):
        return False
    return -sign * sum(line.amount_minor for line in to_surplus) <= abs(missing_minor)


def _brings_along(session: Session, codes: Iterable[str], booked_on: date | None) -> bool:
    """Say whether an entry can bring a reserve along from other books.

    It moves nothing out of the result, which is the members' to decide about; and once a year was closed, it puts right what that first
    year began with while the year is open again.
    """
    kinds = session.scalars(select(Account.kind).where(Account.code.in_(codes)))
    if any(not AccountKind(kind).is_permanent for kind in kinds):
        return False
    if not _was_a_year_closed(session):
        return True
    first = periods.fiscal_years(session)[-1]
    return booked_on is not None and booked_on <= first.ends_on and not is_closed(session, first.id)


def _was_a_year_closed(session: Session) -> bool:
    """Say whether a year was ever closed, be it open again."""
    return session.scalar(select(YearClosing.fiscal_year_id).limit(1)) is not None


def _is_first_year_closed(session: Session) -> bool:
    years = periods.fiscal_years(session)
    return bool(years) and is_closed(session, years[-1].id)
