"""The books as a workbook: the accounts with their sums, and the journal row by row with the balance of each account.

Days and amounts are real cells; no text is ever a formula or a link. Rows go to a temporary file as they come, so a workbook of
any length needs the memory of a short one. A sheet ends where the format ends it, and the journal goes on in the next.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from evidence.currencies import exponent
from ledger.export.source import Books, ExportedEntry

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
#: The rows of a sheet of the format, the header included.
ROWS_OF_SHEET = 1_048_576
#: What a cell of the format holds at most.
LONGEST_CELL = 32_767
_BYTES_AT_ONCE = 64 * 1024
_JOURNAL = (
    *(("date", 11), ("account", 9), ("account_name", 30), ("text", 40), ("party", 12), ("debit", 14), ("credit", 14)),
    *(("balance", 14), ("currency", 9), ("reference", 14), ("cost_centre", 12), ("fund", 12), ("tax_code", 12)),
    *(("kind", 14), ("entry", 12), ("line", 6), ("recorded_at", 20)),
)
_ACCOUNTS = (
    *(("account", 9), ("account_name", 30), ("kind", 12), ("opening", 14), ("debit", 14), ("credit", 14)),
    *(("closing", 14), ("currency", 9)),
)


def write(books: Books) -> Iterator[bytes]:
    """Write the workbook and return its bytes, piece by piece."""
    with tempfile.TemporaryFile(prefix="books-") as file:
        workbook = xlsxwriter.Workbook(file, _OPTIONS)
        # Of what the format says about itself nothing may depend on the moment: the same books are the same bytes.
        workbook.set_properties({"created": datetime.combine(books.ends_on, time())})
        _Workbook(workbook, books).write()
        workbook.close()
        file.seek(0)
        while piece := file.read(_BYTES_AT_ONCE):
            yield piece


class _Workbook:
    """Writes cells of one currency, each with its format."""

    def __init__(self, workbook: Any, books: Books) -> None:
        self._workbook, self._books = workbook, books
        self._places = exponent(books.currency)
        decimals = "." + "0" * self._places if self._places else ""
        self._head = workbook.add_format({"bold": True, "bottom": 1})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._amount = workbook.add_format({"num_format": f"#,##0{decimals};[Red]-#,##0{decimals}"})

    def write(self) -> None:
        """Write the accounts, and then the journal on as many sheets as it takes."""
        books = self._books
        opening = {total.code: total.balance_minor for total in books.opening()}
        self._write_accounts(opening)
        names = {account.code: account.name for account in books.accounts}
        balances: dict[str, int] = defaultdict(int, opening)
        sheet, row, number = self._sheet("Journal", _JOURNAL), 0, 1
        for entry in books.entries():
            for cells in self._rows(entry, names, balances):
                row += 1
                if row == ROWS_OF_SHEET:
                    number += 1
                    sheet, row = self._sheet(f"Journal {number}", _JOURNAL), 1
                self._put(sheet, row, cells)

    def _write_accounts(self, opening: dict[str, int]) -> None:
        sheet = self._sheet("Accounts", _ACCOUNTS)
        for row, moved in enumerate(self._books.moved(), start=1):
            before = opening.get(moved.code, 0)
            sums = (before, moved.debit_minor, moved.credit_minor, before + moved.balance_minor)
            account = [moved.code, moved.name, moved.kind.value]
            self._put(sheet, row, [*account, *(self._money(minor) for minor in sums), moved.currency])

    def _rows(self, entry: ExportedEntry, names: dict[str, str], balances: dict[str, int]) -> Iterator[list[Any]]:
        of_entry = [entry.kind, entry.id]
        booked_on = date.fromisoformat(entry.booked_on)
        recorded_at = datetime.fromisoformat(entry.recorded_at).replace(tzinfo=None)
        for posting in entry.postings:
            balances[posting.code] += posting.amount_minor
            debit, credit = max(posting.amount_minor, 0), max(-posting.amount_minor, 0)
            yield [
                *(booked_on, posting.code, names[posting.code], entry.text, posting.party_ref),
                *(self._money(minor) if minor else None for minor in (debit, credit)),
                *(self._money(balances[posting.code]), posting.currency, entry.reference),
                *(posting.cost_centre, posting.fund, posting.tax),
                *(*of_entry, posting.line, recorded_at),
            ]

    def _money(self, amount_minor: int) -> Decimal:
        return Decimal(amount_minor).scaleb(-self._places)

    def _sheet(self, name: str, columns: Sequence[tuple[str, int]]) -> Any:
        sheet = self._workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, (head, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, self._head)
        return sheet

    def _put(self, sheet: Any, row: int, cells: Sequence[Any]) -> None:
        for column, cell in enumerate(cells):
            match cell:
                case None:
                    continue
                case Decimal():
                    sheet.write_number(row, column, cell, self._amount)
                case int():
                    sheet.write_number(row, column, cell)
                case datetime():
                    sheet.write_datetime(row, column, cell, self._moment)
                case date():
                    sheet.write_datetime(row, column, cell, self._day)
                case _:
                    sheet.write_string(row, column, str(cell)[:LONGEST_CELL])
