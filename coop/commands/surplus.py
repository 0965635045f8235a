"""`coop surplus`: plans the surplus of a closed year, and posts the plan that the members carried."""

from uuid import UUID

import click

from coop.approvals import operations as approvals
from coop.books.surplus import operations as surplus_operations
from coop.books.surplus import queries as surplus_queries
from coop.books.surplus import words as surplus_words
from coop.books.surplus.acts import SURPLUS_POST, posting_of
from coop.books.surplus.forms import read_rate
from coop.books.surplus.queries import Stands
from coop.commands.context import OPERATOR, in_app, progress
from coop.commands.people import actors, two_people
from coop.database import db, write
from coop.errors import message_of
from coop.membership.patrons import patrons
from evidence.currencies import decimal_text
from ledger.surplus.models import Fallback
from ledger.surplus.plan import Plan, Rates, plan_of, plans_of
from ledger.surplus.preparing import basis_of
from ledger.surplus.schedule import Totals
from ledger.surplus.shares import check_rates, share_out
from ledger.years.closing import year_named


class Percent(click.ParamType[int]):
    """A rate in per cent with at most two decimals; gives hundredths of a per cent."""

    name = "percent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a rate."""
        try:
            return value if isinstance(value, int) else read_rate(str(value))
        except ValueError:
            self.fail(f"{value} is no rate; give one such as 20 or 12.5", param, ctx)


@click.group()
def surplus() -> None:
    """Plan the surplus of a closed year, and post what the members decided.

    \b
    Example:
      coop surplus plan 2026 --reserve 20 --fund 10 --cash 50
    """


@surplus.command()
@click.argument("name", metavar="YEAR")
@click.option("--reserve", required=True, type=Percent(), help="Of what came from members, to the general reserve.")
@click.option("--fund", required=True, type=Percent(), help="Of what came from members, to the community fund.")
@click.option("--cash", required=True, type=Percent(), help="Of each member's share, paid in money.")
@click.option(
    "--fallback",
    type=click.Choice([fallback.value for fallback in Fallback]),
    help="Where the surplus goes if no member did any business in the year.",
)
@click.option("--dry-run", is_flag=True, help="Show what these rates give, and keep nothing.")
@in_app
def plan(name: str, reserve: int, fund: int, cash: int, fallback: str | None, *, dry_run: bool) -> None:
    """Prepare a plan for the surplus of the fiscal year that ends in YEAR.

    It goes to the members by the agenda of a meeting; nothing is posted. Rates are in per cent.

    \b
    Example:
      coop surplus plan 2026 --reserve 20 --fund 10 --cash 50
    """
    session = db.session()
    year_id, rates = year_named(session, name).id, Rates(reserve, fund, cash)
    if_nobody = Fallback(fallback) if fallback else None
    if dry_run:
        check_rates(rates)
        basis = basis_of(session, year_id, dict(patrons(session)))
        shares = share_out(basis.result_minor, basis.business, rates, if_nobody)
        _print_steps(shares.totals, rates, if_nobody, basis.currency)
        click.echo(f"\n{len(shares.allocations)} members have a share. Nothing was kept.")
        return
    progress("planning ...")
    plan_id = write(
        lambda session: surplus_operations.prepare_plan(
            session, OPERATOR, year_id=year_id, rates=rates, fallback=if_nobody
        )
    )
    _print_plan(plan_of(db.session(), plan_id))


@surplus.command()
@click.argument("name", metavar="YEAR")
@click.option("--dry-run", is_flag=True, help="Show what would be posted, and post nothing.")
@two_people
@in_app
def post(name: str, *, dry_run: bool, prepared_by: str | None, approved_by: str | None) -> None:
    """Post the plan for the surplus of YEAR that the members carried, dated their decision.

    Without --dry-run it takes two people: a treasurer who prepares it and somebody of the board who approves it.

    \b
    Example:
      coop surplus post 2026 --dry-run
      coop surplus post 2026 --prepared-by hana@example.org --approved-by ana@example.org
    """
    chosen = _carried(year_named(db.session(), name).id)
    if dry_run:
        _print_what_is_posted(chosen)
        return
    prepared, approved = actors(prepared_by, approved_by, kind=SURPLUS_POST)
    progress("posting ...")
    write(
        lambda session: approvals.both(
            session, prepared, approved, kind=SURPLUS_POST, arguments=posting_of(session, chosen.id)
        )
    )
    click.echo(f"The surplus of the year to {chosen.heading.ends_on} is distributed by the plan {chosen.fingerprint}.")


def _carried(year_id: UUID) -> Plan:
    """Return the plan of a year that the members carried and that is not posted."""
    session = db.session()
    standings = [(plan, surplus_queries.standing_of(session, plan).stands) for plan in plans_of(session, year_id)]
    if any(stands is Stands.POSTED for _, stands in standings):
        raise click.ClickException("the surplus of this year is already distributed")
    for plan, stands in standings:
        if stands is Stands.CARRIED:
            return plan
    raise click.ClickException("the members have not carried a plan for this year")


def _print_what_is_posted(plan: Plan) -> None:
    session = db.session()
    for term, value in surplus_words.described(plan, surplus_queries.standing_of(session, plan)):
        click.echo(f"{term}: {value}")
    stale = surplus_queries.why_stale(session, plan)
    if stale is not None:
        raise click.ClickException(f"the plan is stale: {message_of(stale)}")
    surplus_operations.what_was_carried(session, plan.id)


def _print_plan(plan: Plan) -> None:
    _print_steps(plan.totals, plan.rates, plan.heading.fallback, plan.heading.currency)
    click.echo(f"\nplan         {plan.id}\nlines        {plan.line_count}\nfingerprint  {plan.fingerprint}")


def _print_steps(totals: Totals, rates: Rates, fallback: Fallback | None, currency: str) -> None:
    rows = [(step.what, step.amount_minor) for step in surplus_words.steps(totals, rates, fallback, currency)]
    rows += [("of which paid in money", totals.cash_minor), ("of which kept in members' names", totals.retained_minor)]
    width = max(len(what) for what, _ in rows)
    for what, amount_minor in rows:
        click.echo(f"{what:<{width}}  {decimal_text(amount_minor, currency):>16} {currency}")
