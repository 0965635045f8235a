"""The co-operative that tests begin with: founded today, seven founders, one for each power and one without."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import founding
from coop.app import create_app
from coop.assembly.bylaws import Bylaws
from coop.config import Config
from coop.database import write, write_with
from coop.founding import Founder, Plan
from coop.identity import second_factor
from coop.identity.models import Person, PowerGrant
from coop.membership.models import Representative
from coop.permissions import Actor, Power
from tests.databases import TestDatabase

OPERATOR = Actor(person_id=None, channel="command", powers=frozenset(Power))

#: name, address: the local part is how tests call them.
FOUNDERS = (
    Founder("Ana Tūī", "board@kanopi.example", frozenset({Power.BOARD})),
    Founder("Wiremu Kererū", "board2@kanopi.example", frozenset({Power.BOARD})),
    Founder("Hana Mōrepōrepo", "treasurer@kanopi.example", frozenset({Power.TREASURER})),
    Founder("Sione Tākapu", "secretary@kanopi.example", frozenset({Power.SECRETARY})),
    Founder("Mere Pōpokotea", "administrator@kanopi.example", frozenset({Power.ADMINISTRATOR})),
    Founder("Tāne Kākā", "auditor@kanopi.example", frozenset({Power.AUDITOR})),
    Founder("Rangi Kōkako", "scrutineer@kanopi.example", frozenset({Power.SCRUTINEER})),
    Founder("Aroha Hihi", "founder@kanopi.example", frozenset()),
)


def plan(share_price_minor: int | None = 5000) -> Plan:
    """Return the plan by which the tests' co-operative is founded."""
    return Plan(
        name="Kanopi",
        currency="NZD",
        zone="Pacific/Auckland",
        year_end_month=3,
        year_end_day=31,
        bylaws=Bylaws(share_price_minor=share_price_minor, most_shares=100),
        founders=FOUNDERS,
        classes=founding.default_classes(),
        bank_account="12-3456-0123456-00",
    )


def make_config(database: TestDatabase, instance_path: Path) -> Config:
    """Return a configuration for a test's database."""
    return Config(
        database_url=database.url,
        secret_key=secrets.token_urlsafe(48),
        instance_path=instance_path,
        mail_url=_mail_in(instance_path),
        payments="fake",
    )


def _mail_in(folder: Path) -> str:
    return f"file:{folder / 'mail'}"


class _CompiledTemplates(BytecodeCache):
    """What one test's application has compiled, for the next one's: each has templates of its own."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_compiled_templates = _CompiledTemplates()


def make_test_app(database: TestDatabase, instance_path: Path) -> Flask:
    """Make the application on a test's database. CSRF protection stays on."""
    app = create_app(make_config(database, instance_path))
    app.jinja_env.bytecode_cache = _compiled_templates
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


@contextmanager
def lend(app: Flask, instance_path: Path) -> Iterator[None]:
    """Lend an application to a test, with a folder of the test's own; what the test sets is taken back after it."""
    config: Config = app.extensions["coop_config"]
    own = replace(config, instance_path=instance_path, mail_url=_mail_in(instance_path))
    with (
        patch.dict(app.extensions, {"coop_config": own}),
        patch.dict(app.config),
        patch.dict(app.view_functions),
    ):
        yield


def give_factors(session: Session) -> None:
    """Give everybody who holds a power a second factor, so that their powers do not rest."""
    for person in session.scalars(select(Person).where(Person.id.in_(select(PowerGrant.person_id)))):
        person.tf_primary_method = second_factor.METHOD
        person.tf_totp_secret = second_factor.totp().generate_totp_secret()


def people_of(session: Session) -> dict[str, UUID]:
    """Return the founders by the local part of their address."""
    rows = session.execute(select(Person.email, Person.id))
    return {email.partition("@")[0]: person_id for email, person_id in rows}


def participants_of(session: Session) -> dict[str, UUID]:
    """Return the founders' participants by the local part of their address."""
    query = select(Person.email, Representative.participant_id)
    rows = session.execute(query.join(Representative, Representative.person_id == Person.id))
    return {email.partition("@")[0]: participant_id for email, participant_id in rows}


@contextmanager
def app_to_build_with(database: TestDatabase, instance_path: Path) -> Iterator[Flask]:
    """Make an application that fills a template, and leaves no connection to it behind."""
    from coop.database import db

    app = make_test_app(database, instance_path)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def just_found(database: TestDatabase) -> None:
    """Found the co-operative in an empty schema."""
    write_with(database.engine, lambda session: founding.found(session, OPERATOR, plan()))


def build_founded(database: TestDatabase) -> None:
    """Let the founders of a co-operative that was just founded use their powers."""
    with app_to_build_with(database, Path("/nonexistent")) as app, app.app_context():
        write(give_factors)
