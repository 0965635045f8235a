"""Writing rows with little between the caller and the driver, be it one row or a million.

SQLAlchemy prepares every row of an INSERT anew, which costs several times what a database needs to write it. Here the columns
are looked at once, SQLite is given many rows in one statement and PostgreSQL very many by COPY. Rules of the database hold as
for any other INSERT, values are kept as the types of the columns say, and errors are SQLAlchemy's. Nothing is committed here.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError

#: Rows in one statement. SQLite takes 32,766 values, and more rows than these gain nothing.
_ROWS_AT_ONCE = 500
#: From so many rows on COPY is quicker than INSERT.
_COPIED_FROM = 20

_Row = tuple[Any, ...]


class Insertion:
    """An INSERT into some columns of a table; a row is a tuple of values in the order of these columns."""

    def __init__(self, table: Table, *columns: str, on_conflict: str = "") -> None:
        """Name the columns. `on_conflict` ends the statement, and then no two rows of one call may have the same key."""
        self._table = table.name
        self._names = columns
        self._types = [table.c[name].type for name in columns]
        # What a column that is not named becomes is then nothing, as if it had been given.
        assert all(table.c[name].server_default is None for name in columns)
        self._on_conflict = on_conflict
        #: By the name of the database.
        self._processors: dict[str, list[tuple[int, Callable[[Any], Any]]]] = {}

    def write(self, connection: Connection, rows: Iterable[_Row]) -> None:
        """Insert rows, in their order."""
        rows = iter(rows)
        part = list(islice(rows, _ROWS_AT_ONCE))
        if len(part) >= _COPIED_FROM and connection.dialect.name == "postgresql" and not self._on_conflict:
            self._copy(connection, chain(part, rows))
            return
        while part:
            self._insert(connection, part)
            part = list(islice(rows, _ROWS_AT_ONCE))

    def _insert(self, connection: Connection, rows: Sequence[_Row]) -> None:
        # Column by column, because most need nothing, and those that are empty in all rows need not even be named.
        given = list(zip(*rows, strict=True))
        named = [place for place, values in enumerate(given) if values.count(None) < len(rows)]
        columns: list[Iterable[Any]] = list(given)
        for place, process in self._processors_of(connection.dialect):
            columns[place] = map(process, given[place])
        values = tuple(chain.from_iterable(zip(*(columns[place] for place in named), strict=True)))
        placeholder = "?" if connection.dialect.name == "sqlite" else "%s"
        row = f"({', '.join([placeholder] * len(named))})"
        into = f"{self._table} ({', '.join(self._names[place] for place in named)})"
        statement = f"INSERT INTO {into} VALUES {', '.join([row] * len(rows))} {self._on_conflict}"
        connection.exec_driver_sql(statement, values)

    def _processors_of(self, dialect: Dialect) -> list[tuple[int, Callable[[Any], Any]]]:
        """Return what turns values into those of the driver, with the places of their columns."""
        processors = self._processors.get(dialect.name)
        if processors is None:
            found = [one.dialect_impl(dialect).bind_processor(dialect) for one in self._types]
            processors = [(place, process) for place, process in enumerate(found) if process is not None]
            self._processors[dialect.name] = processors
        return processors

    def _copy(self, connection: Connection, rows: Iterable[_Row]) -> None:
        """Hand rows to COPY, which SQLAlchemy does not know: the driver writes UUIDs, dates and numbers as it reads them."""
        statement = f"COPY {self._table} ({', '.join(self._names)}) FROM STDIN"
        driver: Any = connection.connection.driver_connection
        errors = connection.dialect.loaded_dbapi.Error
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        except errors as error:
            # As if SQLAlchemy had run it, so that callers need to know one family of errors.
            raise DBAPIError.instance(
                statement, None, error, errors, hide_parameters=True, dialect=connection.dialect
            ) from error
