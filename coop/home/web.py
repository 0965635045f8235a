"""The start page (landing or home), and the page of one's own account."""

from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask import session as cookie
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from coop import clock, cooperative
from coop.assembly.meetings.queries import to_come
from coop.assembly.queries import State, motions, open_votes_for
from coop.community import event_queries
from coop.database import db, write
from coop.home import operations, queries
from coop.home.bill_tasks import bill_tasks
from coop.home.community_tasks import community_tasks
from coop.home.desk_tasks import desk_tasks
from coop.home.meeting_tasks import meeting_tasks
from coop.home.report_tasks import report_tasks
from coop.home.roll_tasks import roll_tasks
from coop.home.tasks import officers_tasks, own_tasks
from coop.identity import powers, sessions
from coop.identity.forms import POWER_LABELS
from coop.membership.models import ParticipantKind
from coop.permissions import Actor, SignInNeeded, public, requires
from coop.signed_in import actor, participants
from evidence.messages import N_

blueprint = Blueprint("home", __name__)

#: How many there are of each kind of member: one, and more.
_COUNTED = {
    ParticipantKind.INDIVIDUAL: (N_("%(num)s individual"), N_("%(num)s individuals")),
    ParticipantKind.GROUP: (N_("%(num)s community group"), N_("%(num)s community groups")),
    ParticipantKind.ENTERPRISE: (N_("%(num)s enterprise"), N_("%(num)s enterprises")),
}


def init_app(app: Flask) -> None:
    """Open the pages. The endpoint of the start page is plainly `start`: every room points at it."""
    app.add_url_rule("/", "start", start)
    app.register_blueprint(blueprint)


@public
def start() -> str | Response:
    """Show visitors what this is, and people who are signed in what is theirs."""
    who = actor()
    if who.person_id is None:
        return _landing()
    if not who.represents and not who.powers and not who.withheld:
        return redirect(url_for("community.welcome"), 303)
    return _home(who)


@blueprint.get("/account")
@requires()
def account() -> str:
    """Show a person their sessions, their powers and whom they act for."""
    session, person_id, today = db.session(), _person(), cooperative.today(db.session())
    held = [one for one in powers.all_powers(session) if one.person_id == person_id and one.in_force(today)]
    return render_template(
        "home/account.html",
        sessions=sessions.living(session, person_id=person_id, now=clock.now(), token=cookie.get("token")),
        powers=held,
        labels={power: gettext(label) for power, label in POWER_LABELS.items()},
        participants=participants(),
    )


@blueprint.post("/account/sessions/end-others")
@requires()
def end_other_sessions() -> Response:
    """Sign the person out everywhere else."""
    who, token, now = actor(), cookie.get("token"), clock.now()
    write(lambda session: operations.end_other_sessions(session, who, kept_token=token, now=now))
    flash(gettext("You are signed in here only."), "success")
    return redirect(url_for("home.account"), 303)


def _landing() -> str:
    found = queries.landing(db.session())
    kinds = " · ".join(ngettext(*_COUNTED[kind], count) for kind, count in found.kinds)
    return render_template("home/landing.html", landing=found, kinds=kinds)


def _home(who: Actor) -> str:
    session, now = db.session(), clock.now()
    holdings = queries.holdings(session, who.represents, cooperative.today(session))
    events = event_queries.upcoming(session, now).rows[:3]
    return render_template(
        "home/home.html",
        votes=open_votes_for(session, who.represents, now),
        discussed=motions(session, now, State.DISCUSSION).rows[:3],
        tasks=own_tasks(session, who, holdings) + community_tasks(session, who, holdings, now),
        events=events,
        coming={one for one, _ in event_queries.signed_up_among(session, [row.id for row in events], who.represents)},
        officers_tasks=officers_tasks(session, who, now)
        + bill_tasks(session, who)
        + report_tasks(session, who)
        + meeting_tasks(session, who, now)
        + desk_tasks(session, who, now)
        + roll_tasks(session, who),
        next_meeting=next(iter(to_come(session, now)), None),
        holdings=holdings,
        is_member=any(holding.member_number is not None for holding in holdings),
    )


def _person() -> UUID:
    person_id = actor().person_id
    if person_id is None:
        raise SignInNeeded
    return person_id
