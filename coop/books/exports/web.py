"""The downloads of the books: the journal in every format, the files of closed years, and the key to the references in them."""

from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.books.exports import operations
from coop.books.forms import DatesForm
from coop.books.pages import FORMAT_NAMES, READERS, Answer, blueprint, download_links, file_name, trail
from coop.books.statements.asked import days_asked
from coop.database import db
from coop.downloads import begun, csv_file, download
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from ledger.export import EXTENSIONS, FORMATS, MEDIA_TYPES, Format
from ledger.models import FiscalYear


@blueprint.get("/books/exports")
@requires(*READERS)
def exports() -> Answer:
    """Let days be chosen and the journal be downloaded, and list the files of closed years."""
    form = DatesForm(formdata=request.args)
    valid = form.validate()
    starts_on, ends_on = days_asked(form, is_valid=valid)
    days: dict[str, Any] = {"from": starts_on.isoformat(), "to": ends_on.isoformat()}
    page = render_template(
        "books/exports.html",
        form=form,
        starts_on=starts_on,
        ends_on=ends_on,
        downloads=download_links(starts_on, ends_on),
        whole=download_links(),
        years=operations.closed_years(db.session()),
        format_names=FORMAT_NAMES,
        key_href=url_for("books.export_key", **days) if Power.TREASURER in actor().powers else None,
        trail=trail((gettext("Downloads"), None)),
    )
    return page, 200 if valid else 422


@blueprint.get("/books/export.<file_format>")
@requires(*READERS)
def export_journal(file_format: str) -> Response:
    """Return the journal between two days as a file: of a closed year the stored one."""
    form = DatesForm(formdata=request.args)
    if file_format not in FORMATS or not form.validate():
        raise NotFound
    starts_on, ends_on = form.days()
    session = db.session()
    house, today = cooperative.current(session), cooperative.today(session)
    name = f"{file_name(house.name)}-{starts_on or house.founded_on}-{ends_on or today}.{EXTENSIONS[file_format]}"
    found = operations.exported(actor(), file_format, starts_on, ends_on)
    return _file(found, name, file_format)


@blueprint.get("/books/years/<uuid:year_id>/closings/<int:number>/export.<file_format>")
@requires(*READERS)
def export_of_closing(year_id: UUID, number: int, file_format: str) -> Response:
    """Return the file that was kept of a closing, be it one that was taken back."""
    if file_format not in FORMATS:
        raise NotFound
    found = operations.earlier_file(actor(), year_id, number, file_format)
    house, year = cooperative.current(db.session()), db.session().get_one(FiscalYear, year_id)
    name = f"{file_name(house.name)}-{year.starts_on}-{year.ends_on}-closing-{number}.{EXTENSIONS[file_format]}"
    return _file(found, name, file_format)


@blueprint.get("/books/export-key.csv")
@requires(Power.TREASURER)
def export_key() -> Response:
    """Return whose the references in an export are, by today's names. Made when it is asked for, and never kept."""
    form = DatesForm(formdata=request.args)
    if not form.validate():
        raise NotFound
    rows = operations.party_key(db.session(), *form.days())
    answer = csv_file(
        "parties.csv", ("party", "name", "member"), ((ref, name, number or "") for ref, name, number in rows)
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _file(found: operations.Exported, name: str, file_format: Format) -> Response:
    answer = download(begun(found.pieces), name, MEDIA_TYPES[file_format])
    if found.sha256 is not None:
        answer.set_etag(found.sha256)
    return answer
