"""The database, and the one door through which everything is written.

Reading happens in `db.session`, which the databases are told to keep read-only. Writing happens in `write`, which runs a
piece of work in a transaction of its own and runs it again when the database asks for that. Nothing else commits.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Dialect, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from evidence.messages import N_, Refusal
from evidence.naming import NAMING_CONVENTION
from evidence.races import LostRace
from governance.models import GovernanceBase
from ledger.models import LedgerBase

Result = TypeVar("Result")
Isolation = Literal["READ COMMITTED", "SERIALIZABLE"]

#: How often a piece of work is tried before the user is asked to come back.
MOST_ATTEMPTS = 8
#: How long SQLite waits for another writer, in milliseconds.
SQLITE_PATIENCE_MS = 10_000
#: How many different statements are kept as SQL: more than all pages together ask, for making the text costs more than most answers.
STATEMENTS_KEPT = 5_000
#: For how long a connection that was given back is taken to stand.
TRUSTED_SECONDS = 2
#: Under which name a connection remembers whether it may write.
_WRITES = "coop_writes"
#: Under which name a connection to PostgreSQL remembers when it was last given back.
_USED = "coop_used"
#: Whether the connection that is asked for is to write.
_is_writer: ContextVar[bool] = ContextVar("coop_is_writer", default=False)
_RETRIED_SQLSTATES = {"40001", "40P01"}


class CoopBase(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of the application's own tables. They may point at the engines' tables, never the other way round."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


#: In the order in which tables can be created: the engines first, because coop's keys point at them.
METADATAS = (LedgerBase.metadata, GovernanceBase.metadata, CoopBase.metadata)

# Flask-SQLAlchemy gives the session of a request and nothing else; our bases are not its models. Autoflush is off because
# this session never writes.
db = SQLAlchemy(session_options={"autoflush": False})


@dataclass(eq=False)
class Busy(Refusal):
    """The database kept refusing because others were writing the same rows."""

    message = N_("Many people are using this at the moment. Nothing was changed; please try again.")


class ReadersAndWriters(QueuePool):
    """Connections to SQLite, of which those that write are kept apart from those that read.

    One that turns from reading to writing makes SQLite compile every statement anew, triggers and all: a third of a vote.
    """

    def __init__(self, creator: Callable[[], DBAPIConnection], **options: Any) -> None:
        super().__init__(creator, **options)
        self._making = Lock()
        self._writers: QueuePool | None = None

    def connect(self) -> PoolProxiedConnection:
        """Give a connection to who asks, from the pool of their kind."""
        if not _is_writer.get():
            return super().connect()
        with self._making:
            if self._writers is None:
                # Not before it is needed: it takes along the hooks that are installed by now.
                self._writers = self.recreate()
        return QueuePool.connect(self._writers)

    def dispose(self) -> None:
        """Close the connections of both kinds."""
        super().dispose()
        if self._writers is not None:
            self._writers.dispose()


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine options for a database URL. What was to be written, names among it, stays out of error messages."""
    common: dict[str, Any] = {"hide_parameters": True, "query_cache_size": STATEMENTS_KEPT}
    if url.startswith("sqlite"):
        common["connect_args"] = {"timeout": SQLITE_PATIENCE_MS / 1000, "check_same_thread": False}
        if not _is_file(url):
            return common
        common["poolclass"] = ReadersAndWriters
    else:
        # A connection for each thread, without a limit of the pool's own: who waits there waits without a turn, and may wait in vain.
        common |= {"pool_size": 0, "isolation_level": "READ COMMITTED"}
    # The connection that was given back last is the one whose statements and pages are still at hand.
    return {**common, "pool_use_lifo": True}


def make_engine(url: str) -> Engine:
    """Make an engine outside the application (migrations, tests), with the same hooks."""
    engine = create_engine(url, **engine_options(url))
    install_hooks(engine)
    return engine


def init_app(app: Flask) -> None:
    """Bind the database to the application."""
    db.init_app(app)
    with app.app_context():
        install_hooks(db.engine)


def install_hooks(engine: Engine) -> None:
    """Set up transactions and connections as both databases need them."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "checkout", partial(_ask_if_idle, engine.dialect))
        event.listen(engine, "checkin", _remember_use)
        event.listen(engine, "begin", _begin_postgresql)


def make_place(url: str) -> None:
    """Make the file of an SQLite database, if there is none, for its owner's eyes only; its logs take over its rights."""
    path = make_url(url).database
    if path and _is_file(url):
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(path).touch(mode=0o600)


def _is_file(url: str) -> bool:
    return url.startswith("sqlite") and make_url(url).database not in {None, "", ":memory:"}


def write(work: Callable[[Session], Result], *, isolation: Isolation = "READ COMMITTED") -> Result:
    """Run `work` in a write transaction of its own and return what it returns.

    `work` may run more than once, so it takes ids and values, never loaded rows, and calls nothing outside the database. Use
    SERIALIZABLE where a rule spans rows, and then for every writer of those rows (SQLite has one writer at a time anyway).

    Raises:
        Busy: the database asked for a repeat too many times.
        Refusal: whatever `work` refuses; nothing was changed.
    """
    # Sign-in has begun a read transaction; SQLite would answer "locked" at once if it were still open.
    db.session.remove()
    return write_with(db.engine, work, isolation=isolation)


def write_with(engine: Engine, work: Callable[[Session], Result], *, isolation: Isolation = "READ COMMITTED") -> Result:
    """Run `work` as `write` does, on a given engine."""
    options: dict[str, Any] = {"coop_write": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = isolation
    for attempt in range(MOST_ATTEMPTS):
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                # Asked of the connection: an engine with these options would cost each write as much as a statement or two.
                turn = _is_writer.set(True)
                try:
                    session.connection(execution_options=options)
                finally:
                    _is_writer.reset(turn)
                return work(session)
        except (DBAPIError, LostRace) as error:
            if not _asks_for_repeat(error):
                raise
            time.sleep(random.uniform(0.5, 1) * min(0.005 * 2**attempt, 0.5))  # noqa: S311 - spreads the repeats
    raise Busy


@contextmanager
def one_state() -> Iterator[Session]:
    """Open a session of its own that sees one state of the database, however long it is read. Needs the application's context."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        # Each statement of READ COMMITTED would see what came meanwhile, and the parts of a file would not fit together.
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        yield session


def outside_transaction(statement: str) -> tuple[Any, ...] | None:
    """Run a statement that no transaction allows, such as VACUUM, and return the first row of its answer, if it has one."""
    pooled = db.engine.raw_connection()
    try:
        driver: Any = pooled.driver_connection
        if db.engine.dialect.name == "postgresql":
            driver.autocommit = True
        else:
            driver.execute("PRAGMA query_only=OFF")
        cursor = driver.execute(statement)
        row: tuple[Any, ...] | None = cursor.fetchone() if cursor.description else None
        return row
    finally:
        pooled.invalidate()


def _asks_for_repeat(error: DBAPIError | LostRace) -> bool:
    if isinstance(error, LostRace):
        return True
    cause = error.orig
    if isinstance(cause, sqlite3.OperationalError):
        # The low byte is the primary code: SQLITE_BUSY_SNAPSHOT and its kin are all SQLITE_BUSY.
        return cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return getattr(cause, "sqlstate", None) in _RETRIED_SQLSTATES


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling lets a released savepoint outlive a rollback; BEGIN is ours.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA busy_timeout={SQLITE_PATIENCE_MS}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("coop_write", False)
    # The pragma makes SQLite compile every statement anew, triggers and all: it is given where it changes something.
    if connection.info.get(_WRITES) is not writes:
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.info[_WRITES] = writes
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _remember_use(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()


def _ask_if_idle(dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
    """Ask whether the server is still there, unless it was a moment ago: asking every time costs as much as a statement."""
    if time.monotonic() - record.info.get(_USED, time.monotonic()) < TRUSTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        # The pool opens another one, and trusts none of those that it has.
        raise InvalidatePoolError from error


def _begin_postgresql(connection: Connection) -> None:
    writes = connection.get_execution_options().get("coop_write", False)
    # Said with BEGIN by the driver: a statement of its own would be one more trip to the server for every page.
    if connection.info.get(_WRITES) is not writes:
        driver: Any = connection.connection.driver_connection
        driver.read_only = not writes
        connection.info[_WRITES] = writes
