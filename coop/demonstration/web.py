"""Pages that exist in a demonstration only: signing in as a role with one click, moving the date on, the mail that was sent."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock, cooperative, worker
from coop.database import db, write
from coop.demonstration import clockwork
from coop.demonstration.roles import ROLES
from coop.formats import format_moment
from coop.identity import accounts
from coop.identity.models import Person
from coop.mail import text_of
from coop.outbox import OutboxJob
from coop.permissions import public

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

MOST_MAILS = 100
#: Rounds of the worker after a move; what is left then is done by the worker that runs anyway.
MOST_ROUNDS = 20


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
    accounts.begin_cookie(token, uniquifier)
    flash(gettext("You are now %(name)s (%(role)s).", name=name, role=gettext(chosen.label)), "success")
    return redirect(url_for("start"), 303)


@blueprint.post("/date/<stop>")
@public
def move_on(stop: str) -> Response:
    """Move the date on to a stop, and let the worker do what has become due."""
    reached = write(lambda writing: clockwork.move_on(writing, stop))
    cooperative.set_clock(db.session())
    db.session.remove()
    for _ in range(MOST_ROUNDS):
        if not worker.run_once(current_app._get_current_object()):  # type: ignore[attr-defined]
            break
    zone = cooperative.current(db.session()).zone
    flash(gettext("It is now %(moment)s.", moment=format_moment(reached.moment, ZoneInfo(zone))), "success")
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
