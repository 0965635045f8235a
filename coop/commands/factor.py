"""`coop factor reset`: the last resort for somebody who lost phone and recovery codes, where no two others could help."""

import click
from sqlalchemy import select

from coop.commands.context import OPERATOR, in_app
from coop.database import db, write
from coop.identity import factor_operations
from coop.identity.models import Person


@click.group()
def factor() -> None:
    """Second factors of people."""


@factor.command()
@click.argument("address")
@in_app
def reset(address: str) -> None:
    """Reset the second factor of the person with this e-mail ADDRESS.

    Where two officers are left besides that person, they do it on the pages instead. Make sure that it is they who ask. Their
    sessions end, they are told by mail, and the audit trail says that it was done by command.

    \b
    Example:
      coop factor reset ana@example.org
    """
    person_id = db.session.scalar(select(Person.id).where(Person.email == address.strip().lower(), Person.active))
    if person_id is None:
        raise click.BadParameter(f"nobody has an account with the address {address}")
    write(lambda session: factor_operations.reset_by_operator(session, OPERATOR, person_id=person_id))
    click.echo(f"{address}: reset; they sign in with their password and set up another")
