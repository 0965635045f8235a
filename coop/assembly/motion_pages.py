"""Pages about motions: the list, one motion with its debate, writing, editing and withdrawing it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import clock
from coop.assembly import operations, queries
from coop.assembly.blueprint import blueprint
from coop.assembly.bylaws import BylawVersion
from coop.assembly.counting_rules import rule_of_vote
from coop.assembly.elections import operations as elections
from coop.assembly.elections import seats
from coop.assembly.forms import ChoiceForm, CommentForm, MotionForm, WordsForm
from coop.assembly.meetings.progress import OnAgenda, on_agenda
from coop.assembly.outside.queries import place_of
from coop.assembly.queries import MotionPage, State
from coop.assembly.results.pages import needed, result_of
from coop.assembly.solvency import OFFICERS, surplus_of
from coop.database import db, write
from coop.paging import pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import act_for, actor
from governance.models import Kind
from governance.paper.scrutiny import waits

Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class May:
    """What the person who is looking may do with a motion."""

    edit: bool
    withdraw: bool
    open: bool
    count: bool
    lead_outside: bool
    record_board: bool


@blueprint.get("/proposals")
@requires()
def proposals() -> Page:
    """List proposals and elections by where they stand."""
    session = db.session()
    chosen = request.args.get("state")
    state = State(chosen) if chosen in {item.value for item in State} else None
    who = actor()
    part = queries.motions(session, clock.now(), state, number=requested_page())
    return render_template(
        "assembly/proposals.html",
        part=part,
        pager=pager(part),
        state=state,
        states=list(State),
        members=queries.members_among(session, who.represents),
        may_call_election=bool(who.powers & {Power.SECRETARY, Power.BOARD}),
        votes=queries.open_votes_for(session, who.represents, clock.now()),
    )


@blueprint.get("/proposals/<uuid:motion_id>")
@requires()
def proposal(motion_id: UUID) -> Page:
    """Show one motion: its words, where it stands, what comes next, and the debate."""
    return _proposal_page(motion_id, CommentForm(formdata=None))


@blueprint.route("/as/<uuid:participant_id>/proposals/new", methods=["GET", "POST"])
@requires()
def write_proposal(participant_id: UUID) -> Page:
    """Write a motion."""
    who = act_for(participant_id)
    operations.need_member(db.session(), participant_id)
    form = MotionForm()
    if form.validate_on_submit():
        asked = form.to_motion()
        with form.showing_refusals():
            motion_id = write(
                lambda s: operations.write_motion(
                    s, who, author_id=participant_id, words=asked.words, majority=asked.majority
                )
            )
            flash(gettext("Your proposal is up for discussion."), "success")
            return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    return render_template("assembly/write_proposal.html", form=form), form.status


@blueprint.route("/proposals/<uuid:motion_id>/edit", methods=["GET", "POST"])
@requires()
def edit_proposal(motion_id: UUID) -> Page:
    """Change the words while they are discussed."""
    who = actor()
    page = queries.motion(db.session(), motion_id, clock.now())
    form = _words_form(page)
    if form.validate_on_submit():
        words = form.to_words()
        with form.showing_refusals():
            write(lambda s: operations.edit_motion(s, who, motion_id=motion_id, words=words))
            flash(gettext("The new words are up for discussion."), "success")
            return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    if not form.is_submitted() and not _may(page, on_agenda(db.session(), motion_id)).edit:
        raise NotFound
    return render_template("assembly/edit_proposal.html", form=form, page=page), form.status


@blueprint.post("/proposals/<uuid:motion_id>/withdraw")
@requires()
def withdraw_proposal(motion_id: UUID) -> Page:
    """Take a motion back."""
    who = actor()
    write(lambda s: operations.withdraw_motion(s, who, motion_id=motion_id))
    flash(gettext("It is withdrawn. What was said about it stays readable."), "success")
    return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)


@blueprint.post("/as/<uuid:participant_id>/proposals/<uuid:motion_id>/comments")
@requires()
def add_comment(participant_id: UUID, motion_id: UUID) -> Page:
    """Add to the debate."""
    who = act_for(participant_id)
    form = CommentForm()
    if form.validate_on_submit():
        text = form.to_text()
        with form.showing_refusals():
            comment_id = write(
                lambda s: operations.comment(s, who, motion_id=motion_id, author_id=participant_id, text=text)
            )
            return redirect(url_for("assembly.proposal", motion_id=motion_id, _anchor=f"comment-{comment_id}"), 303)
    return _proposal_page(motion_id, form, participant_id)


@blueprint.route("/comments/<uuid:comment_id>", methods=["GET", "POST"])
@requires()
def edit_comment(comment_id: UUID) -> Page:
    """Change a comment of one's own."""
    who = actor()
    motion_id, written = queries.own_comment(db.session(), comment_id, who.represents)
    form = CommentForm(data={"text": written})
    if form.validate_on_submit():
        text = form.to_text()
        with form.showing_refusals():
            write(lambda s: operations.edit_comment(s, who, comment_id=comment_id, text=text))
            return redirect(url_for("assembly.proposal", motion_id=motion_id, _anchor=f"comment-{comment_id}"), 303)
    page = queries.motion(db.session(), motion_id, clock.now())
    return render_template("assembly/edit_comment.html", form=form, page=page), form.status


@blueprint.post("/comments/<uuid:comment_id>/remove")
@requires()
def remove_comment(comment_id: UUID) -> Page:
    """Remove a comment of one's own."""
    who = actor()
    motion_id, _ = queries.own_comment(db.session(), comment_id, who.represents)
    write(lambda s: operations.remove_comment(s, who, comment_id=comment_id))
    flash(gettext("Your comment is removed."), "success")
    return redirect(url_for("assembly.proposal", motion_id=motion_id, _anchor="debate"), 303)


def _proposal_page(motion_id: UUID, comment_form: CommentForm, commenting: UUID | None = None) -> Page:
    session = db.session()
    who = actor()
    page = queries.motion(session, motion_id, clock.now())
    members = queries.members_among(session, who.represents)
    bylaws = session.get(BylawVersion, page.bylaws_id) if page.bylaws_id else None
    placed = on_agenda(session, motion_id)
    may = _may(page, placed)
    candidates = queries.candidates(session, motion_id) if page.row.kind is Kind.ELECTION else []
    values: dict[str, Any] = {
        "page": page,
        "may": may,
        "placed": placed,
        "board_change": elections.board_change(session, motion_id) if may.record_board else None,
        "is_officer": not who.powers.isdisjoint(OFFICERS),
        "reads_roll": bool(who.powers) or bool(members),
        "surplus": surplus_of(session, motion_id),
        "me_represents": who.represents,
        "members": members,
        "commenting": commenting or (members[0][0] if members else None),
        "standings": [
            queries.standing(session, motion_id, participant_id) for participant_id in sorted(who.represents)
        ],
        "candidates": candidates,
        "is_by_election": page.row.kind is Kind.ELECTION and seats.is_by_election(session, page.seats, page.bylaws_id),
        "auditors": seats.auditors_among(session, [one.participant_id for one in candidates]),
        "counted_by": rule_of_vote(page.proposal),
        "debate": queries.debate(session, motion_id),
        "bylaws_version": bylaws.version if bylaws else None,
        "comment_form": comment_form,
        "result": result_of(session, page),
        "needed": needed(page),
        "outside": place_of(session, motion_id, page.proposal),
        "scrutineers_differ": page.row.state is State.PENDING
        and page.proposal is not None
        and waits(session, page.proposal),
    }
    return render_template("assembly/proposal.html", **values), comment_form.status


def _words_form(page: MotionPage) -> WordsForm:
    """Return the form of the words as they stand, of a choice between options with these."""
    words = {"title": page.row.title, "text": page.text}
    if page.row.kind is not Kind.CHOICE:
        return WordsForm(data=words)
    form = ChoiceForm(data={**words, "options": "\n".join(page.options)})
    form.keep_seats()
    return form


def _may(page: MotionPage, placed: OnAgenda | None) -> May:
    """Say what the person who is looking may do: for the page only, each operation checks again."""
    who, state = actor(), page.row.state
    leads = bool(who.powers & {Power.SECRETARY, Power.BOARD})
    writes = leads if page.author_id is None else page.author_id in who.represents
    has_fixed_words = placed is not None and (placed.is_announced or placed.kind.makes_its_words)
    return May(
        edit=writes and state is State.DISCUSSION and not has_fixed_words,
        withdraw=writes and state is State.DISCUSSION and placed is None,
        open=leads and state is State.DISCUSSION and placed is None,
        count=leads and state is State.PENDING,
        lead_outside=leads,
        record_board=Power.SECRETARY in who.powers
        and page.row.kind is Kind.ELECTION
        and state is State.DECIDED
        and page.board is None,
    )
