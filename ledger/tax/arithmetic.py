"""The arithmetic of a line with tax: what of an amount is net and what is tax.

Exact in whole minor units. The tax of each line is rounded half up, away from zero, to the minor unit, and net and tax always
add up to the amount with tax; so the lines that take an amount back are exactly the lines that booked it, with opposite signs.
At 15 % the tax contained in an amount is 3/23 of it: 1500 / (10000 + 1500).
"""

from dataclasses import dataclass, replace

from ledger.chart import TAX
from ledger.drafts import Line

#: A rate is in hundredths of a per cent: 1500 is 15 %.
WHOLE_BP = 10_000


@dataclass(frozen=True)
class Split:
    """An amount without tax and its tax."""

    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        """Return the amount with tax."""
        return self.net_minor + self.tax_minor


def out_of(gross_minor: int, rate_bp: int) -> Split:
    """Split an amount that contains its tax."""
    tax_minor = _half_up(gross_minor * rate_bp, WHOLE_BP + rate_bp)
    return Split(gross_minor - tax_minor, tax_minor)


def on_top_of(net_minor: int, rate_bp: int) -> Split:
    """Add the tax to an amount that contains none."""
    return Split(net_minor, _half_up(net_minor * rate_bp, WHOLE_BP))


def taxed_lines(line: Line, rate_bp: int, *, is_included: bool) -> list[Line]:
    """Return the lines of an entry that a line with a tax code stands for: its net amount, and its tax on the tax account.

    Both carry the code, by which the return finds them; cost centre, fund and party stay with the net amount. A line on the tax
    account is tax itself and stays whole, and so does one without tax. A line that rounding leaves at nothing is left out.
    """
    if line.tax is None or line.account == TAX:
        return [line]
    split = (out_of if is_included else on_top_of)(line.amount_minor, rate_bp)
    both = [replace(line, amount_minor=split.net_minor), Line(TAX, split.tax_minor, tax=line.tax)]
    return [one for one in both if one.amount_minor]


def _half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient
