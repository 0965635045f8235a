"""Mail to everybody who holds a power: each once, and nobody who has no account any more."""

from collections.abc import Collection
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.identity import powers
from coop.identity.models import Person
from coop.identity.telling import tell_holders, tell_people
from coop.outbox import OutboxJob, Page
from coop.permissions import Power
from tests import scrutinising


def _tell(session: Session, any_of: Collection[Power], but: Collection[UUID | None] = ()) -> None:
    tell_holders(
        session, any_of, key="storm", subject="a storm", text="Close the windows.", page=Page("start", {}), but=but
    )


def _told(app: Flask) -> list[str]:
    with app.app_context():
        jobs = db.session.scalars(select(OutboxJob).where(OutboxJob.key.like("storm:%"))).all()
        name = cooperative.current(db.session()).name
        assert {job.payload["subject"] for job in jobs} <= {f"{name}: a storm"}
        return sorted(job.payload["to"].partition("@")[0] for job in jobs)


def test_whoever_holds_one_of_the_powers_is_told_once(app: Flask, people: dict[str, UUID]) -> None:
    with app.app_context():
        # Somebody of the board watches over votes as well.
        write(lambda session: scrutinising.appoint(session, "board2"))
        for _ in range(2):
            write(lambda session: _tell(session, [Power.BOARD, Power.SCRUTINEER], [people["board"], None]))
    assert _told(app) == ["board2", "scrutineer"]


def test_whose_power_has_ended_or_whose_account_is_closed_is_not_told(app: Flask, people: dict[str, UUID]) -> None:
    with app.app_context():
        write(lambda session: session.execute(update(Person).where(Person.id == people["board"]).values(active=False)))
        write(lambda session: _tell(session, [Power.BOARD]))
        assert powers.holders(db.session(), [Power.BOARD], cooperative.today(db.session())) >= {people["board"]}
    assert _told(app) == ["board2"]


def test_nobody_to_tell_is_no_mail(app: Flask, people: dict[str, UUID]) -> None:
    with app.app_context():
        write(lambda session: _tell(session, [Power.TREASURER], [people["treasurer"]]))
        write(lambda session: tell_people(session, [], key="storm", subject="x", text="x", page=Page("start", {})))
    assert _told(app) == []
