"""The outbox: once per key, leased, tried again, given up, and delivered by the worker."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, outbox, worker
from coop.database import db, write
from coop.outbox import FIRST_DELAY, LEASE, MOST_ATTEMPTS, Leased, OutboxJob

NOW = datetime(2027, 1, 5, tzinfo=UTC)


@pytest.fixture
def quiet(app: Flask) -> Flask:
    """The application with everything from the founding delivered."""
    worker.run_once(app)
    return app


def queue(key: str = "k") -> None:
    write(
        lambda session: outbox.send_mail(session, key=key, to="a@kanopi.example", subject="Kia ora", text="Ā ē ī ō ū\n")
    )


def row(key: str = "k") -> OutboxJob:
    db.session.remove()
    return db.session.scalars(select(OutboxJob).where(OutboxJob.key == key)).one()


def test_the_same_key_is_queued_once(quiet: Flask) -> None:
    with quiet.app_context():
        queue()
        queue()
        assert len(db.session.scalars(select(OutboxJob).where(OutboxJob.key == "k")).all()) == 1


def test_a_job_of_a_write_that_failed_does_not_exist(quiet: Flask) -> None:
    def work(session: Session) -> None:
        outbox.send_mail(session, key="k", to="a@b.example", subject="s", text="t")
        raise ValueError("no")

    with quiet.app_context():
        with pytest.raises(ValueError, match="no"):
            write(work)
        assert outbox.lease() == []


def test_a_leased_job_is_nobody_elses_until_the_lease_runs_out(quiet: Flask) -> None:
    with quiet.app_context(), clock.at(NOW):
        queue()
        assert [job.key for job in outbox.lease()] == ["k"]
        assert outbox.lease() == []
    with quiet.app_context(), clock.at(NOW + LEASE):
        assert [job.attempts for job in outbox.lease()] == [2]


def test_a_failure_waits_and_is_given_up_in_the_end(quiet: Flask) -> None:
    calls: list[Leased] = []

    def fail(job: Leased) -> None:
        calls.append(job)
        raise OSError("the mail server is away")

    moment = NOW
    with quiet.app_context():
        with clock.at(moment):
            queue()
            assert outbox.deliver({"mail": fail}) == 0
            assert len(calls) == 1
            assert row().due_at == NOW + FIRST_DELAY
            assert "the mail server is away" in row().last_error
        for _ in range(MOST_ATTEMPTS + 3):
            moment += timedelta(days=2)
            with clock.at(moment):
                outbox.deliver({"mail": fail})
        assert len(calls) == MOST_ATTEMPTS
        assert row().failed_at is not None
        assert row().done_at is None


def test_the_worker_writes_mail_into_files_with_a_steady_id(quiet: Flask, tmp_path: Path) -> None:
    with quiet.app_context():
        queue()
        job_id = row().id
    assert worker.run_once(quiet) == 1
    assert worker.run_once(quiet) == 0
    mail = (tmp_path / "mail" / f"{job_id}.eml").read_bytes().decode()
    assert f"Message-ID: <{job_id}@" in mail
    assert "Subject: Kia ora" in mail
    with quiet.app_context():
        assert row().done_at is not None


def test_a_line_break_in_an_address_adds_no_header(quiet: Flask, tmp_path: Path) -> None:
    with quiet.app_context():
        write(
            lambda session: outbox.send_mail(
                session, key="k", to="a@b.example\nBcc: c@d.example", subject="x\r\nBcc: e@f.example", text="t"
            )
        )
        job_id = row().id
    worker.run_once(quiet)
    head: Any = (tmp_path / "mail" / f"{job_id}.eml").read_bytes().split(b"\n\n")[0]
    assert b"\nBcc:" not in head


def test_an_emptied_urn_is_vacuumed(quiet: Flask) -> None:
    """The job that a secret closing queues runs on both databases, outside any transaction."""
    with quiet.app_context():
        write(lambda session: outbox.enqueue(session, kind="vacuum", key="k", payload={}))
    assert worker.run_once(quiet) == 1
    with quiet.app_context():
        assert row().done_at is not None
        assert row().last_error == ""
