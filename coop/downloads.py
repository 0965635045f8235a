"""Lists as CSV files that a spreadsheet opens and does not execute."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from flask import Response

from ledger.export.csv_table import plain_cell

#: An amount is no formula, and a spreadsheet must be able to add it.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a CSV file for download; texts that would begin a formula get an apostrophe before them."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(columns)
    table.writerows([_cell(cell) for cell in row] for row in rows)
    response = Response(buffer.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _cell(cell: object) -> object:
    return plain_cell(cell) if isinstance(cell, str) and not _NUMBER.fullmatch(cell) else cell
