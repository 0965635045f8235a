"""A table of a report as a CSV file: amounts as plain decimals, so that a spreadsheet can reckon with them."""

from collections.abc import Iterator, Sequence
from datetime import date

from flask import Response

from coop.downloads import csv_file
from coop.permissions import NotFound
from coop.reports.blocks import Cell, Report, Statement, Table
from evidence.currencies import decimal_text


def csv_of(report: Report, name: str, file_name: str) -> Response:
    """Return a table or a statement of a report as CSV.

    Raises:
        NotFound: the report has none of that name.
    """
    table = report.tables().get(name)
    if table is None:
        raise NotFound
    heads, rows = _of_statement(table) if isinstance(table, Statement) else _of_table(table)
    return csv_file(file_name, heads, rows)


def _of_table(table: Table) -> tuple[list[str], Iterator[Sequence[object]]]:
    def written(row: tuple[Cell, ...]) -> list[object]:
        return [
            decimal_text(cell, table.currency) if column.kind == "money" and isinstance(cell, int) else _plain(cell)
            for cell, column in zip(row, table.columns, strict=True)
        ]

    rows = (*table.rows, *([table.foot] if table.foot else []))
    heads = [f"{column.label} {table.currency}" if column.kind == "money" else column.label for column in table.columns]
    return heads, map(written, rows)


def _of_statement(statement: Statement) -> tuple[list[str], Iterator[Sequence[object]]]:
    def rows() -> Iterator[Sequence[object]]:
        for section in statement.sections:
            for line in section.lines:
                yield [section.label, line.label, *_decimals(line.amounts, statement.currency)]
            yield [section.label, section.total_label, *_decimals(section.totals, statement.currency)]
        yield ["", statement.grand.label, *_decimals(statement.grand.amounts, statement.currency)]

    return ["", "", *(f"{column} {statement.currency}" for column in statement.columns)], rows()


def _decimals(amounts: Sequence[int], currency: str) -> list[str]:
    return [decimal_text(amount, currency) for amount in amounts]


def _plain(cell: Cell) -> object:
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else cell
