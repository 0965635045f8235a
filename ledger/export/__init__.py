"""Writing the books for other programs and for accountants, each format as a stream of bytes that ends where the books end.

An export holds references where a person is meant. Texts of entries are as the treasurer wrote them, or say that they were erased.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Literal, get_args

from sqlalchemy.orm import Session

from ledger import errors
from ledger.export import beancount, csv_simple, csv_table, hledger, json_document, xlsx
from ledger.export.source import Books, read_books

Format = Literal["csv", "csv-simple", "xlsx", "json", "beancount", "hledger"]
FORMATS: tuple[Format, ...] = get_args(Format)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Media type and the end of a file's name for each format.
MEDIA_TYPES: Mapping[Format, str] = {
    "csv": "text/csv",
    "csv-simple": "text/csv",
    "xlsx": _XLSX,
    "json": "application/json",
    "beancount": "text/plain",
    "hledger": "text/plain",
}
EXTENSIONS: Mapping[Format, str] = {
    "csv": "csv",
    "csv-simple": "simple.csv",
    "xlsx": "xlsx",
    "json": "json",
    "beancount": "beancount",
    "hledger": "journal",
}

_BYTES_AT_ONCE = 64 * 1024


def export(
    session: Session,
    format: Format,  # noqa: A002 - the word of the command's option
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Iterator[bytes]:
    """Return the books between two days, both included, piece by piece.

    With a first day, the balances before it are there as opening balances, so that the file stands by itself.

    Raises:
        DatesReversed, NoChart: at once, before the first piece.
    """
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise errors.DatesReversed
    return _WRITERS[format](read_books(session, starts_on, ends_on))


def _encoded(write: Callable[[Books], Iterator[str]]) -> Callable[[Books], Iterator[bytes]]:
    """Turn texts into bytes, and many short pieces into few long ones: each piece costs a server a call."""

    def pieces(books: Books) -> Iterator[bytes]:
        waiting = bytearray()
        for piece in write(books):
            waiting += piece.encode()
            if len(waiting) >= _BYTES_AT_ONCE:
                yield bytes(waiting)
                waiting.clear()
        yield bytes(waiting)

    return pieces


_WRITERS: Mapping[Format, Callable[[Books], Iterator[bytes]]] = {
    "csv": _encoded(csv_table.write),
    "csv-simple": _encoded(csv_simple.write),
    "xlsx": xlsx.write,
    "json": _encoded(json_document.write),
    "beancount": _encoded(beancount.write),
    "hledger": _encoded(hledger.write),
}
