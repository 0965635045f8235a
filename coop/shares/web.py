"""A member's shares, the share register, and issuing what is paid."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.assembly.bylaws import in_force
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import declare
from coop.forms import read_day
from coop.membership.queries import membership
from coop.permissions import NotFound, Power, requires
from coop.shares import capital, errors, operations, queries
from coop.shares.forms import BuyForm, CapitalForm, IssueForm
from coop.signed_in import act_for, actor
from evidence.currencies import decimal_text

blueprint = Blueprint("shares", __name__)

declare(409, *errors.CONFLICTS)

_READERS = (Power.SECRETARY, Power.BOARD, Power.TREASURER, Power.AUDITOR)
_ISSUERS = (Power.SECRETARY, Power.BOARD)

Answer = str | Response | tuple[str, int]


@blueprint.get("/as/<uuid:participant_id>/shares")
@requires()
def shares(participant_id: UUID) -> str:
    """Show what a member holds, has asked for and may still buy."""
    act_for(participant_id)
    return _shares_page(participant_id, BuyForm())


@blueprint.post("/as/<uuid:participant_id>/shares")
@requires()
def buy(participant_id: UUID) -> Answer:
    """Subscribe for more shares."""
    who, form = act_for(participant_id), BuyForm()
    if form.validate_on_submit():
        quantity = form.to_quantity()
        with form.showing_refusals(but=(errors.NotAMember,)):
            write(lambda session: operations.buy(session, who, participant_id=participant_id, quantity=quantity))
            flash(
                gettext("Thank you. Pay with the reference below; the shares are issued when it has arrived."),
                "success",
            )
            return redirect(url_for("shares.shares", participant_id=participant_id), 303)
    return _shares_page(participant_id, form), form.status


@blueprint.get("/as/<uuid:participant_id>/shares/certificate")
@requires()
def certificate(participant_id: UUID) -> str:
    """Show a member's shares as a page to print."""
    act_for(participant_id)
    session = db.session()
    standing = membership(session, participant_id)
    if standing.member_id is None:
        raise NotFound
    today = cooperative.today(session)
    return render_template(
        "shares/certificate.html",
        standing=standing,
        participant_id=participant_id,
        events=queries.events_of(session, standing.member_id),
        held=queries.holding(session, standing.member_id, today),
        today=today,
    )


@blueprint.get("/shares/register")
@requires(*_READERS)
def register() -> str:
    """Show the share register as of a day."""
    at, problem = _requested_day()
    found = queries.register(db.session(), at=at, currency=cooperative.current(db.session()).currency)
    return render_template("shares/register.html", register=found, problem=problem)


@blueprint.get("/shares/register.csv")
@requires(*_READERS)
def register_file() -> Response:
    """Download the share register as of a day."""
    at, _ = _requested_day()
    found = queries.register(db.session(), at=at, currency=cooperative.current(db.session()).currency)
    return csv_file(
        f"share-register-{at.isoformat()}.csv",
        ["number", "name", "class", "shares", "paid", "currency", "since"],
        (
            (
                row.number,
                row.name,
                row.class_name,
                row.shares,
                decimal_text(row.amount_minor, found.currency),
                found.currency,
                row.since.isoformat(),
            )
            for row in found.rows
        ),
    )


@blueprint.get("/shares/classes")
@requires(*_READERS)
def classes() -> str:
    """Show the classes of members with the account that holds the share capital of each."""
    return render_template(
        "shares/classes.html",
        rows=capital.class_rows(db.session()),
        may_choose=Power.TREASURER in actor().powers,
        currency=cooperative.current(db.session()).currency,
    )


@blueprint.get("/shares/classes/<uuid:class_id>/account")
@requires(Power.TREASURER)
def class_account(class_id: UUID) -> str:
    """Show what choosing another account for the share capital of a class would move."""
    return _account_page(class_id, _capital_form(class_id))


@blueprint.post("/shares/classes/<uuid:class_id>/account")
@requires(Power.TREASURER)
def choose_account(class_id: UUID) -> Answer:
    """Let the share capital of a class stand on another account."""
    form = _capital_form(class_id)
    if form.validate_on_submit():
        who, account = actor(), form.to_account()
        with form.showing_refusals():
            write(lambda session: capital.choose_account(session, who, class_id=class_id, account=account))
            flash(gettext("The share capital of this class stands on account %(code)s.", code=account), "success")
            return redirect(url_for("shares.classes"), 303)
    return _account_page(class_id, form), form.status


@blueprint.get("/shares/to-issue")
@requires(*_READERS)
def to_issue() -> str:
    """List the subscriptions that are paid and wait to be issued."""
    return _to_issue_page(IssueForm())


@blueprint.post("/shares/to-issue")
@requires(*_ISSUERS)
def issue() -> Answer:
    """Issue one subscription, or all that the page listed."""
    who, form = actor(), IssueForm()
    if form.validate_on_submit():
        wanted = form.to_subscriptions()
        with form.showing_refusals():
            issued = write(lambda session: operations.issue(session, who, subscription_ids=wanted))
            done = ngettext("Issued. The register is up to date.", "%(num)s issues are in the register.", len(issued))
            flash(done, "success")
            return redirect(url_for("shares.to_issue"), 303)
    return _to_issue_page(form), form.status


def _requested_day() -> tuple[date, str]:
    """Return the day in the address, or today and what is wrong with it."""
    today = cooperative.today(db.session())
    text = request.args.get("at", "")
    if not text:
        return today, ""
    try:
        day = read_day(text)
    except ValueError:
        return today, gettext("Enter a date as year-month-day, such as 2026-03-31. This is the register of today.")
    if day > today:
        return today, gettext("That day has not come. This is the register of today.")
    return day, ""


def _shares_page(participant_id: UUID, form: BuyForm) -> str:
    session = db.session()
    standing = membership(session, participant_id)
    bylaws = in_force(session, cooperative.today(session)).bylaws
    held = queries.holding(session, standing.member_id, cooperative.today(session)) if standing.member_id else 0
    left = max(bylaws.most_shares - queries.shares_taken(session, participant_id), 0)
    subscriptions = queries.subscriptions_of(session, participant_id)
    return render_template(
        "shares/shares.html",
        form=form,
        participant_id=participant_id,
        standing=standing,
        bylaws=bylaws,
        held=held,
        left=left,
        events=queries.events_of(session, standing.member_id) if standing.member_id else [],
        waiting=[row for row in subscriptions if row.issued_on is None],
        may_buy=standing.member_id is not None and bylaws.share_price_minor is not None and left > 0,
    )


def _capital_form(class_id: UUID) -> CapitalForm:
    return CapitalForm(capital.accounts_for(db.session(), class_id))


def _account_page(class_id: UUID, form: CapitalForm) -> str:
    return render_template(
        "shares/class_account.html",
        form=form,
        row=capital.class_row(db.session(), class_id),
        currency=cooperative.current(db.session()).currency,
    )


def _to_issue_page(form: IssueForm) -> str:
    rows = queries.to_issue(db.session())
    return render_template(
        "shares/to_issue.html",
        form=form,
        rows=rows,
        all_ids=" ".join(str(row.id) for row in rows),
        may_issue=not actor().powers.isdisjoint(_ISSUERS),
        currency=cooperative.current(db.session()).currency,
    )
