"""One posting, one commit, against bare sqlite3 that writes the same rows, keys and balances.

Run `python -m benchmarks.posting [ENTRIES]`; it prints the ratio of the medians of interleaved runs. Both sides use a file of
their own with the same tables, keys and triggers, WAL and `synchronous=FULL`. The bare side checks nothing before it writes.
"""

import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from coop.database import make_engine, write_with
from evidence.identifiers import new_id
from evidence.rules import install_rules
from ledger import chart, periods, posting
from ledger.models import LedgerBase
from ledger.rules import RULES

RUNS = 5
ON = date(2026, 5, 4)


def main(entries: int = 200) -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        engines = [founded(Path(folder) / name) for name in ("ours.sqlite3", "bare.sqlite3")]
        sides: list[tuple[str, Callable[[int], None]]] = [("ours", _ours(engines[0])), ("bare", _bare(engines[1]))]
        times: dict[str, list[float]] = {name: [] for name, _ in sides}
        for _ in range(RUNS):
            for name, run in sides:
                begun = time.perf_counter()
                run(entries)
                times[name].append((time.perf_counter() - begun) / entries)
        ours, bare = (statistics.median(times[name]) for name in ("ours", "bare"))
        print(f"one posting, one commit, {entries} a run: ours {ours * 1e3:.2f} ms, bare sqlite3 {bare * 1e3:.2f} ms")
        print(f"ratio {ours / bare:.2f}")


def founded(path: Path) -> Engine:
    """Make books of one open year in a file."""
    engine = make_engine(f"sqlite:///{path}")
    with engine.execution_options(coop_write=True).begin() as connection:
        LedgerBase.metadata.create_all(connection)
        install_rules(connection, RULES)

    def work(session: Session) -> None:
        chart.install_chart(session, currency="NZD", opened_on=date(2026, 4, 1))
        periods.open_fiscal_year(session, date(2026, 4, 1), date(2027, 3, 31))

    write_with(engine, work)
    return engine


def _ours(engine: Engine) -> Callable[[int], None]:
    def run(entries: int) -> None:
        for _ in range(entries):
            lines = [posting.Line(chart.BANK, 1000), posting.Line(chart.OTHER_INCOME, -1000)]
            draft = posting.Draft(ON, "Sold a map", "manual", "NZD", lines, secrets.token_hex(16))
            write_with(engine, partial(posting.post, draft=draft, now=datetime.now(UTC)))

    return run


def _bare(engine: Engine) -> Callable[[int], None]:
    assert engine.url.database
    connection = sqlite3.connect(engine.url.database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    accounts = dict(connection.execute("SELECT code, id FROM ledger_account").fetchall())
    (period,) = connection.execute(
        "SELECT id FROM ledger_period WHERE starts_on <= ? AND ends_on >= ?", (str(ON), str(ON))
    ).fetchone()
    bank, income = accounts[chart.BANK], accounts[chart.OTHER_INCOME]
    digest = "0" * 64

    def run(entries: int) -> None:
        for _ in range(entries):
            entry = new_id().hex
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO ledger_posting (entry_id, line, account_id, amount_minor, currency)"
                " VALUES (?, ?, ?, ?, 'NZD')",
                [(entry, 1, bank, 1000), (entry, 2, income, -1000)],
            )
            connection.execute(
                "INSERT INTO ledger_entry"
                " (id, booked_on, kind, idempotency_key, request_digest, text_digest, recorded_at)"
                " VALUES (?, ?, 'manual', ?, ?, ?, ?)",
                (entry, str(ON), secrets.token_hex(16), digest, digest, str(datetime.now(UTC))),
            )
            connection.execute("INSERT INTO ledger_entry_text VALUES (?, ?, 'Sold a map')", (entry, "0" * 32))
            connection.executemany(
                "INSERT INTO ledger_balance VALUES (?, ?, ?, ?) ON CONFLICT (account_id, period_id) DO UPDATE SET"
                " debit_minor = debit_minor + excluded.debit_minor,"
                " credit_minor = credit_minor + excluded.credit_minor",
                [(bank, period, 1000, 0), (income, period, 0, 1000)],
            )
            connection.execute("COMMIT")

    return run


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
