"""Pages on which the agenda of a meeting is made: adding, moving and removing items, and dropping one after the notice."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock, cooperative
from coop.assembly import bylaws
from coop.assembly.blueprint import blueprint
from coop.assembly.forms import ElectionForm
from coop.assembly.meetings import agenda as agendas
from coop.assembly.meetings import queries, readiness
from coop.assembly.meetings.forms import AgendaMotionForm, PlanForm, TopicForm
from coop.assembly.meetings.models import ItemKind
from coop.assembly.meetings.queries import MeetingState
from coop.assembly.meetings.showing import local, page_values
from coop.database import db, write
from coop.errors import show_on
from coop.formats import format_day, format_money
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.surplus.plan import plans_of

Page = str | Response | tuple[str, int]


@blueprint.get("/meetings/<uuid:meeting_id>/agenda")
@requires(Power.SECRETARY, Power.BOARD)
def agenda(meeting_id: UUID) -> Page:
    """Show the agenda as it is being made."""
    return _agenda_page(meeting_id)


@blueprint.post("/meetings/<uuid:meeting_id>/agenda/accounts")
@requires(Power.SECRETARY, Power.BOARD)
def add_accounts(meeting_id: UUID) -> Page:
    """Put the accounts of the year on the agenda."""
    who = actor()
    return _done(meeting_id, lambda s: agendas.add_accounts(s, who, meeting_id=meeting_id))


@blueprint.route("/meetings/<uuid:meeting_id>/agenda/election", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def add_election(meeting_id: UUID) -> Page:
    """Call an election to be held at the meeting."""
    who, session = actor(), db.session()
    page = queries.meeting(session, meeting_id, clock.now())
    figures = bylaws.in_force(session, cooperative.today(session)).bylaws
    form = ElectionForm(data={"title": gettext("Election of the board"), "seats": figures.board_seats})
    if form.validate_on_submit():
        asked = form.to_election()
        with form.showing_refusals():
            write(lambda s: agendas.add_election(s, who, meeting_id=meeting_id, words=asked.words, seats=asked.seats))
            flash(gettext("Members can nominate until the meeting opens."), "success")
            return redirect(url_for("assembly.agenda", meeting_id=meeting_id), 303)
    if not form.is_submitted() and page.row.state is not MeetingState.CALLED:
        raise NotFound
    return render_template(
        "assembly/meetings/add_election.html", form=form, page=page, board_seats=figures.board_seats
    ), form.status


@blueprint.post("/meetings/<uuid:meeting_id>/agenda/surplus")
@requires(Power.SECRETARY, Power.BOARD)
def add_surplus(meeting_id: UUID) -> Page:
    """Put a plan for the surplus on the agenda."""
    who, form = actor(), PlanForm()
    form.offer(_plans(db.session()))
    plan_id = form.to_plan_id() if form.validate() else None
    if plan_id is None:
        return _agenda_page(meeting_id, plan_form=form, status=422)
    try:
        return _done(meeting_id, lambda s: agendas.add_surplus(s, who, meeting_id=meeting_id, plan_id=plan_id))
    except Refusal as refusal:
        return _agenda_page(meeting_id, plan_form=form, status=show_on(form, refusal))


@blueprint.post("/meetings/<uuid:meeting_id>/agenda/motion")
@requires(Power.SECRETARY, Power.BOARD)
def add_motion(meeting_id: UUID) -> Page:
    """Put a proposal or an election that is discussed on the agenda."""
    who, form = actor(), AgendaMotionForm()
    form.offer(queries.free_motions(db.session()))
    motion_id = form.to_motion_id() if form.validate() else None
    if motion_id is None:
        return _agenda_page(meeting_id, motion_form=form, status=422)
    try:
        return _done(meeting_id, lambda s: agendas.add_motion(s, who, meeting_id=meeting_id, motion_id=motion_id))
    except Refusal as refusal:
        return _agenda_page(meeting_id, motion_form=form, status=show_on(form, refusal))


@blueprint.post("/meetings/<uuid:meeting_id>/agenda/topic")
@requires(Power.SECRETARY, Power.BOARD)
def add_topic(meeting_id: UUID) -> Page:
    """Put something on the agenda that is not voted on."""
    who, form = actor(), TopicForm()
    if not form.validate():
        return _agenda_page(meeting_id, topic_form=form, status=422)
    title = form.to_topic()
    try:
        return _done(meeting_id, lambda s: agendas.add_topic(s, who, meeting_id=meeting_id, title=title))
    except Refusal as refusal:
        return _agenda_page(meeting_id, topic_form=form, status=show_on(form, refusal))


@blueprint.post("/meetings/<uuid:meeting_id>/agenda/<uuid:item_id>/move")
@requires(Power.SECRETARY, Power.BOARD)
def move_item(meeting_id: UUID, item_id: UUID) -> Page:
    """Move an item one place up or down."""
    who, up = actor(), request.form.get("direction") == "up"
    return _done(
        meeting_id, lambda s: agendas.move_item(s, who, meeting_id=meeting_id, item_id=item_id, up=up), said=False
    )


@blueprint.post("/meetings/<uuid:meeting_id>/agenda/<uuid:item_id>/remove")
@requires(Power.SECRETARY, Power.BOARD)
def remove_item(meeting_id: UUID, item_id: UUID) -> Page:
    """Take an item off the agenda."""
    who = actor()
    return _done(meeting_id, lambda s: agendas.remove_item(s, who, meeting_id=meeting_id, item_id=item_id))


@blueprint.post("/meetings/<uuid:meeting_id>/agenda/<uuid:item_id>/drop")
@requires(Power.SECRETARY, Power.BOARD)
def drop_item(meeting_id: UUID, item_id: UUID) -> Page:
    """Say that an item of which notice was given is not put to the meeting."""
    who = actor()
    write(lambda s: agendas.drop_item(s, who, meeting_id=meeting_id, item_id=item_id))
    flash(gettext("The item is not put to the meeting. It stays on the page, marked so."), "success")
    return redirect(url_for("assembly.open_meeting", meeting_id=meeting_id), 303)


def _done(meeting_id: UUID, work: Callable[[Session], object], *, said: bool = True) -> Response:
    write(work)
    if said:
        flash(gettext("The agenda is changed."), "success")
    return redirect(url_for("assembly.agenda", meeting_id=meeting_id, _anchor="items"), 303)


def _agenda_page(
    meeting_id: UUID,
    *,
    plan_form: PlanForm | None = None,
    motion_form: AgendaMotionForm | None = None,
    topic_form: TopicForm | None = None,
    status: int = 200,
) -> Page:
    session = db.session()
    page = queries.meeting(session, meeting_id, clock.now())
    if page.row.state is not MeetingState.CALLED and status == 200:
        raise NotFound
    plans, motions = _plans(session), queries.free_motions(session)
    plan_form, motion_form = plan_form or PlanForm(formdata=None), motion_form or AgendaMotionForm(formdata=None)
    plan_form.offer(plans)
    motion_form.offer(motions)
    return render_template(
        "assembly/meetings/agenda.html",
        **page_values(session, page),
        offers_accounts=page.row.year is not None and all(item.kind is not ItemKind.ACCOUNTS for item in page.items),
        plans=plans,
        motions=motions,
        plan_form=plan_form,
        motion_form=motion_form,
        topic_form=topic_form or TopicForm(formdata=None),
    ), status


def _plans(session: Session) -> list[tuple[UUID, str]]:
    """Return the plans that can be put to the members: id and label."""
    found = []
    for year_id, label in queries.years(session):
        if not readiness.is_decided(session, year_id):
            for plan in plans_of(session, year_id):
                if readiness.why_stale(session, plan) is None:
                    said = gettext(
                        "%(amount)s of the year %(year)s, prepared on %(day)s, fingerprint %(fingerprint)s …",
                        amount=format_money(plan.totals.result_minor, plan.heading.currency),
                        year=label,
                        day=format_day(local(session, plan.prepared_at).date()),
                        fingerprint=plan.fingerprint[:8],
                    )
                    found.append((plan.id, said))
    return found
