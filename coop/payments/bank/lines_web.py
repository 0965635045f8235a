"""The pages of the lines: their list, entering them, and saying which entry each one is."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import cooperative
from coop.books import queries as books
from coop.books import words
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import message_of, status_of
from coop.paging import pager, requested_page
from coop.payments.bank import lines as bank_lines
from coop.payments.bank import matching as bank_matching
from coop.payments.bank import queries as bank_queries
from coop.payments.bank.booking_rules import add_rule, bookable_accounts, rule_for, rules
from coop.payments.bank.forms import BankLineForm, ChosenForm, LinesForm, ReasonForm, StatementForm, day_of
from coop.payments.bank.pages import READERS, Answer, bank, blueprint, currency, may_write, taxes, told
from coop.payments.bank.queries import LineFilter, LineRow, State
from coop.payments.bank.reconciling import latest_statement, proof, reconciliation
from coop.payments.bank.suggesting import suggested
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from evidence.currencies import decimal_text
from evidence.messages import Refusal


@blueprint.get("")
@requires(*READERS)
def lines() -> Answer:
    """List the lines of the statement, and compare it with the books."""
    session, form = db.session(), LinesForm(formdata=request.args)
    valid = form.validate()
    wanted = form.to_filter(bank().code) if valid else LineFilter(bank().code)
    part = bank_queries.lines(session, wanted, page=requested_page())
    at = day_of(form, cooperative.today(session))
    latest = latest_statement(session, bank().code)
    asked: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in {"state", "text", "from", "to"} and valid
    }
    page = render_template(
        "payments/bank_lines.html",
        form=form,
        part=part,
        pager=pager(part),
        state=wanted.state.value,
        is_filtered=wanted != LineFilter(wanted.account, wanted.state),
        compared=reconciliation(session, wanted.account, at),
        latest=latest,
        proof=proof(session, latest) if latest else None,
        currency=currency(),
        may_write=may_write(),
        downloads=[{"label": gettext("Lines as CSV"), "href": url_for("bank.lines_csv", **asked)}],
    )
    return page, 200 if valid else 422


@blueprint.get("/lines.csv")
@requires(*READERS)
def lines_csv() -> Response:
    """Return the lines that match as a table."""
    form = LinesForm(formdata=request.args)
    wanted = form.to_filter(bank().code) if form.validate() else LineFilter(bank().code)
    rows = (
        (
            row.booked_on,
            decimal_text(row.amount_minor, row.currency),
            row.text or "",
            row.state.value,
            " ".join(map(str, row.entry_ids)),
        )
        for row in bank_queries.all_lines(db.session(), wanted)
    )
    columns = ("date", "amount", "text", "state", "entry")
    return csv_file(f"bank-lines-{wanted.account}-{wanted.state.value}.csv", columns, rows)


@blueprint.get("/entries")
@requires(*READERS)
def entries() -> str:
    """List the entries on the bank account that the statement does not show."""
    part = bank_queries.unmatched_entries(db.session(), bank().code, page=requested_page())
    return render_template(
        "payments/bank_entries.html",
        part=part,
        pager=pager(part),
        currency=currency(),
        words=words,
    )


@blueprint.get("/new")
@requires(Power.TREASURER)
def new_line() -> str:
    """Show the form of one line."""
    return _line_form(BankLineForm(data={"booked_on": cooperative.today(db.session())}))


@blueprint.post("/new")
@requires(Power.TREASURER)
def enter_line() -> Answer:
    """Enter one line."""
    form = BankLineForm()
    if form.validate_on_submit():
        who, code, line = actor(), bank().code, form.to_line()
        with form.showing_refusals():
            line_id = write(lambda session: bank_lines.enter_line(session, who, line, account=code))
            flash(gettext("The line is entered. Now say which entry it is."), "success")
            return redirect(url_for("bank.line", line_id=line_id), 303)
    return _line_form(form), form.status


@blueprint.get("/paste")
@requires(Power.TREASURER)
def paste() -> str:
    """Show where a statement is pasted, and in which form."""
    return render_template("payments/bank_paste.html", form=StatementForm())


@blueprint.post("/paste")
@requires(Power.TREASURER)
def paste_statement() -> Answer:
    """Enter the lines of a pasted statement: all or none."""
    form = StatementForm()
    if form.validate_on_submit():
        who, code, text = actor(), bank().code, form.to_text()
        with form.showing_refusals():
            taken = write(lambda session: bank_lines.paste_statement(session, who, text, account=code))
            flash(
                ngettext("%(num)s line entered.", "%(num)s lines entered.", taken.new)
                + (" " + gettext("%(known)s were there already.", known=taken.known) if taken.known else ""),
                "success" if taken.new else "message",
            )
            return redirect(url_for("bank.lines"), 303)
    return render_template("payments/bank_paste.html", form=form, problems=told(form.problems)), form.status


@blueprint.get("/<uuid:line_id>")
@requires(*READERS)
def line(line_id: UUID) -> str:
    """Show a line with the entry it is, or with what it may be."""
    row = _row(line_id)
    return _line_page(row, _reason_form(row))


@blueprint.post("/<uuid:line_id>/match")
@requires(Power.TREASURER)
def match(line_id: UUID) -> Answer:
    """Match a line with an entry."""
    who, form = actor(), ChosenForm()

    def work(session: Session) -> None:
        bank_matching.match(session, who, line_id=line_id, entry_id=form.to_id())

    return _settle(line_id, form, work)


@blueprint.post("/<uuid:line_id>/receive")
@requires(Power.TREASURER)
def receive(line_id: UUID) -> Answer:
    """Record a line as the receipt for a request."""
    who, form = actor(), ChosenForm()

    def work(session: Session) -> None:
        bank_matching.receive(session, who, line_id=line_id, request_id=form.to_id())

    return _settle(line_id, form, work)


@blueprint.post("/<uuid:line_id>/classify")
@requires(Power.TREASURER)
def classify(line_id: UUID) -> Answer:
    """Book what a line was for."""
    row = _row(line_id)
    form = ReasonForm(bookable_accounts(db.session(), row.account_code), taxes())
    if form.validate_on_submit():
        who, reason, remembered = actor(), form.to_reason(), form.to_rule(is_in=row.amount_minor > 0)

        def work(session: Session) -> None:
            bank_matching.classify(session, who, line_id=line_id, reason=reason)
            if remembered is not None:
                add_rule(session, who, remembered, bank=row.account_code)

        with form.showing_refusals():
            write(work)
            flash(gettext("The line is booked and matched."), "success")
            return redirect(url_for("bank.lines"), 303)
    return _line_page(_row(row.id), form), form.status


@blueprint.post("/<uuid:line_id>/unmatch")
@requires(Power.TREASURER)
def unmatch(line_id: UUID) -> Answer:
    """Take the match of a line back."""
    who = actor()
    return _change(
        line_id,
        lambda session: bank_matching.unmatch(session, who, line_id=line_id),
        gettext("The match is taken back. The entry stays in the books; reverse it if it was wrong."),
        url_for("bank.line", line_id=line_id),
    )


@blueprint.post("/<uuid:line_id>/remove")
@requires(Power.TREASURER)
def remove(line_id: UUID) -> Answer:
    """Take a line out that was entered by mistake."""
    who = actor()
    return _change(
        line_id,
        lambda session: bank_lines.remove_line(session, who, line_id=line_id),
        gettext("The line is removed and counts no longer."),
        url_for("bank.lines"),
    )


def _row(line_id: UUID) -> LineRow:
    row = bank_queries.line(db.session(), line_id)
    if row.account_code != bank().code:
        raise NotFound
    return row


def _settle(line_id: UUID, form: ChosenForm, work: Callable[[Session], None]) -> Answer:
    row = _row(line_id)
    if not form.validate():
        reason = _reason_form(row)
        reason.form_errors = [*form.chosen.errors, *form.form_errors]
        return _line_page(row, reason), 422
    return _change(line_id, work, gettext("The line is matched."), url_for("bank.lines"))


def _change(line_id: UUID, work: Callable[[Session], None], done: str, then: str) -> Answer:
    _row(line_id)
    try:
        write(work)
    except Refusal as refusal:
        row = _row(line_id)
        form = _reason_form(row)
        form.form_errors = [message_of(refusal)]
        return _line_page(row, form), status_of(refusal)
    flash(done, "success")
    return redirect(then, 303)


def _line_form(form: BankLineForm) -> str:
    return render_template("payments/bank_new.html", form=form, currency=currency())


def _line_page(row: LineRow, form: ReasonForm) -> str:
    session, may_settle = db.session(), may_write() and row.state is State.UNMATCHED
    entries, others = bank_queries.matched_with(session, row)
    return render_template(
        "payments/bank_line.html",
        row=row,
        state=row.state.value,
        form=form,
        matched_entries=entries,
        other_lines=others,
        suggestion=next(iter(suggested(session, row.account_code, [row])), None) if may_settle else None,
        entries=bank_matching.entries_for(session, row) if may_settle else [],
        requests=bank_matching.requests_for(session, row) if may_settle else [],
        parties=books.parties(session) if may_settle else [],
        may_settle=may_settle,
        needs_two=may_settle and bool(bank_matching.need_two(session, [row])),
        may_unmatch=may_write() and row.state is State.MATCHED,
        words=words,
    )


def _reason_form(row: LineRow) -> ReasonForm:
    """Return the form of what a line was for, filled in by the rule that fits."""
    session = db.session()
    rule = rule_for(rules(session, row.account_code), row)
    data = {"booked_on": row.booked_on, "text": rule.text if rule else row.text or "", "words": row.text or ""}
    if rule is not None:
        data |= {"account": rule.account_code, "tax": rule.tax or ""}
    return ReasonForm(bookable_accounts(session, row.account_code), taxes(), formdata=None, data=data)
