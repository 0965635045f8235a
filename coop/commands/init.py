"""`coop init`: create or migrate the database, and found the co-operative in it."""

import re

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask, url_for
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select

from coop import errors, founding, migrating
from coop.assembly.bylaws import Bylaws
from coop.commands.context import OPERATOR, configured, open_app, revision_of
from coop.config import Config
from coop.cooperative import find
from coop.database import db, make_place, write
from coop.formats import parse_amount
from coop.founding import Founder, Plan
from coop.identity.models import Person
from coop.permissions import Power
from evidence.messages import Refusal

_POWERS = ", ".join(power.value for power in Power)
_NEXT = (
    "Next, everybody who holds a power signs in and sets up a second factor (an app that makes codes) under their account:\n"
    "until then their powers rest. Keep the recovery codes that it shows; the administrator's most of all."
)


@click.command()
@click.option("--name", help="Name of the co-operative.")
@click.option("--currency", help="ISO 4217 code, such as NZD.")
@click.option("--zone", help="Time zone, such as Pacific/Auckland.")
@click.option("--year-end", help="Last day of the fiscal year as MM-DD, such as 03-31.")
@click.option("--share-price", help='Price of one share, such as 50.00; "none" where there is no share.')
@click.option(
    "--most-shares", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="Limit a member."
)
@click.option(
    "--secret-least",
    type=click.IntRange(2, 1_000),
    default=Bylaws.secret_least,
    show_default=True,
    help="By-laws: fewest voters who share what a secret ballot shows, and fewest ballots that are listed.",
)
@click.option(
    "--record-days",
    type=click.IntRange(0, 365),
    default=Bylaws.record_days,
    show_default=True,
    help="By-laws: days from the record date of a voting roll to the opening of the vote.",
)
@click.option(
    "--challenge-days",
    type=click.IntRange(0, 90),
    default=Bylaws.challenge_days,
    show_default=True,
    help="By-laws: days from the opening in which a voting roll can be challenged; 0 is until voting closes.",
)
@click.option(
    "--tax-registered", is_flag=True, help="It is registered for goods and services tax; see docs/services.md."
)
@click.option("--bank-account", default="", help="Where members pay to, as printed on requests for payment.")
@click.option(
    "--founder",
    "founders",
    multiple=True,
    nargs=3,
    metavar="NAME EMAIL POWERS",
    help=f"A founding member; POWERS is a list such as board,treasurer, or -. Repeat it. Powers: {_POWERS}.",
)
def init(
    name: str | None,
    currency: str | None,
    zone: str | None,
    year_end: str | None,
    share_price: str | None,
    most_shares: int,
    secret_least: int,
    record_days: int,
    challenge_days: int,
    tax_registered: bool,
    bank_account: str,
    founders: tuple[tuple[str, str, str], ...],
) -> None:
    """Create or migrate the database and, in an empty one, found the co-operative.

    Asks for what is not given. Prints a link for each founder to choose a password; it is valid for five days.

    \b
    Example:
      coop init --name Kanopi --currency NZD --zone Pacific/Auckland --year-end 03-31 --share-price 50.00 \\
        --founder "Ana Tūī" ana@example.org board,secretary,administrator \\
        --founder "Wiremu Kererū" wiremu@example.org board,treasurer
    """
    config = configured()
    prepare_database(config)
    with open_app(config) as app:
        existing = find(db.session())
        if existing is not None:
            click.echo(f"{existing.name}: the database is up to date", err=True)
            return
        try:
            name = name or click.prompt("Name of the co-operative")
            currency = (currency or click.prompt("Currency", default="NZD")).upper()
            zone = zone or click.prompt("Time zone", default="Pacific/Auckland")
            month, day = _year_end(year_end or click.prompt("Last day of the fiscal year (MM-DD)", default="03-31"))
            plan = Plan(
                name=name,
                currency=currency,
                zone=zone,
                year_end_month=month,
                year_end_day=day,
                bylaws=Bylaws(
                    share_price_minor=_price(share_price or click.prompt("Price of one share, or none"), currency),
                    most_shares=most_shares,
                    secret_least=secret_least,
                    record_days=record_days,
                    challenge_days=challenge_days,
                ),
                founders=[_founder(*founder) for founder in founders] or _ask_founders(),
                classes=founding.default_classes(),
                bank_account=bank_account,
                is_tax_registered=tax_registered,
            )
            write(lambda session: founding.found(session, OPERATOR, plan))
        except Refusal as refusal:
            raise click.ClickException(errors.message_of(refusal)) from refusal
        click.echo(f"{plan.name} is founded. Founders choose their passwords here:", err=True)
        for founder in plan.founders:
            click.echo(f"{founder.name}: {password_link(app, config, founder.email)}")
        click.echo(_NEXT, err=True)


def prepare_database(config: Config) -> None:
    """Make the folder of the instance and bring the database to the newest revision."""
    config.instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_place(config.database_url)
    revision_of(config)
    migrating.upgrade(config.database_url)


def password_link(app: Flask, config: Config, email: str) -> str:
    """Make the link by which a founder chooses a password."""
    with app.test_request_context(base_url=config.base_url):
        person = db.session.scalars(select(Person).where(Person.email == email)).one()
        token = generate_reset_password_token(person)  # type: ignore[no-untyped-call]
        return url_for("security.reset_password", token=token, _external=True)


def _year_end(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    if found is None:
        raise click.BadParameter("give the last day of the fiscal year as MM-DD, such as 03-31")
    return int(found[1]), int(found[2])


def _price(text: str, currency: str) -> int | None:
    if text.strip().lower() == "none":
        return None
    try:
        return parse_amount(text, currency)
    except ValueError as error:
        raise click.BadParameter("the currency must be a code of ISO 4217, such as NZD") from error


def _founder(name: str, email: str, powers: str) -> Founder:
    try:
        address = validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise click.BadParameter(f"{email} is not an e-mail address: {error}") from error
    wanted = {word.strip() for word in powers.split(",") if word.strip() not in {"", "-"}}
    unknown = wanted - {power.value for power in Power}
    if unknown:
        raise click.BadParameter(f"there is no power called {', '.join(sorted(unknown))}; there are: {_POWERS}")
    if not name.strip():
        raise click.BadParameter("a founder needs a name")
    return Founder(" ".join(name.split()), address, frozenset(Power(word) for word in wanted))


def _ask_founders() -> list[Founder]:
    founders: list[Founder] = []
    click.echo(f"Founding members, one after the other. Powers: {_POWERS}.", err=True)
    while not founders or click.confirm("Another founder?", default=False):
        founders.append(
            _founder(click.prompt("Name"), click.prompt("E-mail"), click.prompt("Powers (a,b,...)", default="-"))
        )
    return founders
