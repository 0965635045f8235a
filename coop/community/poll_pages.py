"""Pages of polls: the list, one poll with its result or one's own answers, opening one, and answering."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from coop import clock, cooperative
from coop.charts import bar_chart
from coop.community import poll_queries, polls
from coop.community.blueprint import Answer, blueprint
from coop.community.errors import PollHasClosed
from coop.community.gathering_forms import AnswerForm, PollForm
from coop.database import db, write
from coop.paging import pager, requested_page
from coop.permissions import Power, requires
from coop.signed_in import act_for, actor

_OFFICE = frozenset({Power.SECRETARY, Power.BOARD})


@blueprint.get("/polls")
@requires()
def list_polls() -> Answer:
    """List the polls."""
    part = poll_queries.polls(db.session(), page=requested_page())
    return render_template(
        "community/polls.html",
        part=part,
        pager=pager(part),
        now=clock.now(),
        may_open=bool(actor().powers & _OFFICE) and poll_queries.open_now(db.session(), clock.now()) is None,
    )


@blueprint.route("/polls/new", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def open_poll() -> Answer:
    """Open a poll."""
    who, form = actor(), PollForm()
    zone = cooperative.current(db.session()).zone
    if form.validate_on_submit():
        with form.showing_refusals():
            asked = form.to_question(zone)
            poll_id = write(lambda session: polls.open_poll(session, who, asked=asked))
            flash(gettext("The poll is open. It stands on everybody's home page."), "success")
            return redirect(url_for("community.poll", poll_id=poll_id), 303)
    return render_template("community/open_poll.html", form=form, zone=zone), form.status


@blueprint.get("/polls/<uuid:poll_id>")
@requires()
def poll(poll_id: UUID) -> Answer:
    """Show a poll: while it is open one's own answers, after its close the result."""
    session, now, who = db.session(), clock.now(), actor()
    row = poll_queries.poll(session, poll_id)
    shown = poll_queries.result(session, poll_id) if row.has_result(now) else None
    return render_template(
        "community/poll.html",
        poll=row,
        is_open=row.is_open(now),
        options=poll_queries.options(session, poll_id),
        own=poll_queries.own_answers(session, poll_id, who.represents),
        chart=bar_chart(shown, gettext("picks")) if shown is not None and row.answers else None,
        most=polls.MOST_PICKS,
        may_withdraw=bool(who.powers & _OFFICE),
    )


@blueprint.post("/polls/<uuid:poll_id>/withdraw")
@requires(Power.SECRETARY, Power.BOARD)
def withdraw_poll(poll_id: UUID) -> Answer:
    """Take a poll back."""
    who = actor()
    write(lambda session: polls.withdraw_poll(session, who, poll_id=poll_id))
    flash(gettext("The poll is withdrawn, and its answers are erased."), "success")
    return redirect(url_for("community.poll", poll_id=poll_id), 303)


@blueprint.route("/as/<uuid:participant_id>/polls/<uuid:poll_id>", methods=["GET", "POST"])
@requires()
def answer_poll(participant_id: UUID, poll_id: UUID) -> Answer:
    """Answer a poll for a participant, or change the answer."""
    who, session = act_for(participant_id), db.session()
    if not poll_queries.poll(session, poll_id).is_open(clock.now()):
        raise PollHasClosed
    form = _answer_form(participant_id, poll_id)
    if form.validate_on_submit():
        picks = form.to_picks()
        with form.showing_refusals():
            write(
                lambda session: polls.answer(session, who, poll_id=poll_id, participant_id=participant_id, picks=picks)
            )
            flash(gettext("Thank you. You can change your answer until the poll closes."), "success")
            return redirect(url_for("community.poll", poll_id=poll_id), 303)
    row = poll_queries.poll(db.session(), poll_id)
    return render_template("community/answer_poll.html", form=form, poll=row), form.status


@blueprint.post("/as/<uuid:participant_id>/polls/<uuid:poll_id>/withdraw")
@requires()
def withdraw_answer(participant_id: UUID, poll_id: UUID) -> Answer:
    """Take an answer back."""
    who = act_for(participant_id)
    write(lambda session: polls.withdraw_answer(session, who, poll_id=poll_id, participant_id=participant_id))
    flash(gettext("Your answer is taken back."), "success")
    return redirect(url_for("community.poll", poll_id=poll_id), 303)


def _answer_form(participant_id: UUID, poll_id: UUID) -> AnswerForm:
    session = db.session()
    picked = [str(position) for position in poll_queries.picks_of(session, poll_id, participant_id)]
    form = AnswerForm(data={"picks": picked})
    form.offer(poll_queries.options(session, poll_id))
    return form
