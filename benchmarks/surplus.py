"""Plan a surplus and store the plan, against bare sqlite3 that reads, apportions and writes the same rows in the same database.

Run `python -m benchmarks.surplus [MEMBERS]`, or with `--full` for a million; it prints the ratio of the medians of interleaved runs.
Both sides use a file of their own with the same journal, tables, keys and triggers, WAL and `synchronous=FULL`, and one commit. The
bare side hashes nothing, makes no salts and takes no fingerprint: it splits the pool by largest remainder and writes.
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from coop.database import make_engine, write_with
from evidence.identifiers import new_id
from evidence.rules import install_rules
from ledger import chart, posting, sealing
from ledger.models import LedgerBase
from ledger.rules import RULES
from ledger.surplus.plan import Patron, Rates, prepare
from ledger.years import closing, periods

RUNS = 3
FULL = 1_000_000
STARTS_ON, ENDS_ON, TODAY = date(2025, 4, 1), date(2026, 3, 31), date(2026, 5, 4)
RATES = Rates(reserve_bp=2000, fund_bp=1000, cash_bp=5000)


def main(members: int = 20_000) -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        parties = [new_id() for _ in range(members)]
        ours, bare = (_closed_year(Path(folder) / name, parties) for name in ("ours.sqlite3", "bare.sqlite3"))
        sides: list[tuple[str, Callable[[], None]]] = [("ours", _ours(ours, parties)), ("bare", _bare(bare))]
        times: dict[str, list[float]] = {name: [] for name, _ in sides}
        for _ in range(RUNS):
            for name, run in sides:
                begun = time.perf_counter()
                run()
                times[name].append(time.perf_counter() - begun)
        mine, theirs = (statistics.median(times[name]) for name in ("ours", "bare"))
        print(f"plan and store a surplus for {members:,} members: ours {mine:.2f} s, bare sqlite3 {theirs:.2f} s")
        print(f"ratio {mine / theirs:.2f}")


def _closed_year(path: Path, parties: list[UUID]) -> Engine:
    """Make books in which each member paid something in a year that is closed."""
    engine = make_engine(f"sqlite:///{path}")
    with engine.execution_options(coop_write=True).begin() as connection:
        LedgerBase.metadata.create_all(connection)
        install_rules(connection, RULES)

    def work(session: Session) -> None:
        chart.install_chart(session, currency="NZD", opened_on=STARTS_ON)
        periods.open_fiscal_year(session, STARTS_ON, ENDS_ON)
        periods.open_fiscal_year(session, date(2026, 4, 1), date(2027, 3, 31))
        sealing.start_chain(session)
        for start in range(0, len(parties), posting.MOST_POSTINGS - 1):
            some = parties[start : start + posting.MOST_POSTINGS - 1]
            lines = [posting.Line(chart.COACHING_INCOME, -(1_000 + party.int % 99_991), party) for party in some]
            lines.append(posting.Line(chart.BANK, -sum(line.amount_minor for line in lines)))
            draft = posting.Draft(date(2025, 8, 1), "Sales", "sale", "NZD", lines, f"sales:{start}")
            posting.post(session, draft, now=datetime.now(UTC))
        year = closing.year_named(session, "2026")
        closing.close_year(session, year_id=year.id, today=TODAY, now=datetime.now(UTC))

    write_with(engine, work)
    return engine


def _ours(engine: Engine, parties: list[UUID]) -> Callable[[], None]:
    patrons = [Patron(party, STARTS_ON) for party in parties]
    year_id = write_with(engine, lambda session: closing.year_named(session, "2026").id)

    def run() -> None:
        asked = partial(prepare, year_id=year_id, rates=RATES, patrons=patrons, now=datetime.now(UTC))
        write_with(engine, asked)

    return run


def _bare(engine: Engine) -> Callable[[], None]:
    assert engine.url.database
    connection = sqlite3.connect(engine.url.database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    (income,) = connection.execute("SELECT id FROM ledger_account WHERE code = ?", (chart.COACHING_INCOME,)).fetchone()
    year, result = connection.execute("SELECT fiscal_year_id, result_minor FROM ledger_year_closing").fetchone()
    digest, salt = "0" * 64, "0" * 32

    def run() -> None:
        connection.execute("BEGIN IMMEDIATE")
        rows = connection.execute(
            "SELECT p.party_ref, -sum(p.amount_minor) FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id"
            " WHERE p.account_id = ? AND p.party_ref IS NOT NULL AND e.booked_on BETWEEN ? AND ? GROUP BY p.party_ref",
            (income, str(STARTS_ON), str(ENDS_ON)),
        ).fetchall()
        # Numbers that tell nothing about whose line it is: the same keys, in the same disorder, as ours.
        random.shuffle(rows)
        plan, whole = new_id().hex, sum(amount for _, amount in rows)
        reserve, fund = result * 20 // 100, result * 10 // 100
        pool = result - reserve - fund
        parts = [pool * amount // whole for _, amount in rows]
        by_remainder = sorted(range(len(rows)), key=lambda at: (-(pool * rows[at][1] % whole), rows[at][0]))
        for at in by_remainder[: pool - sum(parts)]:
            parts[at] += 1
        cash = [(part + 1) // 2 for part in parts]
        connection.executemany(
            "INSERT INTO ledger_surplus_line VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (plan, number, digest, row[1], part, paid, part - paid)
                for number, (row, part, paid) in enumerate(zip(rows, parts, cash, strict=True), start=1)
            ),
        )
        connection.executemany(
            "INSERT INTO ledger_surplus_line_party VALUES (?, ?, ?, ?, ?)",
            ((plan, number, salt, row[0], str(STARTS_ON)) for number, row in enumerate(rows, start=1)),
        )
        connection.execute(
            "INSERT INTO ledger_surplus_plan (id, fiscal_year_id, currency, result_minor, member_business_minor,"
            " other_income_minor, member_minor, other_minor, reserve_bp, fund_bp, cash_bp, reserve_minor, fund_minor,"
            " pool_minor, cash_minor, retained_minor, line_count, fingerprint, prepared_at)"
            " VALUES (?, ?, 'NZD', ?, ?, 0, ?, 0, 2000, 1000, 5000, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(plan, year, result, whole, result, reserve, fund, pool, sum(cash), pool - sum(cash)),
                *(len(rows), digest, str(datetime.now(UTC))),
            ),
        )
        connection.execute("COMMIT")

    return run


if __name__ == "__main__":
    asked = sys.argv[1:2]
    main(*([FULL] if asked == ["--full"] else [int(argument) for argument in asked]))
