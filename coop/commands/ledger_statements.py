"""`coop ledger balance`, `income`, `sheet` and `cashflow`: the statements on a terminal and for other programs."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from coop import cooperative
from coop.commands.context import in_app
from coop.database import db
from ledger import comparatives
from ledger.comparatives import Against
from ledger.errors import DatesReversed
from ledger.export import balances
from ledger.export import statements as files
from ledger.statements import TrialBalance, balance_sheet, cash_flow_statement, income_statement, trial_balance
from ledger.statements.tables import Table, cash_table, income_table, sheet_table
from ledger.years.periods import fiscal_year_of

_BALANCES: dict[str, Callable[[TrialBalance], str]] = {
    "text": balances.as_text,
    "csv": balances.as_csv,
    "json": balances.as_json,
}
_DAY = click.DateTime(["%Y-%m-%d"])
_AT = click.option("--at", type=_DAY, metavar="DAY", help="The day, such as 2026-03-31. Default: today.")
_FROM = click.option(
    "--from", "starts_on", type=_DAY, metavar="DAY", help="First day. Default: that of the fiscal year."
)
_TO = click.option("--to", "ends_on", type=_DAY, metavar="DAY", help="Last day. Default: today.")
_FORMAT = click.option(
    "--format", "form", type=click.Choice(list(_BALANCES)), default="text", show_default=True, help="Format."
)
_COMPARE = click.option(
    "--compare",
    "against",
    type=click.Choice([one.value for one in Against]),
    help="What stands beside it. Default: the year before as text, nothing in a file.",
)


@click.command()
@_AT
@_FORMAT
@in_app
def balance(at: datetime | None, form: str) -> None:
    """Print every account's balance at the end of a day.

    \b
    Example:
      coop ledger balance --at 2026-03-31 --format csv
    """
    click.echo(_BALANCES[form](trial_balance(db.session(), _day_or_today(at))), nl=False)


@click.command()
@_FROM
@_TO
@_FORMAT
@_COMPARE
@in_app
def income(starts_on: datetime | None, ends_on: datetime | None, form: str, against: str | None) -> None:
    """Print the income statement between two days. The closing of a year is left out.

    As text, a statement that begins with a fiscal year has the year before beside it.

    \b
    Example:
      coop ledger income --from 2025-04-01 --to 2026-03-31
    """
    found = [income_statement(db.session(), *days) for days in _stretches(starts_on, ends_on, form, against)]
    _print(form, found, income_table, files.income_as_json)


@click.command()
@_AT
@_FORMAT
@_COMPARE
@in_app
def sheet(at: datetime | None, form: str, against: str | None) -> None:
    """Print the balance sheet at the end of a day. As text, the end of the fiscal year before stands beside it.

    \b
    Example:
      coop ledger sheet --at 2026-03-31 --format csv
    """
    session = db.session()
    days = comparatives.days(session, _day_or_today(at), _against(form, against))
    _print(form, [balance_sheet(session, day) for day in days], sheet_table, files.sheet_as_json)


@click.command()
@_FROM
@_TO
@_FORMAT
@_COMPARE
@in_app
def cashflow(starts_on: datetime | None, ends_on: datetime | None, form: str, against: str | None) -> None:
    """Print where the money came from and where it went between two days.

    As text, a statement that begins with a fiscal year has the year before beside it.

    \b
    Example:
      coop ledger cashflow --from 2025-04-01 --to 2026-03-31 --format json
    """
    found = [cash_flow_statement(db.session(), *days) for days in _stretches(starts_on, ends_on, form, against)]
    _print(form, found, cash_table, files.cash_as_json)


def _print(form: str, found: list[Any], table: Callable[[list[Any]], Table], as_json: Callable[..., str]) -> None:
    if form == "json":
        click.echo(as_json(*found), nl=False)
        return
    write = files.as_csv if form == "csv" else files.as_text
    click.echo(write(table(found)), nl=False)


def _stretches(
    starts_on: datetime | None, ends_on: datetime | None, form: str, against: str | None
) -> list[tuple[date, date]]:
    """Return the days that were asked for, the fiscal year up to today by default, and those they are compared with."""
    session, last = db.session(), _day_or_today(ends_on)
    year = fiscal_year_of(session, last)
    first = starts_on.date() if starts_on else year.starts_on if year is not None else last
    if last < first:
        raise DatesReversed
    return comparatives.stretches(session, first, last, _against(form, against))


def _against(form: str, against: str | None) -> Against:
    return Against(against) if against else Against.YEAR if form == "text" else Against.NOTHING


def _day_or_today(asked: datetime | None) -> date:
    return asked.date() if asked else cooperative.today(db.session())
