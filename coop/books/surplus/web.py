"""The pages of the surplus for officers: plans by year, a new plan, and one plan with every line."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyPrepared
from coop.approvals.queries import waiting_with
from coop.assembly.meetings.progress import on_agenda
from coop.assembly.solvency import solvency_of
from coop.books.forms import ConfirmForm
from coop.books.pages import READERS, Answer, blueprint, currency, trail
from coop.books.surplus import operations, queries, words
from coop.books.surplus.acts import SURPLUS_POST, posting_of
from coop.books.surplus.errors import CONFLICTS
from coop.books.surplus.forms import SurplusForm
from coop.books.surplus.queries import Order, Stands
from coop.charts import bar_chart
from coop.database import db, write
from coop.downloads import csv_file, download, streamed
from coop.errors import declare, message_of, show_on, status_of
from coop.membership.patrons import patrons
from coop.paging import pager, requested_page
from coop.permissions import Power, requires
from coop.signed_in import actor
from coop.texts import LONGEST_SEARCH
from evidence.currencies import decimal_text
from evidence.messages import Refusal
from ledger.surplus import errors as ledger_errors
from ledger.surplus.models import Fallback
from ledger.surplus.plan import Plan, Rates, plan_of, plans_of, schedule_of
from ledger.surplus.preparing import basis_of
from ledger.surplus.shares import Shares, check_rates, share_out

declare(409, *CONFLICTS, *ledger_errors.CONFLICTS)
declare(404, *ledger_errors.MISSING)

_COLUMNS = ("line", "member", "name", "business", "share", "paid", "kept")


@blueprint.get("/books/surplus")
@requires(*READERS)
def surplus() -> str:
    """Show each year's surplus, the plans for it, and what became of them."""
    return render_template(
        "books/surplus.html",
        years=queries.years(db.session()),
        may_plan=Power.TREASURER in actor().powers,
        currency=currency(),
        words=words,
        trail=trail((gettext("Surplus"), None)),
    )


@blueprint.get("/books/surplus/years/<uuid:year_id>/new")
@requires(Power.TREASURER)
def new_surplus_plan(year_id: UUID) -> str:
    """Show the form of a plan, with what there is to share."""
    return _plan_form(year_id, SurplusForm(data=SurplusForm.shown(_latest_rates(db.session()))))


@blueprint.post("/books/surplus/years/<uuid:year_id>/new")
@requires(Power.TREASURER)
def prepare_surplus_plan(year_id: UUID) -> Answer:
    """Prepare a plan, or show what the rates would give without keeping anything."""
    form, status = SurplusForm(), 422
    if form.validate():
        who, rates, fallback = actor(), form.to_rates(), form.to_fallback()
        try:
            if "try" in request.form:
                return _plan_form(year_id, form, _tried(year_id, rates, fallback))
            plan_id = write(
                lambda session: operations.prepare_plan(session, who, year_id=year_id, rates=rates, fallback=fallback)
            )
        except Refusal as refusal:
            if refusal.about is None:
                raise
            status = show_on(form, refusal)
        else:
            flash(gettext("The plan is prepared. It goes to the members by the agenda of a meeting."), "success")
            return redirect(url_for("books.surplus_plan", plan_id=plan_id), 303)
    return _plan_form(year_id, form), status


@blueprint.get("/books/surplus/<uuid:plan_id>")
@requires(*READERS)
def surplus_plan(plan_id: UUID) -> str:
    """Show a plan: how it stands, its totals, and every line with its name."""
    return _plan_page(plan_id, ConfirmForm())


@blueprint.post("/books/surplus/<uuid:plan_id>")
@requires(Power.TREASURER)
def prepare_surplus_posting(plan_id: UUID) -> Answer:
    """Prepare the posting of a plan that the members carried, for the board to approve."""
    who, form = actor(), ConfirmForm()
    if not form.validate():
        return _plan_page(plan_id, form), 422

    def work(session: Session) -> UUID:
        return approvals.prepare(session, who, kind=SURPLUS_POST, arguments=posting_of(session, plan_id))

    try:
        act_id = write(work)
    except AlreadyPrepared as refusal:
        flash(message_of(refusal), "message")
        return redirect(url_for("approvals.act", act_id=refusal.act_id), 303)
    except Refusal as refusal:
        form.form_errors.append(message_of(refusal))
        return _plan_page(plan_id, form), status_of(refusal)
    flash(gettext("The posting is prepared. It is done when somebody of the board approves it."), "success")
    return redirect(url_for("approvals.act", act_id=act_id), 303)


@blueprint.get("/books/surplus/<uuid:plan_id>/lines.csv")
@requires(*READERS)
def surplus_lines(plan_id: UUID) -> Response:
    """Return the lines of a plan with names, sorted and searched as on the page."""
    session = db.session()
    plan, (wanted, order) = plan_of(session, plan_id), _asked()
    code = plan.heading.currency
    rows = (
        (
            *(row.line_no, row.member_number or "", row.name or ""),
            *(
                decimal_text(amount, code)
                for amount in (row.patronage_minor, row.allocation_minor, row.cash_minor, row.retained_minor)
            ),
        )
        for row in queries.all_line_rows(session, plan_id, words=wanted, order=order)
    )
    return csv_file(f"surplus-{plan.heading.ends_on}-{plan.fingerprint[:8]}.csv", _COLUMNS, rows)


@blueprint.get("/books/surplus/<uuid:plan_id>/schedule.json")
@requires(*READERS)
def surplus_schedule(plan_id: UUID) -> Response:
    """Return the schedule that the fingerprint covers."""
    return schedule_file(plan_of(db.session(), plan_id))


def schedule_file(plan: Plan) -> Response:
    """Answer with a plan's schedule, byte for byte as its fingerprint covers it."""
    pieces = streamed(lambda session: schedule_of(session, plan))
    return download(pieces, f"surplus-{plan.heading.ends_on}-{plan.fingerprint[:8]}.json", "application/json")


def _latest_rates(session: Session) -> Rates | None:
    for row in queries.years(session):
        if row.plans:
            return row.plans[0][0].rates
    return None


def _tried(year_id: UUID, rates: Rates, fallback: Fallback | None) -> Shares:
    session = db.session()
    check_rates(rates)
    basis = basis_of(session, year_id, dict(patrons(session)))
    return share_out(basis.result_minor, basis.business, rates, fallback)


def _plan_form(year_id: UUID, form: SurplusForm, tried: Shares | None = None) -> str:
    session = db.session()
    basis = basis_of(session, year_id, dict(patrons(session)))
    return render_template(
        "books/surplus_form.html",
        form=form,
        basis=basis,
        business=basis.business,
        steps=words.steps(tried.totals, form.to_rates(), form.to_fallback(), basis.currency) if tried else [],
        tried=tried.totals if tried else None,
        currency=basis.currency,
        trail=trail((gettext("Surplus"), url_for("books.surplus")), (gettext("New plan"), None)),
    )


def _plan_page(plan_id: UUID, form: ConfirmForm) -> str:
    session = db.session()
    plan, (wanted, order) = plan_of(session, plan_id), _asked()
    standing = queries.standing_of(session, plan)
    stale = queries.why_stale(session, plan)
    part = queries.line_rows(session, plan_id, words=wanted, order=order, page=requested_page())
    is_carried = standing.stands is Stands.CARRIED
    return render_template(
        "books/surplus_plan.html",
        plan=plan,
        standing=standing,
        stale=message_of(stale) if stale else None,
        solvency=solvency_of(session, plan_id),
        placed=on_agenda(session, standing.motion_id) if standing.motion_id else None,
        is_director=Power.BOARD in actor().powers,
        steps=words.steps(plan.totals, plan.rates, plan.heading.fallback, plan.heading.currency),
        chart=bar_chart(words.where_it_goes(plan), plan.heading.currency),
        part=part,
        pager=pager(part),
        wanted=wanted,
        order=order.value,
        orders=[
            (Order.LINE.value, gettext("Line")),
            (Order.NAME.value, gettext("Name")),
            (Order.BUSINESS.value, gettext("Business, most first")),
        ],
        form=form,
        act_id=waiting_with(session, SURPLUS_POST, {"plan": plan_id}) if is_carried else None,
        may_prepare=is_carried and stale is None and Power.TREASURER in actor().powers,
        words=words,
        currency=plan.heading.currency,
        plan_count=len(plans_of(session, plan.year_id)),
        trail=trail((gettext("Surplus"), url_for("books.surplus")), (gettext("Plan"), None)),
    )


def _asked() -> tuple[str, Order]:
    """Return the words and the order in the address; nonsense is no words and the order of the lines."""
    chosen = request.args.get("order")
    order = next((order for order in Order if order.value == chosen), Order.LINE)
    return request.args.get("q", "")[:LONGEST_SEARCH], order
