"""What a member sells, and a coach's sessions."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.assembly.bylaws import in_force
from coop.database import db, write
from coop.formats import format_amount
from coop.marketplace import deliveries, listings, offer_errors, order_queries, queries
from coop.marketplace.blueprint import blueprint
from coop.marketplace.forms import DeliveryForm
from coop.marketplace.offering_forms import ListingForm
from coop.permissions import NotFound, requires
from coop.signed_in import act_for

Answer = str | Response | tuple[str, int]


@blueprint.get("/as/<uuid:participant_id>/listings")
@requires()
def my_listings(participant_id: UUID) -> str:
    """List what a member sells."""
    act_for(participant_id)
    session = db.session()
    return render_template(
        "marketplace/my_listings.html",
        participant_id=participant_id,
        rows=queries.listings_of(session, participant_id),
        is_member=listings.is_member(session, participant_id),
        fee_bp=in_force(session, cooperative.today(session)).bylaws.marketplace_fee_bp,
    )


@blueprint.route("/as/<uuid:participant_id>/listings/new", methods=["GET", "POST"])
@requires()
def new_listing(participant_id: UUID) -> Answer:
    """List something for sale."""
    who, form = act_for(participant_id), ListingForm(data={"places": 1})
    if not listings.is_member(db.session(), participant_id):
        raise offer_errors.MembersSell
    if form.validate_on_submit():
        listing = form.to_listing()
        with form.showing_refusals():
            offering_id = write(
                lambda s: listings.list_for_sale(s, who, participant_id=participant_id, listing=listing)
            )
            flash(gettext("It is for sale."), "success")
            return redirect(url_for("marketplace.service", offering_id=offering_id), 303)
    return _listing_page(participant_id, form), form.status


@blueprint.route("/as/<uuid:participant_id>/listings/<uuid:offering_id>/edit", methods=["GET", "POST"])
@requires()
def edit_listing(participant_id: UUID, offering_id: UUID) -> Answer:
    """Change a listing."""
    who, page = act_for(participant_id), queries.offering(db.session(), offering_id)
    row = page.row
    if row.seller_id != participant_id:
        raise NotFound
    price = format_amount(row.from_minor, row.currency)
    words = {"title": row.title, "summary": row.summary, "description": page.description}
    form = ListingForm(data={**words, "places": row.places, "price": price})
    if form.validate_on_submit():
        listing = form.to_listing()
        with form.showing_refusals():
            write(
                lambda s: listings.edit(s, who, participant_id=participant_id, offering_id=offering_id, listing=listing)
            )
            flash(gettext("Saved. What was sold stays as it was sold."), "success")
            return redirect(url_for("marketplace.service", offering_id=offering_id), 303)
    return _listing_page(participant_id, form, offering_id), form.status


@blueprint.post("/as/<uuid:participant_id>/listings/<uuid:offering_id>/withdraw")
@requires()
def withdraw_listing(participant_id: UUID, offering_id: UUID) -> Answer:
    """Take a listing off."""
    who = act_for(participant_id)
    write(lambda s: listings.withdraw(s, who, participant_id=participant_id, offering_id=offering_id))
    flash(gettext("It is no longer for sale."), "success")
    return redirect(url_for("marketplace.my_listings", participant_id=participant_id), 303)


@blueprint.get("/as/<uuid:participant_id>/sales")
@requires()
def my_sales(participant_id: UUID) -> str:
    """List what a member has sold."""
    act_for(participant_id)
    rows = order_queries.sales_of(db.session(), participant_id)
    return render_template("marketplace/my_sales.html", participant_id=participant_id, rows=rows)


@blueprint.get("/as/<uuid:participant_id>/sessions")
@requires()
def my_sessions(participant_id: UUID) -> str:
    """List a coach's sessions, to come and held."""
    act_for(participant_id)
    rows = order_queries.sessions_of(db.session(), participant_id)
    return render_template("marketplace/my_sessions.html", participant_id=participant_id, rows=rows)


@blueprint.route("/as/<uuid:participant_id>/sessions/<uuid:order_id>", methods=["GET", "POST"])
@requires()
def confirm_session(participant_id: UUID, order_id: UUID) -> Answer:
    """Confirm, as the coach, that a session was held."""
    who, session = act_for(participant_id), db.session()
    page = order_queries.order(session, order_id)
    if page.coach_id != participant_id or not page.row.is_sold:
        raise NotFound
    form = DeliveryForm(data={"unit": page.next_unit, "delivered_on": cooperative.today(session)})
    form.offer([])
    if form.validate_on_submit():
        unit, day, _ = form.to_delivery()
        with form.showing_refusals():
            write(
                lambda s: deliveries.confirm(
                    s, who, order_id=order_id, unit=unit, delivered_on=day, coach_id=participant_id
                )
            )
            flash(gettext("Recorded. Your fee for it is owed to you now."), "success")
            return redirect(url_for("marketplace.my_sessions", participant_id=participant_id), 303)
    if form.is_submitted():
        page = order_queries.order(db.session(), order_id)
    return render_template(
        "marketplace/confirm_session.html", form=form, page=page, participant_id=participant_id
    ), form.status


def _listing_page(participant_id: UUID, form: ListingForm, offering_id: UUID | None = None) -> str:
    session = db.session()
    return render_template(
        "marketplace/listing_form.html",
        form=form,
        participant_id=participant_id,
        offering_id=offering_id,
        fee_bp=in_force(session, cooperative.today(session)).bylaws.marketplace_fee_bp,
    )
