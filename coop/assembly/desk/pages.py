"""The pages of the scrutineers' desk: who is given a ballot, what to print, the sheet, and the sheets side by side."""

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock
from coop.assembly.blueprint import blueprint
from coop.assembly.desk import operations, queries, sheet_forms, voters
from coop.assembly.desk.letters import in_letters
from coop.assembly.desk.queries import Choice, DeskVote, Step
from coop.assembly.desk.sheet_forms import MORE_ROWS, MOST_ROWS, Asked, Filled
from coop.assembly.desk.voters import Standing
from coop.database import db, write
from coop.errors import message_of, status_of
from coop.forms import Form
from coop.paging import pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal
from governance.counts import rule_of
from governance.paper.sheets import ComparedLine, read

Page = str | Response | tuple[str, int]
#: How many ballots are printed at once.
MOST_COPIES = 200


@blueprint.get("/desk")
@requires(Power.SCRUTINEER)
def desk() -> Page:
    """List the votes that take paper, with what is to be done."""
    return render_template(
        "assembly/desk/desk.html", votes=queries.votes(db.session(), actor().person_id, clock.now()), steps=Step
    )


@blueprint.get("/desk/<uuid:motion_id>")
@requires(Power.SCRUTINEER)
def desk_vote(motion_id: UUID) -> Page:
    """Show a vote at the desk: find who asks for a ballot, and mark them."""
    session, vote = db.session(), _vote(motion_id)
    words = request.args.get("q", "")
    part = voters.voters(session, vote.proposal, words=words, number=requested_page())
    groups = voters.groups(session, vote.proposal)
    return render_template(
        "assembly/desk/vote.html",
        vote=vote,
        part=part,
        pager=pager(part),
        words=words,
        standings=Standing,
        steps=Step,
        weighs=len(groups) > 1,
        few=vote.is_secret and 0 < vote.marked < (vote.proposal.secret_least or 0),
    )


@blueprint.post("/desk/<uuid:motion_id>/marks")
@requires(Power.SCRUTINEER)
def mark_voter(motion_id: UUID) -> Page:
    """Mark that somebody was given a ballot, or handed one in."""
    who, entry_id = actor(), _posted_entry()
    name = _name(db.session(), _vote(motion_id), entry_id)
    write(lambda s: operations.mark_voter(s, who, motion_id=motion_id, entry_id=entry_id))
    flash(gettext("%(name)s is marked.", name=name), "success")
    return redirect(url_for("assembly.desk_vote", motion_id=motion_id), 303)


@blueprint.get("/desk/<uuid:motion_id>/roll")
@requires(Power.SCRUTINEER)
def door_list(motion_id: UUID) -> Page:
    """Show the roll to print for the door."""
    session, vote = db.session(), _vote(motion_id)
    return render_template(
        "assembly/desk/roll.html",
        vote=vote,
        roll=voters.whole_roll(session, vote.proposal),
        standings=Standing,
        weighs=len(voters.groups(session, vote.proposal)) > 1,
        now=clock.now(),
    )


@blueprint.get("/desk/<uuid:motion_id>/ballots")
@requires(Power.SCRUTINEER)
def paper_ballots(motion_id: UUID) -> Page:
    """Show ballots to print."""
    session, vote = db.session(), _vote(motion_id)
    groups = voters.groups(session, vote.proposal)
    return render_template(
        "assembly/desk/ballots.html",
        vote=vote,
        choices=queries.choices(session, vote),
        groups=groups,
        group=groups[_bounded("group", 0, len(groups) - 1, 0)],
        copies=_bounded("copies", 1, MOST_COPIES, 2),
        most=MOST_COPIES,
    )


@blueprint.route("/desk/<uuid:motion_id>/sheet", methods=["GET", "POST"])
@requires(Power.SCRUTINEER)
def sheet(motion_id: UUID) -> Page:
    """Enter what was found on paper."""
    who, session, vote = actor(), db.session(), _vote(motion_id)
    if vote.step in {Step.COUNTED, Step.NOTHING}:
        return redirect(url_for("assembly.desk_vote", motion_id=motion_id), 303)
    handed_in = [] if vote.is_secret else voters.marked_voters(session, vote.proposal)
    asked = Asked(
        is_secret=vote.is_secret,
        rule=rule_of(vote.proposal),
        choices=queries.choices(session, vote),
        groups=voters.groups(session, vote.proposal),
        entries=[voter.entry_id for voter in handed_in],
    )
    errors: list[dict[str, str]] = []
    status = 200
    if request.method == "POST":
        filled = sheet_forms.read_boxes(request.form, asked)
        if request.form.get("step") == "rows":
            _add_rows(filled)
        elif (refusal := _enter(motion_id, filled)) is None:
            flash(gettext("Your sheet is entered."), "success")
            return redirect(url_for("assembly.sheets", motion_id=motion_id), 303)
        else:
            names = {f"vote-{voter.entry_id}": voter.name for voter in handed_in}
            errors, status = _said(refusal, filled, names), status_of(refusal)
    else:
        own = queries.own_sheet(session, vote.proposal, who.person_id)
        filled = sheet_forms.boxes_of(read(own.content), asked) if own else Filled({})
    return render_template(
        "assembly/desk/sheet.html",
        vote=vote,
        asked=asked,
        voters=handed_in,
        filled=filled,
        problems={name: message_of(refusal) for name, refusal in filled.errors.items()},
        errors=errors,
        form=Form(),
    ), status


@blueprint.get("/desk/<uuid:motion_id>/sheets")
@requires(Power.SCRUTINEER)
def sheets(motion_id: UUID) -> Page:
    """Show the sheets of all scrutineers side by side, to who has entered one."""
    session, vote = db.session(), _vote(motion_id)
    choices = queries.choices(session, vote)
    compared = queries.side_by_side(session, vote.proposal, actor().person_id)
    names = {row.entry_id: row for row in voters.marked_voters(session, vote.proposal)}
    return render_template(
        "assembly/desk/sheets.html",
        vote=vote,
        compared=compared,
        lines=_in_reading_order(compared.lines, names, choices),
        names=names,
        choices=choices,
        weighs=len(voters.groups(session, vote.proposal)) > 1,
        shown=lambda answer: in_letters(answer, choices),
        steps=Step,
    )


def _vote(motion_id: UUID) -> DeskVote:
    return queries.vote(db.session(), motion_id, actor().person_id, clock.now())


def _in_reading_order(
    lines: Iterable[ComparedLine], entries: Iterable[UUID], choices: Iterable[Choice]
) -> list[ComparedLine]:
    """Return the lines as the sheets had them: voters by name, answers as on the ballot, then rankings and the rest."""
    places: dict[object, int] = {about: place for place, about in enumerate(entries)}
    places |= {json.dumps(choice.code): place for place, choice in enumerate(choices)}
    last = len(places)
    return sorted(lines, key=lambda line: places.get(getattr(line.about, "answer", line.about), last))


def _enter(motion_id: UUID, filled: Filled) -> Refusal | None:
    """Enter a sheet that could be read, and return why it was not entered, if so."""
    who, findings = actor(), filled.findings
    if findings is None:
        return next(iter(filled.errors.values()))
    try:
        write(lambda s: operations.enter_sheet(s, who, motion_id=motion_id, findings=findings))
    except NotFound:
        raise
    except Refusal as refusal:
        return refusal
    return None


def _said(refusal: Refusal, filled: Filled, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what stands above the form: what is wrong beside a box, with the way to it, or with the sheet as a whole.

    `names` has the voters by the boxes of their votes.
    """
    if not filled.errors:
        return [{"text": message_of(refusal), "id": "sheet", "about": ""}]
    return [
        {"text": message_of(one), "id": box, "about": names.get(box) or _row_of(box)}
        for box, one in filled.errors.items()
    ]


def _row_of(box: str) -> str:
    """Return the row of a box for ballots that say the same, as it is counted on the page; nothing for other boxes."""
    kind, _, number = box.partition("-")
    return gettext("Row %(row)s", row=int(number) + 1) if kind in {"rank", "many"} else ""


def _add_rows(filled: Filled) -> None:
    """Add empty rows for rankings. What cannot be read yet is left for when the sheet is sent."""
    filled.values.setdefault(f"rank-{min(filled.rows + MORE_ROWS, MOST_ROWS) - 1}", "")
    filled.errors.clear()


def _name(session: Session, vote: DeskVote, entry_id: UUID) -> str:
    """Return the name of somebody on the roll.

    Raises:
        NotFound
    """
    found = voters.voter(session, vote.proposal, entry_id)
    if found is None:
        raise NotFound
    return found.name


def _posted_entry() -> UUID:
    """Return the entry that a button of the page carries.

    Raises:
        NotFound: it carries none.
    """
    try:
        return UUID(request.form.get("entry_id", ""))
    except ValueError as error:
        raise NotFound from error


def _bounded(name: str, least: int, most: int, otherwise: int) -> int:
    """Return a number of the address brought between two bounds; nonsense is `otherwise`."""
    text = request.args.get(name, "")
    return min(max(int(text), least), most) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise
