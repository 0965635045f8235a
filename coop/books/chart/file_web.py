"""The chart of accounts as a file: the download, and the page that takes one, which shows what it would change before it does."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop.books.chart import operations as chart_operations
from coop.books.chart import words as chart_words
from coop.books.chart.forms import ChartForm
from coop.books.pages import READERS, Answer, blueprint, trail
from coop.database import db, write
from coop.downloads import csv_file
from coop.permissions import Power, requires, takes_files
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.chart import file as chart_file
from ledger.chart.file import Change
from ledger.chart.rows import COLUMNS
from ledger.lines import LINES


@blueprint.get("/books/accounts.csv")
@requires(*READERS)
def chart_csv() -> Response:
    """Return the chart as a table, which the page beneath takes again."""
    return csv_file("chart-of-accounts.csv", COLUMNS, chart_file.rows_of(db.session()))


@blueprint.get("/books/accounts/file")
@requires(Power.TREASURER)
def chart_upload() -> str:
    """Show where a chart is given, and how it is written."""
    return _page(ChartForm())


@blueprint.post("/books/accounts/file")
@requires(Power.TREASURER)
@takes_files
def take_chart() -> Answer:
    """Show what a chart would change, or change it: all of it or nothing."""
    form, is_wanted = ChartForm(), request.form.get("do") == "take"
    if not form.validate():
        return _page(form), 422
    who = actor()
    work = chart_operations.take_chart if is_wanted else chart_operations.try_chart
    try:
        text = form.to_text()
        changes = write(lambda session: work(session, who, text))
    except Refusal as refusal:
        status = form.show(refusal)
        return _page(form), status
    if not is_wanted:
        return _page(form, changes)
    flash(gettext("The chart is taken. Accounts added or changed: %(count)s.", count=len(changes)), "success")
    return redirect(url_for("books.accounts"), 303)


def _page(form: ChartForm, changes: Sequence[Change] | None = None) -> str:
    return render_template(
        "books/chart_file.html",
        form=form,
        changes=changes,
        lines=LINES,
        trail=trail((gettext("Accounts"), url_for("books.accounts")), (gettext("Chart from a file"), None)),
        words=chart_words,
    )
