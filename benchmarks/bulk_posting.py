"""Many entries in one commit, against bare sqlite3 that writes the same rows with `executemany`.

Run `python -m benchmarks.bulk_posting [ENTRIES]`; it prints the ratio of the medians of interleaved runs, each on a file of its own
with the same tables, keys and triggers, WAL and `synchronous=FULL`. The bare side is given its rows ready made and checks nothing.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.posting import ON, founded
from coop.database import write_with
from evidence.identifiers import new_id
from ledger import chart
from ledger.bulk import post_many
from ledger.drafts import Draft, Line

RUNS = 3


def main(entries: int = 10_000) -> None:
    """Print both medians and their ratio."""
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for run in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            for name, prepare in (("ours", _ours), ("bare", _bare)):
                work = prepare(founded(Path(folder) / f"{name}-{run}.sqlite3"), entries)
                begun = time.perf_counter()
                work()
                times[name].append(time.perf_counter() - begun)
    ours, bare = (statistics.median(times[name]) for name in ("ours", "bare"))
    print(f"{entries} entries of two postings in one commit: ours {ours:.2f} s, bare sqlite3 {bare:.2f} s")
    print(f"ratio {ours / bare:.2f}")


def _ours(engine: Engine, entries: int) -> Callable[[], object]:
    lines = (Line(chart.BANK, 1000), Line(chart.OTHER_INCOME, -1000))
    drafts = [Draft(ON, "Sold a map", "imported", "NZD", lines, f"key-{number}") for number in range(entries)]
    return lambda: write_with(engine, lambda session: post_many(session, drafts, now=datetime.now(UTC)))


def _bare(engine: Engine, entries: int) -> Callable[[], object]:
    assert engine.url.database
    connection = sqlite3.connect(engine.url.database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    accounts = dict(connection.execute("SELECT code, id FROM ledger_account").fetchall())
    (period,) = connection.execute(
        "SELECT id FROM ledger_period WHERE starts_on <= ? AND ends_on >= ?", (str(ON), str(ON))
    ).fetchone()
    bank, income = accounts[chart.BANK], accounts[chart.OTHER_INCOME]
    digest, now = "0" * 64, str(datetime.now(UTC))
    ids = [new_id().hex for _ in range(entries)]
    postings = [row for id_ in ids for row in ((id_, 1, bank, 1000), (id_, 2, income, -1000))]
    headers = [(id_, str(ON), f"key-{number}", digest, digest, now) for number, id_ in enumerate(ids)]
    texts = [(id_, "0" * 32) for id_ in ids]

    def run() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO ledger_posting (entry_id, line, account_id, amount_minor, currency) VALUES (?, ?, ?, ?, 'NZD')",
            postings,
        )
        connection.executemany(
            "INSERT INTO ledger_entry (id, booked_on, kind, idempotency_key, request_digest, text_digest, recorded_at)"
            " VALUES (?, ?, 'imported', ?, ?, ?, ?)",
            headers,
        )
        connection.executemany("INSERT INTO ledger_entry_text VALUES (?, ?, 'Sold a map')", texts)
        connection.executemany(
            "INSERT INTO ledger_balance VALUES (?, ?, ?, ?)",
            [(bank, period, 1000 * entries, 0), (income, period, 0, 1000 * entries)],
        )
        connection.execute("COMMIT")

    return run


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
