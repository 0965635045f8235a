"""The income statement and the balance sheet as a table, as JSON and as plain text with the year before beside it.

A table or a document holds one statement, with the amounts of an account positive on its own side. The result, and what earlier
years left, are rows without an account, so that a balance sheet adds up from its rows alone.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from evidence.canonical import Canonical, canonical_bytes
from evidence.currencies import decimal_text
from ledger.export.csv_table import plain_cell
from ledger.statements import BalanceSheet, IncomeStatement, Section

_HEADER = ("section", "account", "name", "amount", "currency")
_AMOUNT_WIDTH = 18
_RESULT = "Result"
_THIS_YEAR, _EARLIER = "Result of the year", "Result of earlier years"


def income_as_csv(statement: IncomeStatement) -> str:
    """Write a row per account, and the result."""
    result = [("result", _RESULT, statement.result_minor)]
    return _table((statement.income, statement.expenses), result, statement.currency)


def sheet_as_csv(sheet: BalanceSheet) -> str:
    """Write a row per account; results that no closing has moved yet are rows of the equity."""
    return _table((sheet.assets, sheet.liabilities, sheet.equity), _results(sheet, "equity"), sheet.currency)


def income_as_json(statement: IncomeStatement) -> str:
    """Write one JSON document; amounts are integers of the minor unit."""
    return _document(
        {
            "from": statement.starts_on,
            "to": statement.ends_on,
            "currency": statement.currency,
            "income": _rows(statement.income),
            "income_minor": statement.income.total_minor,
            "expenses": _rows(statement.expenses),
            "expenses_minor": statement.expenses.total_minor,
            "result_minor": statement.result_minor,
        }
    )


def sheet_as_json(sheet: BalanceSheet) -> str:
    """Write one JSON document; amounts are integers of the minor unit."""
    return _document(
        {
            "at": sheet.at,
            "currency": sheet.currency,
            "assets": _rows(sheet.assets),
            "assets_minor": sheet.assets.total_minor,
            "liabilities": _rows(sheet.liabilities),
            "liabilities_minor": sheet.liabilities.total_minor,
            "equity": _rows(sheet.equity),
            "result_minor": sheet.result_minor,
            "earlier_result_minor": sheet.earlier_result_minor,
            "equity_minor": sheet.equity_minor,
        }
    )


def income_as_text(statements: Sequence[IncomeStatement]) -> str:
    """Write a table for a terminal: what was asked for, and the year before beside it."""
    heads = [(str(statement.starts_on), str(statement.ends_on)) for statement in statements]
    lines = [
        *_section("Income", [statement.income for statement in statements]),
        *_section("Expenses", [statement.expenses for statement in statements]),
        (_RESULT, [statement.result_minor for statement in statements]),
    ]
    return _text(heads, lines, statements[0].currency)


def sheet_as_text(sheets: Sequence[BalanceSheet]) -> str:
    """Write a table for a terminal: the day that was asked for, and the end of the year before beside it."""
    lines = [
        *_section("Assets", [sheet.assets for sheet in sheets]),
        *_section("Liabilities", [sheet.liabilities for sheet in sheets]),
        *_section("Equity", [sheet.equity for sheet in sheets])[:-1],
        ("  " + _THIS_YEAR, [sheet.result_minor for sheet in sheets]),
        ("  " + _EARLIER, [sheet.earlier_result_minor for sheet in sheets]),
        ("Equity in all", [sheet.equity_minor for sheet in sheets]),
        ("Liabilities and equity", [sheet.claims_minor for sheet in sheets]),
    ]
    return _text([(str(sheet.at),) for sheet in sheets], lines, sheets[0].currency)


_Line = tuple[str, Sequence[int] | None]


def _section(label: str, columns: Sequence[Section]) -> list[_Line]:
    """Put the same section of several statements side by side: its name, its accounts, its sum."""
    names = {line.code: line.name for section in columns for line in section.lines}
    amounts = [{line.code: line.amount_minor for line in section.lines} for section in columns]
    return [
        (label, None),
        *((f"  {code} {names[code]}", [column.get(code, 0) for column in amounts]) for code in sorted(names)),
        (f"{label} in all", [section.total_minor for section in columns]),
    ]


def _text(heads: Sequence[tuple[str, ...]], lines: Sequence[_Line], currency: str) -> str:
    width = max(len(label) for label, _ in lines)
    written = [
        f"{currency if row == 0 else '':<{width}}" + "".join(f"{head[row]:>{_AMOUNT_WIDTH}}" for head in heads)
        for row in range(len(heads[0]))
    ]
    for label, amounts in lines:
        cells = (f"{decimal_text(minor, currency):>{_AMOUNT_WIDTH}}" for minor in amounts or ())
        written.append((f"{label:<{width}}" + "".join(cells)).rstrip())
    return "\n".join(written) + "\n"


def _table(sections: Iterable[Section], results: Iterable[tuple[str, str, int]], currency: str) -> str:
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(_HEADER)
    for section in sections:
        for line in section.lines:
            amount = decimal_text(line.amount_minor, currency)
            table.writerow([section.kind.value, line.code, plain_cell(line.name), amount, currency])
    for kind, name, minor in results:
        table.writerow([kind, "", name, decimal_text(minor, currency), currency])
    return buffer.getvalue()


def _results(sheet: BalanceSheet, kind: str) -> list[tuple[str, str, int]]:
    found = ((_THIS_YEAR, sheet.result_minor), (_EARLIER, sheet.earlier_result_minor))
    return [(kind, name, minor) for name, minor in found if minor]


def _rows(section: Section) -> list[Canonical]:
    return [{"account": line.code, "name": line.name, "amount_minor": line.amount_minor} for line in section.lines]


def _document(content: dict[str, Canonical]) -> str:
    return canonical_bytes(content).decode() + "\n"
