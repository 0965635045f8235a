"""`coop year`: closes or reopens a fiscal year in the names of two people, or shows what that would do."""

from datetime import datetime
from uuid import UUID

import click
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.books.acts import YEAR_CLOSE
from coop.books.exports import operations as export_operations
from coop.books.years import closing, closing_words, reopening, reopening_words
from coop.books.years.reopening import YEAR_REOPEN, Reopenable, ReopeningAsked
from coop.commands.context import OPERATOR, in_app
from coop.commands.people import actors, two_people
from coop.database import db, write
from evidence.currencies import decimal_text
from ledger.years.closing import year_named

_DAY = click.DateTime(["%Y-%m-%d"])
_STATES = {"done": "done", "open": "OPEN", "note": "note"}


@click.group()
def year() -> None:
    """Close fiscal years, and reopen the last closed one by a decision of the board.

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


@year.command()
@click.argument("name", metavar="YEAR")
@click.option(
    "--from", "opens_on", metavar="DAY", type=_DAY, help="First day that takes entries; by default of the last month."
)
@click.option("--decided-on", metavar="DAY", type=_DAY, help="The day on which the board decided; by default today.")
@click.option(
    "--reason", required=True, help="Why, as the board decided it: it stands in the register and in the report."
)
@click.option(
    "--dry-run", is_flag=True, help="Show the words for the board and what would be taken back, and change nothing."
)
@two_people
@in_app
def reopen(
    name: str,
    *,
    opens_on: datetime | None,
    decided_on: datetime | None,
    reason: str,
    dry_run: bool,
    prepared_by: str | None,
    approved_by: str | None,
) -> None:
    """Reopen the fiscal year that ends in YEAR, as the board has decided.

    It must be the last closed one, and its surplus not distributed. The decision enters the register of resolutions. Without
    --dry-run it takes two people: a treasurer who prepares it and somebody of the board who approves it.

    \b
    Example:
      coop year reopen 2026 --reason "The rent of March is missing." --dry-run
      coop year reopen 2026 --from 2026-03-01 --decided-on 2026-06-02 --reason "The rent of March is missing." \\
        --prepared-by hana@example.org --approved-by ana@example.org
    """
    session = db.session()
    found = reopening.reopenable(session, year_named(session, name).id)
    asked = ReopeningAsked(
        opens_on=opens_on.date() if opens_on else found.months[-1][0],
        decided_on=decided_on.date() if decided_on else cooperative.today(session),
        reason=reason,
    )
    if dry_run:
        _show_reopening(found, asked)
        return
    prepared, approved = actors(prepared_by, approved_by, kind=YEAR_REOPEN)
    year_id = found.year.id
    export_operations.keep_every_format(OPERATOR, year_id)

    def work(session: Session) -> None:
        arguments = reopening.what_is_reopened(session, year_id, asked)
        approvals.both(session, prepared, approved, kind=YEAR_REOPEN, arguments=arguments, words=asked.reason)

    write(work)
    click.echo(f"The year to {found.year.ends_on} takes entries from {asked.opens_on} on, until it is closed again.")


def _show_reopening(found: Reopenable, asked: ReopeningAsked) -> None:
    """Print the words for the board and what would be taken back; end with exit code 1 if something is in the way."""
    title, text = reopening.words_of_decision(found, asked.opens_on, asked.reason)
    click.echo(f"{title}\n\n{text}\n")
    for term, value in reopening_words.consequences(db.session(), found):
        click.echo(f"{term}: {value}")
    for problem in found.problems:
        raise problem


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
