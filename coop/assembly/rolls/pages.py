"""Pages of a voting roll: what it is made of, the file without names, challenging it, and answering a challenge."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock
from coop.assembly import queries
from coop.assembly.blueprint import blueprint
from coop.assembly.errors import OwnChallenge
from coop.assembly.operations import need_member
from coop.assembly.queries import MotionPage
from coop.assembly.rolls import challenges as roll_challenges
from coop.assembly.rolls import queries as roll_queries
from coop.assembly.rolls.challenges import ANSWERERS
from coop.assembly.rolls.forms import AnswerForm, ChallengeForm
from coop.database import db, write
from coop.downloads import download, streamed
from coop.membership.models import Participant
from coop.paging import pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import act_for, actor
from governance.challenges.errors import AlreadyAnswered, ChallengesOver, NoChallenges
from governance.declared import declared
from governance.errors import AlreadyCounted
from governance.models import Proposal

Page = str | Response | tuple[str, int]
#: Who reads the names on a roll: those who read the register of members, and who watches over votes.
NAME_READERS = frozenset({Power.BOARD, Power.SECRETARY, Power.AUDITOR, Power.SCRUTINEER})


@blueprint.get("/proposals/<uuid:motion_id>/roll")
@requires()
def roll(motion_id: UUID) -> str:
    """Show the voting roll: fingerprint, figures, one's own entry, challenges; to officers the names."""
    session, who = db.session(), actor()
    page, proposal = _roll(session, motion_id)
    names = not who.powers.isdisjoint(NAME_READERS)
    challenges = roll_queries.challenges(
        session, proposal, names=names, participants=who.represents, number=requested_page("challenges")
    )
    entries = roll_queries.entries(session, proposal, number=requested_page()) if names else None
    return render_template(
        "assembly/roll.html",
        page=page,
        proposal=proposal,
        figures=roll_queries.figures(session, proposal),
        standings=[queries.standing(session, motion_id, one) for one in sorted(who.represents)],
        challenges=challenges.rows,
        challenge_pager=pager(challenges, "challenges", anchor="challenges"),
        entries=entries,
        pager=pager(entries) if entries else None,
        challengers=queries.members_among(session, who.represents) if _is_challengeable(session, proposal) else [],
        is_over=proposal.challenges_until is not None and clock.now() >= proposal.challenges_until,
        may_answer=not who.powers.isdisjoint(ANSWERERS) and declared(session, proposal.id) is None,
        downloads=[
            {"label": "JSON", "href": url_for("assembly.roll_json", motion_id=motion_id)},
            {"label": "CSV", "href": url_for("assembly.roll_csv", motion_id=motion_id)},
        ],
    )


@blueprint.get("/proposals/<uuid:motion_id>/roll.json")
@requires()
def roll_json(motion_id: UUID) -> Response:
    """Download the frozen roll without names: the SHA-256 of the file is the fingerprint."""
    session = db.session()
    _, proposal = _roll(session, motion_id)
    return download(roll_queries.written(session, proposal), f"roll-{motion_id}.json", "application/json")


@blueprint.get("/proposals/<uuid:motion_id>/roll.csv")
@requires()
def roll_csv(motion_id: UUID) -> Response:
    """Download the roll without names as a table, with what challenges have changed."""
    _, proposal = _roll(db.session(), motion_id)
    lines = streamed(lambda reading: roll_queries.table(reading, proposal.id))
    return download(lines, f"roll-{motion_id}.csv", "text/csv")


@blueprint.route("/as/<uuid:participant_id>/proposals/<uuid:motion_id>/roll/challenge", methods=["GET", "POST"])
@requires()
def challenge_roll(participant_id: UUID, motion_id: UUID) -> Page:
    """Say that a member is missing on the roll, or should not be on it."""
    who = act_for(participant_id)
    page, proposal = _roll(db.session(), motion_id)
    need_member(db.session(), participant_id)
    own_name = db.session().get_one(Participant, participant_id).name
    form = ChallengeForm()
    if form.validate_on_submit():
        asked = form.to_challenge()
        with form.showing_refusals(but=(AlreadyCounted, ChallengesOver, NoChallenges)):
            write(
                lambda s: roll_challenges.challenge_roll(
                    s,
                    who,
                    motion_id=motion_id,
                    by_id=participant_id,
                    whom=asked.whom,
                    asks=asked.asks,
                    grounds=asked.grounds,
                )
            )
            flash(gettext("Your challenge is recorded. The secretary or the board answers it."), "success")
            return redirect(url_for("assembly.roll", motion_id=motion_id, _anchor="challenges"), 303)
    if not form.is_submitted() and not _is_challengeable(db.session(), proposal):
        raise NotFound
    return render_template("assembly/challenge_roll.html", form=form, page=page, own_name=own_name), form.status


@blueprint.route("/challenges/<uuid:challenge_id>/answer", methods=["GET", "POST"])
@requires(*ANSWERERS)
def answer_challenge(challenge_id: UUID) -> Page:
    """Answer a challenge, with what the registers say beside it."""
    who = actor()
    found = roll_queries.to_answer(db.session(), challenge_id, who.represents)
    form = AnswerForm()
    if form.validate_on_submit():
        given = form.to_answer()
        with form.showing_refusals(but=(AlreadyAnswered, AlreadyCounted, OwnChallenge)):
            write(
                lambda s: roll_challenges.answer_challenge(
                    s, who, challenge_id=challenge_id, upheld=given.upheld, reasons=given.reasons
                )
            )
            flash(gettext("The challenge is answered. Those concerned get a mail."), "success")
            return redirect(url_for("assembly.roll", motion_id=found.motion_id, _anchor="challenges"), 303)
    if form.is_submitted():
        found = roll_queries.to_answer(db.session(), challenge_id, who.represents)
    return render_template("assembly/answer_challenge.html", form=form, found=found), form.status


def _roll(session: Session, motion_id: UUID) -> tuple[MotionPage, Proposal]:
    """Return a motion with the vote whose roll the reader may see.

    Raises:
        NotFound: there is none, or the reader is neither a member nor in office.
    """
    page, who = queries.motion(session, motion_id, clock.now()), actor()
    if page.proposal is None or not (who.powers or roll_queries.is_reader(session, page.proposal, who.represents)):
        raise NotFound
    return page, page.proposal


def _is_challengeable(session: Session, proposal: Proposal) -> bool:
    """Say whether the roll can be challenged now: for pages only, the challenge itself decides."""
    until = proposal.challenges_until
    return until is not None and clock.now() < until and declared(session, proposal.id) is None
