"""What officers do about membership: decide on applications, read the register of members."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.downloads import csv_file
from coop.membership import admission, errors, queries, registers
from coop.membership.forms import DecisionForm
from coop.membership.registers import Order, Stage
from coop.paging import pager, requested_page
from coop.permissions import Power, requires
from coop.shares.queries import events_of, subscriptions_of
from coop.signed_in import actor
from coop.texts import LONGEST_SEARCH

blueprint = Blueprint("officers", __name__)

_READERS = (Power.BOARD, Power.SECRETARY, Power.AUDITOR)


@blueprint.get("/applications")
@requires(*_READERS)
def applications() -> str:
    """List the applications that wait for the board, or those that have ended."""
    stage = next((stage for stage in Stage if stage.value == request.args.get("stage")), Stage.WAITING)
    part = registers.applications(db.session(), stage, page=requested_page())
    return render_template("membership/applications.html", part=part, pager=pager(part), stage=stage.value)


@blueprint.get("/applications/<uuid:application_id>")
@requires(*_READERS)
def application(application_id: UUID) -> str:
    """Show an application and, to the board, the form to decide on it."""
    detail = registers.application(db.session(), application_id)
    return _application_page(detail, DecisionForm(data={"decided_on": cooperative.today(db.session())}))


@blueprint.post("/applications/<uuid:application_id>")
@requires(Power.BOARD)
def decide(application_id: UUID) -> str | Response | tuple[str, int]:
    """Record what the board decided."""
    who, form = actor(), DecisionForm()
    detail = registers.application(db.session(), application_id)
    if form.validate_on_submit():
        verdict = form.to_verdict()
        with form.showing_refusals(but=(errors.AlreadyDecided, errors.OwnApplication)):
            write(lambda session: admission.decide(session, who, application_id=application_id, verdict=verdict))
            name = detail.row.name
            done = (
                gettext("%(name)s is admitted and has been told by mail.", name=name)
                if verdict.admits
                else gettext("%(name)s is not admitted and has been told by mail.", name=name)
            )
            flash(done, "success")
            return redirect(url_for("membership.officers.applications"), 303)
    return _application_page(registers.application(db.session(), application_id), form), form.status


@blueprint.get("/members")
@requires(*_READERS)
def register() -> str:
    """Show the register of members."""
    words, order = _search()
    today = cooperative.today(db.session())
    part = registers.members(db.session(), on=today, words=words, order=order, page=requested_page())
    return render_template(
        "membership/members.html",
        part=part,
        pager=pager(part),
        words=words,
        order=order.value,
        orders=[
            (Order.NUMBER.value, gettext("by number")),
            (Order.NAME.value, gettext("by name")),
            (Order.JOINED.value, gettext("by the day they joined")),
        ],
    )


@blueprint.get("/members.csv")
@requires(*_READERS)
def register_file() -> Response:
    """Download the register of members, as searched and sorted."""
    words, order = _search()
    today = cooperative.today(db.session())
    return csv_file(
        f"members-{today.isoformat()}.csv",
        ["number", "name", "kind", "class", "joined", "shares"],
        (
            (row.number, row.name, row.kind.value, row.class_name, row.joined_on.isoformat(), row.shares)
            for row in registers.all_members(db.session(), on=today, words=words, order=order)
        ),
    )


@blueprint.get("/members/<uuid:member_id>")
@requires(*_READERS)
def member(member_id: UUID) -> str:
    """Show an entry of the register of members with what it rests on."""
    session = db.session()
    row = registers.member(session, member_id, on=cooperative.today(session))
    return render_template(
        "membership/member.html",
        row=row,
        application=registers.application_of(session, member_id),
        representatives=queries.representatives_of(session, row.participant_id),
        events=events_of(session, member_id),
        waiting=[one for one in subscriptions_of(session, row.participant_id) if one.issued_on is None],
        currency=cooperative.current(session).currency,
    )


def _application_page(detail: registers.ApplicationDetail, form: DecisionForm) -> str:
    who = actor()
    is_own = detail.row.participant_id in who.represents
    on_board = Power.BOARD in who.powers
    return render_template(
        "membership/application.html",
        detail=detail,
        form=form,
        representatives=queries.representatives_of(db.session(), detail.row.participant_id),
        may_decide=on_board and not is_own and detail.row.decision is None,
        is_own=is_own,
    )


def _search() -> tuple[str, Order]:
    order = next((order for order in Order if order.value == request.args.get("order")), Order.NUMBER)
    return request.args.get("q", "")[:LONGEST_SEARCH], order
