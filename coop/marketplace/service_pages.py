"""What is on offer, for everybody; offering, editing and withdrawing the co-op's services, and the meetings of its cohorts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.errors import message_of
from coop.formats import format_amount
from coop.marketplace import deliveries, offers, queries, quotes
from coop.marketplace.blueprint import blueprint
from coop.marketplace.forms import MeetingForm
from coop.marketplace.models import CohortMeeting, Offering, OfferingKind
from coop.marketplace.offering_forms import CoachingForm, FellowshipForm, ServiceForm, taxed_as
from coop.marketplace.queries import OfferingPage, OfferingRow
from coop.marketplace.sales_tax import SalesTax, buyers_tax_today, codes_to_choose
from coop.paging import pager, requested_page
from coop.permissions import NotFound, Power, public, requires
from coop.signed_in import actor, participants
from coop.texts import LONGEST_SEARCH
from evidence.messages import Refusal

Answer = str | Response | tuple[str, int]

_OFFICERS = (Power.SECRETARY, Power.BOARD)


@dataclass(frozen=True)
class YourPrice:
    """What a participant for whom the person acts would pay, or why they cannot buy."""

    participant_id: UUID
    name: str
    price_minor: int | None
    tax: SalesTax | None
    #: Why not; empty where they can.
    reason: str


@blueprint.get("/services")
@public
def services() -> str:
    """List what is on offer."""
    kind = next((kind for kind in OfferingKind if kind.value == request.args.get("kind")), None)
    words = request.args.get("q", "")[:LONGEST_SEARCH]
    part = queries.services(db.session(), kind, words=words, page=requested_page())
    who = actor()
    return render_template(
        "marketplace/services.html",
        part=part,
        plus_tax={row.id for row in part.rows if _is_plus_tax(row)},
        pager=pager(part),
        words=words,
        kind=kind.value if kind else "",
        kinds=[("", gettext("Everything")), *((one.value, gettext(one.label)) for one in OfferingKind)],
        may_offer=bool(who.powers & {*_OFFICERS}),
        represents=_participants(),
    )


@blueprint.get("/services/<uuid:offering_id>")
@public
def service(offering_id: UUID) -> str:
    """Show an offering: what it is, what it costs, and how to buy it."""
    page, who, house = queries.offering(db.session(), offering_id), actor(), cooperative.current(db.session())
    return render_template(
        "marketplace/service.html",
        page=page,
        your_prices=_your_prices(db.session(), offering_id),
        is_signed_in=who.person_id is not None,
        may_edit=bool(who.powers & {*_OFFICERS}) and page.row.seller_id is None,
        is_seller=page.row.seller_id in who.represents,
        may_tax=Power.TREASURER in who.powers and page.row.seller_id is None and house.is_tax_registered,
    )


@blueprint.route("/fellowships/new", methods=["GET", "POST"])
@requires(*_OFFICERS)
def new_fellowship() -> Answer:
    """Offer a fellowship."""
    form = FellowshipForm()
    _offer_tax(form)
    return _new(form)


@blueprint.route("/coaching/new", methods=["GET", "POST"])
@requires(*_OFFICERS)
def new_coaching() -> Answer:
    """Offer coaching."""
    form = CoachingForm()
    form.offer(queries.coaches(db.session()))
    _offer_tax(form)
    return _new(form)


@blueprint.route("/services/<uuid:offering_id>/edit", methods=["GET", "POST"])
@requires(*_OFFICERS)
def edit_service(offering_id: UUID) -> Answer:
    """Change the words, prices and places of a service."""
    who, page = actor(), queries.offering(db.session(), offering_id)
    if page.row.seller_id is not None:
        raise NotFound
    form = ServiceForm(data=_written(page))
    _offer_tax(form)
    if form.validate_on_submit():
        words, prices, places, tax = form.to_words(), form.to_prices(), form.places.number, form.to_tax()
        with form.showing_refusals():
            write(
                lambda session: offers.edit(
                    session, who, offering_id=offering_id, words=words, prices=prices, places=places, tax=tax
                )
            )
            flash(gettext("Saved. Orders that stand keep the price they were sold at."), "success")
            return redirect(url_for("marketplace.service", offering_id=offering_id), 303)
    return render_template("marketplace/service_form.html", form=form, page=page), form.status


@blueprint.post("/services/<uuid:offering_id>/withdraw")
@requires(*_OFFICERS)
def withdraw_service(offering_id: UUID) -> Answer:
    """Take a service off offer."""
    who = actor()
    write(lambda session: offers.withdraw(session, who, offering_id=offering_id))
    flash(gettext("It is no longer on offer. What was sold of it is delivered all the same."), "success")
    return redirect(url_for("marketplace.service", offering_id=offering_id), 303)


@blueprint.route("/cohort-meetings/<uuid:cohort_meeting_id>", methods=["GET", "POST"])
@requires(*_OFFICERS)
def hold_meeting(cohort_meeting_id: UUID) -> Answer:
    """Confirm that a meeting of a cohort was held."""
    who, session = actor(), db.session()
    meeting, page = _meeting(session, cohort_meeting_id)
    form = MeetingForm(data={"delivered_on": min(meeting.planned_on, cooperative.today(session))})
    if form.validate_on_submit():
        held_on = form.delivered_on.required_day
        with form.showing_refusals():
            write(lambda s: deliveries.hold_meeting(s, who, meeting_id=cohort_meeting_id, held_on=held_on))
            flash(gettext("Recorded: its part of every order of the cohort is delivered."), "success")
            return redirect(url_for("marketplace.service", offering_id=page.row.id), 303)
    if form.is_submitted():
        meeting, page = _meeting(db.session(), cohort_meeting_id)
    return render_template("marketplace/meeting.html", form=form, meeting=meeting, page=page), form.status


@blueprint.post("/cohort-meetings/<uuid:cohort_meeting_id>/take-back")
@requires(*_OFFICERS)
def take_back_meeting(cohort_meeting_id: UUID) -> Answer:
    """Take back a meeting that was confirmed by mistake."""
    who = actor()
    write(lambda session: deliveries.take_back_meeting(session, who, meeting_id=cohort_meeting_id))
    flash(gettext("Taken back: the meeting counts as not held, and its bookings are reversed."), "success")
    return redirect(url_for("marketplace.hold_meeting", cohort_meeting_id=cohort_meeting_id), 303)


def _new(form: FellowshipForm | CoachingForm) -> Answer:
    who = actor()
    if form.validate_on_submit():
        new = form.to_offering()
        with form.showing_refusals():
            offering_id = write(lambda session: offers.offer(session, who, new))
            flash(gettext("It is on offer."), "success")
            return redirect(url_for("marketplace.service", offering_id=offering_id), 303)
    return render_template("marketplace/service_form.html", form=form, page=None), form.status


def _meeting(session: Session, meeting_id: UUID) -> tuple[queries.MeetingRow, OfferingPage]:
    meeting = session.get(CohortMeeting, meeting_id)
    if meeting is None:
        raise NotFound
    page = queries.offering(session, meeting.offering_id)
    return next(row for row in page.meetings if row.id == meeting_id), page


def _is_plus_tax(row: OfferingRow) -> bool:
    """Say whether tax comes on top of the price that the list shows."""
    tax = buyers_tax_today(db.session(), row) if row.is_tax_added else None
    return tax is not None and tax.rate_bp > 0


def _participants() -> list[tuple[UUID, str]]:
    return [(one.id, one.name) for one in participants()]


def _your_prices(session: Session, offering_id: UUID) -> list[YourPrice]:
    """Return what everybody pays for whom the person acts."""
    offering, found = session.get_one(Offering, offering_id), []
    for participant_id, name in _participants():
        try:
            quoted = quotes.quote(session, offering, participant_id=participant_id, quantity=1)
        except Refusal as refusal:
            found.append(YourPrice(participant_id, name, None, None, message_of(refusal)))
        else:
            tax = quoted.tax if offering.seller_id is None else None
            found.append(YourPrice(participant_id, name, quoted.price_minor, tax, ""))
    return found


def _written(page: OfferingPage) -> dict[str, Any]:
    """Return what stands in the form of a service before it is changed."""
    row, filled = page.row, {}
    for price in page.prices:
        filled[price.kind.value] = format_amount(price.amount_minor, row.currency)
        if price.members_minor is not None:
            filled[f"{price.kind.value}_members"] = format_amount(price.members_minor, row.currency)
    words = {"title": row.title, "summary": row.summary, "description": page.description}
    return {**words, "places": row.places, **taxed_as(row), **filled}


def _offer_tax(form: ServiceForm) -> None:
    session = db.session()
    form.offer_tax(codes_to_choose(session), cooperative.today(session))
