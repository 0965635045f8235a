"""Pages of one's second factor, and the one on which officers prepare the reset of somebody's lost one."""

from functools import wraps
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext
from flask_login import current_user
from flask_security.utils import check_and_update_authn_fresh
from werkzeug.wrappers import Response

from coop import clock, cooperative
from coop.database import db, write
from coop.forms import choices
from coop.identity import factor_operations, second_factor
from coop.identity.accounts import FRESHNESS, begun_with_factor
from coop.identity.forms import POWER_LABELS, FactorForm, ResetForm
from coop.identity.models import Person
from coop.identity.pictures import qr_code
from coop.identity.powers import powers_of
from coop.permissions import Power, SignInNeeded, View, requires
from coop.signed_in import actor

blueprint = Blueprint("factor", __name__)

Page = str | Response | tuple[str, int]

RESETTERS = (Power.ADMINISTRATOR, Power.SECRETARY)
#: Where the cookie keeps a secret that nobody has shown a code of yet: for whom, and encrypted.
_NEW = "new_factor"


def fresh(view: View) -> View:
    """Ask for the password again, unless it was typed a short while ago."""

    @wraps(view)
    def wrapped(*arguments: Any, **values: Any) -> Any:
        if check_and_update_authn_fresh(FRESHNESS, FRESHNESS):
            return view(*arguments, **values)
        flash(gettext("Please enter your password again."), "message")
        back = request.path if request.method == "GET" else url_for("factor.overview")
        return redirect(url_for("security.verify", next=back), 303)

    return wrapped  # type: ignore[return-value]


@blueprint.get("/account/second-factor")
@requires()
def overview() -> str:
    """Show whether there is a second factor, what it is for, and what can be done about it."""
    session, person = db.session(), _me()
    today = cooperative.today(session)
    held = powers_of(session, person.id, today)
    return render_template(
        "identity/factor.html",
        has_factor=second_factor.has_factor(person),
        is_readable=second_factor.is_readable(person.tf_totp_secret),
        codes_left=len(person.mf_recovery_codes or ()),
        powers=", ".join(sorted(gettext(POWER_LABELS[power]) for power in held)),
        rests=bool(actor().withheld),
        begun_with_factor=begun_with_factor(),
    )


@blueprint.route("/account/second-factor/set-up", methods=["GET", "POST"])
@requires()
@fresh
def set_up() -> Page:
    """Show a new secret and take it over once a code of it was entered."""
    person, who, form = _me(), actor(), FactorForm()
    codes, secret, status = second_factor.totp(), _new_secret(person), 200
    if request.method == "POST":
        status = 422
        step = codes.step_of(secret, form.to_code()) if form.validate() else None
        if step is not None:
            shown, token, now = second_factor.new_recovery_codes(), str(cookie["token"]), clock.now()
            digests = [second_factor.digest_of(code) for code in shown]
            write(
                lambda session: factor_operations.set_up(
                    session, who, secret=secret, step=step, codes=digests, token=token, now=now
                )
            )
            cookie.pop(_NEW)
            return _codes_page(shown, gettext("Your second factor is set up. Sessions elsewhere have ended."))
        if not form.errors:
            form.code.errors = [gettext("This is not the code of the moment. Wait for the next one and type it.")]
    name = cooperative.current(db.session()).name
    return render_template(
        "identity/factor_set_up.html",
        form=form,
        picture=qr_code(codes.uri(secret, label=person.email, issuer=name)),
        secret=codes.text_of(secret),
        renews=second_factor.has_factor(person),
    ), status


@blueprint.post("/account/second-factor/codes")
@requires()
@fresh
def new_codes() -> Page:
    """Make new recovery codes and show them, once."""
    who, shown = actor(), second_factor.new_recovery_codes()
    digests = [second_factor.digest_of(code) for code in shown]
    write(lambda session: factor_operations.renew_codes(session, who, codes=digests))
    return _codes_page(shown, gettext("These take the place of all earlier ones."))


@blueprint.post("/account/second-factor/remove")
@requires()
@fresh
def remove() -> Page:
    """Remove one's second factor."""
    who, token, now = actor(), str(cookie["token"]), clock.now()
    write(lambda session: factor_operations.remove(session, who, token=token, now=now))
    flash(gettext("The second factor is removed. Sessions elsewhere have ended."), "success")
    return redirect(url_for("factor.overview"), 303)


@blueprint.route("/second-factors/reset", methods=["GET", "POST"])
@requires(*RESETTERS)
def reset() -> Page:
    """Prepare the reset of a second factor that somebody lost; another person approves it."""
    form, who = ResetForm(), actor()
    people = factor_operations.people_with_factor(db.session())
    form.person.choices = choices((str(one), name) for one, name in people if one != who.person_id)
    if form.validate_on_submit():
        asked = form.to_reset()
        with form.showing_refusals():
            act_id = write(
                lambda session: factor_operations.prepare_reset(
                    session, who, person_id=asked.person_id, reason=asked.reason
                )
            )
            flash(gettext("Prepared. The factor is reset when a second person approves it."), "success")
            return redirect(url_for("approvals.act", act_id=act_id), 303)
    return render_template("identity/reset_factor.html", form=form), form.status


def _me() -> Person:
    person = current_user._get_current_object()
    if not isinstance(person, Person):
        raise SignInNeeded
    return person


def _new_secret(person: Person) -> str:
    """Return the secret that is being set up: the same one until a code of it was entered, so that a page can be reloaded."""
    kept = cookie.get(_NEW)
    if isinstance(kept, list) and kept[0] == str(person.id) and second_factor.is_readable(kept[1]):
        return str(kept[1])
    secret: str = second_factor.totp().generate_totp_secret()
    cookie[_NEW] = [str(person.id), secret]
    return secret


def _codes_page(codes: list[str], said: str) -> str:
    return render_template("identity/recovery_codes.html", codes=codes, said=said)
