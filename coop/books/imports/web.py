"""The pages of an import: the file, what it would post, and what was posted."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext

from coop.books import queries
from coop.books.errors import EntryNeedsTwo
from coop.books.forms import ConfirmForm
from coop.books.imports import queries as import_queries
from coop.books.imports import uploads as import_uploads
from coop.books.imports.acts import import_of
from coop.books.imports.forms import ImportForm, layout_name
from coop.books.imports.uploads import BOOK_IMPORT
from coop.books.pages import READERS, Answer, blueprint, currency, for_two, trail
from coop.database import db, write
from coop.downloads import download
from coop.errors import message_of, show_on
from coop.paging import pager, requested_page
from coop.permissions import Power, requires, takes_files
from coop.signed_in import actor
from ledger import chart
from ledger.importing.errors import FileRefused
from ledger.models import Account


@blueprint.get("/books/import")
@requires(Power.TREASURER)
def import_file() -> str:
    """Show the form of an import, and earlier imports."""
    return _form_page(ImportForm(_accounts()))


@blueprint.post("/books/import")
@requires(Power.TREASURER)
@takes_files
def look_at_file() -> Answer:
    """Keep a file that can be imported, and go to what it would post."""
    form = ImportForm(_accounts())
    if form.validate_on_submit():
        who = actor()
        with form.showing_refusals():
            file = form.to_file()
            upload_id = write(lambda session: import_uploads.upload(session, who, file))
            return redirect(url_for("books.preview_import", upload_id=upload_id), 303)
    return _form_page(form), form.status


@blueprint.get("/books/import/<uuid:upload_id>")
@requires(Power.TREASURER, Power.BOARD)
def preview_import(upload_id: UUID) -> Answer:
    """Show what a file that waits would post: to who brought it, and to the board while it is asked to approve the import."""
    return _preview_page(upload_id, ConfirmForm())


@blueprint.get("/books/import/<uuid:upload_id>/file.csv")
@requires(Power.TREASURER, Power.BOARD)
def imported_file(upload_id: UUID) -> Response:
    """Return a file that waits, to the same people: the page shows its first entries only."""
    file = import_uploads.file_to_read(db.session(), actor(), upload_id)
    return download(file.text, f"{file.sha256[:12]}.csv", "text/csv")


@blueprint.post("/books/import/<uuid:upload_id>")
@requires(Power.TREASURER)
def confirm_import(upload_id: UUID) -> Answer:
    """Post everything in a file that waits."""
    who, form = actor(), ConfirmForm()
    if not form.validate():
        return _preview_page(upload_id, form)
    try:
        done = write(lambda session: import_uploads.confirm(session, who, upload_id))
    except EntryNeedsTwo:
        preview = write(lambda session: import_uploads.look_at(session, who, upload_id))
        return for_two(BOOK_IMPORT, import_of(upload_id, preview))
    except FileRefused:
        # The books have changed since it was looked at; the page says what is wrong now.
        return _preview_page(upload_id, form)
    if done.import_id is None:
        flash(gettext("Everything in this file was in the books already. Nothing was posted."), "message")
        return redirect(url_for("books.import_file"), 303)
    flash(ngettext("%(num)s entry is posted.", "%(num)s entries are posted.", done.new_count), "success")
    return redirect(url_for("books.imported", import_id=done.import_id), 303)


@blueprint.post("/books/import/<uuid:upload_id>/give-up")
@requires(Power.TREASURER)
def give_up_import(upload_id: UUID) -> Answer:
    """Remove a file that waits."""
    who = actor()
    write(lambda session: import_uploads.give_up(session, who, upload_id))
    flash(gettext("The file is removed. Nothing was posted."), "message")
    return redirect(url_for("books.import_file"), 303)


@blueprint.get("/books/imports/<uuid:import_id>")
@requires(*READERS)
def imported(import_id: UUID) -> str:
    """Show an import with its entries."""
    session = db.session()
    found = import_queries.import_of(session, import_id)
    part = import_queries.imported_entries(session, import_id, requested_page())
    return render_template(
        "books/imported.html",
        found=found,
        part=part,
        pager=pager(part),
        by=queries.person_name(session, found.imported_by),
        layout_name=layout_name,
        currency=currency(),
        trail=trail((gettext("Import"), url_for("books.import_file")), (gettext("What was imported"), None)),
    )


def _accounts() -> list[Account]:
    return [one for one in chart.accounts(db.session()) if one.closed_on is None and not one.is_heading]


def _form_page(form: ImportForm) -> str:
    session = db.session()
    return render_template(
        "books/import.html",
        form=form,
        imports=import_queries.imports(session),
        layout_name=layout_name,
        currency=currency(),
        trail=trail((gettext("Import"), None)),
    )


def _preview_page(upload_id: UUID, form: ConfirmForm) -> Answer:
    """Show what a file would post. It is read in a transaction that may lock, as posting does: reading alone must not."""
    who = actor()
    problems: list[tuple[int, str, str]] = []
    preview, status = None, 200
    try:
        preview = write(lambda session: import_uploads.look_at(session, who, upload_id))
    except FileRefused as refused:
        problems = [(problem.row, problem.column, message_of(problem.reason)) for problem in refused.problems]
        status = show_on(form, refused)
    refs = {line.party_ref for entry in preview.entries for line in entry.lines} if preview else ()
    act_id = import_uploads.act_about(db.session(), who, upload_id)
    page = render_template(
        "books/import_preview.html",
        form=form,
        upload_id=upload_id,
        act_id=act_id,
        preview=preview,
        problems=problems,
        layout_name=layout_name,
        names=queries.party_names(db.session(), refs),
        trail=trail(
            (gettext("Import"), None if act_id else url_for("books.import_file")), (gettext("What it would post"), None)
        ),
    )
    return page, status
