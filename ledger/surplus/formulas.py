"""Rules of law and of by-laws about a surplus, as exact arithmetic on whole cents.

Each is one formula with its source; which of them holds for a co-operative, and at which rate, is for its by-laws. Nothing here is
legal advice. Rates are exact: an integer of hundredths of a per cent, or a `Fraction`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.surplus.apportion import Key, apportion

#: Hundredths of a per cent in the whole.
WHOLE_BP = 10_000


def cash_part(allocation_minor: int, cash_bp: int) -> int:
    """Return the part of an allocation that is paid in money, rounded up to the cent.

    Source: US Internal Revenue Code s.1388(c)(1): at least 20 per cent of *that patron's* amount, so rounding down would miss it.
    """
    return -(-allocation_minor * cash_bp // WHOLE_BP)


def interest_on_capital(holding_minor: int, rate: Fraction, days: int) -> int:
    """Return the interest on a holding for a number of days, both ends counted: holding x rate x days / 365, rounded half up.

    Source: simple interest by days, as co-operatives pay it on shares (UK CCBS Act 2014, Spain Ley 27/1999 art. 48); the year is
    365 days, in leap years too.
    """
    return _half_up(holding_minor * rate * days / 365)


def days_inclusive(starts_on: date, ends_on: date) -> int:
    """Return how many days a holding earns interest: the first and the last both count."""
    return (ends_on - starts_on).days + 1


def patronage_pool_after_dividends(
    net_earnings_minor: int, patronage_share: Fraction, dividends_minor: int, *, in_addition: bool
) -> int:
    """Return what can be shared out by patronage when dividends on stock are paid too, rounded down to the cent.

    Source: US Internal Revenue Code s.1388(a) and Treas. Reg. s.1.1382-3: dividends on stock reduce earnings from patronage in
    proportion, unless the by-laws say that they are paid in addition.
    """
    base = net_earnings_minor if in_addition else net_earnings_minor - dividends_minor
    return int(base * patronage_share)


def us_payment_deadline(year_ends_on: date) -> date:
    """Return the last day for paying patronage in the United States: the 15th day of the 9th month after the year.

    Source: US Internal Revenue Code s.1382(d).
    """
    months = year_ends_on.month + 9
    return date(year_ends_on.year + (months - 1) // 12, (months - 1) % 12 + 1, 15)


@dataclass(frozen=True)
class SpanishAllocation:
    """What the Spanish law takes out of a result before members share any of it."""

    reserve_from_cooperative_minor: int
    reserve_from_other_minor: int
    education_fund_minor: int
    distributable_before_tax_minor: int


def spanish_allocation(
    cooperative_minor: int, other_minor: int, earlier_cooperative_losses_minor: int
) -> SpanishAllocation:
    """Return the mandatory reserve and the education fund, each rounded up to the cent, and what is left.

    Source: Spain, Ley 27/1999 art. 58: after earlier losses and before tax, at least 20 per cent of the co-operative result to the
    mandatory reserve and 5 per cent to the education fund; at least 50 per cent of other results to the reserve.
    """
    cooperative = max(cooperative_minor - earlier_cooperative_losses_minor, 0)
    other = max(other_minor, 0)
    reserve, from_other, education = cash_part(cooperative, 2000), cash_part(other, 5000), cash_part(cooperative, 500)
    return SpanishAllocation(reserve, from_other, education, cooperative + other - reserve - from_other - education)


def redeem_oldest_first(retained: Mapping[int, Mapping[Key, int]], redeem_minor: int) -> dict[int, dict[Key, int]]:
    """Return what each party is paid from each year's retained patronage, the oldest year first.

    The year that can be paid only in part is paid to all its parties in proportion.

    Source: the custom of revolving capital in US co-operatives (first in, first out); within a year by largest remainder.

    Raises:
        ValueError: more is to be redeemed than was retained.
    """
    left, paid = redeem_minor, {}
    for year in sorted(retained):
        if not left:
            break
        part = min(left, sum(retained[year].values()))
        if part:
            paid[year] = apportion(part, retained[year].items())
            left -= part
    if left:
        raise ValueError("more is to be redeemed than was retained")
    return paid


def _half_up(amount: Fraction) -> int:
    return int((2 * amount + 1) // 2)
