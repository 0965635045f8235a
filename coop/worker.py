"""The worker: delivers the outbox, closes votes whose time has come, seals the books, opens the coming year, reminds of events.

A loop over duties, each of which is harmless to repeat. On SQLite it runs as a thread of the serving process; on PostgreSQL
as many processes as one likes.
"""

import threading
from collections.abc import Callable, Mapping
from functools import partial

import structlog
from flask import Flask
from sqlalchemy.orm import Session

from coop import clock, cooperative, outbox
from coop.assembly import duties as assembly
from coop.assembly.results import keeping
from coop.attachments import operations as attachments
from coop.attachments.removal import remove_file
from coop.books import duties as books
from coop.books.exports import operations as export_operations
from coop.community import duties as community
from coop.config import configuration
from coop.database import db, outside_transaction, write
from coop.mail import deliver_mail
from coop.outbox import Doing, Leased
from coop.payments.cards import jobs as card_jobs
from coop.permissions import WORKER
from evidence.messages import Refusal

log = structlog.get_logger()


class CheckpointBusy(Exception):
    """Somebody is reading from the write-ahead log, so it could not be emptied; the outbox tries again."""


PAUSE_SECONDS = 2.0


def run_once(app: Flask) -> int:
    """Do everything that is due and return how many things were done. Needs no application context."""
    with app.app_context():
        if cooperative.find(db.session()) is None:
            return 0
        cooperative.set_clock(db.session())
        done = _close_votes() + _ask_scrutineers() + _keep_books() + _remind()
        return done + outbox.deliver(_doings(app))


def run_forever(app: Flask, stop: threading.Event, pause: float = PAUSE_SECONDS) -> None:
    """Do what is due, again and again, until `stop` is set. A failure is logged and does not end the loop."""
    while not stop.is_set():
        try:
            run_once(app)
        except Exception:
            # The loop must outlive a database that is away for a moment.
            log.exception("worker.failed")
        stop.wait(pause)


def start_thread(app: Flask) -> threading.Event:
    """Run the worker in a thread beside the server; setting the event that is returned ends it."""
    stop = threading.Event()
    threading.Thread(target=run_forever, args=(app, stop), name="coop-worker", daemon=True).start()
    return stop


def _doings(app: Flask) -> Mapping[str, Doing]:
    config = configuration(app)
    return {
        "mail": lambda job: deliver_mail(config, app.url_map, job),
        "vacuum": _vacuum,
        export_operations.KEEP_JOB: export_operations.keep_all,
        keeping.KEEP_JOB: keeping.keep,
        attachments.REMOVE_JOB: lambda job: remove_file(config, job),
        **card_jobs.DOINGS,
    }


def _close_votes() -> int:
    return sum(
        _try(partial(assembly.close_motion, actor=WORKER, motion_id=motion_id))
        for motion_id in assembly.due_closings(db.session(), clock.now())
    )


def _ask_scrutineers() -> int:
    return sum(
        _try(partial(assembly.tell, actor=WORKER, motion_id=motion_id))
        for motion_id in assembly.untold(db.session(), clock.now())
    )


def _remind() -> int:
    return sum(
        _try(partial(community.remind, actor=WORKER, event_id=event_id))
        for event_id in community.due_reminders(db.session(), clock.now())
    )


def _keep_books() -> int:
    return sum(_try(partial(_do_duty, duty)) for duty in books.due(db.session(), clock.now()))


def _do_duty(duty: books.Duty, session: Session) -> object:
    return duty(session, WORKER)


def _try(work: Callable[[Session], object]) -> bool:
    try:
        write(work)
    except Refusal as refusal:
        # Somebody else was quicker, or the secretary has closed by hand.
        log.info("worker.refused", reason=type(refusal).__name__)
        return False
    return True


def _vacuum(_: Leased) -> None:
    """Remove what an emptied urn has left behind in the database's files."""
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        outside_transaction("VACUUM governance_urn, governance_participation")
        return
    answer = outside_transaction("PRAGMA wal_checkpoint(TRUNCATE)")
    if answer is None or answer[0]:
        raise CheckpointBusy
