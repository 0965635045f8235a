"""Pages about skills: what a participant offers and wants, who matches, and introductions."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from coop.community import introduction_queries, introductions, matching, queries, skills
from coop.community.blueprint import Answer, blueprint
from coop.community.forms import IntroductionForm, SkillForm
from coop.community.models import Direction
from coop.database import db, write
from coop.paging import pager, requested_page
from coop.permissions import requires
from coop.signed_in import act_for

_LABELS = {
    Direction.OFFERED: lazy_gettext("Add a skill that you offer"),
    Direction.WANTED: lazy_gettext("Add a skill that you want"),
}
_DIRECTIONS = "<any(offered, wanted):direction>"


@blueprint.get("/as/<uuid:participant_id>/skills")
@requires()
def own_skills(participant_id: UUID) -> Answer:
    """Show what a participant offers and wants."""
    act_for(participant_id)
    return _skills_page(participant_id)


@blueprint.post(f"/as/<uuid:participant_id>/skills/{_DIRECTIONS}")
@requires()
def add_skill(participant_id: UUID, direction: str) -> Answer:
    """Add a skill."""
    who, form = act_for(participant_id), SkillForm()
    if form.validate_on_submit():
        name = form.to_name()
        with form.showing_refusals():
            write(
                lambda session: skills.add_skill(
                    session, who, participant_id=participant_id, direction=Direction(direction), name=name
                )
            )
            return redirect(url_for("community.own_skills", participant_id=participant_id, _anchor=direction), 303)
    return _skills_page(participant_id, {Direction(direction): form}), form.status


@blueprint.post(f"/as/<uuid:participant_id>/skills/{_DIRECTIONS}/<uuid:skill_id>/remove")
@requires()
def remove_skill(participant_id: UUID, direction: str, skill_id: UUID) -> Answer:
    """Remove a skill."""
    who = act_for(participant_id)
    write(
        lambda session: skills.remove_skill(
            session, who, participant_id=participant_id, direction=Direction(direction), skill_id=skill_id
        )
    )
    return redirect(url_for("community.own_skills", participant_id=participant_id, _anchor=direction), 303)


@blueprint.get("/as/<uuid:participant_id>/matches")
@requires()
def matches(participant_id: UUID) -> Answer:
    """Show whose skills meet those of a participant."""
    who, session = act_for(participant_id), db.session()
    part = matching.matches(session, participant_id, who.person_id, page=requested_page())
    own = matching.skills_of(session, [participant_id])[participant_id]
    return render_template(
        "community/matches.html",
        participant_id=participant_id,
        part=part,
        pager=pager(part),
        standing=introduction_queries.standing_with(session, participant_id),
        has_skills=bool(own.offered or own.wanted),
        is_listed=matching.is_listed(session, participant_id),
    )


@blueprint.get("/as/<uuid:participant_id>/matches/<uuid:other_id>")
@requires()
def introduce(participant_id: UUID, other_id: UUID) -> Answer:
    """Show the form for a request to somebody in the directory."""
    act_for(participant_id)
    return _request_page(participant_id, other_id, IntroductionForm(formdata=None))


@blueprint.post("/as/<uuid:participant_id>/matches/<uuid:other_id>")
@requires()
def ask_for_introduction(participant_id: UUID, other_id: UUID) -> Answer:
    """Ask for an introduction."""
    who, form = act_for(participant_id), IntroductionForm()
    if form.validate_on_submit():
        message = form.to_message()
        with form.showing_refusals():
            introduction_id = write(
                lambda session: introductions.ask(
                    session, who, participant_id=participant_id, other_id=other_id, message=message
                )
            )
            flash(gettext("You have asked. They got a mail, and you get one when they accept."), "success")
            return _to_introduction(participant_id, introduction_id)
    return _request_page(participant_id, other_id, form), form.status


@blueprint.get("/as/<uuid:participant_id>/introductions")
@requires()
def list_introductions(participant_id: UUID) -> Answer:
    """Show the requests from and to a participant."""
    act_for(participant_id)
    part = introduction_queries.introductions(db.session(), participant_id, page=requested_page())
    return render_template("community/introductions.html", participant_id=participant_id, part=part, pager=pager(part))


@blueprint.get("/as/<uuid:participant_id>/introductions/<uuid:introduction_id>")
@requires()
def introduction(participant_id: UUID, introduction_id: UUID) -> Answer:
    """Show one request, and once it is accepted how to write to the other side."""
    act_for(participant_id)
    session = db.session()
    return render_template(
        "community/introduction.html",
        participant_id=participant_id,
        row=introduction_queries.introduction(session, participant_id, introduction_id),
        contact=introduction_queries.contact(session, participant_id, introduction_id),
    )


@blueprint.post("/as/<uuid:participant_id>/introductions/<uuid:introduction_id>/accept")
@requires()
def accept_introduction(participant_id: UUID, introduction_id: UUID) -> Answer:
    """Accept a request."""
    who = act_for(participant_id)
    write(
        lambda session: introductions.accept(
            session, who, participant_id=participant_id, introduction_id=introduction_id
        )
    )
    flash(gettext("You are introduced. Both of you got the other's address by mail."), "success")
    return _to_introduction(participant_id, introduction_id)


@blueprint.post("/as/<uuid:participant_id>/introductions/<uuid:introduction_id>/decline")
@requires()
def decline_introduction(participant_id: UUID, introduction_id: UUID) -> Answer:
    """Decline a request."""
    who = act_for(participant_id)
    write(
        lambda session: introductions.decline(
            session, who, participant_id=participant_id, introduction_id=introduction_id
        )
    )
    flash(gettext("You have declined. Your address was not shown."), "success")
    return _to_introduction(participant_id, introduction_id)


@blueprint.post("/as/<uuid:participant_id>/introductions/<uuid:introduction_id>/withdraw")
@requires()
def withdraw_introduction(participant_id: UUID, introduction_id: UUID) -> Answer:
    """Take a request back."""
    who = act_for(participant_id)
    write(
        lambda session: introductions.withdraw(
            session, who, participant_id=participant_id, introduction_id=introduction_id
        )
    )
    flash(gettext("You have taken the request back. What you wrote is erased."), "success")
    return _to_introduction(participant_id, introduction_id)


def _to_introduction(participant_id: UUID, introduction_id: UUID) -> Answer:
    address = url_for("community.introduction", participant_id=participant_id, introduction_id=introduction_id)
    return redirect(address, 303)


def _skills_page(participant_id: UUID, refused: dict[Direction, SkillForm] | None = None) -> str:
    session, forms = db.session(), {}
    for direction, label in _LABELS.items():
        form = (refused or {}).get(direction) or SkillForm(formdata=None)
        # Two forms of one kind on a page: their fields have ids and labels of their own.
        form.name.id, form.name.label.text = f"name-{direction.value}", label
        forms[direction] = form
    return render_template(
        "community/skills.html",
        participant_id=participant_id,
        skills=matching.skills_of(session, [participant_id])[participant_id],
        known=matching.vocabulary(session),
        most=skills.MOST_SKILLS,
        forms_of={direction.value: form for direction, form in forms.items()},
        match_count=matching.match_count(session, participant_id, act_for(participant_id).person_id),
    )


def _request_page(participant_id: UUID, other_id: UUID, form: IntroductionForm) -> str:
    return render_template(
        "community/introduce.html",
        participant_id=participant_id,
        other=queries.entry(db.session(), other_id),
        form=form,
        is_listed=matching.is_listed(db.session(), participant_id),
    )
