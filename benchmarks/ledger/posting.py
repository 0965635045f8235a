"""One posting, one commit, against the bare driver that writes the same rows with the same keys and a balance row.

`python -m benchmarks.ledger.posting [--full] [--folder DIR] [--only sqlite|postgresql]`

Each side has a database of its own with the same tables, keys, foreign keys and indexes. The bare side looks nothing up, checks
nothing and has no rules in its database; a third side, bare with our rules, tells how much of the difference they are.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Engine

from benchmarks.ledger.books import ON, Place, arguments, bare_postgresql, bare_sqlite, founded, places
from benchmarks.ledger.timing import Work, in_turn, show
from coop.database import write_with
from evidence.identifiers import new_id
from ledger import chart, posting, sealing

DIGEST, SALT, TEXT, KIND, CURRENCY = "0" * 64, "0" * 32, "Sold a map", "manual", "NZD"
AMOUNT_MINOR = 1000


def main() -> None:
    """Measure in turn on each database and print the medians and the ratios."""
    asked = arguments(__doc__)
    runs, entries = (9, 1000) if asked.full else (5, 200)
    with places(asked) as found:
        for place in found:
            measure(place, runs, entries)


def measure(place: Place, runs: int, entries: int) -> None:
    """Print what one posting costs in a database."""
    bare = _bare_sqlite if place.kind == "sqlite" else _bare_postgresql
    books = founded(place.new_url())
    works = {
        "ours": _ours(books),
        "bare": bare(founded(place.new_url(), with_rules=False)),
        "bare with our rules": bare(founded(place.new_url())),
    }
    for work in works.values():
        # Statements are compiled and pages are read before anything is timed.
        work(50)
    sides: dict[str, Callable[[], Work]] = {
        name: partial(_ready, partial(work, entries)) for name, work in works.items()
    }
    show(f"one posting, one commit, {entries} a run; {place}", in_turn(runs, sides), each=entries)
    show(
        "sealing them in the chain afterwards, each",
        in_turn(1, {"ours": partial(_sealing, books)}),
        each=runs * entries,
    )


def _ready(work: Work) -> Work:
    """Prepare nothing: the books of a run are those of the runs before."""
    return work


def _ours(engine: Engine) -> Callable[[int], None]:
    def run(entries: int) -> None:
        for _ in range(entries):
            lines = [posting.Line(chart.BANK, AMOUNT_MINOR), posting.Line(chart.OTHER_INCOME, -AMOUNT_MINOR)]
            draft = posting.Draft(ON, TEXT, KIND, CURRENCY, lines, secrets.token_hex(16))
            write_with(engine, partial(posting.post, draft=draft, now=datetime.now(UTC)))

    return run


def _sealing(engine: Engine) -> Work:
    write_with(engine, sealing.start_chain)

    def run() -> None:
        while write_with(engine, sealing.seal):
            pass

    return run


def _bare_sqlite(engine: Engine) -> Callable[[int], None]:
    connection = bare_sqlite(engine)
    accounts = dict(connection.execute("SELECT code, id FROM ledger_account").fetchall())
    query = "SELECT id FROM ledger_period WHERE ? BETWEEN starts_on AND ends_on"
    (period,) = connection.execute(query, (str(ON),)).fetchone()
    bank, income = accounts[chart.BANK], accounts[chart.OTHER_INCOME]

    def run(entries: int) -> None:
        for _ in range(entries):
            entry = new_id().hex
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO ledger_posting (entry_id, line, account_id, amount_minor, currency) VALUES (?, ?, ?, ?, ?)",
                [(entry, 1, bank, AMOUNT_MINOR, CURRENCY), (entry, 2, income, -AMOUNT_MINOR, CURRENCY)],
            )
            connection.execute(
                "INSERT INTO ledger_entry"
                " (id, booked_on, kind, idempotency_key, request_digest, text_digest, recorded_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (entry, str(ON), KIND, secrets.token_hex(16), DIGEST, DIGEST, str(datetime.now(UTC))),
            )
            connection.execute("INSERT INTO ledger_entry_text VALUES (?, ?, ?)", (entry, SALT, TEXT))
            connection.executemany(
                "INSERT INTO ledger_balance VALUES (?, ?, ?, ?) ON CONFLICT (account_id, period_id) DO UPDATE SET"
                " debit_minor = debit_minor + excluded.debit_minor,"
                " credit_minor = credit_minor + excluded.credit_minor",
                [(bank, period, AMOUNT_MINOR, 0), (income, period, 0, AMOUNT_MINOR)],
            )
            connection.execute("COMMIT")

    return run


def _bare_postgresql(engine: Engine) -> Callable[[int], None]:
    connection = bare_postgresql(engine)
    accounts = dict(connection.execute("SELECT code, id FROM ledger_account").fetchall())
    found = connection.execute("SELECT id FROM ledger_period WHERE %s BETWEEN starts_on AND ends_on", (ON,)).fetchone()
    assert found is not None
    bank, income = accounts[chart.BANK], accounts[chart.OTHER_INCOME]
    cursor = connection.cursor()

    def run(entries: int) -> None:
        for _ in range(entries):
            entry = new_id()
            cursor.executemany(
                "INSERT INTO ledger_posting (entry_id, line, account_id, amount_minor, currency)"
                " VALUES (%s, %s, %s, %s, %s)",
                [(entry, 1, bank, AMOUNT_MINOR, CURRENCY), (entry, 2, income, -AMOUNT_MINOR, CURRENCY)],
            )
            cursor.execute(
                "INSERT INTO ledger_entry"
                " (id, booked_on, kind, idempotency_key, request_digest, text_digest, recorded_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (entry, ON, KIND, secrets.token_hex(16), DIGEST, DIGEST, datetime.now(UTC)),
            )
            cursor.execute("INSERT INTO ledger_entry_text VALUES (%s, %s, %s)", (entry, SALT, TEXT))
            cursor.executemany(
                "INSERT INTO ledger_balance VALUES (%s, %s, %s, %s) ON CONFLICT (account_id, period_id) DO UPDATE SET"
                " debit_minor = ledger_balance.debit_minor + excluded.debit_minor,"
                " credit_minor = ledger_balance.credit_minor + excluded.credit_minor",
                [(bank, found[0], AMOUNT_MINOR, 0), (income, found[0], 0, AMOUNT_MINOR)],
            )
            connection.commit()

    return run


if __name__ == "__main__":
    main()
