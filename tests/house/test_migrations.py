"""Revisions go up and down on both databases, with rows in the tables, and the rules are there after each of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import migrating
from coop.database import METADATAS, db
from coop.rooms import RULES
from evidence.rules import drop_rules, rule_findings
from ledger import chart, periods, posting, sealing
from tests import world as worlds
from tests.databases import Templates, TestDatabase

NOW = datetime(2026, 4, 2, 3, 4, tzinfo=UTC)


def revisions() -> list[str]:
    """Return the revisions from the first to the head."""
    script = ScriptDirectory.from_config(migrating.alembic_config(""))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


@pytest.fixture
def empty(kind: str, templates: Templates) -> Iterator[TestDatabase]:
    """An empty database."""
    server = templates.servers[kind]
    made = server.create(f"empty-{uuid4().hex}")
    yield made
    server.drop(made)


def test_there_is_one_head_and_the_head_file_names_it() -> None:
    """Two branches that each add a revision collide in this file, which git shows."""
    script = ScriptDirectory.from_config(migrating.alembic_config(""))
    assert len(script.get_heads()) == 1
    assert (migrating.FOLDER / "HEAD").read_text().split() == script.get_heads()


def test_the_revisions_make_exactly_the_tables_of_the_models(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
        assert found == {name for metadata in METADATAS for name in metadata.tables}
        for metadata in METADATAS:
            differences = [
                difference
                for difference in compare_metadata(context, metadata)
                # The tables of the other two metadatas look superfluous from here.
                if not (isinstance(difference, tuple) and difference[0] in {"remove_table", "remove_index"})
            ]
            assert differences == []


def test_checks_are_in_the_database_as_in_the_models(empty: TestDatabase) -> None:
    """Alembic does not compare CHECK constraints, so their names are compared here."""
    migrating.upgrade(empty.url)
    with empty.engine.connect() as connection:
        inspector = inspect(connection)
        for metadata in METADATAS:
            for name, table in metadata.tables.items():
                wanted = {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"}
                found = {check["name"] for check in inspector.get_check_constraints(name)}
                assert wanted == found, name


def test_the_rules_are_installed_after_each_revision_up_and_down(empty: TestDatabase) -> None:
    steps = revisions()
    for revision in [*steps, *reversed(steps[:-1])]:
        if migrating.current_revision(empty.engine) is None or revision > str(migrating.current_revision(empty.engine)):
            migrating.upgrade(empty.url, revision)
        else:
            migrating.downgrade(empty.url, revision)
        with empty.engine.connect() as connection:
            assert rule_findings(connection, RULES) == []
        empty.engine.dispose()
    migrating.downgrade(empty.url, "base")
    with empty.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        assert rule_findings(connection, RULES) == []


def test_rows_survive_going_up_and_down(empty: TestDatabase) -> None:
    """Rows written at the ledger's revision are the same after going to the head and back."""
    migrating.upgrade(empty.url, "0001")
    with Session(empty.engine.execution_options(coop_write=True)) as session, session.begin():
        periods.open_fiscal_year(session, date(2026, 4, 1), date(2027, 3, 31))
        chart.install_chart(session, currency="NZD", opened_on=date(2026, 4, 1))
        sealing.start_chain(session)
        lines = [posting.Line(chart.BANK, 500), posting.Line(chart.DONATIONS, -500)]
        posting.post(session, posting.Draft(date(2026, 4, 2), "A gift", "manual", "NZD", lines, "key"), now=NOW)
        sealing.seal(session)
    before = _rows(empty.engine)
    assert before["ledger_posting"] == 2
    migrating.upgrade(empty.url)
    assert {name: _rows(empty.engine)[name] for name in before} == before
    with pytest.raises(IntegrityError), empty.engine.execution_options(coop_write=True).begin() as connection:
        connection.execute(text("UPDATE ledger_posting SET amount_minor = 1"))
    migrating.downgrade(empty.url, "0001")
    assert _rows(empty.engine) == before


def test_a_co_operative_at_work_goes_back_and_forth(
    app: Flask, people: dict[str, UUID], participants: dict[str, UUID], founded: TestDatabase
) -> None:
    """What revision 0011 adds is made from what was there before it; the checks of `app` hold after it."""
    worlds.build(app, people, participants)
    with app.app_context():
        words = _order_words(founded.engine)
        db.session.remove()
        db.engine.dispose()
    assert len(words) >= 3
    migrating.downgrade(founded.url, "0010")
    before = _rows(founded.engine)
    assert "sales_order_text" not in before
    migrating.upgrade(founded.url)
    after = _rows(founded.engine)
    assert {name: after[name] for name in before} == before
    assert _order_words(founded.engine) == words


def test_a_chart_without_an_account_for_clients_gets_one(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url, "0010")
    writer = empty.engine.execution_options(coop_write=True)
    with Session(writer) as session, session.begin():
        chart.install_chart(session, currency="JPY", opened_on=date(2026, 4, 1))
        # As the chart of that time was; the rules come back with the next revision.
        drop_rules(session.connection())
        session.execute(text("DELETE FROM ledger_account WHERE code = :code"), {"code": chart.OWED_TO_CLIENTS})
    migrating.upgrade(empty.url)
    with Session(empty.engine) as session:
        found = {account.code: account for account in chart.accounts(session)}
    clients = found[chart.OWED_TO_CLIENTS]
    assert (clients.currency, clients.opened_on, clients.by_party) == ("JPY", date(2026, 4, 1), True)
    assert clients.kind is found[chart.OWED_TO_COACHES].kind
    assert [one.code for one in chart.DEFAULT_CHART] == sorted(found)


def _order_words(engine: Engine) -> set[tuple[str, ...]]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT order_id, title, seller, search_text FROM sales_order_text"))
        return {tuple(map(str, row)) for row in found}


def _rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in inspect(connection).get_table_names()
            if name != "alembic_version"
        }


def test_a_database_that_was_tampered_with_is_found(empty: TestDatabase) -> None:
    """Dropping or switching off a rule is a finding."""
    migrating.upgrade(empty.url)
    with empty.engine.execution_options(coop_write=True).begin() as connection:
        if empty.kind == "sqlite":
            connection.execute(text("DROP TRIGGER ledger_posting_no_update"))
        else:
            connection.execute(text("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_no_change"))
    with empty.engine.connect() as connection:
        assert len(rule_findings(connection, RULES)) == 1


def test_migrations_live_in_numbered_files() -> None:
    names = sorted(path.name for path in (migrating.FOLDER / "versions").glob("*.py"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert all(Path(name).stem[4] == "_" for name in names)
