"""The page on which the treasurer declares that the co-op is registered for tax, or no longer, and what it then sells under."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from coop import cooperative, taxes
from coop.books.pages import Answer, blueprint, trail
from coop.books.tax.forms import RegistrationForm
from coop.database import db, write
from coop.permissions import Power, requires
from coop.signed_in import actor
from ledger.tax.codes import codes_of_sales


@blueprint.get("/books/tax/registration")
@requires(Power.TREASURER)
def tax_registration() -> Answer:
    """Show what is declared."""
    house = cooperative.current(db.session())
    declared = {
        "registered": RegistrationForm.YES if house.is_tax_registered else RegistrationForm.NO,
        "number": house.tax_number,
        "sales_code": house.sales_tax_code or "",
    }
    return _page(_form(declared))


@blueprint.post("/books/tax/registration")
@requires(Power.TREASURER)
def declare_tax_registration() -> Answer:
    """Declare that the co-op is registered, or no longer."""
    form = _form()
    if form.validate_on_submit():
        who, declared = actor(), form.to_registration()
        with form.showing_refusals():
            write(lambda session: taxes.declare_registration(session, who, declared))
            flash(gettext("Declared. What was sold before stays as it was sold."), "success")
            return redirect(url_for("books.tax"), 303)
    return _page(form), form.status


def _form(declared: dict[str, str] | None = None) -> RegistrationForm:
    session = db.session()
    today = cooperative.today(session)
    return RegistrationForm(codes_of_sales(session, today), today, data=declared)


def _page(form: RegistrationForm) -> str:
    house = cooperative.current(db.session())
    return render_template(
        "books/tax/registration.html",
        form=form,
        is_of_new_zealand=house.currency == "NZD",
        trail=trail((gettext("Tax"), url_for("books.tax")), (gettext("Registration"), None)),
    )
