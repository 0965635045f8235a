"""Writing very many rows at once, as quickly as each database takes them: executemany on SQLite, COPY on PostgreSQL.

Rules of the database hold as for any other INSERT. Nothing is committed here.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session


def insert_rows(session: Session, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows whose values stand in the order of `columns`, each of the Python type that the column has."""
    connection = session.connection()
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        # The driver writes UUIDs, dates and numbers as COPY reads them.
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    processors = [
        table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in columns
    ]
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))})"
    driver = connection.connection.driver_connection
    driver.executemany(statement, _bound(rows, processors))


def _bound(rows: Iterable[tuple[Any, ...]], processors: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield rows as SQLite stores them."""
    bound = [(at, process) for at, process in enumerate(processors) if process is not None]
    for row in rows:
        values = list(row)
        for at, process in bound:
            values[at] = process(values[at])
        yield tuple(values)
