"""The pages by which a file of the bank is entered, and the meaning of its columns chosen."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from coop.database import db, write
from coop.payments.bank import entering
from coop.payments.bank.entering import EnteredFile, enter_file, kept_columns
from coop.payments.bank.file_forms import ColumnsForm, UploadForm
from coop.payments.bank.files.csv_file import CsvRow, head_of, preview, raw_rows, text_of
from coop.payments.bank.files.errors import ColumnsUnknown
from coop.payments.bank.files.guessing import guess
from coop.payments.bank.files.kinds import kind_of
from coop.payments.bank.files.mapping import Columns, check
from coop.payments.bank.lines import bounds
from coop.payments.bank.models import FileFormat
from coop.payments.bank.pages import Answer, bank, blueprint, currency, told
from coop.permissions import Power, requires, takes_files
from coop.signed_in import actor
from evidence.messages import Refusal


@blueprint.get("/file")
@requires(Power.TREASURER)
def choose_file() -> str:
    """Show where a file of the bank is sent."""
    return _upload_page(UploadForm())


@blueprint.post("/file")
@requires(Power.TREASURER)
@takes_files
def enter_statement() -> Answer:
    """Enter a file; where it is not known what its columns mean, ask for that first."""
    form, status = UploadForm(), 422
    if form.validate():
        who, code, content = actor(), bank().code, form.to_content()
        try:
            if form.anew.data and kind_of(content) is FileFormat.CSV:
                return _ask_for_columns(content)
            entered = write(lambda session: enter_file(session, who, content, account=code))
        except ColumnsUnknown:
            return _ask_for_columns(content)
        except Refusal as refusal:
            status = form.show(refusal)
        else:
            return _entered(entered)
    return _upload_page(form), status


@blueprint.post("/file/columns")
@requires(Power.TREASURER)
def enter_columns() -> Answer:
    """Show how a file would be read by the columns chosen, or enter it so."""
    form, status = ColumnsForm(), 200
    try:
        content = form.to_content()
        kind_of(content)
        found = raw_rows(text_of(content), form.to_delimiter(), bounds(db.session()))
    except Refusal as refusal:
        return _refused(refusal)
    if not form.validate():
        status = 422
    head = head_of(found, form.to_rows_above())
    form.offer(found, head)
    columns = form.to_columns(head)
    if status == 200 and request.form.get("act") == "enter":
        who, code = actor(), bank().code
        try:
            entered = write(lambda session: enter_file(session, who, content, account=code, columns=columns))
        except Refusal as refusal:
            status = form.show(refusal)
        else:
            return _entered(entered)
    return _columns_page(form, content, columns), status


@blueprint.post("/file/columns/forget")
@requires(Power.TREASURER)
def forget_columns() -> Response:
    """Forget what was chosen for the columns."""
    who, code = actor(), bank().code
    write(lambda session: entering.forget_columns(session, who, account=code))
    flash(gettext("The next CSV file is asked about anew."), "success")
    return redirect(url_for("bank.choose_file"), 303)


def _ask_for_columns(content: bytes) -> Answer:
    session = db.session()
    try:
        found = guess(content, bounds(session))
    except Refusal as refusal:
        return _refused(refusal)
    form = ColumnsForm(formdata=None)
    form.offer(found.rows, found.columns.head)
    form.fill(content, found.columns)
    return _columns_page(form, content, found.columns)


def _refused(refusal: Refusal) -> Answer:
    """Return to where a file is sent, with what is wrong with the one that was."""
    form = UploadForm(formdata=None)
    status = form.show(refusal)
    return _upload_page(form), status


def _upload_page(form: UploadForm) -> str:
    return render_template(
        "payments/bank_file.html",
        form=form,
        problems=told(form.problems),
        columns=kept_columns(db.session(), bank().code),
    )


def _columns_page(form: ColumnsForm, content: bytes, columns: Columns) -> str:
    rows: list[CsvRow] = []
    problems = told(form.problems)
    if not form.errors:
        try:
            rows, reading = preview(content, check(columns), bounds(db.session()))
            problems = problems or told(tuple(reading.problems))
        except Refusal as refusal:
            form.show(refusal)
    return render_template(
        "payments/bank_columns.html", form=form, rows=rows, problems=problems[:10], currency=currency()
    )


def _entered(entered: EnteredFile) -> Response:
    taken = entered.taken
    flash(
        ngettext("%(num)s line entered.", "%(num)s lines entered.", taken.new)
        + (" " + gettext("%(known)s were there already.", known=taken.known) if taken.known else ""),
        "success" if taken.new else "message",
    )
    return redirect(url_for("bank.statement", statement_id=entered.statement_id), 303)
