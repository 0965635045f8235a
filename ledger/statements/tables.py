"""The statements as rows and columns: what a page, a file and a terminal show alike, the comparison beside what was asked for.

Labels are marked for translation; names of accounts are the treasurer's. Each figure knows the days of the postings behind it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evidence.messages import N_
from ledger.lines import BY_CODE
from ledger.models import Business
from ledger.spans import Span
from ledger.statements.balances import BalanceSheet, IncomeStatement
from ledger.statements.cash import CashFlows, CashFlowStatement
from ledger.statements.sections import Group, Section, StatementLine, place_of


class Level(StrEnum):
    """What a row is: it decides how it is set."""

    SECTION = "section"
    GROUP = "group"
    ACCOUNT = "account"
    FIGURE = "figure"
    TOTAL = "total"
    GRAND = "grand"


@dataclass(frozen=True)
class Figure:
    """An amount, and the days of the postings behind it; a sum of other figures has none."""

    amount_minor: int
    span: Span | None = None


@dataclass(frozen=True)
class Row:
    """A row of a statement. `filed` is its section and name in a file; none where others add up to it."""

    level: Level
    label: str
    figures: tuple[Figure, ...] = ()
    #: The code of the account, whose name the label is.
    account: str | None = None
    filed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """A statement for as many stretches of days as stand side by side, the one that was asked for first."""

    columns: tuple[Span, ...]
    currency: str
    rows: tuple[Row, ...]


def sheet_table(sheets: Sequence[BalanceSheet]) -> Table:
    """Lay out the balance sheet; results that no closing has moved yet are figures of the equity."""
    columns = tuple(sheet.span for sheet in sheets)
    results = (
        Row(
            Level.FIGURE,
            N_("Surplus or deficit of this year"),
            tuple(Figure(sheet.result_minor, sheet.result_span) for sheet in sheets),
            filed=("equity", "Result of the year"),
        ),
        Row(
            Level.FIGURE,
            N_("Surplus or deficit of earlier years"),
            tuple(Figure(sheet.earlier_result_minor, sheet.earlier_span) for sheet in sheets),
            filed=("equity", "Result of earlier years"),
        ),
    )
    rows = [
        *_section(N_("Assets"), [s.assets for s in sheets], columns),
        _sum(Level.TOTAL, N_("Total assets"), (s.assets.total_minor for s in sheets)),
        *_section(N_("Liabilities"), [s.liabilities for s in sheets], columns),
        _sum(Level.TOTAL, N_("Total liabilities"), (s.liabilities.total_minor for s in sheets)),
        *_section(N_("Members' funds"), [s.equity for s in sheets], columns),
        *(row for row in results if any(figure.amount_minor for figure in row.figures)),
        _sum(Level.TOTAL, N_("Total members' funds"), (s.equity_minor for s in sheets)),
        _sum(Level.GRAND, N_("Total liabilities and members' funds"), (s.claims_minor for s in sheets)),
    ]
    return Table(columns, sheets[0].currency, tuple(rows))


#: The income of whose business stands under which words; that of nobody in particular is plain income where it is alone.
_INCOME_OF: tuple[tuple[Business | None, str], ...] = (
    (Business.MEMBER, N_("Income from business with members")),
    (Business.NON_MEMBER, N_("Income from business with others")),
    (None, N_("Other income")),
)
_ORDINARY = (Business.MEMBER, Business.NON_MEMBER, None)


def income_table(statements: Sequence[IncomeStatement]) -> Table:
    """Lay out the income statement: business with members, with others, and what is extraordinary, apart where it is set."""
    columns = tuple(statement.span for statement in statements)
    apart = {line.business for one in statements for line in (*one.income.lines, *one.expenses.lines)}
    rows: list[Row] = []
    for business, label in _INCOME_OF if apart & {Business.MEMBER, Business.NON_MEMBER} else [(None, N_("Income"))]:
        rows += _section(label, [one.income.of(business) for one in statements], columns, even_empty=len(apart) < 2)
    rows.append(_sum(Level.TOTAL, N_("Total income"), (one.income.of(*_ORDINARY).total_minor for one in statements)))
    rows += _section(N_("Expenses"), [one.expenses.of(*_ORDINARY) for one in statements], columns)
    costs = (one.expenses.of(*_ORDINARY).total_minor for one in statements)
    rows.append(_sum(Level.TOTAL, N_("Total expenses"), costs))
    if Business.EXTRAORDINARY in apart:
        rows += _extraordinary(statements, columns)
    results = tuple(Figure(one.result_minor) for one in statements)
    rows.append(Row(Level.GRAND, N_("Surplus, or deficit as a minus"), results, filed=("result", "Result")))
    return Table(columns, statements[0].currency, tuple(rows))


def _extraordinary(statements: Sequence[IncomeStatement], columns: Sequence[Span]) -> list[Row]:
    ordinary = (one.result_minor - one.extraordinary_minor for one in statements)
    business = Business.EXTRAORDINARY
    return [
        _sum(Level.TOTAL, N_("Result of the ordinary business"), ordinary),
        *_section(
            N_("Extraordinary income"), [one.income.of(business) for one in statements], columns, even_empty=False
        ),
        *_section(
            N_("Extraordinary expenses"), [one.expenses.of(business) for one in statements], columns, even_empty=False
        ),
        _sum(Level.TOTAL, N_("Extraordinary result"), (one.extraordinary_minor for one in statements)),
    ]


def cash_table(statements: Sequence[CashFlowStatement]) -> Table:
    """Lay out the statement of cash flows: three activities, and from the cash at the beginning to that at the end."""
    columns = tuple(statement.span for statement in statements)
    result = Row(
        Level.FIGURE,
        N_("Surplus, or deficit as a minus"),
        tuple(Figure(one.result_minor, one.span) for one in statements),
        filed=("operating", "Result"),
    )
    rows = [
        Row(Level.SECTION, N_("Operations")),
        result,
        *_flows([one.operating for one in statements], columns),
        _sum(Level.TOTAL, N_("From operations"), (one.operating_minor for one in statements)),
        Row(Level.SECTION, N_("Lasting assets")),
        *_flows([one.investing for one in statements], columns),
        _sum(Level.TOTAL, N_("From lasting assets"), (one.investing.total_minor for one in statements)),
        Row(Level.SECTION, N_("Members and lenders")),
        *_flows([one.financing for one in statements], columns),
        _sum(Level.TOTAL, N_("From members and lenders"), (one.financing.total_minor for one in statements)),
        _sum(Level.GRAND, N_("Change in cash"), (one.change_minor for one in statements)),
        *_cash(statements),
    ]
    return Table(columns, statements[0].currency, tuple(rows))


def _cash(statements: Sequence[CashFlowStatement]) -> list[Row]:
    names = {account.code: account.name for one in statements for account in one.cash}
    closing = [{account.code: account.closing_minor for account in one.cash} for one in statements]
    accounts = [
        Row(
            Level.ACCOUNT,
            names[code],
            tuple(
                Figure(column.get(code, 0), Span(None, one.ends_on))
                for one, column in zip(statements, closing, strict=True)
            ),
            account=code,
            filed=("cash", names[code]),
        )
        for code in sorted(names)
    ]
    before = tuple(Figure(one.opening_minor) for one in statements)
    return [
        Row(Level.FIGURE, N_("Cash at the beginning"), before, filed=("cash", "At the beginning")),
        Row(Level.SECTION, N_("Cash at the end")),
        *accounts,
        _sum(Level.TOTAL, N_("Total cash at the end"), (one.closing_minor for one in statements)),
    ]


def _flows(columns: Sequence[CashFlows], spans: Sequence[Span]) -> list[Row]:
    return _grouped([column.groups for column in columns], spans, columns[0].activity.value)


def _section(label: str, columns: Sequence[Section], spans: Sequence[Span], *, even_empty: bool = True) -> list[Row]:
    """Put the same section of several statements side by side: its name, its captions, its accounts."""
    rows = _grouped([column.groups for column in columns], spans, columns[0].kind.value)
    return [Row(Level.SECTION, label), *rows] if rows or even_empty else []


def _grouped(columns: Sequence[Sequence[Group]], spans: Sequence[Span], filed: str) -> list[Row]:
    """Put captions side by side, with the accounts of each under it. Where no account names one, there is nothing to group."""
    rows: list[Row] = []
    captions = {group.caption for column in columns for group in column}
    named = any(caption.code in BY_CODE for caption in captions)
    for caption in sorted(captions, key=place_of):
        groups = [next((group for group in column if group.caption == caption), None) for column in columns]
        if named:
            rows.append(_sum(Level.GROUP, caption.label, (group.total_minor if group else 0 for group in groups)))
        rows += _accounts([group.lines if group else () for group in groups], spans, filed)
    return rows


def _accounts(columns: Sequence[Iterable[StatementLine]], spans: Sequence[Span], filed: str) -> list[Row]:
    by_code = [{line.code: line for line in column} for column in columns]
    names = {code: line.name for column in by_code for code, line in column.items()}
    return [
        Row(
            Level.ACCOUNT,
            names[code],
            tuple(
                Figure(column[code].amount_minor if code in column else 0, span)
                for column, span in zip(by_code, spans, strict=True)
            ),
            account=code,
            filed=(filed, names[code]),
        )
        for code in sorted(names)
    ]


def _sum(level: Level, label: str, amounts: Iterable[int]) -> Row:
    return Row(level, label, tuple(Figure(amount) for amount in amounts))
