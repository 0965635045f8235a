"""`coop ledger`: the journal and the balances for other programs."""

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
from ledger.export import FORMATS, Format, balances
from ledger.statements import TrialBalance, trial_balance

_BALANCES: dict[str, Callable[[TrialBalance], str]] = {
    "text": balances.as_text,
    "csv": balances.as_csv,
    "json": balances.as_json,
}
_DAY = click.DateTime(["%Y-%m-%d"])


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
@click.option("--format", "form", type=click.Choice(list(_BALANCES)), default="text", show_default=True, help="Format.")
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


def _write(pieces: Iterable[str], file: TextIO) -> None:
    file.writelines(pieces)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
