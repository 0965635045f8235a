"""Fixtures: databases on SQLite and PostgreSQL, a session that is rolled back, the application and its visitors."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from coop import clock
from tests.databases import FoundedBefore, PostgreSQLServer, Server, SQLiteServer, Templates, TestDatabase
from tests.html_client import Browser
from tests.postgresql_cluster import MISSING, Cluster, find_binaries, roomy_memory
from tests.world_contents import World

#: With this set a missing part fails the run; without it the run says loudly what was left out.
EVERYTHING = bool(os.environ.get("COOP_TEST_ALL"))
_left_out: set[str] = set()

#: Returns the database that a template was copied to.
Shared = Callable[[TestDatabase], Engine]


def leave_out(reason: str) -> None:
    """Skip a test because a program is missing, loudly; where everything must run, fail it."""
    if EVERYTHING:
        pytest.fail(reason)
    _left_out.add(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which part did not run."""
    for reason in sorted(_left_out):
        terminalreporter.write_line(f"NOT RUN: {reason}", red=True, bold=True)


def pytest_configure(config: pytest.Config) -> None:
    """Register our marks."""
    config.addinivalue_line("markers", "tampers: the test breaks an invariant on purpose, so no checks run after it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, those that open every page: at the end one worker would do them while the others have nothing left."""
    items.sort(key=lambda item: item.path.parent.name not in {"journeys", "house"})


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from walking again and again through what stays to the end: every module and test.

    What a test leaves is collected as before, in larger heaps.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(scope="session")
def _cluster() -> Iterator[Cluster | None]:
    binaries = find_binaries()
    if binaries is None:
        yield None
        return
    cluster = Cluster(binaries)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def templates(_cluster: Cluster | None) -> Iterator[Templates]:
    """What databases are copied from."""
    folder = Path(tempfile.mkdtemp(prefix="coop-sqlite-", dir=roomy_memory()))
    servers: dict[str, Server] = {"sqlite": SQLiteServer(folder)}
    if _cluster is not None:
        servers["postgresql"] = PostgreSQLServer(_cluster)
    yield Templates(servers, folder)
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest, templates: Templates) -> str:
    """Run the test on both databases."""
    chosen: str = request.param
    if chosen not in templates.servers:
        leave_out(MISSING)
    return chosen


@pytest.fixture
def database(kind: str, templates: Templates) -> Iterator[TestDatabase]:
    """A database of the test's own with all tables and rules and no row, where the last test's was; the test may commit."""
    copy = templates.servers[kind].copy(templates.schema(kind), "own")
    yield copy
    templates.servers[kind].drop(copy)


@pytest.fixture(scope="session")
def shared(templates: Templates) -> Iterator[Shared]:
    """One copy of each template for all tests that roll back."""
    made: dict[str, TestDatabase] = {}

    def get(template: TestDatabase) -> Engine:
        if template.url not in made:
            made[template.url] = templates.servers[template.kind].copy(template)
        return made[template.url].engine.execution_options(coop_write=True)

    yield get
    for copy in made.values():
        templates.servers[copy.kind].drop(copy)


@pytest.fixture
def beginning(kind: str, templates: Templates) -> TestDatabase:
    """Where `session` begins: in an empty schema."""
    return templates.schema(kind)


@pytest.fixture
def session(
    kind: str, templates: Templates, beginning: TestDatabase, shared: Shared, request: pytest.FixtureRequest
) -> Iterator[Session]:
    """A plain session in a transaction that is rolled back, after its deferred constraints and the checks have held.

    A test that founds a co-operative today before it does anything else goes on where that was done before.
    """
    with ExitStack() as stack:

        def begin(template: TestDatabase) -> Connection:
            connection = stack.enter_context(shared(template).connect())
            stack.callback(connection.begin().rollback)
            return connection

        def go_on_where_it_was_founded() -> None:
            plain.bind = begin(templates.just_founded(kind))

        plain = stack.enter_context(
            Session(begin(beginning), join_transaction_mode="create_savepoint", expire_on_commit=False)
        )
        plain.info["founded_before"] = FoundedBefore(lambda: templates.founded_at(kind), go_on_where_it_was_founded)
        yield plain
        if request.node.get_closest_marker("tampers") is None:
            plain.flush()
            check_deferred(plain)
            check_engines(plain)
        # Before the transactions that it is a part of are rolled back.
        plain.close()


def check_deferred(session: Session) -> None:
    """Check the deferred keys as a commit would."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    else:
        broken = session.execute(text("PRAGMA foreign_key_check")).fetchall()
        assert not broken, broken


def check_engines(session: Session) -> None:
    """Run the checks of both engines. An empty chain head (no `start_chain`) is not their business here."""
    from governance import checks as governance_checks
    from ledger import checks as ledger_checks

    assert [finding for check in (ledger_checks, governance_checks) for finding in check.findings(session)] == []


@pytest.fixture
def founded(kind: str, templates: Templates, request: pytest.FixtureRequest) -> Iterator[TestDatabase]:
    """A database of the test's own with a co-operative on its first day, where the last test's was.

    Where the test asks for a `world`, the co-operative is in the middle of its life.
    """
    template = templates.world(kind) if "world" in request.fixturenames else templates.founded(kind)
    copy = templates.servers[kind].copy(template, "founded")
    yield copy
    templates.servers[kind].drop(copy)


@pytest.fixture(scope="session")
def _applications() -> dict[tuple[str, bool], Flask]:
    """The applications by database and whether it is a demonstration, each made once: that and its SQL cost more than most tests."""
    return {}


@pytest.fixture
def app(
    founded: TestDatabase, tmp_path: Path, request: pytest.FixtureRequest, _applications: dict[tuple[str, bool], Flask]
) -> Iterator[Flask]:
    """The application on a founded co-operative; every check holds after the test."""
    from coop.checking import all_findings
    from coop.database import db
    from tests.founded import lend, make_test_app
    from tests.world import is_demonstration

    key = founded.url, is_demonstration(founded)
    if key not in _applications:
        _applications[key] = make_test_app(founded, tmp_path)
    made = _applications[key]
    with lend(made, tmp_path):
        yield made
        # A demonstration may have moved this thread's clock on.
        clock.run_ahead(timedelta(0))
        with made.app_context():
            try:
                if request.node.get_closest_marker("tampers") is None:
                    assert all_findings(db.session()) == []
            finally:
                db.session.remove()
                db.engine.dispose()


@pytest.fixture
def world(kind: str, templates: Templates, app: Flask, tmp_path: Path) -> Iterator[World]:
    """One of everything that a page can show, at its time."""
    things = templates.things_in_world(kind, tmp_path)
    with clock.at(things.now):
        yield things


@pytest.fixture
def people(app: Flask) -> dict[str, UUID]:
    """The founders by how tests call them: board, board2, treasurer, secretary, administrator, auditor ..."""
    from coop.database import db
    from tests.founded import people_of

    with app.app_context():
        return people_of(db.session())


@pytest.fixture
def participants(app: Flask) -> dict[str, UUID]:
    """The founders' participants by how tests call them."""
    from coop.database import db
    from tests.founded import participants_of

    with app.app_context():
        return participants_of(db.session())


@pytest.fixture
def client(app: Flask) -> Browser:
    """A visitor who is not signed in. `client.sign_in_as(people["treasurer"])` signs in."""
    return Browser(app)


@pytest.fixture
def sign_in(app: Flask, people: dict[str, UUID]) -> Callable[[str], Browser]:
    """Open a browser that is signed in as a founder: `sign_in("treasurer")`."""
    return lambda name: Browser(app).sign_in_as(people[name])
