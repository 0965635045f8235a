"""The pages of the accounts of a closed year: what the board approves and directors sign, and the reviewer's report."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.permissions import NotFound, Power, requires
from coop.reports import accounts, reviews
from coop.reports.blocks import Block, Column, Table
from coop.reports.blueprint import READERS, blueprint
from coop.reports.compose import statements_of
from coop.reports.content import Year
from coop.reports.forms import ApprovalForm, ReviewForm, SeenForm
from coop.reports.outline.accounts import balance_sheet, income_statement
from coop.reports.pages import report_values
from coop.reports.statements import YearAccounts, accounts_of
from coop.signed_in import actor, me

Answer = str | Response | tuple[str, int]


@blueprint.get("/years/<uuid:year_id>/accounts")
@requires()
def year_accounts(year_id: UUID) -> Answer:
    """Show the accounts of a closed year: to officers before they are approved, to everybody who is signed in afterwards."""
    found = accounts_of(db.session(), year_id)
    today = cooperative.today(db.session())
    return _accounts_page(found, ApprovalForm(formdata=None, data={"seen": found.digest, "decided_on": today}))


@blueprint.post("/years/<uuid:year_id>/accounts")
@requires(Power.BOARD)
def approve_accounts(year_id: UUID) -> Answer:
    """Record that the board approved the accounts."""
    who, form = actor(), ApprovalForm()
    if form.validate_on_submit():
        asked = form.to_approval()
        with form.showing_refusals():
            write(
                lambda session: accounts.approve_accounts(
                    session, who, year_id=year_id, decided_on=asked.decided_on, minute=asked.minute, seen=asked.seen
                )
            )
            flash(gettext("The approval is recorded. Now two directors sign, each with their own button."), "success")
            return redirect(url_for("reports.year_accounts", year_id=year_id), 303)
    found = accounts_of(db.session(), year_id)
    # What was seen is gone from the page; whoever goes on has seen what stands on it now.
    form.seen.data = found.digest
    return _accounts_page(found, form), form.status


@blueprint.post("/years/<uuid:year_id>/accounts/sign")
@requires(Power.BOARD)
def sign_accounts(year_id: UUID) -> Answer:
    """Sign the accounts as a director."""
    who, form = actor(), SeenForm()
    seen = form.to_seen() if form.validate() else ""
    write(lambda session: accounts.sign_accounts(session, who, year_id=year_id, seen=seen))
    flash(gettext("You have signed the accounts."), "success")
    return redirect(url_for("reports.year_accounts", year_id=year_id), 303)


@blueprint.get("/years/<uuid:year_id>/review")
@requires(*READERS)
def review(year_id: UUID) -> Answer:
    """Show the reviewer's report and, to the reviewer, the form to write it."""
    session = db.session()
    found, last, person = accounts_of(session, year_id), reviews.review_of(session, year_id), me()
    values = {
        "seen": found.digest,
        "conclusion": last.conclusion.value if last else None,
        "text": last.text if last else "",
        "signed_as": last.signed_as if last else person.name if person else "",
    }
    return _review_page(found, ReviewForm(formdata=None, data=values))


@blueprint.post("/years/<uuid:year_id>/review")
@requires(Power.AUDITOR)
def write_review(year_id: UUID) -> Answer:
    """Write a version of the reviewer's report."""
    who, form = actor(), ReviewForm()
    if form.validate_on_submit():
        written, seen = form.to_review(), form.to_seen()
        with form.showing_refusals():
            write(lambda session: reviews.write_review(session, who, year_id=year_id, review=written, seen=seen))
            flash(gettext("Your report stands. The next edition of the annual report carries it."), "success")
            return redirect(url_for("reports.review", year_id=year_id), 303)
    return _review_page(accounts_of(db.session(), year_id), form), form.status


def _accounts_page(found: YearAccounts, form: ApprovalForm) -> str:
    session, who = db.session(), actor()
    approval = accounts.approval_of(session, found.year.id)
    is_officer = not who.powers.isdisjoint(READERS)
    if approval is None and not is_officer:
        raise NotFound
    on_board = Power.BOARD in who.powers
    has_signed = approval is not None and any(one.person_id == who.person_id for one in approval.signed)
    return render_template(
        "reports/accounts.html",
        accounts=found,
        blocks=_blocks(session, found),
        approval=approval,
        review=reviews.review_that_stands(session, found),
        signers=accounts.SIGNERS,
        form=form,
        is_officer=is_officer,
        may_approve=on_board and approval is None,
        may_sign=on_board and approval is not None and not has_signed,
        **report_values(None),
    )


def _blocks(session: Session, found: YearAccounts) -> tuple[Block, ...]:
    currency, year = found.trial.currency, found.year
    named = Year(str(year.ends_on.year), year.starts_on, year.ends_on)
    statements = statements_of(session, found)
    columns = (
        Column(gettext("Account"), "head"),
        Column(gettext("Debit"), "money"),
        Column(gettext("Credit"), "money"),
    )
    rows = tuple(
        (f"{row.code} {row.name}", row.debit_minor or None, row.credit_minor or None) for row in found.trial.rows
    )
    foot = (gettext("Total"), found.trial.debit_minor, found.trial.credit_minor)
    trial = Table("trial-balance", gettext("Trial balance after the closing"), columns, rows, currency, foot)
    return (income_statement(statements, named, currency), balance_sheet(statements, named, currency), trial)


def _review_page(found: YearAccounts, form: ReviewForm) -> str:
    return render_template(
        "reports/review.html",
        accounts=found,
        versions=reviews.versions(db.session(), found.year.id),
        form=form,
        may_write=Power.AUDITOR in actor().powers,
        **report_values(None),
    )
