"""The pages of the tax return: its boxes, the postings behind each figure, and the same as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import Select

from coop import cooperative
from coop.books.forms import DatesForm
from coop.books.pages import READERS, Answer, blueprint, currency, trail
from coop.books.statements.asked import days_in_address
from coop.books.surplus.words import rate
from coop.books.tax import words
from coop.books.tax.web import is_shown, not_registered
from coop.books.years.reopening_words import remarks
from coop.database import db
from coop.downloads import csv_file
from coop.forms import read_day
from coop.paging import pager, part_of, requested_page
from coop.permissions import NotFound, requires
from evidence.currencies import decimal_text
from ledger.records import PAGE_SIZE
from ledger.tax import returns
from ledger.tax.boxes import Part
from ledger.tax.codes import CODE
from ledger.tax.returns import TaxReturn


@dataclass(frozen=True)
class Figure:
    """A figure of the return that was asked for: what it is called, and the query for its postings."""

    label: str
    query: Select[*tuple[Any, ...]]


@blueprint.get("/books/tax/return")
@requires(*READERS)
def tax_return() -> Answer:
    """Show the return of a period."""
    if not is_shown():
        return not_registered()
    form, starts_on, ends_on, status = _asked_days()
    asked = days_in_address(starts_on, ends_on)
    page = render_template(
        "books/tax/return.html",
        form=form,
        found=returns.tax_return(db.session(), starts_on, ends_on),
        asked=asked,
        remarks=remarks(db.session(), starts_on, ends_on),
        rate=rate,
        words=words,
        currency=currency(),
        downloads=[{"label": gettext("Tax return as CSV"), "href": url_for("books.tax_return_csv", **asked)}],
        trail=trail((gettext("Tax"), url_for("books.tax")), (gettext("Tax return"), None)),
    )
    return page, status


@blueprint.get("/books/tax/return.csv")
@requires(*READERS)
def tax_return_csv() -> Response:
    """Return the boxes, the codes and the tax account of a period as a table."""
    if not is_shown():
        raise NotFound
    _, starts_on, ends_on, _ = _asked_days()
    found = returns.tax_return(db.session(), starts_on, ends_on)
    columns = ["figure", "code", "label", "amount", "tax", "currency"]
    return csv_file(f"tax-return-{starts_on}-{ends_on}.csv", columns, _rows(found))


@blueprint.get("/books/tax/return/postings")
@requires(*READERS)
def tax_postings() -> str:
    """List the postings behind a figure of the return."""
    if not is_shown():
        return not_registered()
    starts_on, ends_on = _named_days()
    figure, asked = _figure(starts_on, ends_on), days_in_address(starts_on, ends_on)
    part = part_of(db.session(), figure.query, number=requested_page(), size=PAGE_SIZE)
    return render_template(
        "books/tax/postings.html",
        figure=figure,
        part=part,
        pager=pager(part),
        starts_on=starts_on,
        ends_on=ends_on,
        currency=currency(),
        trail=trail(
            (gettext("Tax return"), url_for("books.tax_return", **asked)),
            (figure.label, None),
        ),
    )


def _figure(starts_on: date, ends_on: date) -> Figure:
    """Return the figure that the address names: a box, a code, or what stands on the tax account and in no box."""
    boxes = returns.form_of(db.session())
    wanted, code = request.args.get("box", ""), request.args.get("code", "")
    if wanted:
        box = next((one for one in boxes if one.number == wanted), None)
        if box is None:
            raise NotFound
        return Figure(gettext("Box %(number)s", number=box.number), returns.postings_in(box, starts_on, ends_on))
    if code:
        if not CODE.fullmatch(code) or request.args.get("part") not in set(Part):
            raise NotFound
        part = Part(request.args["part"])
        label = gettext("%(code)s: %(part)s", code=code, part=words.part(part))
        return Figure(label, returns.postings_of_code(code, part, starts_on, ends_on))
    label = gettext("On the tax account and in no box")
    return Figure(label, returns.postings_outside(boxes, starts_on, ends_on))


def _rows(found: TaxReturn) -> Iterator[Sequence[object]]:
    """Write boxes, codes and the tax account as rows of one table."""

    def row(figure: str, code: str, label: str, minor: int, tax_minor: int | None = None) -> Sequence[object]:
        tax = "" if tax_minor is None else decimal_text(tax_minor, found.currency)
        return [figure, code, label, decimal_text(minor, found.currency), tax, found.currency]

    for box in found.boxes:
        yield row("box", box.number, gettext(box.label) if box.label else "", box.amount_minor)
    for one in found.codes:
        yield row("code", one.code, f"{one.name} {rate(one.rate_bp)}", one.gross_minor, one.tax_minor)
    account = found.account
    yield row("account", "", gettext("Owed before"), account.opening_minor)
    yield row("account", "", gettext("Due for these days"), account.due_minor)
    yield row("account", "", gettext("Paid, and whatever is in no box"), account.other_minor)
    yield row("account", "", gettext("Owed after"), account.closing_minor)


def _asked_days() -> tuple[DatesForm, date, date, int]:
    """Return the days in the address, or the last two months that are over."""
    form = DatesForm(formdata=request.args)
    valid = form.validate()
    asked_from, asked_to = form.days() if valid else (None, None)
    ends_on = asked_to or cooperative.today(db.session()).replace(day=1) - timedelta(days=1)
    starts_on = asked_from or (ends_on.replace(day=1) - timedelta(days=1)).replace(day=1)
    ends_on = max(ends_on, starts_on)
    for field, day in ((form.starts_on, starts_on), (form.ends_on, ends_on)):
        if not field.data:
            field.process_data(day)
    return form, starts_on, ends_on, 200 if valid else 422


def _named_days() -> tuple[date, date]:
    """Return the days in the address of a figure; without them there is no such figure."""
    try:
        return read_day(request.args.get("from", "")), read_day(request.args.get("to", ""))
    except ValueError as error:
        raise NotFound from error
