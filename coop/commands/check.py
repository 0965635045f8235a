"""`coop check`: every invariant of members, votes and books, and every rule the database should enforce."""

import sys

import click

from coop.checking import all_findings
from coop.commands.context import in_app, progress
from coop.database import db


@click.command()
@in_app
def check() -> None:
    """Check every invariant; print a line per finding and exit with 1 if there is any.

    Silence means that everything holds.

    \b
    Example:
      coop check && echo "all is well"
    """
    progress("checking ...")
    findings = all_findings(db.session())
    for finding in findings:
        click.echo(f"{finding.check}: {finding.detail}")
    if findings:
        sys.exit(1)
