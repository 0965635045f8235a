"""Filling books with very many postings: made by the database itself, past our own checks, so that it takes seconds.

The entries have two postings each, on 2,000 accounts in turn, and are spread evenly over some years. Balance rows are summed from
them afterwards, so the books are such as `coop check` would pass, but for the chain.
"""

from datetime import date
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from benchmarks.ledger.books import STARTS_ON, founded
from coop.database import write_with
from evidence.identifiers import new_id
from ledger.models import Account, AccountKind
from ledger.years import periods

ACCOUNTS = 2_000

# By kind of database: a row `i` for each entry, an id made from it, and its day.
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :entries) SELECT i FROM n)",
    "postgresql": "(SELECT i FROM generate_series(0, CAST(:entries AS bigint) - 1) AS i)",
}
_ID = {"sqlite": "printf('%032x', i)", "postgresql": "CAST(lpad(to_hex(i), 32, '0') AS uuid)"}
_DAY = {
    "sqlite": "date(:starts_on, '+' || (i * :days / :entries) || ' days')",
    "postgresql": "CAST(:starts_on AS date) + CAST(i * :days / :entries AS integer)",
}


def filled(url: str, postings: int, years: int) -> Engine:
    """Found books and fill them, without rules: they would look at every row."""
    engine = founded(url, with_rules=False)
    ends_on = STARTS_ON.replace(year=STARTS_ON.year + years)

    def work(session: Session) -> None:
        for year in range(STARTS_ON.year + 1, ends_on.year):
            periods.open_fiscal_year(session, date(year, 4, 1), date(year + 1, 3, 31))
        session.add_all(_account(number) for number in range(ACCOUNTS))
        session.flush()
        _fill(session, postings // 2, (ends_on - STARTS_ON).days)

    write_with(engine, work)
    if engine.dialect.name == "postgresql":
        # What its own maintenance would have done by then; SQLite is never told.
        with engine.execution_options(coop_write=True).begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    return engine


def _account(number: int) -> Account:
    return Account(
        id=new_id(),
        code=f"{90_000 + number}",
        name=f"Account {number}",
        kind=AccountKind.ASSET if number % 2 else AccountKind.INCOME,
        currency="NZD",
        opened_on=STARTS_ON,
        statement_line="cash" if number % 2 else "services",
    )


def _fill(session: Session, entries: int, days: int) -> None:
    kind = session.connection().dialect.name
    numbers, id_, day = _NUMBERS[kind], _ID[kind], _DAY[kind]
    asked: dict[str, Any] = {"entries": entries, "days": days, "starts_on": STARTS_ON, "half": ACCOUNTS // 2}

    def run(statement: str) -> None:
        session.execute(text(statement), {name: asked[name] for name in asked if f":{name}" in statement})

    run(
        "CREATE TEMPORARY TABLE bench_account AS SELECT CAST(code AS integer) - 90000 AS place, id"
        " FROM ledger_account WHERE code >= '90000'"
    )
    run("CREATE UNIQUE INDEX bench_account_place ON bench_account (place)")
    for line, sign, place in ((1, "", "2 * (i * 7919 % :half) + 1"), (2, "-", "2 * (i * 104729 % :half)")):
        run(
            "INSERT INTO ledger_posting (entry_id, line, account_id, amount_minor, currency)"
            f" SELECT {id_}, {line}, a.id, {sign}(100 + i * 31 % 99991), 'NZD'"
            f" FROM {numbers} AS n JOIN bench_account AS a ON a.place = {place}"
        )
    run(
        "INSERT INTO ledger_entry (id, booked_on, kind, idempotency_key, request_digest, text_digest, recorded_at)"
        f" SELECT {id_}, {day}, 'imported', 'key-' || i, 'd', 'd', '2026-04-01 00:00:00.000000' FROM {numbers} AS n"
    )
    run(
        f"INSERT INTO ledger_entry_text (entry_id, salt, text) SELECT {id_}, 's', 'Sold a map, number ' || i"
        f" FROM {numbers} AS n"
    )
    run(
        "INSERT INTO ledger_balance (account_id, period_id, debit_minor, credit_minor)"
        " SELECT p.account_id, m.id, sum(CASE WHEN p.amount_minor > 0 THEN p.amount_minor ELSE 0 END),"
        " sum(CASE WHEN p.amount_minor < 0 THEN -p.amount_minor ELSE 0 END)"
        " FROM ledger_posting AS p JOIN ledger_entry AS e ON e.id = p.entry_id"
        " JOIN ledger_period AS m ON e.booked_on BETWEEN m.starts_on AND m.ends_on GROUP BY p.account_id, m.id"
    )
