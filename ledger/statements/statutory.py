"""The figures by statutory tag: what a form of the state asks for, box by box, with the accounts behind each.

Income and expenses are those of the days, as in the income statement; what the co-op has and owes is that at the end of the last
day, as in the balance sheet. Tags of the treasurer's own work like those that a chart begins with: what they mean is not known here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.messages import N_
from ledger.chart import books_currency
from ledger.models import Account, AccountKind
from ledger.spans import Span
from ledger.statements.tables import Figure, Level, Row, Table
from ledger.totals import AccountTotal, account_totals


@dataclass(frozen=True)
class TaggedLine:
    """An account under a tag. The amount counts for the tag's figure as it is."""

    code: str
    name: str
    amount_minor: int
    span: Span


@dataclass(frozen=True)
class TaggedFigure:
    """What a box of a form asks for, and the accounts of which it is the sum."""

    tag: str
    lines: tuple[TaggedLine, ...]

    @property
    def amount_minor(self) -> int:
        """Return the sum of the accounts."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True)
class TaggedStatement:
    """The figures of every tag, in the order of the tags' numbers, and the accounts that have none."""

    starts_on: date
    ends_on: date
    currency: str
    figures: tuple[TaggedFigure, ...]
    untagged: tuple[TaggedLine, ...]


def tagged_statement(session: Session, starts_on: date, ends_on: date) -> TaggedStatement:
    """Add up the accounts by their statutory tags, between two days and at the end of the second. Accounts at zero are left out."""
    rows = session.execute(select(Account.code, Account.statutory_tag).where(~Account.is_heading))
    tags = {row.code: row.statutory_tag for row in rows}
    flow, stand = Span(starts_on, ends_on, with_closings=False), Span(None, ends_on)
    totals = [
        *((total, stand) for total in account_totals(session, None, ends_on) if total.kind.is_permanent),
        *(
            (total, flow)
            for total in account_totals(session, starts_on, ends_on, with_closings=False)
            if not total.kind.is_permanent
        ),
    ]
    under: dict[str, list[tuple[AccountTotal, Span]]] = defaultdict(list)
    for total, span in totals:
        under[tags.get(total.code) or ""].append((total, span))
    untagged = [line for total, span in under.pop("", []) for line in _lines([(total, span)])]
    return TaggedStatement(
        starts_on=starts_on,
        ends_on=ends_on,
        currency=books_currency(session),
        figures=tuple(
            TaggedFigure(tag, lines) for tag in sorted(under, key=_in_order) if (lines := tuple(_lines(under[tag])))
        ),
        untagged=tuple(sorted(untagged, key=lambda line: line.code)),
    )


def tagged_table(statements: Sequence[TaggedStatement]) -> Table:
    """Lay out the figures by tag, each with its accounts under it, and the accounts without a tag at the end."""
    columns = tuple(Span(one.starts_on, one.ends_on, with_closings=False) for one in statements)
    by_tag = [{figure.tag: figure for figure in one.figures} for one in statements]
    rows: list[Row] = []
    for tag in sorted({tag for column in by_tag for tag in column}, key=_in_order):
        found = [column.get(tag) for column in by_tag]
        rows.append(Row(Level.GROUP, tag, tuple(Figure(one.amount_minor if one else 0) for one in found)))
        rows += _accounts([one.lines if one else () for one in found], tag)
    untagged = _accounts([one.untagged for one in statements], "")
    if untagged:
        rows += [Row(Level.SECTION, N_("Accounts without a tag")), *untagged]
    return Table(columns, statements[0].currency, tuple(rows))


def _lines(accounts: Sequence[tuple[AccountTotal, Span]]) -> Iterable[TaggedLine]:
    """Return the accounts of a tag with what each adds to its figure."""
    sign = _sign({total.kind for total, _ in accounts})
    for total, span in sorted(accounts, key=lambda found: found[0].code):
        if total.balance_minor:
            yield TaggedLine(total.code, total.name, sign * total.balance_minor, span)


def _sign(kinds: set[AccountKind]) -> int:
    """Return how debits count for a tag: on the side of its accounts, and where they are of both, income less costs, or net assets."""
    if all(kind.is_debit for kind in kinds):
        return 1
    if not any(kind.is_debit for kind in kinds):
        return -1
    return 1 if all(kind.is_permanent for kind in kinds) else -1


def _accounts(columns: Sequence[Sequence[TaggedLine]], tag: str) -> list[Row]:
    by_code = [{line.code: line for line in column} for column in columns]
    lines = {code: line for column in reversed(by_code) for code, line in column.items()}
    return [
        Row(
            Level.ACCOUNT,
            lines[code].name,
            tuple(
                Figure(column[code].amount_minor, column[code].span) if code in column else Figure(0)
                for column in by_code
            ),
            account=code,
            filed=(tag, lines[code].name),
        )
        for code in sorted(lines)
    ]


def _in_order(tag: str) -> list[tuple[int, str]]:
    """Return what puts box 10 after box 9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]+)", tag)]
