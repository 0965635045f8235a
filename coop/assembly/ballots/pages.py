"""The ballot of each member: voting by roll-call. The steps of a secret ballot are in `secret_pages`.

A ballot page belongs to one member, whose name it says. A choice travels in forms only, never in an address.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from coop import clock
from coop.assembly import queries, voting
from coop.assembly.ballots import secret_pages
from coop.assembly.ballots.boxes import Filled, Sheet, as_typed, boxes_of, read_boxes
from coop.assembly.ballots.candidates import drawn_order, on_ballot, problems
from coop.assembly.ballots.words import in_one_line
from coop.assembly.blueprint import blueprint
from coop.assembly.errors import NotPutToVote
from coop.assembly.queries import MotionPage, State
from coop.assembly.results.queries import option_names
from coop.assembly.solvency import surplus_of
from coop.database import db, write
from coop.errors import message_of, status_of
from coop.forms import Form
from coop.membership.models import Participant
from coop.permissions import NotFound, requires
from coop.signed_in import act_for, acting_for
from evidence.messages import Refusal
from governance.choices import Choice
from governance.counts import ANSWERS, options_of, rule_of
from governance.errors import BallotWithdrawn, NotOnRoll, VotesOnPaper, VotingClosed
from governance.methods import ElectionRule
from governance.models import OpenBallot, Proposal, RollEntry, Secrecy
from governance.rolls import entry_of

Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class StandingVote:
    """A member's own vote by roll-call."""

    version: int
    choice: Choice
    cast_at: datetime


@blueprint.get("/as/<uuid:participant_id>/votes/<uuid:motion_id>")
@requires()
def ballot(participant_id: UUID, motion_id: UUID) -> Page:
    """Show a member's ballot. Where votes are cast outside, the proposal's page says where."""
    act_for(participant_id)
    page = queries.motion(db.session(), motion_id, clock.now())
    if page.is_cast_outside:
        return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    try:
        entry = _entry(page)
        if _is_secret(page):
            return secret_pages.form_page(page, entry)
        return _ballot_page(participant_id, page)
    except (NotOnRoll, VotingClosed, NotPutToVote, VotesOnPaper, BallotWithdrawn) as refusal:
        return secret_pages.refused(motion_id, refusal)


@blueprint.post("/as/<uuid:participant_id>/votes/<uuid:motion_id>")
@requires()
def vote(participant_id: UUID, motion_id: UUID) -> Page:
    """Take a vote by roll-call, or the next step of a secret ballot."""
    act_for(participant_id)
    page = queries.motion(db.session(), motion_id, clock.now())
    if page.is_cast_outside:
        return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    try:
        entry = _entry(page)
        if _is_secret(page):
            return secret_pages.step(participant_id, page, entry)
        return _open_vote(participant_id, page)
    except NotFound:
        raise
    except Refusal as refusal:
        if status_of(refusal) in {403, 409}:
            return secret_pages.refused(motion_id, refusal)
        page = queries.motion(db.session(), motion_id, clock.now())
        if _is_secret(page):
            return secret_pages.form_page(page, _entry(page), refusal=refusal)
        return _ballot_page(participant_id, page, refusal=refusal)


@blueprint.get("/as/<uuid:participant_id>/votes/<uuid:motion_id>/receipt")
@requires()
def receipt(participant_id: UUID, motion_id: UUID) -> Page:
    """Show what is recorded of a vote by roll-call, to print or keep."""
    act_for(participant_id)
    session = db.session()
    page = queries.motion(session, motion_id, clock.now())
    if page.proposal is None:
        raise NotFound
    standing = _standing_vote(page.proposal, participant_id)
    if standing is None:
        raise NotFound
    rule = rule_of(page.proposal)
    return render_template(
        "assembly/receipt.html",
        page=page,
        vote=standing,
        said=in_one_line(rule, standing.choice, option_names(session, motion_id))
        if isinstance(rule, ElectionRule)
        else None,
        voter=acting_for().name,
    )


def _open_vote(participant_id: UUID, page: MotionPage) -> Page:
    assert page.proposal is not None
    who, motion_id, rule = act_for(participant_id), page.row.id, rule_of(page.proposal)
    choice: Choice = request.form.get("choice", "")
    if isinstance(rule, ElectionRule):
        filled = read_boxes(request.form, rule, options_of(db.session(), page.proposal.id))
        if filled.errors:
            return _ballot_page(participant_id, page, filled=filled)
        choice = filled.choice
    write(lambda s: voting.cast_vote(s, who, motion_id=motion_id, participant_id=participant_id, choice=choice))
    flash(gettext("Your vote is recorded. You can change it until voting closes."), "success")
    return redirect(url_for("assembly.receipt", participant_id=participant_id, motion_id=motion_id), 303)


def _ballot_page(
    participant_id: UUID, page: MotionPage, *, refusal: Refusal | None = None, filled: Filled | None = None
) -> Page:
    """Show the ballot of a roll-call that a member can fill in.

    Raises:
        VotingClosed
    """
    assert page.proposal is not None
    if page.row.state is not State.OPEN:
        raise VotingClosed(page.proposal.closes_at)
    session, rule = db.session(), rule_of(page.proposal)
    standing = _standing_vote(page.proposal, participant_id)
    shown: dict[str, Any] = {
        "page": page,
        "voter": acting_for().name,
        "standing": standing,
        "error": message_of(refusal) if refusal else None,
        "form": Form(),
    }
    status = 422 if refusal or (filled and filled.errors) else 200
    if not isinstance(rule, ElectionRule):
        surplus = surplus_of(session, page.row.id)
        return render_template("assembly/ballot.html", answers=ANSWERS, surplus=surplus, **shown), status
    entry = _entry(page)
    boxes = boxes_of(rule, standing.choice) if standing and request.method == "GET" else request.form
    options = on_ballot(session, page.row.id, drawn_order(entry.id, options_of(session, page.proposal.id)))
    errors = {code: message_of(found) for code, found in filled.errors.items()} if filled else {}
    return render_template(
        "assembly/choice_ballot.html",
        options=options,
        rule=rule,
        sheet=Sheet(rule, filled.values if filled else as_typed(boxes, rule)),
        errors=errors,
        problems=problems(options, rule, errors, shown["error"]),
        said=in_one_line(rule, standing.choice, option_names(session, page.row.id)) if standing else "",
        **shown,
    ), status


def _entry(page: MotionPage) -> RollEntry:
    """Return the entry of the member for whom the page acts, on the roll of a motion that is put to the vote.

    Raises:
        NotPutToVote, NotOnRoll
    """
    if page.proposal is None:
        raise NotPutToVote
    entry = entry_of(db.session(), page.proposal.id, acting_for().voter_ref)
    if entry is None:
        raise NotOnRoll
    return entry


def _is_secret(page: MotionPage) -> bool:
    return page.proposal is not None and page.proposal.secrecy is Secrecy.SECRET


def _standing_vote(proposal: Proposal, participant_id: UUID) -> StandingVote | None:
    """Return a member's own vote by roll-call as it stands."""
    row = db.session.execute(
        select(OpenBallot.version, OpenBallot.choice, OpenBallot.cast_at)
        .join(RollEntry, RollEntry.id == OpenBallot.roll_entry_id)
        .join(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .where(RollEntry.proposal_id == proposal.id, Participant.id == participant_id)
        .order_by(OpenBallot.version.desc())
        .limit(1)
    ).first()
    return StandingVote(row.version, json.loads(row.choice), row.cast_at) if row else None
