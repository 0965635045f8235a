"""The pages of the cost centres: the tree with what each earned and cost, and adding, changing and closing one."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.books.cost_centres import operations
from coop.books.cost_centres.forms import CentreForm, CloseForm, NewCentreForm
from coop.books.pages import READERS, Answer, blueprint, trail
from coop.books.statements.asked import days_in_address, plain_days
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import declare, show_on
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from evidence.currencies import decimal_text
from evidence.messages import Refusal
from ledger import cost_centres
from ledger.cost_centres import Centre, Result

declare(409, *cost_centres.CONFLICTS)


@blueprint.get("/books/cost-centres")
@requires(*READERS)
def cost_centre_list() -> Answer:
    """Show what each cost centre earned and cost, as a tree."""
    form, starts_on, ends_on, status = plain_days()
    asked = days_in_address(starts_on, ends_on)
    page = render_template(
        "books/cost_centres/list.html",
        form=form,
        report=cost_centres.report(db.session(), starts_on, ends_on),
        asked=asked,
        may_write=Power.TREASURER in actor().powers,
        downloads=[{"label": gettext("Cost centres as CSV"), "href": url_for("books.cost_centres_csv", **asked)}],
        trail=trail((gettext("Cost centres"), None)),
    )
    return page, status


@blueprint.get("/books/cost-centres.csv")
@requires(*READERS)
def cost_centres_csv() -> Response:
    """Return the same as a table."""
    _, starts_on, ends_on, _ = plain_days()
    report = cost_centres.report(db.session(), starts_on, ends_on)

    def amounts(*results: Result) -> list[str]:
        minors = [minor for one in results for minor in (one.income_minor, one.cost_minor, one.result_minor)]
        return [decimal_text(minor, report.currency) for minor in minors]

    rows = [[r.centre.code, r.centre.name, r.centre.parent or "", *amounts(r.own, r.whole)] for r in report.rows]
    rows.append(["", gettext("Without a cost centre"), "", *amounts(report.without, report.without)])
    rows.append(["", gettext("Together"), "", *amounts(report.total, report.total)])
    columns = ["code", "name", "under", "income", "cost", "result"]
    columns += ["income_with_those_under_it", "cost_with_those_under_it", "result_with_those_under_it"]
    return csv_file(f"cost-centres-{starts_on}-{ends_on}.csv", columns, rows)


@blueprint.get("/books/cost-centres/new")
@requires(Power.TREASURER)
def new_cost_centre() -> str:
    """Show the form of a cost centre."""
    return _new_form(NewCentreForm(_tree()))


@blueprint.post("/books/cost-centres/new")
@requires(Power.TREASURER)
def add_cost_centre() -> Answer:
    """Add a cost centre."""
    form = NewCentreForm(_tree())
    if form.validate_on_submit():
        who, code, (name, parent) = actor(), form.to_code(), form.to_place()
        with form.showing_refusals():
            write(lambda session: operations.add(session, who, code=code, name=name, parent=parent))
            flash(gettext("Cost centre %(code)s is added.", code=code), "success")
            return redirect(url_for("books.cost_centre_list"), 303)
    return _new_form(form), form.status


@blueprint.get("/books/cost-centres/<code>")
@requires(Power.TREASURER)
def cost_centre(code: str) -> str:
    """Show the forms to change a cost centre, and to close it."""
    centre = _known(code)
    return _centre_page(centre, _filled(centre), CloseForm(data={"closed_on": cooperative.today(db.session())}))


@blueprint.post("/books/cost-centres/<code>")
@requires(Power.TREASURER)
def change_cost_centre(code: str) -> Answer:
    """Rename a cost centre or put it elsewhere, or close it."""
    centre, who = _known(code), actor()
    changing, closing = _filled(centre), CloseForm(formdata=None, data={"closed_on": cooperative.today(db.session())})
    form: CentreForm | CloseForm
    if "close" in request.form:
        form = closing = CloseForm()
    else:
        form = changing = CentreForm(_tree())
    if not form.validate():
        return _centre_page(centre, changing, closing), 422
    try:
        if isinstance(form, CloseForm):
            closed_on = form.to_day()
            write(lambda session: operations.close(session, who, code=code, closed_on=closed_on))
        else:
            name, parent = form.to_place()
            write(lambda session: operations.change(session, who, code=code, name=name, parent=parent))
    except Refusal as refusal:
        status = show_on(form, refusal)
        return _centre_page(centre, changing, closing), status
    flash(gettext("Cost centre %(code)s is changed.", code=code), "success")
    return redirect(url_for("books.cost_centre_list"), 303)


def _tree() -> list[Centre]:
    return cost_centres.tree(db.session())


def _known(code: str) -> Centre:
    found = next((one for one in _tree() if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def _filled(centre: Centre) -> CentreForm:
    return CentreForm(_tree(), formdata=None, data={"name": centre.name, "parent": centre.parent or ""})


def _new_form(form: NewCentreForm) -> str:
    return render_template(
        "books/cost_centres/new.html",
        form=form,
        trail=trail((gettext("Cost centres"), url_for("books.cost_centre_list")), (gettext("New"), None)),
    )


def _centre_page(centre: Centre, changing: CentreForm, closing: CloseForm) -> str:
    return render_template(
        "books/cost_centres/centre.html",
        centre=centre,
        changing=changing,
        closing=closing,
        trail=trail((gettext("Cost centres"), url_for("books.cost_centre_list")), (centre.code, None)),
    )
