"""What must leave the house: mail and other work outside the database, written in the transaction that causes it.

A row has a unique key, so that the same thing is queued once. The worker leases rows, does the work outside any transaction
and marks them done; a worker that dies leaves a lease that runs out. So each job may run twice, and must bear it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import JSON, Index, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop import clock
from coop.database import CoopBase, write
from evidence.columns import Code, Id, Line, LongText, UtcDateTime
from evidence.identifiers import new_id

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 10
#: How long a failed job waits before its next attempt: this, doubled each time, up to a day.
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(days=1)


class OutboxJob(CoopBase):
    """A piece of work for the worker. Erasable: its payload may hold an address and a text."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "done_at", "due_at"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[Line] = mapped_column(unique=True)
    kind: Mapped[Code]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Not before this moment: the end of a lease, or of the wait after a failure.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    #: Set when the worker has given up.
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[LongText] = mapped_column(default="")


@dataclass(frozen=True)
class Leased:
    """A job as the worker holds it."""

    id: UUID
    key: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True)
class Page:
    """The page that a mail points at, by its endpoint and the ids in its address.

    Whoever writes the mail need not know where the pages are reached; whoever sends it does.
    """

    endpoint: str
    ids: Mapping[str, UUID]


#: Does one kind of job, outside any transaction. Raises on failure.
Doing = Callable[[Leased], None]


def enqueue(session: Session, *, kind: str, key: str, payload: Mapping[str, Any]) -> None:
    """Queue a job in the caller's transaction, unless one with this key is there already."""
    if session.scalar(select(OutboxJob.id).where(OutboxJob.key == key)) is not None:
        return
    now = clock.now()
    session.add(OutboxJob(id=new_id(), key=key, kind=kind, payload=dict(payload), queued_at=now, due_at=now))
    session.flush()


def send_mail(session: Session, *, key: str, to: str, subject: str, text: str, page: Page | None = None) -> None:
    """Queue a plain-text mail in the caller's transaction. The link to `page`, if any, stands under the text."""
    payload: dict[str, Any] = {"to": to, "subject": subject, "text": text}
    if page is not None:
        payload["page"] = {"endpoint": page.endpoint, "ids": {name: str(value) for name, value in page.ids.items()}}
    enqueue(session, kind="mail", key=key, payload=payload)


def lease(limit: int = 20) -> list[Leased]:
    """Take jobs that are due; nobody else gets them until the lease runs out."""

    def work(session: Session) -> list[Leased]:
        now = clock.now()
        jobs = session.scalars(
            select(OutboxJob)
            .where(OutboxJob.done_at.is_(None), OutboxJob.failed_at.is_(None), OutboxJob.due_at <= now)
            .order_by(OutboxJob.due_at, OutboxJob.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for job in jobs:
            job.due_at = now + LEASE
            job.attempts += 1
        return [Leased(job.id, job.key, job.kind, dict(job.payload), job.attempts) for job in jobs]

    return write(work)


def deliver(doings: Mapping[str, Doing]) -> int:
    """Do all jobs that are due and return how many were done."""
    done = 0
    while jobs := lease():
        done += sum(_do(job, doings) for job in jobs)
    return done


def _do(job: Leased, doings: Mapping[str, Doing]) -> bool:
    try:
        doings[job.kind](job)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is kept with the job, logged, and tried again
        log.warning("outbox.failed", key=job.key, kind=job.kind, attempts=job.attempts, error=type(error).__name__)
        # The loop keeps the name only within the clause.
        reason = f"{type(error).__name__}: {error}"[:2000]
        write(lambda session: _put_off(session, job, reason))
        return False
    write(lambda session: _finish(session, job.id))
    return True


def _finish(session: Session, job_id: UUID) -> None:
    session.execute(update(OutboxJob).where(OutboxJob.id == job_id).values(done_at=clock.now(), last_error=""))


def _put_off(session: Session, job: Leased, reason: str) -> None:
    now = clock.now()
    delay = min(FIRST_DELAY * 2 ** (job.attempts - 1), LONGEST_DELAY)
    values: dict[str, Any] = {"last_error": reason, "due_at": now + delay}
    if job.attempts >= MOST_ATTEMPTS:
        values["failed_at"] = now
    session.execute(update(OutboxJob).where(OutboxJob.id == job.id).values(values))
