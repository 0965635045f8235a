"""The page of the sites that a participant looks after."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from coop.community import queries, sites
from coop.community.blueprint import Answer, blueprint
from coop.community.forms import SiteForm
from coop.database import db, write
from coop.permissions import requires
from coop.signed_in import act_for


@blueprint.get("/as/<uuid:participant_id>/sites")
@requires()
def own_sites(participant_id: UUID) -> Answer:
    """Show the sites of a participant."""
    act_for(participant_id)
    return _sites_page(participant_id, SiteForm(formdata=None))


@blueprint.post("/as/<uuid:participant_id>/sites")
@requires()
def add_site(participant_id: UUID) -> Answer:
    """Add a site."""
    who, form = act_for(participant_id), SiteForm()
    if form.validate_on_submit():
        site = form.to_site()
        with form.showing_refusals():
            write(lambda session: sites.add_site(session, who, participant_id=participant_id, site=site))
            flash(gettext("“%(name)s” is added.", name=site.name), "success")
            return redirect(url_for("community.own_sites", participant_id=participant_id), 303)
    return _sites_page(participant_id, form), form.status


@blueprint.post("/as/<uuid:participant_id>/sites/<uuid:site_id>/remove")
@requires()
def remove_site(participant_id: UUID, site_id: UUID) -> Answer:
    """Remove a site."""
    who = act_for(participant_id)
    write(lambda session: sites.remove_site(session, who, participant_id=participant_id, site_id=site_id))
    flash(gettext("The site is removed."), "success")
    return redirect(url_for("community.own_sites", participant_id=participant_id), 303)


def _sites_page(participant_id: UUID, form: SiteForm) -> str:
    rows = queries.sites_of(db.session(), participant_id)
    return render_template("community/sites.html", participant_id=participant_id, form=form, rows=rows)
