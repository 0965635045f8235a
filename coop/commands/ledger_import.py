"""`coop ledger import`: brings a file into the books, or shows what it would post."""

from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.books.imports import operations
from coop.books.imports import uploads as import_uploads
from coop.books.imports.acts import import_of
from coop.books.imports.operations import FileToImport, Preview
from coop.books.imports.uploads import BOOK_IMPORT
from coop.commands.context import OPERATOR, in_app, progress
from coop.commands.people import actor_named, actors, two_people
from coop.database import write
from coop.errors import message_of
from coop.permissions import Actor, Power
from evidence.currencies import decimal_text
from ledger.importing import LAYOUTS, Layout, ReadEntry, layout_of
from ledger.importing.errors import FileRefused
from ledger.importing.table import decoded

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=_FILE)
@click.option(
    "--format", "layout", type=click.Choice(LAYOUTS), help="What the file is. Default: found out from its first row."
)
@click.option("--mapping", type=_FILE, help="CSV of two columns, account and code: which name is which account.")
@click.option("--at", "at", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Opening balances: their day.")
@click.option("--against", metavar="CODE", help="Opening balances: the account on the other side. Default: 3100.")
@click.option("--dry-run", is_flag=True, help="Show what would be posted, and post nothing.")
@click.option("--as", "address", metavar="ADDRESS", help="E-mail address of the treasurer who imports it.")
@two_people
@in_app
def import_file(
    file: Path,
    layout: Layout | None,
    mapping: Path | None,
    at: datetime | None,
    against: str | None,
    *,
    dry_run: bool,
    address: str | None,
    prepared_by: str | None,
    approved_by: str | None,
) -> None:
    """Import a journal, what hledger prints, or opening balances: all of it or nothing.

    What was imported before is passed over. With something wrong nothing is posted, every bad row is named, and the exit code
    is 1. Without --as the books say that a command did it. A file with an entry of more than the by-laws let one person record takes
    two: --prepared-by and --approved-by.

    \b
    Example:
      hledger -f books.journal print -O csv > books.csv
      coop ledger import books.csv --mapping accounts.csv --dry-run
      coop ledger import books.csv --mapping accounts.csv --as hana@example.org
    """
    actor = actor_named(address, Power.TREASURER) if address else OPERATOR
    text = decoded(_read(file))
    asked = FileToImport(text, layout or layout_of(text), decoded(_read(mapping)) if mapping else "", _day(at), against)
    try:
        if dry_run:
            _show(write(lambda session: operations.look(session, actor, asked)))
            return
        progress("importing ...")
        if prepared_by or approved_by:
            _import_by_two(asked, *actors(prepared_by, approved_by, kind=BOOK_IMPORT))
            return
        done = write(lambda session: operations.import_file(session, actor, asked))
    except FileRefused as refused:
        for problem in refused.problems:
            click.echo(
                f"row {problem.row}: {problem.column + ': ' if problem.column else ''}{message_of(problem.reason)}",
                err=True,
            )
        raise
    click.echo(f"{done.new_count} entries posted, {done.known_count} known already.")


def _import_by_two(file: FileToImport, prepared: Actor, approved: Actor) -> None:
    def work(session: Session) -> int:
        upload_id = import_uploads.upload(session, prepared, file)
        preview = import_uploads.look_at(session, prepared, upload_id)
        approvals.both(session, prepared, approved, kind=BOOK_IMPORT, arguments=import_of(upload_id, preview))
        return preview.new_count

    click.echo(f"{write(work)} entries posted.")


def _show(preview: Preview) -> None:
    for entry in preview.entries:
        _show_entry(entry, preview.currency)
    if preview.new_count > len(preview.entries):
        click.echo(f"... and {preview.new_count - len(preview.entries)} more\n")
    width = max((len(f"{row.code} {row.name}") for row in preview.sums), default=0)
    for row in preview.sums:
        sides = (
            decimal_text(minor, preview.currency) if minor else "" for minor in (row.debit_minor, row.credit_minor)
        )
        click.echo(f"{row.code + ' ' + row.name:<{width}}" + "".join(f"{side:>18}" for side in sides).rstrip())
    total = decimal_text(preview.debit_minor, preview.currency)
    click.echo(f"{'':<{width}}{total:>18}{total:>18} {preview.currency}")
    click.echo(
        f"\n{preview.new_count} entries would be posted, {preview.known_count} are known already. Nothing was posted."
    )


def _show_entry(entry: ReadEntry, currency: str) -> None:
    click.echo(f"{entry.booked_on}  {entry.text}  (row {entry.rows[0]})")
    for line in entry.lines:
        party = f"  {line.party_ref}" if line.party_ref else ""
        click.echo(f"    {line.account:<8}{decimal_text(line.amount_minor, currency):>18}{party}")
    click.echo()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from error


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
