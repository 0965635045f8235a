"""What the statements are made of: accounts with an amount, under captions, in sections.

An account that names no line of the statements, or one that is not of its kind, goes to the other accounts of its kind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from evidence.messages import N_
from ledger.lines import BY_CODE, LINES, Activity, Caption
from ledger.models import AccountKind, Business
from ledger.totals import AccountTotal

#: Where an account stands that names no line. What is not known to be lent or invested belongs to the operations.
OTHERS: Mapping[AccountKind, Caption] = {
    kind: Caption("other", label, kind, activity)
    for kind, label, activity in (
        (AccountKind.ASSET, N_("Other assets"), Activity.OPERATING),
        (AccountKind.LIABILITY, N_("Other liabilities"), Activity.OPERATING),
        (AccountKind.EQUITY, N_("Other members' funds"), Activity.FINANCING),
        (AccountKind.INCOME, N_("Other"), Activity.OPERATING),
        (AccountKind.EXPENSE, N_("Other"), Activity.OPERATING),
    )
}
_ORDER = {caption: number for number, caption in enumerate([*LINES, *OTHERS.values()])}


@dataclass(frozen=True)
class StatementLine:
    """An account on a statement. The amount is positive on the account's own side, in cash flows where it brought money."""

    code: str
    name: str
    amount_minor: int
    caption: Caption
    business: Business | None = None


@dataclass(frozen=True)
class Group:
    """The accounts under a caption."""

    caption: Caption
    lines: tuple[StatementLine, ...]

    @property
    def total_minor(self) -> int:
        """Return the sum of the accounts."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True)
class Section:
    """The accounts of one kind, without those at zero, and their sum."""

    kind: AccountKind
    lines: tuple[StatementLine, ...]
    total_minor: int

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return the accounts under their captions."""
        return grouped(self.lines)

    def of(self, *businesses: Business | None) -> "Section":
        """Return the part that shows somebody's business; that of nobody in particular is asked for by None."""
        lines = tuple(line for line in self.lines if line.business in businesses)
        return Section(self.kind, lines, sum(line.amount_minor for line in lines))


def caption_of(total: AccountTotal) -> Caption:
    """Return the caption under which an account stands."""
    found = BY_CODE.get(total.statement_line or "")
    return found if found is not None and found.kind is total.kind else OTHERS[total.kind]


def section(kind: AccountKind, totals: Iterable[AccountTotal]) -> Section:
    """Return the section of a kind of account."""
    lines = tuple(
        StatementLine(total.code, total.name, total.natural_minor, caption_of(total), total.business)
        for total in totals
        if total.kind is kind and total.balance_minor
    )
    return Section(kind, lines, sum(line.amount_minor for line in lines))


def place_of(caption: Caption) -> int:
    """Return the place of a caption in the order of the statements."""
    return _ORDER[caption]


def grouped(lines: Iterable[StatementLine]) -> tuple[Group, ...]:
    """Put accounts under their captions, in the order of the captions and then of the codes."""
    in_order = sorted(lines, key=lambda line: (place_of(line.caption), line.code))
    return tuple(Group(caption, tuple(found)) for caption, found in groupby(in_order, key=lambda line: line.caption))


def result_of(totals: Iterable[AccountTotal]) -> int:
    """Return what income and expenses leave: a surplus, or a deficit as a negative amount."""
    return -sum(total.balance_minor for total in totals if not total.kind.is_permanent)
