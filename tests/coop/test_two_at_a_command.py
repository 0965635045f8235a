"""The two people in whose names a command does what needs two."""

import secrets
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import update

from coop.cli import main
from coop.commands.people import actors, two_people
from coop.database import db, write
from coop.identity import factor_operations
from coop.identity.models import Person
from coop.permissions import Power, PowerMissing
from tests.databases import TestDatabase
from tests.html_client import Browser
from tests.joining import founder


@click.command()
@two_people
def act(prepared_by: str | None, approved_by: str | None) -> None:
    """Do something that needs two people."""
    first, second = actors(prepared_by, approved_by, kind="power.grant")
    assert (first.channel, second.channel) == ("command", "command")
    click.echo(f"{first.person_id} {second.person_id}")


def run(app: Flask, *arguments: str) -> Result:
    with app.app_context():
        done = CliRunner().invoke(act, arguments, catch_exceptions=False)
        db.session.remove()
    return done


def test_two_officers_are_named_by_their_addresses(app: Flask, people: dict[str, UUID]) -> None:
    done = run(app, "--prepared-by", " Secretary@Kanopi.example", "--approved-by", "board@kanopi.example")
    assert (done.exit_code, done.output.split()) == (0, [str(people["secretary"]), str(people["board"])])


def test_without_both_the_command_says_what_it_needs(app: Flask) -> None:
    for arguments in ((), ("--prepared-by", "board@kanopi.example"), ("--approved-by", "board@kanopi.example")):
        done = run(app, *arguments)
        assert done.exit_code == 2
        assert "it needs two people" in " ".join(done.output.split())
    assert "--prepared-by ADDRESS" in run(app, "--help").output


@pytest.mark.parametrize(
    ("prepared_by", "approved_by", "words"),
    [
        ("nobody@kanopi.example", "board@kanopi.example", "--prepared-by: nobody has an account"),
        ("secretary@kanopi.example", "nobody@kanopi.example", "--approved-by: nobody has an account"),
        ("secretary@kanopi.example", "SECRETARY@kanopi.example", "belong to the same person"),
        ("auditor@kanopi.example", "board@kanopi.example", "does not hold the power of administrator or secretary"),
        ("secretary@kanopi.example", "auditor@kanopi.example", "does not hold the power of board or administrator"),
    ],
)
def test_who_cannot_do_it_is_named(app: Flask, prepared_by: str, approved_by: str, words: str) -> None:
    done = run(app, "--prepared-by", prepared_by, "--approved-by", approved_by)
    assert done.exit_code == 2
    assert words in " ".join(done.output.split())


def test_an_account_that_was_closed_acts_no_more(app: Flask) -> None:
    with app.app_context():
        write(lambda session: session.execute(update(Person).where(Person.name == "Ana Tūī").values(active=False)))
    done = run(app, "--prepared-by", "secretary@kanopi.example", "--approved-by", "board@kanopi.example")
    assert "nobody has an account with the address board@kanopi.example" in done.output


def test_powers_do_not_rest_at_the_command_line(app: Flask, people: dict[str, UUID]) -> None:
    """Whoever runs commands on the machine shows no second factor; the trail says that it was a command."""
    with app.app_context():
        write(lambda session: session.execute(update(Person).values(tf_primary_method=None, tf_totp_secret=None)))
        first, second = actors("secretary@kanopi.example", "board@kanopi.example")
        assert (first.powers, second.powers) == (frozenset({Power.SECRETARY}), frozenset({Power.BOARD}))
        db.session.remove()


def test_the_operator_resets_a_factor_as_a_last_resort(
    founded: TestDatabase, people: dict[str, UUID], sign_in: Callable[[str], Browser], tmp_path: Path
) -> None:
    browser = sign_in("administrator")
    environment = {
        "COOP_DATABASE_URL": founded.url,
        "COOP_SECRET_KEY": secrets.token_urlsafe(48),
        "COOP_INSTANCE_PATH": str(tmp_path),
    }

    def reset(address: str) -> Result:
        return CliRunner().invoke(main, ("factor", "reset", address), env=environment, catch_exceptions=False)

    assert "nobody has an account" in reset("nobody@kanopi.example").output
    done = reset("administrator@kanopi.example")
    assert (done.exit_code, "reset; they sign in" in done.output) == (0, True)
    assert browser.get("/powers").path.startswith("/login")
    again = reset("administrator@kanopi.example")
    assert (again.exit_code, "There is no second factor" in again.output) == (1, True)
    trail = sign_in("auditor").get("/audit?action=factor.reset").text
    assert "the program" in trail
    with browser.app.app_context():
        assert db.session.get_one(Person, people["administrator"]).tf_totp_secret is None
        with pytest.raises(PowerMissing):
            write(
                lambda session: factor_operations.reset_by_operator(
                    session, founder(session, "secretary"), person_id=people["board"]
                )
            )
        db.session.remove()
