"""What the pages of the books share: the blueprint, who may read and who may write, days out of the address, downloads."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from coop import cooperative
from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyPrepared
from coop.books.errors import CONFLICTS
from coop.books.exports.operations import YearMoved
from coop.database import db, write
from coop.errors import declare
from coop.permissions import Power
from coop.signed_in import actor
from evidence.canonical import Canonical
from evidence.messages import N_
from ledger import errors as ledger_errors
from ledger.chart import errors as chart_errors
from ledger.export import Format
from ledger.years import closing_errors, reopening_errors

blueprint = Blueprint("books", __name__)

Answer = str | BaseResponse | tuple[str, int]

#: Who sees the books; only the treasurer writes in them.
READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)

declare(409, *CONFLICTS, *ledger_errors.CONFLICTS, *closing_errors.CONFLICTS, *chart_errors.CONFLICTS)
declare(409, *reopening_errors.CONFLICTS, YearMoved)
declare(404, *ledger_errors.MISSING, *closing_errors.MISSING)

FORMAT_NAMES: Mapping[Format, str] = {
    "csv-simple": N_("CSV for accountants"),
    "xlsx": "XLSX",
    "csv": N_("CSV, full"),
    "json": "JSON",
    "beancount": "Beancount",
    "hledger": "hledger",
}


def currency() -> str:
    """Return the currency of the books."""
    return cooperative.current(db.session()).currency


def download_links(starts_on: date | None = None, ends_on: date | None = None) -> list[dict[str, str]]:
    """Return the links to the journal in every format, as the macro `downloads` takes them."""
    days = {"from": starts_on, "to": ends_on}
    asked: dict[str, Any] = {name: day.isoformat() for name, day in days.items() if day is not None}
    return [
        {
            "label": gettext("Journal as %(format)s", format=gettext(name)),
            "href": url_for("books.export_journal", file_format=key, **asked),
        }
        for key, name in FORMAT_NAMES.items()
    ]


def for_two(kind: str, arguments: Mapping[str, Canonical], words: str = "") -> BaseResponse:
    """Prepare for a second person what moves too much for one, and go to the page of the act; the same waits once."""
    who = actor()
    try:
        act_id = write(lambda session: approvals.prepare(session, who, kind=kind, arguments=arguments, words=words))
    except AlreadyPrepared as refusal:
        act_id = refusal.act_id
    flash(gettext("Nothing is booked yet: this moves so much that somebody of the board approves it."), "message")
    return redirect(url_for("approvals.act", act_id=act_id), 303)


def trail(*links: tuple[str, str | None]) -> list[dict[str, str | None]]:
    """Return the breadcrumbs of a page of the books."""
    return [{"label": gettext("Books"), "href": url_for("books.overview")}] + [
        {"label": label, "href": href} for label, href in links
    ]


def file_name(name: str) -> str:
    """Return the name of the co-op as the beginning of a file's name."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return "-".join(part for part in plain.split("-") if part) or "books"
