"""The pages of the tax codes. A co-op that is not registered, and never had a code, sees one sentence instead."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext

from coop import cooperative
from coop.books.pages import READERS, Answer, blueprint, trail
from coop.books.surplus.words import rate
from coop.books.tax import operations, words
from coop.books.tax.forms import CodeForm, RateForm
from coop.database import db, write
from coop.errors import declare
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from ledger.tax import errors
from ledger.tax.boxes import NEW_ZEALAND
from ledger.tax.codes import CodeInForce, tax_codes

declare(409, *errors.CONFLICTS)
declare(404, *errors.MISSING)


@blueprint.get("/books/tax")
@requires(*READERS)
def tax() -> str:
    """Show the tax codes with their rates."""
    session = db.session()
    codes, house = tax_codes(session), cooperative.current(session)
    if not is_shown():
        return not_registered()
    return render_template(
        "books/tax/codes.html",
        codes=codes,
        may_write=_may_write(),
        may_declare=_may_declare(),
        may_install=house.currency == "NZD" and not {one.code for one in NEW_ZEALAND} <= {one.code for one in codes},
        today=cooperative.today(session),
        rate=rate,
        words=words,
        trail=trail((gettext("Tax"), None)),
    )


@blueprint.post("/books/tax/install")
@requires(Power.TREASURER)
def install_tax_codes() -> Answer:
    """Add the codes of New Zealand's set."""
    who = actor()
    added = write(lambda session: operations.install_new_zealand(session, who, gettext))
    flash(ngettext("%(num)s tax code is added.", "%(num)s tax codes are added.", len(added)), "success")
    return redirect(url_for("books.tax"), 303)


@blueprint.get("/books/tax/new")
@requires(Power.TREASURER)
def new_tax_code() -> Answer:
    """Show the form of a tax code."""
    if not is_shown():
        return not_registered()
    return _code_form(CodeForm(data={"valid_from": cooperative.today(db.session())}))


@blueprint.post("/books/tax/new")
@requires(Power.TREASURER)
def add_tax_code() -> Answer:
    """Add a tax code."""
    form = CodeForm()
    if form.validate_on_submit():
        who, new = actor(), form.to_code()
        with form.showing_refusals():
            write(lambda session: operations.add_code(session, who, new))
            flash(gettext("Tax code %(code)s is added.", code=new.code), "success")
            return redirect(url_for("books.tax"), 303)
    return _code_form(form), form.status


@blueprint.get("/books/tax/codes/<code>/rate")
@requires(Power.TREASURER)
def new_tax_rate(code: str) -> Answer:
    """Show the form of a new rate."""
    return _rate_form(_known(code), RateForm())


@blueprint.post("/books/tax/codes/<code>/rate")
@requires(Power.TREASURER)
def add_tax_rate(code: str) -> Answer:
    """Let a code have another rate from a day on."""
    found, form = _known(code), RateForm()
    if form.validate_on_submit():
        who, (rate_bp, valid_from) = actor(), form.to_rate()
        with form.showing_refusals():
            write(lambda session: operations.add_rate(session, who, code=code, rate_bp=rate_bp, valid_from=valid_from))
            flash(gettext("%(code)s has a new rate.", code=code), "success")
            return redirect(url_for("books.tax"), 303)
    return _rate_form(found, form), form.status


def is_shown() -> bool:
    """Say whether tax has a page: for a registered co-op, and for one that was registered and has codes to look back on."""
    session = db.session()
    return cooperative.current(session).is_tax_registered or bool(tax_codes(session))


def not_registered() -> str:
    """Say in one sentence how a co-op becomes registered."""
    return render_template(
        "books/tax/not_registered.html", may_declare=_may_declare(), trail=trail((gettext("Tax"), None))
    )


def _may_declare() -> bool:
    return Power.TREASURER in actor().powers


def _may_write() -> bool:
    return _may_declare() and cooperative.current(db.session()).is_tax_registered


def _known(code: str) -> CodeInForce:
    found = next((one for one in tax_codes(db.session()) if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def _code_form(form: CodeForm) -> str:
    return render_template(
        "books/tax/code_form.html",
        form=form,
        trail=trail((gettext("Tax"), url_for("books.tax")), (gettext("New tax code"), None)),
    )


def _rate_form(code: CodeInForce, form: RateForm) -> str:
    return render_template(
        "books/tax/rate_form.html",
        form=form,
        code=code,
        rate=rate,
        trail=trail((gettext("Tax"), url_for("books.tax")), (gettext("New rate"), None)),
    )
