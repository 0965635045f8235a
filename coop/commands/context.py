"""What commands share: the configuration, the application around a command, and errors that say what to do."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from coop import cooperative, errors, logs, migrating
from coop.app import create_app
from coop.config import Config, ConfigurationError, read_config
from coop.database import db, make_engine
from coop.permissions import Actor, Power
from evidence.messages import Refusal

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

#: Whoever runs a command on the machine has every power: they could change the files as well. The trail says "command".
OPERATOR = Actor(person_id=None, channel="command", powers=frozenset(Power))


def configured() -> Config:
    """Read the configuration, or end the command with what is missing."""
    try:
        return read_config(os.environ)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error


def make_app(config: Config | None = None) -> Flask:
    """Make the application for a command."""
    logs.configure()
    return create_app(config or configured())


@contextmanager
def open_app(config: Config | None = None) -> Iterator[Flask]:
    """Make the application, be inside its context, and leave no connection behind."""
    app = make_app(config)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def in_app(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Run a command inside the application's context, on a database that is up to date.

    A refusal, or a database that cannot be reached, ends it with one line on standard error and exit code 1.
    """

    @wraps(command)
    def wrapped(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        config = configured()
        # Before anything else asks the database for columns that it may not have yet.
        require_current(config)
        with open_app(config):
            try:
                cooperative.set_clock(db.session())
                return command(*arguments, **options)
            except Refusal as refusal:
                raise click.ClickException(errors.message_of(refusal)) from refusal
            except (OperationalError, ProgrammingError) as error:
                raise click.ClickException(f"the database cannot be used: {error.orig}") from error
            finally:
                db.session.remove()
                db.engine.dispose()

    return wrapped


def require_current(config: Config) -> None:
    """End the command unless the database stands at the program's revision."""
    found, wanted = revision_of(config), migrating.head_revision()
    if found is None:
        raise click.ClickException("this database is empty; run: coop init")
    if found != wanted:
        raise click.ClickException(
            f"this database stands at revision {found}, the program at {wanted}; make a backup with the program that wrote it,"
            " then run: coop init"
        )


def revision_of(config: Config) -> str | None:
    """Return the revision at which the database stands, nothing for an empty one, or end the command if it is unknown here."""
    engine = make_engine(config.database_url)
    try:
        found = migrating.current_revision(engine)
    except SQLAlchemyError as error:
        raise click.ClickException(f"the database cannot be used: {getattr(error, 'orig', error)}") from error
    finally:
        engine.dispose()
    if found is not None and not migrating.knows(found):
        raise click.ClickException(
            f"this database stands at revision {found}, which this program does not know: a newer one has used it"
        )
    return found


def progress(message: str) -> None:
    """Show a line of progress on standard error, where somebody is watching."""
    if sys.stderr.isatty():
        click.echo(message, err=True)
