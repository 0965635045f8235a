"""A participant's way to membership: the terms, the application, and how it stands."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.assembly.bylaws import in_force
from coop.community.queries import kind_of
from coop.database import db, write
from coop.errors import declare
from coop.markdown import render
from coop.membership import admission, errors, officers, queries, terms
from coop.membership.forms import ApplicationForm, ShareApplicationForm
from coop.membership.timeline import steps
from coop.permissions import NotFound, Power, public, requires
from coop.shares.queries import holding, subscriptions_of
from coop.signed_in import act_for, actor

blueprint = Blueprint("membership", __name__)
blueprint.register_blueprint(officers.blueprint)

declare(409, *errors.CONFLICTS)
declare(403, *errors.FORBIDDEN)

Answer = str | Response | tuple[str, int]


@blueprint.get("/membership/terms")
@public
def current_terms() -> str:
    """Show the terms of membership in force."""
    return _terms_page(terms.current_terms(db.session()))


@blueprint.get("/membership/terms/<int:version>")
@public
def terms_version(version: int) -> str:
    """Show a version of the terms, as whoever accepted it read it."""
    return _terms_page(terms.terms_version(db.session(), version))


@blueprint.post("/membership/terms")
@requires(Power.SECRETARY)
def publish_terms() -> Answer:
    """Publish the terms anew after the by-laws have changed."""
    who, today = actor(), cooperative.today(db.session())
    write(lambda session: terms.publish_terms(session, who, in_force_on=today))
    flash(gettext("The new version is in force. Applicants read and accept it from now on."), "success")
    return redirect(url_for("membership.current_terms"), 303)


@blueprint.get("/as/<uuid:participant_id>/apply")
@requires()
def application(participant_id: UUID) -> Answer:
    """Show the form to apply, or where things stand when there is nothing to apply for."""
    act_for(participant_id)
    if not queries.membership(db.session(), participant_id).may_apply:
        return redirect(url_for("membership.status", participant_id=participant_id), 303)
    form = _application_form()
    current = terms.current_terms(db.session())
    form.terms_version.data = str(current.version) if current else ""
    return _application_page(participant_id, form)


@blueprint.post("/as/<uuid:participant_id>/apply")
@requires()
def apply(participant_id: UUID) -> Answer:
    """Submit the application."""
    who, form = act_for(participant_id), _application_form()
    form.offer(queries.classes_for(db.session(), kind_of(db.session(), participant_id)))
    if form.validate_on_submit():
        asked = form.to_application()
        with form.showing_refusals(but=(errors.AlreadyMember, errors.ApplicationOpen)):
            write(lambda session: admission.apply(session, who, participant_id=participant_id, asked=asked))
            flash(gettext("Thank you, the application is sent."), "success")
            return redirect(url_for("membership.status", participant_id=participant_id), 303)
    return _application_page(participant_id, form), form.status


@blueprint.get("/as/<uuid:participant_id>/membership")
@requires()
def status(participant_id: UUID) -> str:
    """Show how a participant's membership stands and what to do next."""
    act_for(participant_id)
    session = db.session()
    standing = queries.membership(session, participant_id)
    bylaws = in_force(session, cooperative.today(session)).bylaws
    subscriptions = subscriptions_of(session, participant_id)
    # The oldest subscription is the one that came with the application.
    first = subscriptions[-1] if subscriptions else None
    return render_template(
        "membership/status.html",
        participant_id=participant_id,
        standing=standing,
        steps=steps(standing, first, has_share=bylaws.share_price_minor is not None),
        first=first,
        is_to_pay=standing.is_admitted and first is not None and not first.is_paid,
        price_minor=bylaws.share_price_minor,
        held=holding(session, standing.member_id, cooperative.today(session)) if standing.member_id else 0,
    )


@blueprint.post("/as/<uuid:participant_id>/membership/withdraw")
@requires()
def withdraw(participant_id: UUID) -> Answer:
    """Withdraw the application."""
    who = act_for(participant_id)
    under_way = queries.membership(db.session(), participant_id).application
    if under_way is None:
        raise NotFound
    application_id = under_way.id
    write(lambda session: admission.withdraw(session, who, application_id=application_id))
    flash(gettext("The application is withdrawn. You can apply again at any time."), "success")
    return redirect(url_for("membership.status", participant_id=participant_id), 303)


def _application_form() -> ApplicationForm:
    return ApplicationForm() if queries.share_price(db.session()) is None else ShareApplicationForm()


def _application_page(participant_id: UUID, form: ApplicationForm) -> str:
    session = db.session()
    classes = queries.classes_for(session, kind_of(session, participant_id))
    form.offer(classes)
    current = terms.current_terms(session)
    bylaws = in_force(session, cooperative.today(session)).bylaws
    return render_template(
        "membership/apply.html",
        participant_id=participant_id,
        form=form,
        classes=classes,
        bylaws=bylaws,
        version=current.version if current else None,
        text=render(current.text) if current else "",
    )


def _terms_page(shown: terms.Terms | None) -> str:
    session = db.session()
    is_secretary = Power.SECRETARY in actor().powers
    return render_template(
        "membership/terms.html",
        terms=shown,
        text=render(shown.text) if shown else "",
        versions=terms.versions(session),
        may_publish=is_secretary and terms.is_publishable(session),
    )
