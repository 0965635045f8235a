"""`coop tax`: declare whether the co-operative is registered for goods and services tax."""

import click

from coop import cooperative, errors, taxes
from coop.commands.context import OPERATOR, in_app
from coop.database import db, write
from coop.taxes import Registration
from evidence.messages import Refusal


@click.command()
@click.option("--registered/--not-registered", "is_registered", default=None, help="What is so from now on.")
@click.option("--number", default="", help="The GST number, which receipts and invoices show.")
@click.option("--code", "sales_code", default=None, help="The tax code of what the co-op sells, such as GST15-S.")
@in_app
def tax(is_registered: bool | None, number: str, sales_code: str | None) -> None:
    """Show whether the co-op is registered for goods and services tax, or declare it.

    While the co-op is registered, what it sells carries the tax of a tax code, and receipts and invoices show it. In New Zealand the
    codes of the country are added. What was sold before stays as it was sold. See docs/books.md.

    \b
    Example:
      coop tax --registered --number 49-091-850
    """
    if is_registered is not None:
        declared = Registration(is_registered, number, sales_code)
        try:
            write(lambda session: taxes.declare_registration(session, OPERATOR, declared))
        except Refusal as refusal:
            raise click.ClickException(errors.message_of(refusal)) from refusal
    found = cooperative.current(db.session())
    click.echo(f"{found.name} is {'registered' if found.is_tax_registered else 'not registered'} for tax")
