"""The accounts on an agenda: members receive them only approved, signed and published, and the words name the report."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coop import clock
from coop.assembly.meetings import agenda, errors
from coop.assembly.meetings.models import MeetingKind
from coop.assembly.models import Motion, MotionWords, Stage
from coop.reports.queries import latest
from tests.coop.assembly.test_meetings import refuses
from tests.coop.reports.year import Office, act, office_of
from tests.meeting import ZONE, Gathering, on


@pytest.fixture
def office(app: Flask) -> Iterator[Office]:
    with office_of(app) as made:
        yield made


def call(office: Office, session: Session) -> tuple[UUID, UUID]:
    """Call the annual meeting on the earliest lawful day, with the accounts; return it and the motion."""
    coop = Gathering(session)
    held_on = clock.today(ZONE.key) + timedelta(days=15)
    meeting_id = coop.call(held_on, MeetingKind.ANNUAL)
    item_id = agenda.add_accounts(session, coop.secretary, meeting_id=meeting_id)
    return meeting_id, coop.motion_of(item_id)


def test_accounts_are_received_when_approved_signed_and_published(app: Flask, office: Office) -> None:
    meeting_id, motion_id = act(app, partial(call, office))
    held_on = clock.today(ZONE.key) + timedelta(days=15)
    act(app, lambda session: Gathering(session).notify(meeting_id))

    def open_refused(session: Session, refusal: type) -> None:
        with on(held_on, hour=18):
            refuses(session, refusal, lambda: Gathering(session).open(meeting_id))

    act(app, lambda session: open_refused(session, errors.AccountsNotApproved))
    act(app, office.approve)
    act(app, lambda session: office.sign(session, "board"))
    act(app, lambda session: open_refused(session, errors.AccountsNotApproved))
    act(app, lambda session: office.sign(session, "board2"))
    act(app, office.write_words)
    act(app, lambda session: open_refused(session, errors.ReportNotPublished))
    act(app, office.publish)

    def opened(session: Session) -> Stage:
        with on(held_on, hour=18):
            Gathering(session).open(meeting_id)
        return session.get_one(Motion, motion_id).stage

    assert act(app, opened) is Stage.OPENED


def test_the_words_name_the_edition_that_was_published_before_the_notice(app: Flask, office: Office) -> None:
    meeting_id, motion_id = act(app, partial(call, office))
    act(app, office.make_ready)
    act(app, office.publish)
    act(app, lambda session: Gathering(session).notify(meeting_id))

    def words(session: Session) -> tuple[str, str]:
        edition = latest(session, office.year_id)
        assert edition is not None
        return session.get_one(MotionWords, motion_id).text, edition.pdf_sha256

    text, sha256 = act(app, words)
    assert "They stand in edition 1 of the annual report." in text
    assert f"`{sha256}`" in text
