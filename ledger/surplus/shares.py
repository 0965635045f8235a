"""From the result of a year to what everybody gets: the arithmetic of a plan, on plain values.

1. The result is split in proportion to income: what members brought, and what others and grants brought.
2. The part from others goes to the general reserve, whole.
3. The part from members is divided by the rates: reserve, community fund, and the pool, which is the rest.
4. The pool is shared among members in proportion to their patronage.
5. Of each share the cash part is paid, rounded up to the cent; what is left is kept in the member's name.

Every division is by largest remainder, so every cent has a place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from ledger.surplus import errors
from ledger.surplus.apportion import apportion
from ledger.surplus.business import Business
from ledger.surplus.formulas import WHOLE_BP, cash_part
from ledger.surplus.models import Fallback
from ledger.surplus.schedule import Rates, Totals

_RESERVE, _FUND, _POOL = range(3)
_MEMBERS, _OTHERS = range(2)


@dataclass(frozen=True)
class Shares:
    """The sums of a distribution, and what each party gets of the pool."""

    totals: Totals
    allocations: Mapping[UUID, int]


def check_rates(rates: Rates) -> None:
    """Refuse rates that no plan can have.

    Raises:
        RateOutOfRange, RatesTooHigh
    """
    for about, rate in (("reserve", rates.reserve_bp), ("fund", rates.fund_bp), ("cash", rates.cash_bp)):
        if not 0 <= rate <= WHOLE_BP:
            raise errors.RateOutOfRange(about)
    if rates.reserve_bp + rates.fund_bp > WHOLE_BP:
        raise errors.RatesTooHigh


def share_out(result_minor: int, business: Business, rates: Rates, fallback: Fallback | None) -> Shares:
    """Share out a surplus.

    In a year without members' business all of it is from others. Where it goes then is said by the fallback.

    Raises:
        NobodyToShareWith: there is no patronage, and no fallback.
    """
    members, others = business.members_minor, business.others_minor
    if not members and fallback is None:
        raise errors.NobodyToShareWith
    split = apportion(result_minor, [(_MEMBERS, members), (_OTHERS, others or int(not members))])
    member_minor = split[_MEMBERS]
    parts = apportion(
        member_minor,
        [
            (_RESERVE, rates.reserve_bp),
            (_FUND, rates.fund_bp),
            (_POOL, WHOLE_BP - rates.reserve_bp - rates.fund_bp),
        ],
    )
    allocations = apportion(parts[_POOL], business.by_party.items()) if members else {}
    cash_minor = sum(cash_part(allocation, rates.cash_bp) for allocation in allocations.values())
    totals = Totals(
        result_minor=result_minor,
        member_business_minor=members,
        other_income_minor=others,
        member_minor=member_minor,
        other_minor=split[_OTHERS],
        reserve_minor=parts[_RESERVE],
        fund_minor=parts[_FUND],
        pool_minor=parts[_POOL],
        cash_minor=cash_minor,
        retained_minor=parts[_POOL] - cash_minor,
    )
    return Shares(totals, allocations)


def to_reserve_and_fund(totals: Totals, fallback: Fallback | None) -> tuple[int, int]:
    """Return what the general reserve and the community fund receive in all.

    The part from others goes to the reserve, unless no member did business and the fallback names the fund.
    """
    if fallback is Fallback.FUND and not totals.member_business_minor:
        return totals.reserve_minor, totals.fund_minor + totals.other_minor
    return totals.reserve_minor + totals.other_minor, totals.fund_minor
