"""The ballot of each member: voting by roll-call, and the steps of a secret ballot.

A ballot page belongs to one member, whose name it says. A choice travels in forms only, never in an address; a secret
ballot's receipt is shown in the answer to the cast itself and kept nowhere.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock
from coop.assembly import queries, voting
from coop.assembly.blueprint import blueprint
from coop.assembly.errors import NotPutToVote
from coop.assembly.forms import Ranking, read_ranking
from coop.assembly.queries import MotionPage, State
from coop.assembly.results import candidate_names
from coop.assembly.solvency import surplus_of
from coop.database import db, write
from coop.errors import message_of, status_of
from coop.forms import Form
from coop.membership.models import Participant
from coop.permissions import NotFound, requires
from coop.signed_in import act_for
from evidence.messages import Refusal
from governance import ballots
from governance.counts import ANSWERS, options_of
from governance.errors import AlreadyVoted, EmptyBallot, NotOnRoll, VotingClosed
from governance.models import Kind, OpenBallot, Proposal, RollEntry
from governance.rolls import entry_of

Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Ranked:
    """A candidate as the ballot shows them."""

    code: str
    name: str
    statement: str


@dataclass(frozen=True)
class StandingVote:
    """A member's own vote by roll-call."""

    version: int
    choice: str
    cast_at: datetime


@blueprint.get("/as/<uuid:participant_id>/votes/<uuid:motion_id>")
@requires()
def ballot(participant_id: UUID, motion_id: UUID) -> Page:
    """Show a member's ballot."""
    act_for(participant_id)
    try:
        return _ballot_page(participant_id, motion_id)
    except (NotOnRoll, VotingClosed, NotPutToVote, AlreadyVoted) as refusal:
        return _refused(motion_id, refusal)


@blueprint.post("/as/<uuid:participant_id>/votes/<uuid:motion_id>")
@requires()
def vote(participant_id: UUID, motion_id: UUID) -> Page:
    """Take a vote by roll-call, or the next step of a secret ballot."""
    act_for(participant_id)
    page = queries.motion(db.session(), motion_id, clock.now())
    try:
        if page.row.kind is Kind.ELECTION:
            return _secret_step(participant_id, motion_id)
        return _open_vote(participant_id, motion_id)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        if status_of(refusal) in {403, 409}:
            return _refused(motion_id, refusal)
        return _ballot_page(participant_id, motion_id, refusal=refusal)


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
    return render_template(
        "assembly/receipt.html",
        page=page,
        vote=standing,
        voter=queries.standing(session, motion_id, participant_id).name,
    )


def _open_vote(participant_id: UUID, motion_id: UUID) -> Page:
    who = act_for(participant_id)
    choice = request.form.get("choice", "")
    write(lambda s: voting.cast_vote(s, who, motion_id=motion_id, participant_id=participant_id, choice=choice))
    flash(gettext("Your vote is recorded. You can change it until voting closes."), "success")
    return redirect(url_for("assembly.receipt", participant_id=participant_id, motion_id=motion_id), 303)


def _secret_step(participant_id: UUID, motion_id: UUID) -> Page:
    """Check the number boxes, then ask for confirmation in words, then cast."""
    who = act_for(participant_id)
    entry, codes = _entry_and_codes(participant_id, motion_id)
    ranking = read_ranking(request.form, codes)
    if ranking.errors or request.form.get("step") == "change":
        return _ballot_page(participant_id, motion_id, ranking=ranking)
    if not ranking.codes:
        raise EmptyBallot
    session = db.session()
    page = queries.motion(session, motion_id, clock.now())
    ranked = _ranked(session, motion_id, ranking.codes)
    voter = queries.standing(session, motion_id, participant_id).name
    if request.form.get("step") != "confirm":
        _refuse_unless_open(page, entry.id)
        return render_template("assembly/confirm_ballot.html", page=page, ranked=ranked, voter=voter, form=Form())
    cast = write(
        lambda s: voting.cast_ballot(s, who, motion_id=motion_id, participant_id=participant_id, ranking=ranking.codes)
    )
    return render_template("assembly/ballot_cast.html", page=page, ranked=ranked, voter=voter, receipt=cast)


def _ballot_page(
    participant_id: UUID, motion_id: UUID, *, ranking: Ranking | None = None, refusal: Refusal | None = None
) -> Page:
    """Show the ballot that a member can fill in.

    Raises:
        NotFound, NotPutToVote, NotOnRoll, VotingClosed, AlreadyVoted
    """
    session = db.session()
    page = queries.motion(session, motion_id, clock.now())
    entry, codes = _entry_and_codes(participant_id, motion_id)
    assert page.proposal is not None
    _refuse_unless_open(page, entry.id)
    error = message_of(refusal) if refusal else None
    errors = {code: message_of(found) for code, found in ranking.errors.items()} if ranking else {}
    status = 422 if error or errors else 200
    voter = queries.standing(session, motion_id, participant_id).name
    if page.row.kind is Kind.RESOLUTION:
        return render_template(
            "assembly/ballot.html",
            page=page,
            voter=voter,
            answers=ANSWERS,
            standing=_standing_vote(page.proposal, participant_id),
            surplus=surplus_of(session, motion_id),
            error=error,
            form=Form(),
        ), status
    return render_template(
        "assembly/ranked_ballot.html",
        page=page,
        voter=voter,
        candidates=_ranked(session, motion_id, _drawn(entry.id, codes)),
        values=ranking.values if ranking else {},
        errors=errors,
        error=error,
        form=Form(),
    ), status


def _entry_and_codes(participant_id: UUID, motion_id: UUID) -> tuple[RollEntry, list[str]]:
    """Return a member's entry on the roll of a motion, and the codes of its options.

    Raises:
        NotFound, NotPutToVote, NotOnRoll
    """
    session = db.session()
    page = queries.motion(session, motion_id, clock.now())
    if page.proposal is None:
        raise NotPutToVote
    entry = entry_of(session, page.proposal.id, session.get_one(Participant, participant_id).voter_ref)
    if entry is None:
        raise NotOnRoll
    return entry, options_of(session, page.proposal.id)


def _refuse_unless_open(page: MotionPage, entry_id: UUID) -> None:
    """Refuse to show a ballot that could not be cast; the cast itself decides.

    Raises:
        VotingClosed, AlreadyVoted
    """
    assert page.proposal is not None
    if page.row.state is not State.OPEN:
        raise VotingClosed(page.proposal.closes_at)
    if page.row.kind is Kind.ELECTION and ballots.has_voted(db.session(), page.proposal, entry_id):
        raise AlreadyVoted


def _drawn(entry_id: UUID, codes: Sequence[str]) -> list[str]:
    """Return the candidates in an order drawn for each voter, so that nobody stands first on every ballot."""
    return sorted(codes, key=lambda code: hashlib.sha256(f"{entry_id}{code}".encode()).digest())


def _ranked(session: Session, motion_id: UUID, codes: Sequence[str]) -> list[Ranked]:
    """Return candidates in the order of their codes given, with what they say."""
    rows = {row.code: row for row in queries.candidates(session, motion_id)}
    names = candidate_names(session, motion_id)
    return [Ranked(code, names[code], rows[code].statement) for code in codes]


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


def _refused(motion_id: UUID, refusal: Refusal) -> Page:
    """Say why there is no ballot, with the way to the proposal."""
    page = queries.motion(db.session(), motion_id, clock.now())
    return render_template("assembly/no_ballot.html", page=page, reason=message_of(refusal)), status_of(refusal)
