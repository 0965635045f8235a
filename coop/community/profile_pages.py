"""Joining the community, organisations and their representatives, profiles, and the directory."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop.community import operations, queries
from coop.community.blueprint import Answer, blueprint, mine
from coop.community.forms import OrganisationForm, ProfileForm, RepresentativeForm, WelcomeForm
from coop.community.matching import skills_of
from coop.database import db, write
from coop.errors import show_on
from coop.membership import operations as membership
from coop.membership.models import ParticipantKind
from coop.membership.queries import representatives_of
from coop.paging import pager, requested_page
from coop.permissions import public, requires
from coop.signed_in import act_for, actor, me
from coop.texts import LONGEST_SEARCH
from evidence.messages import Refusal


@blueprint.get("/welcome")
@requires()
def welcome() -> str:
    """Ask a person who has just signed in how they take part."""
    person = me()
    return _welcome_page(WelcomeForm(data={"name": person.name if person else ""}))


@blueprint.post("/welcome")
@requires()
def join() -> Answer:
    """Let the person take part as themselves."""
    form = WelcomeForm()
    if form.validate_on_submit():
        who, name = actor(), form.to_name()
        with form.showing_refusals():
            participant_id = write(lambda session: membership.create_individual(session, who, name=name))
            flash(gettext("You have joined the community. Tell others a little about yourself."), "success")
            return redirect(url_for("community.profile", participant_id=participant_id), 303)
    return _welcome_page(form), form.status


@blueprint.get("/organisations/new")
@requires()
def new_organisation() -> str:
    """Show the form for an organisation."""
    return render_template("community/organisation.html", form=OrganisationForm())


@blueprint.post("/organisations/new")
@requires()
def add_organisation() -> Answer:
    """Add an organisation for which the person then acts."""
    form = OrganisationForm()
    if form.validate_on_submit():
        who, (name, kind) = actor(), form.to_organisation()
        with form.showing_refusals():
            participant_id = write(lambda session: membership.create_organisation(session, who, name=name, kind=kind))
            flash(gettext("%(name)s has joined. You act for it.", name=name), "success")
            return redirect(url_for("community.profile", participant_id=participant_id), 303)
    return render_template("community/organisation.html", form=form), form.status


@blueprint.get("/as/<uuid:participant_id>/profile")
@requires()
def profile(participant_id: UUID) -> str:
    """Show the profile for editing."""
    act_for(participant_id)
    return _profile_page(participant_id, ProfileForm(obj=queries.profile(db.session(), participant_id)))


@blueprint.post("/as/<uuid:participant_id>/profile")
@requires()
def edit_profile(participant_id: UUID) -> Answer:
    """Change the profile."""
    who, form = act_for(participant_id), ProfileForm()
    if form.validate_on_submit():
        text = form.to_profile()
        with form.showing_refusals():
            write(lambda session: operations.edit_profile(session, who, participant_id=participant_id, text=text))
            flash(gettext("The profile is saved."), "success")
            return redirect(url_for("community.profile", participant_id=participant_id), 303)
    return _profile_page(participant_id, form), form.status


@blueprint.get("/as/<uuid:participant_id>/representatives")
@requires()
def representatives(participant_id: UUID) -> str:
    """Show who acts for an organisation."""
    act_for(participant_id)
    return _representatives_page(participant_id, RepresentativeForm())


@blueprint.post("/as/<uuid:participant_id>/representatives")
@requires()
def add_representative(participant_id: UUID) -> Answer:
    """Let another person act for an organisation."""
    who, form = act_for(participant_id), RepresentativeForm()
    if form.validate_on_submit():
        email = form.to_email()
        with form.showing_refusals():
            write(
                lambda session: membership.add_representative(session, who, participant_id=participant_id, email=email)
            )
            flash(gettext("They can act from now on. All representatives have been told by mail."), "success")
            return redirect(url_for("community.representatives", participant_id=participant_id), 303)
    return _representatives_page(participant_id, form), form.status


@blueprint.post("/as/<uuid:participant_id>/representatives/<uuid:person_id>/end")
@requires()
def end_representative(participant_id: UUID, person_id: UUID) -> Answer:
    """End that a person acts for an organisation."""
    who, form = act_for(participant_id), RepresentativeForm(formdata=None)
    try:
        write(
            lambda session: membership.end_representative(
                session, who, participant_id=participant_id, person_id=person_id
            )
        )
    except Refusal as refusal:
        status = show_on(form, refusal)
        return _representatives_page(participant_id, form), status
    flash(gettext("They no longer act for the organisation."), "success")
    if person_id == who.person_id:
        return redirect(url_for("community.welcome"), 303)
    return redirect(url_for("community.representatives", participant_id=participant_id), 303)


@blueprint.get("/directory")
@public
def directory() -> str:
    """Show who is in the community; to those who are not signed in only how many they are."""
    session = db.session()
    if actor().person_id is None:
        return render_template("community/directory_closed.html", size=queries.directory_size(session))
    words = request.args.get("q", "")[:LONGEST_SEARCH]
    kind = next((kind for kind in ParticipantKind if kind.value == request.args.get("kind")), None)
    part = queries.search(session, words=words, kind=kind, page=requested_page())
    return render_template(
        "community/directory.html",
        part=part,
        pager=pager(part),
        skills=skills_of(session, [entry.participant_id for entry in part.rows]),
        words=words,
        kind=kind.value if kind else "",
        kinds=[("", gettext("Everyone")), *((one.value, gettext(one.label)) for one in ParticipantKind)],
    )


@blueprint.get("/directory/<uuid:participant_id>")
@requires()
def directory_entry(participant_id: UUID) -> str:
    """Show a participant in the directory."""
    session = db.session()
    return render_template(
        "community/directory_entry.html",
        entry=queries.entry(session, participant_id),
        skills=skills_of(session, [participant_id])[participant_id],
        sites=queries.sites_of(session, participant_id),
        is_own=participant_id in actor().represents,
    )


def _welcome_page(form: WelcomeForm) -> str:
    participants = mine()
    has_joined = any(one.kind is ParticipantKind.INDIVIDUAL for one in participants)
    return render_template("community/welcome.html", form=form, mine=participants, has_joined=has_joined)


def _profile_page(participant_id: UUID, form: ProfileForm) -> str:
    return render_template(
        "community/profile.html",
        form=form,
        participant_id=participant_id,
        is_organisation=_is_organisation(participant_id),
        skills=skills_of(db.session(), [participant_id])[participant_id],
        sites=queries.sites_of(db.session(), participant_id),
    )


def _representatives_page(participant_id: UUID, form: RepresentativeForm) -> str:
    rows = representatives_of(db.session(), participant_id)
    return render_template(
        "community/representatives.html",
        form=form,
        rows=rows,
        participant_id=participant_id,
        is_organisation=_is_organisation(participant_id),
        my_id=actor().person_id,
    )


def _is_organisation(participant_id: UUID) -> bool:
    return queries.kind_of(db.session(), participant_id) is not ParticipantKind.INDIVIDUAL
