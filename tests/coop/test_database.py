"""The one door: what it commits, what it rolls back, what it tries again, and that nothing else can write."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

import coop.database
from coop.database import Busy, engine_options, write_with
from coop.outbox import OutboxJob
from evidence.identifiers import new_id
from evidence.races import LostRace
from tests.databases import TestDatabase

NOW = datetime(2026, 4, 2, tzinfo=UTC)


def job(key: str) -> OutboxJob:
    return OutboxJob(id=new_id(), key=key, kind="mail", payload={}, queued_at=NOW, due_at=NOW)


def count(database: TestDatabase) -> int:
    with Session(database.engine) as session:
        return session.scalar(select(func.count()).select_from(OutboxJob)) or 0


def test_work_is_committed_and_its_answer_returned(database: TestDatabase) -> None:
    def work(session: Session) -> str:
        session.add(job("one"))
        return "done"

    assert write_with(database.engine, work) == "done"
    assert count(database) == 1


def test_work_that_fails_leaves_nothing(database: TestDatabase) -> None:
    def work(session: Session) -> None:
        session.add(job("one"))
        session.flush()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        write_with(database.engine, work)
    assert count(database) == 0


def test_a_session_for_reading_cannot_write(database: TestDatabase) -> None:
    with Session(database.engine) as session:
        session.add(job("one"))
        with pytest.raises(DBAPIError):
            session.commit()
    assert count(database) == 0


def test_a_connection_that_has_written_can_only_read_when_it_reads(database: TestDatabase) -> None:
    for number in range(3):
        queued = job(f"number {number}")
        write_with(database.engine, partial(Session.add, instance=queued))
        with pytest.raises(DBAPIError), database.engine.connect() as connection:
            connection.execute(text("DELETE FROM outbox"))
        assert count(database) == number + 1


def test_on_sqlite_who_writes_has_another_connection_than_who_reads(database: TestDatabase) -> None:
    """One that turned from reading to writing would have every statement compiled anew."""
    if database.kind != "sqlite":
        return

    def connection_of(session: Session) -> Any:
        return session.connection().connection.driver_connection

    with Session(database.engine) as reading:
        reader = connection_of(reading)
    writers = {write_with(database.engine, connection_of) for _ in range(2)}
    with Session(database.engine) as reading:
        assert connection_of(reading) is reader
    assert len(writers) == 1
    assert reader not in writers
    assert reader.execute("PRAGMA query_only").fetchone() == (1,)
    database.engine.dispose()
    for closed in (reader, *writers):
        with pytest.raises(sqlite3.ProgrammingError):
            closed.execute("SELECT 1")


def test_who_reads_sees_what_was_written_before(database: TestDatabase) -> None:
    for number in range(3):
        assert count(database) == number
        queued = job(f"number {number}")
        write_with(database.engine, partial(Session.add, instance=queued))


def test_each_of_many_threads_gets_a_connection_on_postgresql(database: TestDatabase) -> None:
    """A pool with a limit of its own lets whoever waits at it wait in vain: it has no turns."""
    if database.kind != "postgresql":
        return
    threads = 25
    together = threading.Barrier(threads, timeout=20)

    def read() -> int:
        with database.engine.connect() as connection:
            together.wait()
            return int(connection.scalar(text("SELECT 1")) or 0)

    with ThreadPoolExecutor(threads) as pool:
        assert sum(future.result() for future in [pool.submit(read) for _ in range(threads)]) == threads


def test_a_connection_that_the_server_has_cut_is_replaced_before_it_is_used(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.kind != "postgresql":
        return
    assert count(database) == 0
    with database.engine.connect() as other:
        mine = "pid <> pg_backend_pid() AND datname = current_database()"
        with database.engine.connect() as one:
            assert one.scalar(text("SELECT 1")) == 1
        other.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"))
    monkeypatch.setattr(coop.database, "TRUSTED_SECONDS", 0)
    assert count(database) == 0


def test_work_that_lost_a_race_for_a_key_is_done_again_in_a_new_transaction(database: TestDatabase) -> None:
    seen = []

    def work(session: Session) -> str:
        seen.append(session.scalar(select(func.count()).select_from(OutboxJob)))
        session.add(job("one"))
        session.flush()
        if len(seen) == 1:
            raise LostRace
        return "done"

    assert write_with(database.engine, work) == "done"
    assert seen == [0, 0]
    assert count(database) == 1


def test_a_writer_waits_for_another_and_both_succeed(database: TestDatabase) -> None:
    """Eight threads add to the same counter; no update is lost."""
    write_with(database.engine, lambda session: session.add(job("counter")))

    def raise_it(session: Session) -> None:
        row = session.scalars(select(OutboxJob).where(OutboxJob.key == "counter")).one()
        row.attempts += 1

    def many() -> None:
        for _ in range(10):
            write_with(database.engine, raise_it, isolation="SERIALIZABLE")

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(database.engine) as session:
        assert session.scalars(select(OutboxJob.attempts)).one() == 40


def test_a_serialisation_failure_is_tried_again_a_bounded_number_of_times(database: TestDatabase) -> None:
    if database.kind == "sqlite":
        error: Exception = OperationalError("", {}, _sqlite_busy())
    else:
        error = _serialisation_failure(database)
    attempts = []

    def work(session: Session) -> None:
        attempts.append(1)
        session.add(job("one"))
        session.flush()
        raise error

    with pytest.raises(Busy):
        write_with(database.engine, work)
    assert 2 < len(attempts) < 20
    assert count(database) == 0


def _sqlite_busy() -> BaseException:
    """Make SQLite itself say that it is busy."""
    import sqlite3
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        first = sqlite3.connect(file.name, isolation_level=None, timeout=0)
        second = sqlite3.connect(file.name, isolation_level=None, timeout=0)
        try:
            first.execute("CREATE TABLE t (x)")
            first.execute("BEGIN IMMEDIATE")
            with pytest.raises(sqlite3.OperationalError) as caught:
                second.execute("BEGIN IMMEDIATE")
            return caught.value
        finally:
            first.close()
            second.close()


def _serialisation_failure(database: TestDatabase) -> Exception:
    """Make PostgreSQL itself raise a serialisation failure."""
    writer = database.engine.execution_options(coop_write=True, isolation_level="SERIALIZABLE")
    with pytest.raises(DBAPIError) as caught, writer.begin() as connection:
        connection.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))
    return caught.value


def test_other_errors_are_not_tried_again(database: TestDatabase) -> None:
    attempts = []

    def work(session: Session) -> None:
        attempts.append(1)
        session.add_all([job("same"), job("same")])

    with pytest.raises(DBAPIError):
        write_with(database.engine, work)
    assert attempts == [1]


def test_a_released_savepoint_does_not_outlive_the_rollback(database: TestDatabase) -> None:
    def work(session: Session) -> None:
        with session.begin_nested():
            session.add(job("inner"))
        raise ValueError("after the savepoint")

    with pytest.raises(ValueError, match="after"):
        write_with(database.engine, work)
    assert count(database) == 0


def test_sqlite_keeps_what_it_was_told(database: TestDatabase) -> None:
    if database.kind != "sqlite":
        assert engine_options(database.url)["isolation_level"] == "READ COMMITTED"
        return
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "query_only")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "query_only": 1}


def _run(statement: str, session: Session) -> None:
    session.execute(text(statement))


def test_the_audit_trail_cannot_be_changed(database: TestDatabase) -> None:
    write_with(
        database.engine,
        lambda session: session.execute(
            text(
                "INSERT INTO audit_event (id, at, action, channel, subject_kind, facts)"
                " VALUES (:id, :at, 'a.b', 'web', 'a', '{}')"
            ),
            {"id": uuid4().hex if database.kind == "sqlite" else uuid4(), "at": "2026-04-02 00:00:00+00:00"},
        ),
    )
    for statement in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="append-only"):
            write_with(database.engine, partial(_run, statement))
