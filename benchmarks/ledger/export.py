"""The books as CSV, against a cursor over the same rows and `csv.writer`.

`python -m benchmarks.ledger.export [--full] [--folder DIR] [--only sqlite|postgresql]`

Both sides write to a file and read the same joined rows in the same order. The bare side writes values as they come from the driver:
no decimals, no protection against formulas. What the process grew by while ours ran is printed too: it is to stay flat.
"""

import csv
import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.ledger.books import Place, arguments, bare_postgresql, bare_sqlite, places
from benchmarks.ledger.filling import filled
from benchmarks.ledger.timing import Work, in_turn, show
from ledger.export import export

RUNS = 3
#: Rows that a server's cursor hands over at a time, as ours does.
AT_ONCE = 2_000
ROWS = """
    SELECT e.booked_on, e.id, p.line, e.kind, a.code, a.name, t.text, p.party_ref, p.amount_minor, p.currency,
           e.recorded_at, e.reference, p.cost_centre_id, p.fund_id, p.tax_code_id
    FROM ledger_entry AS e JOIN ledger_posting AS p ON p.entry_id = e.id JOIN ledger_account AS a ON a.id = p.account_id
    LEFT JOIN ledger_entry_text AS t ON t.entry_id = e.id ORDER BY e.booked_on, e.id, p.line
"""


def main() -> None:
    """Measure in turn on each database and print the medians, the ratio and the memory."""
    asked = arguments(__doc__)
    with places(asked) as found:
        for place in found:
            measure(place, 1_000_000 if asked.full else 50_000)


def measure(place: Place, postings: int) -> None:
    """Print what an export of so many postings costs."""
    engine = filled(place.new_url(), postings, 1)
    path = place.folder.parent / f"{place.folder.name}.csv"
    bare = _bare_sqlite if place.kind == "sqlite" else _bare_postgresql
    _ours(engine, path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _ours(engine, path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sides: dict[str, Callable[[], Work]] = {
        "ours": lambda: partial(_ours, engine, path),
        "bare": lambda: partial(bare, engine, path),
    }
    show(f"{postings:,} postings as CSV; {place}", in_turn(RUNS, sides))
    print(f"  memory of a second export: {grown / 1024:.0f} MB more")
    path.unlink()
    place.drop(engine)


def _ours(engine: Engine, path: Path) -> None:
    with path.open("wb") as file, Session(engine) as session:
        for piece in export(session, "csv"):
            file.write(piece)


def _bare_sqlite(engine: Engine, path: Path) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(bare_sqlite(engine).execute(ROWS))


def _bare_postgresql(engine: Engine, path: Path) -> None:
    with path.open("w", newline="") as file, bare_postgresql(engine) as connection:
        cursor = connection.cursor("bench")
        cursor.itersize = AT_ONCE
        csv.writer(file).writerows(cursor.execute(ROWS))


if __name__ == "__main__":
    main()
