"""Writing the books for other programs: CSV, JSON, Beancount and hledger, each as a stream of text.

An export holds references where a person is meant. Texts of entries are as the treasurer wrote them, or say that they were erased.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Literal, get_args

from sqlalchemy.orm import Session

from ledger import errors
from ledger.export import beancount, csv_table, hledger, json_document
from ledger.export.source import Books, read_books

Format = Literal["csv", "json", "beancount", "hledger"]
FORMATS: tuple[Format, ...] = get_args(Format)

#: Media type and the end of a file's name for each format.
MEDIA_TYPES: Mapping[Format, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "beancount": "text/plain",
    "hledger": "text/plain",
}
EXTENSIONS: Mapping[Format, str] = {"csv": "csv", "json": "json", "beancount": "beancount", "hledger": "journal"}

_WRITERS: Mapping[Format, Callable[[Books], Iterator[str]]] = {
    "csv": csv_table.write,
    "json": json_document.write,
    "beancount": beancount.write,
    "hledger": hledger.write,
}


def export(
    session: Session,
    format: Format,  # noqa: A002 - the word of the command's option
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Iterator[str]:
    """Return the books between two days, both included, piece by piece.

    With a first day, the balances before it are there as opening balances, so that the file stands by itself.

    Raises:
        DatesReversed, NoChart: at once, before the first piece.
    """
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise errors.DatesReversed
    return _WRITERS[format](read_books(session, starts_on, ends_on))
