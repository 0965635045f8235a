"""The pages of the rules by which lines of the bank statement are suggested to be booked."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop.database import db, write
from coop.payments.bank import booking_rules
from coop.payments.bank.booking_rules import NewRule, RuleRow, bookable_accounts
from coop.payments.bank.pages import READERS, Answer, bank, blueprint, may_write, taxes
from coop.payments.bank.side_forms import RuleForm
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor


@blueprint.get("/rules")
@requires(*READERS)
def rules() -> str:
    """List the rules."""
    return render_template(
        "payments/bank_rules.html", rows=booking_rules.rules(db.session(), bank().code), may_write=may_write()
    )


@blueprint.get("/rules/new")
@requires(Power.TREASURER)
def new_rule() -> str:
    """Show the form of a rule."""
    return _page(RuleForm(bookable_accounts(db.session(), bank().code), taxes()))


@blueprint.post("/rules/new")
@requires(Power.TREASURER)
def add_rule() -> Answer:
    """Teach a rule."""
    who, code = actor(), bank().code
    return _save(
        lambda session, rule: booking_rules.add_rule(session, who, rule, bank=code),
        gettext("The rule is kept. It only suggests."),
    )


@blueprint.get("/rules/<uuid:rule_id>")
@requires(Power.TREASURER)
def edit_rule(rule_id: UUID) -> str:
    """Show a rule to be changed."""
    row = _rule(rule_id)
    direction = "in" if row.is_in else "out"
    data = {"words": row.words, "direction": direction, "account": row.account_code, "text": row.text}
    data["tax"] = row.tax or ""
    return _page(RuleForm(bookable_accounts(db.session(), bank().code), taxes(), formdata=None, data=data), rule_id)


@blueprint.post("/rules/<uuid:rule_id>")
@requires(Power.TREASURER)
def change_rule(rule_id: UUID) -> Answer:
    """Teach a rule otherwise."""
    who = actor()
    _rule(rule_id)
    return _save(
        lambda session, rule: booking_rules.change_rule(session, who, rule_id=rule_id, rule=rule),
        gettext("The rule is changed."),
        rule_id,
    )


@blueprint.post("/rules/<uuid:rule_id>/delete")
@requires(Power.TREASURER)
def delete_rule(rule_id: UUID) -> Response:
    """Forget a rule."""
    who = actor()
    _rule(rule_id)
    write(lambda session: booking_rules.delete_rule(session, who, rule_id=rule_id))
    flash(gettext("The rule is deleted. What was booked by it stays."), "success")
    return redirect(url_for("bank.rules"), 303)


def _rule(rule_id: UUID) -> RuleRow:
    row = booking_rules.rule(db.session(), rule_id)
    if row.bank_code != bank().code:
        raise NotFound
    return row


def _save(work: Callable[[Session, NewRule], object], done: str, rule_id: UUID | None = None) -> Answer:
    form = RuleForm(bookable_accounts(db.session(), bank().code), taxes())
    if form.validate_on_submit():
        rule = form.to_rule()
        with form.showing_refusals():
            write(lambda session: work(session, rule))
            flash(done, "success")
            return redirect(url_for("bank.rules"), 303)
    return _page(form, rule_id), form.status


def _page(form: RuleForm, rule_id: UUID | None = None) -> str:
    return render_template("payments/bank_rule.html", form=form, rule_id=rule_id)
