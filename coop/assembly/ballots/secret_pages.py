"""The steps of a secret ballot: fill in, check in words, cast; with its change code change it, or take it back for paper.

A choice and a change code travel in forms only, never in an address. Receipt and code are shown in the answer to the cast
itself, once, and kept nowhere; the pages say so, and no page is stored by a browser.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock
from coop.assembly import queries, voting
from coop.assembly.ballots.boxes import Filled, Sheet, as_typed, boxes_of, read_boxes
from coop.assembly.ballots.candidates import drawn_order, on_ballot, problems
from coop.assembly.ballots.words import InWords, in_words
from coop.assembly.blueprint import blueprint
from coop.assembly.errors import CodeMissing
from coop.assembly.queries import MotionPage, State
from coop.assembly.results.queries import option_names
from coop.assembly.solvency import surplus_of
from coop.database import db, write
from coop.errors import message_of, status_of
from coop.forms import Form
from coop.permissions import NotFound, requires
from coop.signed_in import act_for, acting_for
from evidence.messages import Refusal
from governance import secret_ballots
from governance.choices import Choice, written
from governance.counts import ANSWERS, options_of, rule_of
from governance.errors import AlreadyVoted, NotOnRoll, NotYetVoted, StaleKey, VotingClosed
from governance.methods import ElectionRule, Rule
from governance.models import Proposal, RollEntry
from governance.rolls import entry_of
from governance.secret_ballots import SecretReceipt, Stage

Page = str | Response | tuple[str, int]
#: A roll up to this size is small: the page, which warns of few ballots and of equal ones in any case, says so by its number.
_SMALL_ROLL = 30


@dataclass(frozen=True)
class Answer:
    """What somebody is about to vote, or has voted: the answer to a resolution, or what a ballot of an election says in words."""

    choice: str
    words: InWords | None
    #: The boxes that say it, to be sent again with the confirmation.
    boxes: Mapping[str, str]


def step(participant_id: UUID, page: MotionPage, entry: RollEntry) -> Page:
    """Take the next step of a ballot: refuse what cannot be cast, ask for confirmation in words, then cast."""
    assert page.proposal is not None
    session = db.session()
    rule, codes, filled = rule_of(page.proposal), list(ANSWERS), None
    if isinstance(rule, ElectionRule):
        codes = options_of(session, page.proposal.id)
        filled = read_boxes(request.form, rule, codes)
    asked = request.form.get("step")
    if (filled and filled.errors) or asked == "change":
        return form_page(page, entry, filled=filled)
    choice: Choice = json.loads(written(rule, codes, filled.choice if filled else request.form.get("choice", "")))
    answer, voter = _answer(session, page.row.id, rule, choice), acting_for().name
    if asked != "confirm":
        return render_template(
            "assembly/confirm_ballot.html",
            page=page,
            answer=answer,
            key=_key(page.proposal, entry),
            new_key=secret_ballots.new_key(),
            voter=voter,
            form=Form(),
        )
    receipt = _cast(participant_id, page, entry, choice)
    return render_template(
        "assembly/ballot_cast.html",
        page=page,
        answer=answer,
        voter=voter,
        receipt=receipt,
        changed="key" in request.form,
        file=_file(page, voter, receipt),
    )


def _cast(participant_id: UUID, page: MotionPage, entry: RollEntry, choice: Choice) -> SecretReceipt:
    """Cast a ballot, or change it, under the key that its page made; sent again, because no answer came, it is found by it.

    Raises:
        what `voting.cast_ballot` refuses
    """
    assert page.proposal is not None
    who, motion_id, proposal_id, as_key = act_for(participant_id), page.row.id, page.proposal.id, _typed_key("new-key")
    try:
        key = _key(page.proposal, entry)
        return write(
            lambda s: voting.cast_ballot(
                s, who, motion_id=motion_id, participant_id=participant_id, choice=choice, key=key, as_key=as_key
            )
        )
    except (AlreadyVoted, StaleKey, VotingClosed):
        session = db.session()
        proposal = session.get_one(Proposal, proposal_id)
        before = secret_ballots.cast_before(session, proposal, as_key, choice) if as_key else None
        if before is None:
            raise
        return before


def form_page(
    page: MotionPage,
    entry: RollEntry,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Page:
    """Show the ballot; who has voted already fills it in with their change code.

    Raises:
        VotingClosed, VotesOnPaper, BallotWithdrawn
    """
    assert page.proposal is not None
    if page.row.state is not State.OPEN:
        raise VotingClosed(page.proposal.closes_at)
    session = db.session()
    stage = secret_ballots.stage_of(session, entry.id)
    stage.need_ballot()
    errors = {code: message_of(found) for code, found in filled.errors.items()} if filled else {}
    about_key = refusal is not None and refusal.about == "key"
    error = message_of(refusal) if refusal and not about_key else None
    shown = {
        "page": page,
        "voter": acting_for().name,
        "voted": stage is Stage.VOTED,
        "key": _typed_key(),
        "key_error": message_of(refusal) if refusal and about_key else None,
        "error": error,
        "is_small": page.proposal.roll_size <= _SMALL_ROLL,
        "form": Form(),
    }
    status = 422 if refusal or errors else 200
    rule = rule_of(page.proposal)
    if not isinstance(rule, ElectionRule):
        return render_template(
            "assembly/secret_ballot.html",
            answers=ANSWERS,
            chosen=request.form.get("choice", ""),
            surplus=surplus_of(session, page.row.id),
            **shown,
        ), status
    codes = drawn_order(entry.id, options_of(session, page.proposal.id))
    candidates = on_ballot(session, page.row.id, codes)
    return render_template(
        "assembly/election_ballot.html",
        candidates=candidates,
        problems=problems(candidates, rule, errors, error),
        rule=rule,
        sheet=Sheet(rule, filled.values if filled else as_typed(request.form, rule)),
        errors=errors,
        **shown,
    ), status


@blueprint.route("/as/<uuid:participant_id>/votes/<uuid:motion_id>/withdraw", methods=["GET", "POST"])
@requires()
def withdraw_ballot(participant_id: UUID, motion_id: UUID) -> Page:
    """Take a secret ballot back, to vote on paper or in the room instead."""
    who, session = act_for(participant_id), db.session()
    page = queries.motion(session, motion_id, clock.now())
    if page.proposal is None or not page.proposal.takes_paper:
        raise NotFound
    key, error, status = _typed_key(), None, 200
    try:
        if request.method == "POST" and not key:
            raise CodeMissing
        if request.method == "POST":
            write(lambda s: voting.withdraw_ballot(s, who, motion_id=motion_id, participant_id=participant_id, key=key))
            flash(gettext("Your ballot is taken back. Ask a scrutineer for one on paper or in the room."), "success")
            return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
        _need_ballot_in_urn(page)
    except NotFound:
        raise
    except Refusal as refusal:
        if refusal.about != "key":
            return refused(motion_id, refusal)
        error, status = message_of(refusal), status_of(refusal)
    return render_template(
        "assembly/withdraw_ballot.html",
        page=queries.motion(db.session(), motion_id, clock.now()),
        voter=acting_for().name,
        key=key,
        key_error=error,
        form=Form(),
    ), status


def refused(motion_id: UUID, refusal: Refusal) -> Page:
    """Say why there is no ballot, with the way to the proposal."""
    page = queries.motion(db.session(), motion_id, clock.now())
    return render_template("assembly/no_ballot.html", page=page, reason=message_of(refusal)), status_of(refusal)


def _need_ballot_in_urn(page: MotionPage) -> None:
    """Refuse whoever has nothing to take back; taking it back looks again.

    Raises:
        NotOnRoll, VotingClosed, VotesOnPaper, BallotWithdrawn, NotYetVoted
    """
    assert page.proposal is not None
    session = db.session()
    entry = entry_of(session, page.proposal.id, acting_for().voter_ref)
    if entry is None:
        raise NotOnRoll
    if page.row.state is not State.OPEN:
        raise VotingClosed(page.proposal.closes_at)
    stage = secret_ballots.stage_of(session, entry.id)
    stage.need_ballot()
    if stage is not Stage.VOTED:
        raise NotYetVoted


def _key(proposal: Proposal, entry: RollEntry) -> str:
    """Return the change code that was typed, if it opens a ballot that stands; nothing for a first ballot.

    Raises:
        AlreadyVoted, CodeMissing, UnknownKey, StaleKey, BallotWithdrawn, VotesOnPaper
        NotYetVoted: a code without a ballot.
    """
    session, key = db.session(), _typed_key()
    stage = secret_ballots.stage_of(session, entry.id)
    stage.need_ballot()
    if stage is Stage.VOTED:
        if "key" not in request.form:
            # Sent twice: the ballot page of who has voted asks for the code.
            raise AlreadyVoted
        if not key:
            raise CodeMissing
        secret_ballots.need_key(session, proposal, key)
    elif key:
        raise NotYetVoted
    return key


def _answer(session: Session, motion_id: UUID, rule: Rule, choice: Choice) -> Answer:
    if not isinstance(rule, ElectionRule):
        return Answer(str(choice), None, {"choice": str(choice)})
    return Answer("", in_words(rule, choice, option_names(session, motion_id)), boxes_of(rule, choice))


def _typed_key(name: str = "key") -> str:
    return "".join(letter for letter in request.form.get(name, "")[:80] if letter.isprintable()).strip()


def _file(page: MotionPage, voter: str, receipt: SecretReceipt) -> str:
    """Return receipt and code as a text file in an address, so that saving them sends nothing anywhere."""
    lines = (
        page.row.title,
        gettext("You voted for %(name)s", name=voter),
        f"{gettext('Ballot receipt')}: {receipt.commitment}",
        f"{gettext('Change code')}: {receipt.key}",
    )
    return "data:text/plain;charset=utf-8," + quote("\r\n".join(lines) + "\r\n")
