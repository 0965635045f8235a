"""The accounts on an agenda: members are told of them only approved, signed, and published long enough before the meeting."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coop import clock
from coop.assembly.meetings import agenda, errors, notice
from coop.assembly.meetings.calling import When
from coop.assembly.meetings.clear_days import earliest_day_after_report
from coop.assembly.meetings.models import MeetingKind
from coop.assembly.models import Motion, MotionWords, Stage
from coop.reports.queries import latest
from tests.coop.assembly.conftest import SignIn
from tests.coop.assembly.test_meetings import refuses
from tests.coop.reports.year import Office, act, office_of
from tests.meeting import PLACE, ZONE, Gathering, evening, on


@pytest.fixture
def office(app: Flask) -> Iterator[Office]:
    with office_of(app) as made:
        yield made


def today() -> date:
    return clock.today(ZONE.key)


def earliest() -> date:
    """Return the earliest lawful day of a meeting that receives a report published today."""
    return earliest_day_after_report(today(), 20)


def call(held_on: date, session: Session) -> tuple[UUID, UUID]:
    """Call the annual meeting with the accounts; return it and the motion."""
    coop = Gathering(session)
    meeting_id = coop.call(held_on, MeetingKind.ANNUAL)
    item_id = agenda.add_accounts(session, coop.secretary, meeting_id=meeting_id)
    return meeting_id, coop.motion_of(item_id)


def notice_refused(app: Flask, meeting_id: UUID, refusal: type) -> str:
    """Say that the notice is refused now; return why."""
    from coop.errors import message_of

    return act(
        app,
        lambda session: message_of(refuses(session, refusal, lambda: Gathering(session).notify(meeting_id))),
    )


def test_members_are_told_of_accounts_that_are_approved_signed_and_published(app: Flask, office: Office) -> None:
    held_on = earliest()
    meeting_id, motion_id = act(app, partial(call, held_on))
    notice_refused(app, meeting_id, errors.AccountsNotApproved)
    act(app, office.approve)
    act(app, lambda session: office.sign(session, "board"))
    notice_refused(app, meeting_id, errors.AccountsNotApproved)
    act(app, lambda session: office.sign(session, "board2"))
    act(app, office.write_words)
    notice_refused(app, meeting_id, errors.ReportNotPublished)
    act(app, office.publish)
    act(app, lambda session: Gathering(session).notify(meeting_id))

    def opened(session: Session) -> Stage:
        with on(held_on, hour=18):
            Gathering(session).open(meeting_id)
        return session.get_one(Motion, motion_id).stage

    assert act(app, opened) is Stage.OPENED


def test_whoever_reads_the_notice_before_sending_it_reads_the_words_that_go_out(app: Flask, office: Office) -> None:
    meeting_id, motion_id = act(app, partial(call, earliest()))

    def words(session: Session) -> str:
        return session.get_one(MotionWords, motion_id).text

    assert "not yet published" in act(app, words)
    act(app, office.make_ready)
    act(app, office.publish)
    read = act(app, words)
    assert "edition 1" in read
    act(app, lambda session: Gathering(session).notify(meeting_id))
    assert act(app, words) == read


def test_a_meeting_too_soon_after_its_report_is_not_announced(app: Flask, office: Office) -> None:
    lawful = earliest()
    meeting_id, _ = act(app, partial(call, lawful - timedelta(days=1)))
    act(app, office.make_ready)
    act(app, office.publish)
    said = notice_refused(app, meeting_id, errors.ReportTooLate)
    assert "20 working days" in said
    assert f"The earliest lawful day for it is {lawful.day} {lawful:%B %Y}" in said


def test_a_meeting_is_not_postponed_to_a_day_too_soon_after_its_report(app: Flask, office: Office) -> None:
    lawful = earliest()
    meeting_id, _ = act(app, partial(call, lawful + timedelta(days=30)))
    act(app, office.make_ready)
    act(app, office.publish)
    act(app, lambda session: Gathering(session).notify(meeting_id))

    def postpone(held_on: date, session: Session) -> None:
        who, when = Gathering(session).secretary, When(evening(held_on), PLACE, "")
        notice.postpone_meeting(session, who, meeting_id=meeting_id, when=when)

    def too_soon(session: Session) -> None:
        refuses(session, errors.ReportTooLate, partial(postpone, lawful - timedelta(days=1), session))

    act(app, too_soon)
    act(app, partial(postpone, lawful))


def test_a_correction_after_the_notice_moves_no_meeting(app: Flask, office: Office) -> None:
    held_on = earliest()
    meeting_id, _ = act(app, partial(call, held_on))
    act(app, office.make_ready)
    act(app, office.publish)
    act(app, lambda session: Gathering(session).notify(meeting_id))

    def correct(session: Session) -> None:
        with on(held_on - timedelta(days=2)):
            office.write_words(session, letter="Tēnā koutou. A slip is mended.", reason="A slip of the pen.")
            office.publish(session)

    act(app, correct)

    def opened(session: Session) -> None:
        edition = latest(session, office.year_id)
        assert edition is not None
        assert edition.number == 2
        with on(held_on, hour=18):
            Gathering(session).open(meeting_id)

    act(app, opened)


def test_the_page_of_the_notice_says_what_is_missing_and_where_it_is_seen_to(
    app: Flask, office: Office, sign_in: SignIn
) -> None:
    lawful = earliest()
    meeting_id, _ = act(app, partial(call, lawful - timedelta(days=1)))
    secretary, path = sign_in("secretary"), f"/meetings/{meeting_id}"
    page = secretary.get(f"{path}/notice/send")
    assert page.links["The accounts"] == f"/reports/years/{office.year_id}/accounts"
    assert page.links["The annual report"] == f"/reports/years/{office.year_id}"
    act(app, office.make_ready)
    act(app, office.publish)
    page = secretary.get(f"{path}/notice/send")
    assert f"The earliest lawful day for it is {lawful.day} {lawful:%B %Y}" in page.text
    assert "public holiday" in page.text
    assert "Fix the agenda and send the notice" not in page.text
    page = secretary.submit(page.links["Change the date"], {"held_on": lawful.isoformat()})
    assert "The meeting is changed." in page.text
    page = secretary.submit(f"{path}/notice/send", button="Fix the agenda and send the notice")
    assert "The notice is sent" in page.text


def test_the_words_name_the_edition_that_was_published_before_the_notice(app: Flask, office: Office) -> None:
    meeting_id, motion_id = act(app, partial(call, earliest()))
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
