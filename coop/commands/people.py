"""The two people in whose names a command does what needs two: who prepared it, and who approved it.

Whoever may run commands on the machine could change its files as well, so nothing is proved here. The command asks for two
different people who each hold the power, and the audit trail says that it was done by command.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from sqlalchemy import select

from coop.approvals.kinds import kind_named
from coop.database import db
from coop.identity.models import Person
from coop.permissions import Actor, Power
from coop.signed_in import actor_of

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

EXPLANATION = (
    "this binds many, so it needs two people: give --prepared-by and --approved-by, each with the e-mail address of"
    " somebody who holds the power; or prepare it on the pages, where another person approves it"
)


def two_people(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Give a command the options `--prepared-by` and `--approved-by`, each with an e-mail address."""
    for name, words in (
        ("--approved-by", "E-mail address of the second person, who approves it."),
        ("--prepared-by", "E-mail address of the person who prepares it."),
    ):
        command = click.option(name, metavar="ADDRESS", help=words)(command)
    return command


def actors(prepared_by: str | None, approved_by: str | None, *, kind: str | None = None) -> tuple[Actor, Actor]:
    """Return the two people as actors, with the powers they hold today.

    With the kind of act that is to be done, each is also asked for the power that it needs.

    Raises:
        click.ClickException: an address is missing or unknown, both are the same person, or a power is not held.
    """
    if not prepared_by or not approved_by:
        raise click.UsageError(EXPLANATION)
    first, second = _actor(prepared_by, "--prepared-by"), _actor(approved_by, "--approved-by")
    if first.person_id == second.person_id:
        raise click.BadParameter("both addresses belong to the same person; it takes two", param_hint="--approved-by")
    if kind is not None:
        known = kind_named(kind)
        _need(first, known.prepared_by, "--prepared-by", prepared_by)
        _need(second, known.approved_by, "--approved-by", approved_by)
    return first, second


def actor_named(address: str, power: Power, option: str = "--as") -> Actor:
    """Return somebody as an actor, with the powers they hold today.

    Raises:
        click.ClickException: the address is unknown, or the power is not held.
    """
    found = _actor(address, option)
    _need(found, (power,), option, address)
    return found


def _actor(address: str, option: str) -> Actor:
    session = db.session()
    person_id = session.scalar(select(Person.id).where(Person.email == address.strip().lower(), Person.active))
    if person_id is None:
        raise click.BadParameter(f"nobody has an account with the address {address}", param_hint=option)
    return actor_of(session, person_id, "command")


def _need(actor: Actor, any_of: tuple[Power, ...], option: str, address: str) -> None:
    if actor.powers.isdisjoint(any_of):
        powers = " or ".join(power.value for power in any_of)
        raise click.BadParameter(f"{address} does not hold the power of {powers} today", param_hint=option)
