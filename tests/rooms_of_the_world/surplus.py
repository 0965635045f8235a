"""The surplus in the world of the tests: a year before the founding's, closed, with a plan that members vote on and one that waits.

The books get an earlier year than the co-operative has members, so the plans are made with members' first days in that year; by the
register of today they are stale, which their pages say.
"""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.database import write
from coop.membership.models import Participant
from evidence.identifiers import new_id
from ledger import chart
from ledger.models import Account, FiscalYear, Period
from ledger.posting import Draft, Line, post
from ledger.surplus.models import Fallback
from ledger.surplus.plan import Patron, Rates, prepare
from ledger.years import periods
from ledger.years.closing import close_year
from tests import sharing_out
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Close a year of long ago, plan its surplus twice, and put one plan to the members."""
    write(lambda session: _year_of_long_ago(session, world))


def _year_of_long_ago(session: Session, world: World) -> None:
    year = _opened_before_all(session)
    patrons = []
    for name, amount_minor in (("board", 61_000), ("treasurer", 32_000)):
        party_ref = session.get_one(Participant, world.participants[name]).party_ref
        patrons.append(Patron(party_ref, year.starts_on))
        lines = [Line(chart.BANK, amount_minor), Line(chart.COACHING_INCOME, -amount_minor, party_ref)]
        post(session, Draft(year.starts_on, "Coaching", "sale", "NZD", lines, f"ago-{name}"), now=clock.now())
    lines = [Line(chart.BANK, 20_000), Line(chart.GRANT_INCOME, -20_000)]
    post(session, Draft(year.starts_on, "Grant", "manual", "NZD", lines, "ago-grant"), now=clock.now())
    close_year(session, year_id=year.id, today=cooperative.today(session), now=clock.now())
    plans = [
        prepare(session, year_id=year.id, rates=rates, patrons=whose, fallback=fallback, now=clock.now())
        for rates, whose, fallback in (
            (sharing_out.RATES, patrons, None),
            (Rates(2500, 1250, 0), [], Fallback.FUND),
        )
    ]
    sharing_out.put_to_members(session, plans[0])
    world.things["plan_id"] = [*plans, new_id()]
    world.things["year_id"] = [*world.things.get("year_id", []), year.id]


def _opened_before_all(session: Session) -> FiscalYear:
    first = session.scalars(select(FiscalYear).order_by(FiscalYear.starts_on).limit(1)).one()
    ends_on = first.starts_on - timedelta(days=1)
    year = FiscalYear(id=new_id(), starts_on=first.starts_on.replace(year=first.starts_on.year - 1), ends_on=ends_on)
    session.add(year)
    session.flush()
    months = periods.months_within(year.starts_on, ends_on)
    session.add_all(Period(id=new_id(), fiscal_year_id=year.id, starts_on=one, ends_on=last) for one, last in months)
    session.execute(update(Account).values(opened_on=year.starts_on))
    session.flush()
    return year


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of plans, and of members' shares."""
    voted_on, waiting = (f"/books/surplus/{plan_id}" for plan_id in world.things["plan_id"][:2])
    mine = {name: f"/as/{participant_id}" for name, participant_id in world.participants.items()}
    return {
        "books.surplus": [Address("treasurer", "/books/surplus"), Address("auditor", "/books/surplus")],
        "books.new_surplus_plan": [
            Address("treasurer", f"/books/surplus/years/{world.things['year_id'][-1]}/new"),
            Address("treasurer", f"/books/surplus/years/{new_id()}/new", 404),
        ],
        "books.surplus_plan": [
            Address("treasurer", voted_on),
            Address("board", f"{voted_on}?order=business"),
            Address("auditor", f"{voted_on}?q=zzzz"),
            Address("treasurer", waiting),
        ],
        "books.my_surplus": [
            Address(name, f"{mine[name]}/surplus") for name in ("treasurer", "board", "secretary", "newcomer")
        ],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    plan = f"/books/surplus/{world.things['plan_id'][0]}"
    own = f"/as/{world.participants['treasurer']}/surplus/{world.things['plan_id'][0]}"
    return [
        Address("auditor", f"{plan}/lines.csv"),
        Address("board", f"{plan}/schedule.json"),
        Address("treasurer", f"{own}/schedule.json"),
    ]


NO_PAGES = {"books.surplus_lines", "books.surplus_schedule", "books.my_surplus_schedule"}
