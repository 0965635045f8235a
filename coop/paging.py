"""A long list in parts: which rows a page shows, and where the pages before and after it are."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")

#: Nobody turns further; a larger number in the address means this page.
LAST_NUMBER = 100_000


@dataclass(frozen=True)
class Part(Generic[Row]):
    """Some rows of a list, the number of the page they stand on, and how many there are in all."""

    rows: tuple[Row, ...]
    number: int
    last: int
    total: int


@dataclass(frozen=True)
class Pager:
    """What the pager under a list shows."""

    number: int
    last: int
    previous_href: str | None
    next_href: str | None


def part_of(session: Session, query: Select[*tuple[Any, ...]], *, number: int, size: int) -> Part[Any]:
    """Return the rows of an ordered query that stand on a page; a number beyond the end is the last page."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number, last = bounded(number, total, size)
    rows = session.execute(query.limit(size).offset((number - 1) * size))
    return Part(tuple(rows), number, last, total)


def bounded(number: int, total: int, size: int) -> tuple[int, int]:
    """Return the number of a page brought between 1 and the last, and the last, of a list of `total` rows."""
    last = max(-(-total // size), 1)
    return min(max(number, 1), last), last


def requested_page(name: str = "page") -> int:
    """Return the page number in the address; nonsense is the first page. A second list on a page has a `name` of its own."""
    text = request.args.get(name, "1")
    return min(int(text), LAST_NUMBER) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def pager(part: Part[Any], name: str = "page", *, anchor: str = "") -> Pager:
    """Return the links of a list's pager, which keep what else stands in the address and lead to the `anchor` of the list."""

    def href(number: int) -> str | None:
        if not 1 <= number <= part.last:
            return None
        # What stands in the address is a stranger's: it never becomes an argument of url_for.
        kept = {**request.args.to_dict(), name: str(number)}
        place = f"{url_for(request.endpoint or '', **(request.view_args or {}))}?{urlencode(kept)}"
        return f"{place}#{anchor}" if anchor else place

    return Pager(part.number, part.last, href(part.number - 1), href(part.number + 1))
