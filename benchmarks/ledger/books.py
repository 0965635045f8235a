"""Books to measure on, and the bare connection to the same tables.

SQLite files lie in a temporary folder, or in the folder that is asked for. PostgreSQL is a cluster of the benchmarks' own with its
data in a folder beside them, and it waits for the disk as a real one does (`fsync` is on). Where a file lies decides what a commit
costs, so every benchmark prints it.
"""

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from coop.database import make_engine, write_with
from evidence.rules import install_rules
from ledger import chart
from ledger.models import LedgerBase
from ledger.rules import RULES
from ledger.years import periods
from tests.postgresql_cluster import MISSING, Cluster, find_binaries

STARTS_ON, ENDS_ON = date(2026, 4, 1), date(2027, 3, 31)
#: The day on which everything is booked that needs no other.
ON = date(2026, 5, 4)


@dataclass
class Place:
    """A database system with room for books: `new_url` names a database that is empty."""

    kind: str
    folder: Path
    cluster: Cluster | None = None
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    def new_url(self) -> str:
        """Make an empty database and return how SQLAlchemy reaches it."""
        name = f"books{next(self._numbers)}"
        if self.cluster is None:
            return f"sqlite:///{self.folder / name}.sqlite3"
        self.cluster.sql(f"CREATE DATABASE {name}")
        return self.cluster.url(name)

    def drop(self, engine: Engine) -> None:
        """Remove a database, which may be a large one."""
        engine.dispose()
        assert engine.url.database
        if self.cluster is None:
            for suffix in ("", "-wal", "-shm"):
                Path(engine.url.database + suffix).unlink(missing_ok=True)
        else:
            self.cluster.sql(f"DROP DATABASE {engine.url.database} WITH (FORCE)")

    def __str__(self) -> str:
        """Say what is measured and where its file lies."""
        return f"{self.kind} in {self.folder.parent}"


def arguments(description: str | None) -> argparse.Namespace:
    """Read what all benchmarks of the ledger take."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="at the size of the aim, which takes minutes")
    parser.add_argument("--folder", type=Path, help="where the databases lie while they are measured")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="leave the other database out")
    return parser.parse_args()


@contextmanager
def places(asked: argparse.Namespace) -> Iterator[list[Place]]:
    """Make room for databases of both kinds, and clear it away; say so where PostgreSQL is missing."""
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="bench-") as folder:
        found = [Place("sqlite", Path(folder))] if asked.only != "postgresql" else []
        binaries = find_binaries() if asked.only != "sqlite" else None
        if asked.only != "sqlite" and binaries is None:
            print(f"NOT MEASURED on PostgreSQL: {MISSING}", file=sys.stderr)
        cluster = (
            Cluster(binaries, within=asked.folder or Path(tempfile.gettempdir()), durable=True) if binaries else None
        )
        try:
            yield found + ([Place("postgresql", cluster.folder, cluster)] if cluster else [])
        finally:
            if cluster:
                cluster.stop()


def founded(url: str, *, with_rules: bool = True) -> Engine:
    """Make books of one open year in an empty database: tables, keys and chart, and what the database refuses."""
    engine = make_engine(url)
    with engine.execution_options(coop_write=True).begin() as connection:
        LedgerBase.metadata.create_all(connection)
        if with_rules:
            install_rules(connection, RULES)

    def work(session: Session) -> None:
        chart.install_chart(session, currency="NZD", opened_on=STARTS_ON)
        periods.open_fiscal_year(session, STARTS_ON, ENDS_ON)

    write_with(engine, work)
    return engine


def bare_sqlite(engine: Engine) -> sqlite3.Connection:
    """Open the file of an engine with the driver alone, as careful about keys and the disk as ours."""
    assert engine.url.database
    connection = sqlite3.connect(engine.url.database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def bare_postgresql(engine: Engine) -> psycopg.Connection[tuple[Any, ...]]:
    """Open the database of an engine with the driver alone."""
    url = engine.url
    return psycopg.connect(host=url.query["host"], port=url.query["port"], user=url.username, dbname=url.database)  # type: ignore[arg-type]
