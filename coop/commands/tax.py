"""`coop tax`: declare whether the co-operative is registered for goods and services tax."""

import click

from coop import cooperative, taxes
from coop.commands.context import OPERATOR, in_app
from coop.database import db, write


@click.command()
@click.option("--registered/--not-registered", "is_registered", default=None, help="What is so from now on.")
@in_app
def tax(is_registered: bool | None) -> None:
    """Show whether the co-op is registered for goods and services tax, or declare it.

    While the co-op is registered, no receipt, invoice or report says that amounts contain none, and its prices contain the tax. The
    books then have tax codes and the return. See docs/books.md.

    \b
    Example:
      coop tax --registered
    """
    if is_registered is not None:
        write(lambda session: taxes.declare_registration(session, OPERATOR, is_registered=is_registered))
    found = cooperative.current(db.session())
    click.echo(f"{found.name} is {'registered' if found.is_tax_registered else 'not registered'} for tax")
