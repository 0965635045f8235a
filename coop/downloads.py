"""Answers that are files: lists as CSV that a spreadsheet opens and does not execute, and files that are written while they are sent."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from flask import Response, stream_with_context
from sqlalchemy.orm import Session

from coop.database import one_state
from evidence.spreadsheets import plain_cell

Piece = TypeVar("Piece", str, bytes)

#: An amount is no formula, and a spreadsheet must be able to add it.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def download(body: str | bytes | Iterable[str] | Iterable[bytes], file_name: str, media_type: str) -> Response:
    """Answer with a file to keep."""
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    answer = Response(body, content_type=f"{media_type}{charset}")
    answer.headers.set("Content-Disposition", "attachment", filename=file_name)
    return answer


def streamed(read: Callable[[Session], Iterator[Piece]]) -> Iterator[Piece]:
    """Return what is read while it is sent.

    In a session of its own, which ends with the answer: that of the request is over before the first piece leaves, and what began on it
    then would keep its connection.
    """

    def pieces() -> Iterator[Piece]:
        with one_state() as session:
            yield from read(session)

    return stream_with_context(pieces())


def begun(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Return what is written while it is sent, its first piece at once: a refusal then still becomes a page."""
    first = next(pieces, None)

    def again() -> Iterator[Piece]:
        if first is not None:
            yield first
        yield from pieces

    return stream_with_context(again())


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a CSV file for download; texts that would begin a formula get an apostrophe before them."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(columns)
    table.writerows([_cell(cell) for cell in row] for row in rows)
    return download(buffer.getvalue(), name, "text/csv")


def _cell(cell: object) -> object:
    return plain_cell(cell) if isinstance(cell, str) and not _NUMBER.fullmatch(cell) else cell
