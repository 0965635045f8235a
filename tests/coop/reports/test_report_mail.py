"""Members are told where a new edition of the annual report can be read: each once, and only when it is published."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.outbox import OutboxJob
from tests.coop.reports.year import Office


@pytest.fixture
def desk(session: Session, closed: Office) -> Office:
    closed.make_ready(session)
    return closed


def told(session: Session, number: int) -> list[OutboxJob]:
    found = session.scalars(select(OutboxJob).where(OutboxJob.key.like(f"report-%-{number}:%")).order_by(OutboxJob.id))
    return list(found)


def test_every_member_is_told_of_an_edition_once_and_where_it_is(session: Session, desk: Office) -> None:
    assert told(session, 1) == []
    desk.publish(session)
    jobs = told(session, 1)
    assert {job.payload["to"].partition("@")[0] for job in jobs} == {"board", "board2", "treasurer", "secretary"}
    assert len(jobs) == 4
    assert f"annual report of {desk.year}" in jobs[0].payload["subject"]
    assert jobs[0].payload["page"]["endpoint"] == "reports.reports"


def test_a_later_edition_is_told_of_as_what_it_is(session: Session, desk: Office) -> None:
    desk.publish(session)
    desk.write_words(session, letter="Tēnā koutou. A slip is mended.", reason="A slip of the pen.")
    desk.publish(session)
    assert all("takes the place of the one before" in job.payload["text"] for job in told(session, 2))
    assert len(told(session, 2)) == len(told(session, 1)) == 4
