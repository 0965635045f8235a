"""Reading very many rows with nothing between the caller and the driver.

SQLAlchemy makes an object of every row, which for rows of a text and a number costs a third of what the database needs to find them.
Its way of fetching is kept, because on PostgreSQL it has fetched the first row before anybody asks; only its rows are left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select

_Row = tuple[Any, ...]


def driver_rows(connection: Connection, query: Select[*_Row], asked: Mapping[str, Any] | None = None) -> list[_Row]:
    """Return all rows of a query as the driver gives them: only for columns whose values no type converts."""
    result = connection.execute(query, asked)
    assert result.cursor is not None, "a query has rows"
    return list(result.cursor_strategy.fetchall(result, result.cursor))


def driver_parts(connection: Connection, query: Select[*_Row], rows: int) -> Iterator[list[_Row]]:
    """Return the rows of a query as `driver_rows` does, so many at a time: all of them need not fit the memory."""
    result = connection.execute(query, execution_options={"yield_per": rows})
    assert result.cursor is not None, "a query has rows"
    while part := result.cursor_strategy.fetchmany(result, result.cursor, rows):
        yield list(part)
