"""Lists as CSV files that a spreadsheet opens and does not execute."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from ledger.export.csv_table import plain_cell


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a CSV file for download; texts that would begin a formula get an apostrophe before them."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(columns)
    table.writerows([plain_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    response = Response(buffer.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
