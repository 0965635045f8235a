"""`coop report`: publishes the annual report in the names of two people, and writes the published one to a file."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.commands.context import in_app
from coop.commands.people import actors, two_people
from coop.database import db, write
from coop.permissions import Actor
from coop.reports import editions, errors
from coop.reports.queries import Edition, latest
from ledger.models import FiscalYear
from ledger.years.closed_years import year_named


@click.group()
def report() -> None:
    """Publish annual reports and write them to files.

    \b
    Example:
      coop report publish 2026 -o report-2026.pdf
    """


@report.command()
@click.argument("name", metavar="YEAR")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File for the PDF.")
@click.option("--dry-run", is_flag=True, help="Make the next edition and write its PDF with -o, but publish nothing.")
@two_people
@in_app
def publish(name: str, *, output: Path | None, dry_run: bool, prepared_by: str | None, approved_by: str | None) -> None:
    """Publish the next edition of the annual report of the fiscal year that ends in YEAR.

    It takes two people: a secretary or director who prepares it and another director who approves it. With -o and without the
    two, the PDF of the edition that stands is written and nothing is published.

    \b
    Example:
      coop report publish 2026 --prepared-by sione@example.org --approved-by ana@example.org
      coop report publish 2026 -o report-2026.pdf
    """
    year = year_named(db.session(), name)
    if dry_run:
        made = editions.draft(db.session(), year.id)
        _tell(
            f"Edition {made.content.edition.number} of {name} can be published.", made.content.digest, made.pdf_sha256
        )
        _write_pdf(output, made.pdf_sha256)
        return
    if prepared_by or approved_by or output is None:
        _publish(year, *actors(prepared_by, approved_by, kind=editions.KIND))
    _write_latest(year, name, output)


def _publish(year: FiscalYear, prepared: Actor, approved: Actor) -> None:
    made = editions.draft(db.session(), year.id)

    def work(session: Session) -> None:
        editions.keep(session, prepared, made)
        approvals.both(session, prepared, approved, kind=editions.KIND, arguments=made.arguments)

    write(work)


def _write_latest(year: FiscalYear, name: str, output: Path | None) -> None:
    """Write the PDF of the edition that stands.

    Raises:
        NothingPublished
    """
    found: Edition | None = latest(db.session(), year.id)
    if found is None:
        raise errors.NothingPublished(name)
    _tell(f"Edition {found.number} of {name} is published.", found.content_digest, found.pdf_sha256)
    _write_pdf(output, found.pdf_sha256)


def _tell(what: str, content: str, pdf: str) -> None:
    click.echo(what)
    click.echo(f"content {content}")
    click.echo(f"pdf     {pdf}")


def _write_pdf(output: Path | None, sha256: str) -> None:
    if output is None:
        return
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        unfinished.write_bytes(editions.pdf_of(sha256))
        unfinished.replace(output)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
