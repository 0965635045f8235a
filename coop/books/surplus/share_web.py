"""A member's page about their share of a year's surplus: what they get, how it came about, and how to check it."""

from uuid import UUID

from flask import Response, render_template, request, url_for

from coop.books.pages import READERS, blueprint
from coop.books.surplus import queries, words
from coop.books.surplus.queries import Standing, Stands
from coop.books.surplus.web import schedule_file
from coop.charts import bar_chart
from coop.database import db
from coop.payments.payouts.surplus_shares import paid_of_share
from coop.permissions import NotFound, requires
from coop.signed_in import act_for, actor
from ledger.surplus.plan import Plan


@blueprint.get("/as/<uuid:participant_id>/surplus")
@requires()
def my_surplus(participant_id: UUID) -> str:
    """Show a participant their share of a year's surplus, or why they have none."""
    act_for(participant_id)
    session = db.session()
    shown = queries.shown_to_members(session)
    chosen = _chosen(shown)
    if chosen is None:
        return render_template("books/my_surplus_none.html")
    plan, standing = chosen
    line, reasons = queries.own_line(session, plan, participant_id)
    joined_on = queries.joined_on(session, participant_id)
    return render_template(
        "books/my_surplus.html",
        plan=plan,
        standing=standing,
        line=line,
        reasons=reasons,
        is_member=joined_on is not None,
        steps=words.steps(plan.totals, plan.rates, plan.heading.fallback, plan.heading.currency),
        own_steps=words.own_steps(plan, line) if line else [],
        why_none="" if line else words.why_no_line(plan, joined_on),
        chart=bar_chart(words.where_it_goes(plan), plan.heading.currency),
        paid=paid_of_share(session, participant_id, plan.id) if line else [],
        is_posted=standing.stands is Stands.POSTED,
        sees_books=not actor().powers.isdisjoint(READERS),
        other_years=[
            {
                "label": words.year_of(other),
                "href": url_for("books.my_surplus", participant_id=participant_id, year=str(other.heading.ends_on)),
            }
            for other, _ in shown
            if other is not plan
        ],
        participant_id=participant_id,
        words=words,
        currency=plan.heading.currency,
    )


@blueprint.get("/as/<uuid:participant_id>/surplus/<uuid:plan_id>/schedule.json")
@requires()
def my_surplus_schedule(participant_id: UUID, plan_id: UUID) -> Response:
    """Return the schedule of a plan to a member: who decides on it, and has a line in it, checks it."""
    act_for(participant_id)
    if queries.joined_on(db.session(), participant_id) is None:
        raise NotFound
    for plan, _ in queries.shown_to_members(db.session()):
        if plan.id == plan_id:
            return schedule_file(plan)
    raise NotFound


def _chosen(shown: list[tuple[Plan, Standing]]) -> tuple[Plan, Standing] | None:
    """Return the plan of the year in the address, or of the latest year."""
    asked = request.args.get("year")
    return next((pair for pair in shown if str(pair[0].heading.ends_on) == asked), shown[0] if shown else None)
