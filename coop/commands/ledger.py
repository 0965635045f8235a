"""`coop ledger`: the journal, the balances and the statements for other programs."""

from datetime import date, datetime
from pathlib import Path

import click

from coop.books.exports import operations as export_operations
from coop.commands.context import OPERATOR, in_app
from coop.commands.ledger_import import import_file
from coop.commands.ledger_statements import balance, cashflow, income, sheet
from ledger.export import FORMATS, Format

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

    A file is written whole or not at all. From the first to the last day of a closed year it is the one file that is kept of
    that year in that format.

    \b
    Example:
      coop ledger export --format beancount --from 2026-04-01 -o books.beancount
      bean-check books.beancount
    """
    pieces = export_operations.exported(OPERATOR, form, _day(starts_on), _day(ends_on)).pieces
    if output is None:
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            file.writelines(pieces)
        unfinished.replace(output)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)


for _command in (import_file, balance, income, sheet, cashflow):
    ledger.add_command(_command)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
