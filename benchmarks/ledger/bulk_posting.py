"""Many entries in one commit, against the fastest way of the bare driver: `executemany` of sqlite3, COPY of psycopg.

`python -m benchmarks.ledger.bulk_posting [--full] [--folder DIR] [--only sqlite|postgresql]`

Each run has a database of its own with the same tables, keys, foreign keys and indexes. The bare side is given its rows ready made,
looks nothing up, checks nothing and has no rules in its database; a third side, bare with our rules, tells how much of the
difference they are.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine

from benchmarks.ledger.books import ON, Place, arguments, bare_postgresql, bare_sqlite, founded, places
from benchmarks.ledger.timing import Work, in_turn, show
from coop.database import write_with
from evidence.identifiers import new_id
from ledger import chart
from ledger.bulk import post_many
from ledger.drafts import Draft, Line

DIGEST, SALT, TEXT, KIND, CURRENCY = "0" * 64, "0" * 32, "Sold a map", "imported", "NZD"
AMOUNT_MINOR = 1000
POSTING = "ledger_posting (entry_id, line, account_id, amount_minor, currency)"
ENTRY = "ledger_entry (id, booked_on, kind, idempotency_key, request_digest, text_digest, recorded_at)"
ENTRY_TEXT = "ledger_entry_text (entry_id, salt, text)"


def main() -> None:
    """Measure in turn on each database and print the medians and the ratios."""
    asked = arguments(__doc__)
    entries = 100_000 if asked.full else 5_000
    with places(asked) as found:
        for place in found:
            measure(place, 3, entries)


def measure(place: Place, runs: int, entries: int) -> None:
    """Print what very many entries cost in a database."""
    bare = _bare_sqlite if place.kind == "sqlite" else _bare_postgresql
    sides: dict[str, Callable[[], Work]] = {
        "ours": lambda: _ours(founded(place.new_url()), entries),
        "bare": lambda: bare(founded(place.new_url(), with_rules=False), entries),
        "bare with our rules": lambda: bare(founded(place.new_url()), entries),
    }
    show(f"{entries:,} entries of two postings in one commit; {place}", in_turn(runs, sides))


def _ours(engine: Engine, entries: int) -> Work:
    lines = (Line(chart.BANK, AMOUNT_MINOR), Line(chart.OTHER_INCOME, -AMOUNT_MINOR))
    drafts = [Draft(ON, TEXT, KIND, CURRENCY, lines, f"key-{number}") for number in range(entries)]
    return partial(write_with, engine, lambda session: post_many(session, drafts, now=datetime.now(UTC)))


def _rows(ids: list[Any], bank: Any, income: Any, day: Any, now: Any) -> tuple[tuple[str, list[tuple[Any, ...]]], ...]:
    """Return the rows of entries under these ids, by the table and columns that take them."""
    postings = [
        row
        for id_ in ids
        for row in ((id_, 1, bank, AMOUNT_MINOR, CURRENCY), (id_, 2, income, -AMOUNT_MINOR, CURRENCY))
    ]
    headers = [(id_, day, KIND, f"key-{number}", DIGEST, DIGEST, now) for number, id_ in enumerate(ids)]
    return (POSTING, postings), (ENTRY, headers), (ENTRY_TEXT, [(id_, SALT, TEXT) for id_ in ids])


def _bare_sqlite(engine: Engine, entries: int) -> Work:
    connection = bare_sqlite(engine)
    accounts = dict(connection.execute("SELECT code, id FROM ledger_account").fetchall())
    query = "SELECT id FROM ledger_period WHERE ? BETWEEN starts_on AND ends_on"
    (period,) = connection.execute(query, (str(ON),)).fetchone()
    bank, income = accounts[chart.BANK], accounts[chart.OTHER_INCOME]
    ids = [new_id().hex for _ in range(entries)]
    tables = _rows(ids, bank, income, str(ON), str(datetime.now(UTC)))

    def run() -> None:
        connection.execute("BEGIN IMMEDIATE")
        for into, rows in tables:
            connection.executemany(f"INSERT INTO {into} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        connection.executemany(
            "INSERT INTO ledger_balance VALUES (?, ?, ?, ?)",
            [(bank, period, AMOUNT_MINOR * entries, 0), (income, period, 0, AMOUNT_MINOR * entries)],
        )
        connection.execute("COMMIT")

    return run


def _bare_postgresql(engine: Engine, entries: int) -> Work:
    connection = bare_postgresql(engine)
    accounts = dict(connection.execute("SELECT code, id FROM ledger_account").fetchall())
    found = connection.execute("SELECT id FROM ledger_period WHERE %s BETWEEN starts_on AND ends_on", (ON,)).fetchone()
    assert found is not None
    connection.commit()
    bank, income = accounts[chart.BANK], accounts[chart.OTHER_INCOME]
    ids = [new_id() for _ in range(entries)]
    tables = _rows(ids, bank, income, ON, datetime.now(UTC))

    def run() -> None:
        cursor = connection.cursor()
        for into, rows in tables:
            with cursor.copy(f"COPY {into} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
        cursor.executemany(
            "INSERT INTO ledger_balance VALUES (%s, %s, %s, %s)",
            [(bank, found[0], AMOUNT_MINOR * entries, 0), (income, found[0], 0, AMOUNT_MINOR * entries)],
        )
        connection.commit()

    return run


if __name__ == "__main__":
    main()
