"""Pages that exist in a demonstration only: signing in as a role with one click, and the mail that was sent."""

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock, cooperative
from coop.database import db, write
from coop.demonstration.roles import ROLES
from coop.identity import accounts
from coop.identity.models import Person
from coop.mail import text_of
from coop.outbox import OutboxJob
from coop.permissions import public

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

MOST_MAILS = 100


def init_app(app: Flask) -> None:
    """Open these pages if the database carries the mark of a demonstration; otherwise they do not exist."""
    with app.app_context():
        if inspect(db.engine).has_table("cooperative"):
            found = cooperative.find(db.session())
            if found is not None and found.is_demo:
                app.register_blueprint(blueprint)
        db.session.remove()


@blueprint.post("/sign-in/<role>")
@public
def sign_in(role: str) -> Response:
    """Sign in as a role without a password."""
    chosen = next((known for known in ROLES if known.code == role), None)
    if chosen is None:
        abort(404)

    def work(writing: Session) -> tuple[str, str, str]:
        person = writing.scalars(select(Person).where(Person.email == chosen.email)).one()
        return accounts.sign_in_as(writing, person, clock.now()), person.fs_uniquifier, person.name

    token, uniquifier, name = write(work)
    session.clear()
    session["token"], session["_user_id"], session["_fresh"] = token, uniquifier, True
    flash(gettext("You are now %(name)s (%(role)s).", name=name, role=gettext(chosen.label)), "success")
    return redirect(url_for("start"), 303)


@blueprint.get("/mail")
@public
def mail() -> str:
    """Show the mail that would have been sent, the newest first."""
    jobs = db.session.scalars(
        select(OutboxJob)
        .where(OutboxJob.kind == "mail")
        .order_by(OutboxJob.queued_at.desc(), OutboxJob.id)
        .limit(MOST_MAILS)
    ).all()
    base_url = request.host_url.rstrip("/")
    mails = [(job, text_of(job.payload, current_app.url_map, base_url)) for job in jobs]
    return render_template("demonstration/mail.html", mails=mails)
