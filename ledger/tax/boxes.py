"""The boxes of a return: which sums of which codes each of them adds up.

A tax code names the box of its supplies, tax included, and the box of its tax. A form says how its own boxes follow from
these; a co-operative elsewhere, for which no form stands here, gets the boxes that its codes name and what is due.
Source for New Zealand: Inland Revenue, Goods and services tax return GST101A, boxes 5 to 15.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from evidence.messages import N_
from ledger.models import TaxUse


class Part(StrEnum):
    """What of the postings that carry a code is summed."""

    GROSS = "gross"
    TAX = "tax"


@dataclass(frozen=True)
class Term:
    """The sum of one part of all codes that name a box for it; taken away where the sign is negative."""

    box: str
    part: Part
    sign: int = 1


@dataclass(frozen=True)
class Box:
    """A box of the return, as the sum of its terms."""

    number: str
    #: Marked for translation.
    label: str
    terms: tuple[Term, ...]
    #: Whether the form computes it from another box, so that cents of rounding may differ.
    is_computed: bool = False


@dataclass(frozen=True)
class StandardCode:
    """A tax code of the set that a co-operative can install."""

    code: str
    #: Marked for translation.
    name: str
    use: TaxUse
    rate_bp: int
    box_gross: str | None = None
    box_tax: str | None = None


_SALES, _ZERO_RATED = Term("5", Part.GROSS), Term("6", Part.GROSS)
_SALES_TAX, _SALES_MORE = Term("8", Part.TAX), Term("9", Part.TAX)
_BOUGHT, _BOUGHT_TAX, _BOUGHT_MORE = Term("11", Part.GROSS), Term("12", Part.TAX), Term("13", Part.TAX)
_LESS = (Term("12", Part.TAX, -1), Term("13", Part.TAX, -1))

GST101A = (
    Box("5", N_("Total sales and income, with GST and zero-rated supplies"), (_SALES, _ZERO_RATED)),
    Box("6", N_("Zero-rated supplies in box 5"), (_ZERO_RATED,)),
    Box("7", N_("Box 5 less box 6"), (_SALES,)),
    Box("8", N_("GST contained in box 7"), (_SALES_TAX,), is_computed=True),
    Box("9", N_("Adjustments: more GST to pay"), (_SALES_MORE,)),
    Box("10", N_("Total GST collected"), (_SALES_TAX, _SALES_MORE)),
    Box("11", N_("Total purchases and expenses, with GST"), (_BOUGHT,)),
    Box("12", N_("GST contained in box 11"), (_BOUGHT_TAX,), is_computed=True),
    Box("13", N_("Credit adjustments: more GST to claim"), (_BOUGHT_MORE,)),
    Box("14", N_("Total GST credit"), (_BOUGHT_TAX, _BOUGHT_MORE)),
    Box("15", N_("Difference between box 10 and box 14"), (_SALES_TAX, _SALES_MORE, *_LESS)),
)
#: Codes for New Zealand, whose rate of 15 % counts since 1 October 2010.
NEW_ZEALAND = (
    StandardCode("GST15-S", N_("GST on sales"), TaxUse.SALE, 1500, "5", "8"),
    StandardCode("GST0-S", N_("Zero-rated sales"), TaxUse.SALE, 0, "6"),
    StandardCode("EXEMPT-S", N_("Exempt sales, outside the return"), TaxUse.SALE, 0),
    StandardCode("ADJ-S", N_("Adjustments: more GST to pay"), TaxUse.SALE, 0, None, "9"),
    StandardCode("GST15-P", N_("GST on purchases"), TaxUse.PURCHASE, 1500, "11", "12"),
    StandardCode("NOGST-P", N_("Purchases without GST, outside the return"), TaxUse.PURCHASE, 0),
    StandardCode("ADJ-P", N_("Credit adjustments and GST on imports"), TaxUse.PURCHASE, 0, None, "13"),
)

#: The code of the set under which most is sold.
STANDARD_SALES = "GST15-S"


def boxes_for(currency: str, terms: Iterable[Term]) -> tuple[Box, ...]:
    """Return the boxes of the return of a co-operative: New Zealand's form, or one box for each that its codes name."""
    if currency == "NZD":
        return GST101A
    named: dict[str, list[Term]] = defaultdict(list)
    for term in sorted(set(terms), key=lambda term: (_place(term.box), term.part)):
        named[term.box].append(term)
    return tuple(Box(number, "", tuple(found)) for number, found in named.items())


def _place(number: str) -> tuple[int, str]:
    """Sort boxes as they stand on paper: 9 before 10, and 10 before 10a."""
    digits = number[: len(number) - len(number.lstrip("0123456789"))]
    return (int(digits) if digits else 0, number)
