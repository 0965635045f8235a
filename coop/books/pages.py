"""What the pages of the books share: the blueprint, who may read and who may write, days out of the address, downloads."""

from collections.abc import Mapping
from datetime import date
from itertools import chain
from typing import Any

from flask import Blueprint, Response, stream_with_context, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from coop import cooperative
from coop.books.errors import CONFLICTS
from coop.books.snapshot import exported
from coop.database import db
from coop.errors import declare
from coop.permissions import Power
from ledger import closing_errors
from ledger import errors as ledger_errors
from ledger.export import EXTENSIONS, MEDIA_TYPES, Format

blueprint = Blueprint("books", __name__)

Answer = str | BaseResponse | tuple[str, int]

#: Who sees the books; only the treasurer writes in them.
READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)

declare(409, *CONFLICTS, *ledger_errors.CONFLICTS, *closing_errors.CONFLICTS)
declare(404, *ledger_errors.MISSING, *closing_errors.MISSING)

_FORMAT_NAMES: Mapping[Format, str] = {"csv": "CSV", "json": "JSON", "beancount": "Beancount", "hledger": "hledger"}


def currency() -> str:
    """Return the currency of the books."""
    return cooperative.current(db.session()).currency


def download_links(starts_on: date | None = None, ends_on: date | None = None) -> list[dict[str, str]]:
    """Return the links to the journal in every format, as the macro `downloads` takes them."""
    days = {"from": starts_on, "to": ends_on}
    asked: dict[str, Any] = {name: day.isoformat() for name, day in days.items() if day is not None}
    return [
        {
            "label": gettext("Journal as %(format)s", format=name),
            "href": url_for("books.export_journal", format=key, **asked),
        }
        for key, name in _FORMAT_NAMES.items()
    ]


def trail(*links: tuple[str, str | None]) -> list[dict[str, str | None]]:
    """Return the breadcrumbs of a page of the books."""
    return [{"label": gettext("Books"), "href": url_for("books.overview")}] + [
        {"label": label, "href": href} for label, href in links
    ]


def stream_export(format: Format, starts_on: date | None, ends_on: date | None) -> Response:  # noqa: A002
    """Answer with the journal, read from one state of the books however long the writing takes.

    Raises:
        DatesReversed, NoChart
    """
    house = cooperative.current(db.session())
    name = f"{_file_name(house.name)}-{starts_on or house.founded_on}-{ends_on or cooperative.today(db.session())}"
    pieces = exported(format, starts_on, ends_on)
    # The first piece is made before the answer begins, so that a refusal still becomes a page.
    first = next(pieces)
    return attachment(stream_with_context(chain([first], pieces)), f"{name}.{EXTENSIONS[format]}", MEDIA_TYPES[format])


def attachment(body: Any, file_name: str, media_type: str) -> Response:
    """Answer with a file to keep."""
    answer = Response(body, content_type=f"{media_type}; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=file_name)
    return answer


def _file_name(name: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return "-".join(part for part in plain.split("-") if part) or "books"
