"""Tax, cost centres and the budget in the world of the tests: codes and a return, a small tree, and a year that is planned."""

from flask import Flask
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.database import write
from evidence.identifiers import new_id
from ledger import chart, cost_centres
from ledger.budgets import amounts
from ledger.drafts import Line
from ledger.posting import Draft, post
from ledger.tax import codes
from ledger.tax.arithmetic import taxed_lines
from ledger.years import periods
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Install the tax codes, add cost centres, sell and buy something, and plan the year."""
    write(lambda session: _planned(session, world))


def _planned(session: Session, world: World) -> None:
    today = cooperative.today(session)
    codes.install_new_zealand(session)
    for code, parent in (("services", None), ("coaching", "services"), ("old", None)):
        cost_centres.add(session, code=code, name=code.title(), parent=parent)
    for line in (
        Line(chart.COACHING_INCOME, -23_000, cost_centre="coaching", tax="GST15-S"),
        Line(chart.HOSTING, 4_600, cost_centre="services", tax="GST15-P"),
    ):
        lines = [*taxed_lines(line, 1500, is_included=True), Line(chart.BANK, -line.amount_minor)]
        key = f"planning-{line.account}"
        post(session, Draft(today, "With tax", "manual", "NZD", lines, key, reference="INV-7"), now=clock.now())
    cost_centres.close(session, "old", closed_on=today)
    year = periods.fiscal_year_of(session, today)
    assert year is not None
    months = periods.periods_of(session, year.id)
    amounts.plan_account(session, year.id, chart.COACHING_INCOME, amounts.spread(120_000, months))
    world.things["budget_year_id"] = [year.id]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of tax, of cost centres and of the budget."""
    budget = f"/books/budget/{world.things['budget_year_id'][0]}"
    days = f"from={world.now.year}-01-01&to={world.now.year}-12-31"
    postings = f"/books/tax/return/postings?{days}"
    return {
        "books.tax": [Address("treasurer", "/books/tax"), Address("auditor", "/books/tax")],
        "books.new_tax_code": [Address("treasurer", "/books/tax/new")],
        "books.new_tax_rate": [
            Address("treasurer", "/books/tax/codes/GST15-S/rate"),
            Address("treasurer", "/books/tax/codes/nothing/rate", 404),
        ],
        "books.tax_registration": [Address("treasurer", "/books/tax/registration")],
        "books.tax_return": [
            Address("treasurer", f"/books/tax/return?{days}"),
            Address("auditor", "/books/tax/return"),
        ],
        "books.tax_postings": [
            Address("treasurer", f"{postings}&box=5"),
            Address("auditor", f"{postings}&code=GST15-P&part=tax"),
            Address("board", f"{postings}&outside=1"),
            Address("board", f"{postings}&box=99", 404),
            Address("board", "/books/tax/return/postings", 404),
        ],
        "books.cost_centre_list": [
            Address("treasurer", "/books/cost-centres"),
            Address("auditor", "/books/cost-centres"),
        ],
        "books.new_cost_centre": [Address("treasurer", "/books/cost-centres/new")],
        "books.cost_centre": [
            Address("treasurer", "/books/cost-centres/coaching"),
            Address("treasurer", "/books/cost-centres/old"),
            Address("treasurer", "/books/cost-centres/nothing", 404),
        ],
        "books.journal_list": [Address("treasurer", "/books/journal?cost_centre=services&reference=INV-7")],
        "books.budget": [Address("treasurer", "/books/budget"), Address("auditor", "/books/budget?part=quarter-1")],
        "books.account_budget": [
            Address("treasurer", f"{budget}/accounts/{chart.COACHING_INCOME}"),
            Address("auditor", f"{budget}/accounts/{chart.HOSTING}"),
            Address("auditor", f"{budget}/accounts/{chart.BANK}", 404),
            Address("auditor", f"/books/budget/{new_id()}/accounts/{chart.HOSTING}", 404),
        ],
        "books.fill_budget": [Address("treasurer", f"{budget}/fill")],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    return [
        Address("auditor", "/books/tax/return.csv"),
        Address("board", "/books/cost-centres.csv"),
        Address("treasurer", "/books/budget.csv"),
    ]


NO_PAGES = {"books.tax_return_csv", "books.cost_centres_csv", "books.budget_csv"}
