"""`coop ledger`: the journal, the balances and the statements for other programs."""

import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

import click

from coop import cooperative
from coop.books.snapshot import exported
from coop.commands.context import in_app
from coop.database import db
from ledger import comparatives
from ledger.errors import DatesReversed
from ledger.export import FORMATS, Format, balances
from ledger.export import statements as files
from ledger.periods import fiscal_year_of
from ledger.statements import TrialBalance, balance_sheet, income_statement, trial_balance

_BALANCES: dict[str, Callable[[TrialBalance], str]] = {
    "text": balances.as_text,
    "csv": balances.as_csv,
    "json": balances.as_json,
}
_DAY = click.DateTime(["%Y-%m-%d"])
_FORMAT = click.option(
    "--format", "form", type=click.Choice(list(_BALANCES)), default="text", show_default=True, help="Format."
)


@click.group()
def ledger() -> None:
    """Write the books for other programs.

    \b
    Example:
      coop ledger export --format hledger -o books.journal
    """


@ledger.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True, help="File format.")
@click.option("--from", "starts_on", type=_DAY, metavar="DAY", help="First day, such as 2026-04-01.")
@click.option("--to", "ends_on", type=_DAY, metavar="DAY", help="Last day. Default: the last entry.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File. Default: standard output.")
@in_app
def export(form: Format, starts_on: datetime | None, ends_on: datetime | None, output: Path | None) -> None:
    """Export the journal, with opening balances where a first day is given.

    A file is written whole or not at all.

    \b
    Example:
      coop ledger export --format beancount --from 2026-04-01 -o books.beancount
      bean-check books.beancount
    """
    pieces = exported(form, _day(starts_on), _day(ends_on))
    if output is None:
        _write(pieces, sys.stdout)
        return
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            _write(pieces, file)
        unfinished.replace(output)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)


@ledger.command()
@click.option("--at", type=_DAY, metavar="DAY", help="The day, such as 2026-03-31. Default: today.")
@_FORMAT
@in_app
def balance(at: datetime | None, form: str) -> None:
    """Print every account's balance at the end of a day.

    \b
    Example:
      coop ledger balance --at 2026-03-31 --format csv
    """
    session = db.session()
    day = _day(at) or cooperative.today(session)
    click.echo(_BALANCES[form](trial_balance(session, day)), nl=False)


@ledger.command()
@click.option("--from", "starts_on", type=_DAY, metavar="DAY", help="First day. Default: that of the fiscal year.")
@click.option("--to", "ends_on", type=_DAY, metavar="DAY", help="Last day. Default: today.")
@_FORMAT
@in_app
def income(starts_on: datetime | None, ends_on: datetime | None, form: str) -> None:
    """Print the income statement between two days. The closing of a year is left out.

    As text, a statement that begins with a fiscal year has the year before beside it.

    \b
    Example:
      coop ledger income --from 2025-04-01 --to 2026-03-31
    """
    session = db.session()
    last = _day(ends_on) or cooperative.today(session)
    year = fiscal_year_of(session, last)
    first = _day(starts_on) or (year.starts_on if year is not None else last)
    if last < first:
        raise DatesReversed
    if form == "text":
        stretches = comparatives.stretches(session, first, last)
        click.echo(files.income_as_text([income_statement(session, *days) for days in stretches]), nl=False)
        return
    write = files.income_as_csv if form == "csv" else files.income_as_json
    click.echo(write(income_statement(session, first, last)), nl=False)


@ledger.command()
@click.option("--at", type=_DAY, metavar="DAY", help="The day, such as 2026-03-31. Default: today.")
@_FORMAT
@in_app
def sheet(at: datetime | None, form: str) -> None:
    """Print the balance sheet at the end of a day. As text, the end of the fiscal year before stands beside it.

    \b
    Example:
      coop ledger sheet --at 2026-03-31 --format csv
    """
    session = db.session()
    day = _day(at) or cooperative.today(session)
    if form == "text":
        days = comparatives.days(session, day)
        click.echo(files.sheet_as_text([balance_sheet(session, one) for one in days]), nl=False)
        return
    write = files.sheet_as_csv if form == "csv" else files.sheet_as_json
    click.echo(write(balance_sheet(session, day)), nl=False)


def _write(pieces: Iterable[str], file: TextIO) -> None:
    file.writelines(pieces)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
