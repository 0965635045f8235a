"""`coop year`: closes a fiscal year in the names of two people, or shows what that would do."""

from uuid import UUID

import click
from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.books import closing, closing_words
from coop.books.acts import YEAR_CLOSE
from coop.commands.context import in_app
from coop.commands.people import actors, two_people
from coop.database import db, write
from evidence.currencies import decimal_text
from ledger.closing import year_named

_STATES = {"done": "done", "open": "OPEN", "note": "note"}


@click.group()
def year() -> None:
    """Close fiscal years.

    \b
    Example:
      coop year close 2026 --dry-run
    """


@year.command()
@click.argument("name", metavar="YEAR")
@click.option("--dry-run", is_flag=True, help="Show the checklist and what would be booked, and change nothing.")
@two_people
@in_app
def close(name: str, *, dry_run: bool, prepared_by: str | None, approved_by: str | None) -> None:
    """Close the fiscal year that ends in YEAR: book its result, lock its months.

    Without --dry-run it takes two people: a treasurer who prepares it and somebody of the board who approves it. With
    something open nothing is done, and the exit code is 1.

    \b
    Example:
      coop year close 2026 --dry-run
      coop year close 2026 --prepared-by hana@example.org --approved-by ana@example.org
    """
    year_id = year_named(db.session(), name).id
    if dry_run:
        _show(year_id)
        return
    prepared, approved = actors(prepared_by, approved_by, kind=YEAR_CLOSE)

    def work(session: Session) -> None:
        closing.need_ready(session, year_id)
        arguments = closing.what_is_closed(session, year_id)
        approvals.both(session, prepared, approved, kind=YEAR_CLOSE, arguments=arguments)

    write(work)
    found = closing.prospect(db.session(), year_id)
    click.echo(f"The year to {found.year.ends_on} is closed. {closing_words.result(found)}.")


def _show(year_id: UUID) -> None:
    """Print the checklist and the closing entry; end with exit code 1 if something is open."""
    session = db.session()
    found = closing.prospect(session, year_id)
    if found.closing is not None:
        raise click.ClickException(f"the year to {found.year.ends_on} is already closed")
    for row in closing_words.checklist(found):
        click.echo(f"{_STATES[row.state]:<6}{row.label}" + (f": {row.text}" if row.text else ""))
    click.echo(f"\n{closing_words.result(found)}, {found.months_to_lock} months to lock\n")
    lines = closing_words.closing_lines(session, found)
    width = max((len(f"{code} {account}") for code, account, _ in lines), default=0)
    for code, account, amount_minor in lines:
        sides = [decimal_text(side, found.currency) if side > 0 else "" for side in (amount_minor, -amount_minor)]
        click.echo(f"{code + ' ' + account:<{width}}{sides[0]:>18}{sides[1]:>18}".rstrip())
    if not found.may_be_closed:
        raise click.ClickException("the year cannot be closed yet; nothing was changed")
