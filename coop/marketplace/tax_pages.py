"""How a service is taxed, for the treasurer, who does not edit what is offered; the office finds the same in its form."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.marketplace import offers, queries
from coop.marketplace.blueprint import blueprint
from coop.marketplace.offering_forms import TaxForm, taxed_as
from coop.marketplace.sales_tax import codes_to_choose
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor

Answer = str | Response | tuple[str, int]


@blueprint.route("/services/<uuid:offering_id>/tax", methods=["GET", "POST"])
@requires(Power.TREASURER, Power.SECRETARY, Power.BOARD)
def service_tax(offering_id: UUID) -> Answer:
    """Choose under which tax code a service is sold, and whether its prices contain the tax."""
    who, session = actor(), db.session()
    page, codes = queries.offering(session, offering_id), codes_to_choose(session)
    if page.row.seller_id is not None or not codes:
        raise NotFound
    form = TaxForm(data=taxed_as(page.row))
    form.offer_tax(codes, cooperative.today(session))
    if form.validate_on_submit() and (tax := form.to_tax()) is not None:
        with form.showing_refusals():
            write(lambda s: offers.set_tax(s, who, offering_id=offering_id, tax=tax))
            flash(gettext("Saved. Orders that stand keep the tax they were sold with."), "success")
            return redirect(url_for("marketplace.service", offering_id=offering_id), 303)
    return render_template("marketplace/service_tax.html", form=form, page=page), form.status
