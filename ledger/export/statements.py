"""The statements as a table, as JSON and as plain text with the comparison beside them.

The amounts of an account are positive on its own side, and in cash flows where it brought money. Figures without an account, such
as the result, are rows too, so that what is in a section adds up from its rows alone. Sums are left out of a table.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from evidence.canonical import Canonical, canonical_bytes
from evidence.currencies import decimal_text
from evidence.spreadsheets import plain_cell
from ledger.statements import (
    AgedBalances,
    BalanceSheet,
    CashFlowStatement,
    EquityStatement,
    IncomeStatement,
    StatementLine,
)
from ledger.statements.statutory import TaggedLine, TaggedStatement
from ledger.statements.tables import Level, Table

#: The parts of what is owed, by the days since it was due.
AGES = ("not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "days_over_90")
_RESULT = "Result not closed yet"
_AMOUNT_WIDTH = 18
#: How far the words of a row stand in.
_INDENT = {Level.GROUP: "  ", Level.FIGURE: "  ", Level.ACCOUNT: "    "}


def as_csv(table: Table) -> str:
    """Write a row per account and per figure without one; what it is compared with is a column of its own."""
    amounts = ["amount", "before"][: len(table.columns)]
    rows = [
        [
            *(row.filed[0], row.account or "", plain_cell(row.filed[1])),
            *(decimal_text(figure.amount_minor, table.currency) for figure in row.figures),
            table.currency,
        ]
        for row in table.rows
        if row.filed is not None
    ]
    return _written(["section", "account", "name", *amounts, "currency"], rows)


def as_text(table: Table) -> str:
    """Write a table for a terminal: what was asked for, and what it is compared with beside it."""
    labels = [
        _INDENT.get(row.level, "") + (f"{row.account} {row.label}" if row.account else row.label) for row in table.rows
    ]
    width = max(map(len, labels))
    heads = [[day for day in (column.starts_on, column.ends_on) if day is not None] for column in table.columns]
    written = [
        f"{table.currency if line == 0 else '':<{width}}"
        + "".join(f"{head[line]!s:>{_AMOUNT_WIDTH}}" for head in heads)
        for line in range(len(heads[0]))
    ]
    for label, row in zip(labels, table.rows, strict=True):
        cells = (f"{decimal_text(figure.amount_minor, table.currency):>{_AMOUNT_WIDTH}}" for figure in row.figures)
        written.append((f"{label:<{width}}" + "".join(cells)).rstrip())
    return "\n".join(written) + "\n"


def income_as_json(*statements: IncomeStatement) -> str:
    """Write one JSON document; amounts are integers of the minor unit."""
    return _document(*map(_income, statements))


def sheet_as_json(*statements: BalanceSheet) -> str:
    """Write one JSON document; amounts are integers of the minor unit."""
    return _document(*map(_sheet, statements))


def cash_as_json(*statements: CashFlowStatement) -> str:
    """Write one JSON document; amounts are integers of the minor unit."""
    return _document(*map(_cash, statements))


def equity_as_csv(statement: EquityStatement) -> str:
    """Write a row for each account and change; with its opening balance they add up to the closing one."""
    rows: list[list[object]] = []
    for place, account in enumerate(statement.accounts):
        changes = [(row.change.value, row.amounts_minor[place]) for row in statement.rows if row.amounts_minor[place]]
        steps = [("opening", account.opening_minor), *changes, ("closing", account.closing_minor)]
        rows += [
            [
                *(account.code, plain_cell(account.name or _RESULT), step),
                *(decimal_text(minor, statement.currency), statement.currency),
            ]
            for step, minor in steps
        ]
    return _written(["account", "name", "change", "amount", "currency"], rows)


def equity_as_json(*statements: EquityStatement) -> str:
    """Write one JSON document; amounts are integers of the minor unit, and the result is an account without a code."""
    return _document(*map(_equity, statements))


def aged_as_csv(aged: AgedBalances, names: Mapping[UUID, str], *, nobody: str = "") -> str:
    """Write a row for each party and account, with its name where it is still known by one; `nobody` is what names no party."""
    return _written(
        ["account", "account_name", "party", "name", *AGES, "total", "oldest", "currency"],
        (
            [
                *(account.code, plain_cell(account.name), row.party_ref or ""),
                plain_cell(names.get(row.party_ref, "") if row.party_ref else nobody),
                *(decimal_text(minor, aged.currency) for minor in (*row.parts_minor, row.total_minor)),
                *(row.oldest_on or "", aged.currency),
            ]
            for account in aged.accounts
            for row in account.rows
        ),
    )


def aged_as_json(aged: AgedBalances) -> str:
    """Write one JSON document; amounts are integers of the minor unit, parties are references."""
    accounts: list[Canonical] = [
        {
            "account": account.code,
            "name": account.name,
            "parties": [
                {"party": row.party_ref, "oldest_on": row.oldest_on, **_parts(row.parts_minor)} for row in account.rows
            ],
            **_parts(account.parts_minor),
        }
        for account in aged.accounts
    ]
    head: dict[str, Canonical] = {
        "at": aged.at,
        "side": aged.side,
        "days_to_pay": aged.days_to_pay,
        "currency": aged.currency,
    }
    return _document({**head, "accounts": accounts, **_parts(aged.parts_minor)})


def tagged_as_json(*statements: TaggedStatement) -> str:
    """Write one JSON document; amounts are integers of the minor unit, and an account without a tag has none."""
    return _document(*map(_tagged, statements))


def _income(statement: IncomeStatement) -> dict[str, Canonical]:
    return {
        "from": statement.starts_on,
        "to": statement.ends_on,
        "currency": statement.currency,
        "income": _rows(statement.income.lines),
        "income_minor": statement.income.total_minor,
        "expenses": _rows(statement.expenses.lines),
        "expenses_minor": statement.expenses.total_minor,
        "extraordinary_minor": statement.extraordinary_minor,
        "result_minor": statement.result_minor,
    }


def _sheet(sheet: BalanceSheet) -> dict[str, Canonical]:
    return {
        "at": sheet.at,
        "currency": sheet.currency,
        "assets": _rows(sheet.assets.lines),
        "assets_minor": sheet.assets.total_minor,
        "liabilities": _rows(sheet.liabilities.lines),
        "liabilities_minor": sheet.liabilities.total_minor,
        "equity": _rows(sheet.equity.lines),
        "result_minor": sheet.result_minor,
        "earlier_result_minor": sheet.earlier_result_minor,
        "equity_minor": sheet.equity_minor,
    }


def _cash(statement: CashFlowStatement) -> dict[str, Canonical]:
    flows = (statement.operating, statement.investing, statement.financing)
    return {
        "from": statement.starts_on,
        "to": statement.ends_on,
        "currency": statement.currency,
        "result_minor": statement.result_minor,
        **{part.activity.value: _rows(part.lines) for part in flows},
        "operating_minor": statement.operating_minor,
        "investing_minor": statement.investing.total_minor,
        "financing_minor": statement.financing.total_minor,
        "opening_minor": statement.opening_minor,
        "change_minor": statement.change_minor,
        "closing_minor": statement.closing_minor,
    }


def _equity(statement: EquityStatement) -> dict[str, Canonical]:
    return {
        "from": statement.starts_on,
        "to": statement.ends_on,
        "currency": statement.currency,
        "accounts": [
            {
                "account": account.code or None,
                "name": account.name or _RESULT,
                "opening_minor": account.opening_minor,
                "changes": {
                    row.change.value: row.amounts_minor[place] for row in statement.rows if row.amounts_minor[place]
                },
                "closing_minor": account.closing_minor,
            }
            for place, account in enumerate(statement.accounts)
        ],
        "opening_minor": statement.opening_minor,
        "closing_minor": statement.closing_minor,
    }


def _tagged(statement: TaggedStatement) -> dict[str, Canonical]:
    return {
        "from": statement.starts_on,
        "to": statement.ends_on,
        "currency": statement.currency,
        "tags": [
            {"tag": one.tag, "amount_minor": one.amount_minor, "accounts": _tagged_rows(one.lines)}
            for one in statement.figures
        ],
        "untagged": _tagged_rows(statement.untagged),
    }


def _tagged_rows(lines: Iterable[TaggedLine]) -> list[Canonical]:
    return [{"account": line.code, "name": line.name, "amount_minor": line.amount_minor} for line in lines]


def _rows(lines: Iterable[StatementLine]) -> list[Canonical]:
    return [
        {
            "account": line.code,
            "name": line.name,
            "line": line.caption.code,
            "business": line.business,
            "amount_minor": line.amount_minor,
        }
        for line in lines
    ]


def _parts(parts_minor: Sequence[int]) -> dict[str, Canonical]:
    parts = zip((*AGES, "total"), (*parts_minor, sum(parts_minor)), strict=True)
    return {f"{age}_minor": minor for age, minor in parts}


def _document(content: Mapping[str, Canonical], *before: Mapping[str, Canonical]) -> str:
    """Write a document; what a statement is compared with is a document of the same kind within it."""
    return canonical_bytes({**content, "before": before[0]} if before else content).decode() + "\n"


def _written(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(header)
    table.writerows(rows)
    return buffer.getvalue()
