"""Editions of the annual report: published by two people, the same for ever, and new only for a reason."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import clock, files
from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyPrepared, SamePerson
from coop.approvals.models import TwoPersonAct
from coop.audit import AuditEvent
from coop.config import configuration
from coop.permissions import PowerMissing
from coop.reports import checks as reports_checks
from coop.reports import editions, errors, queries, words
from coop.reports.compose import compose
from coop.reports.models import ReportContent, ReportEdition
from coop.reports.words import Words
from evidence.messages import Refusal
from evidence.rules import drop_rules
from tests import joining, sharing_out
from tests.coop.reports.year import Office
from tests.sharing_out import CLOSED


@pytest.fixture
def desk(session: Session, closed: Office) -> Office:
    """A closed year whose accounts are approved and signed, with the board's words."""
    closed.make_ready(session)
    return closed


def _rows(session: Session) -> list[int]:
    tables = (ReportEdition, ReportContent, TwoPersonAct, AuditEvent)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def _refused(session: Session, refusal: type[Refusal], work: Callable[[Session], Any]) -> str:
    before = _rows(session)
    with pytest.raises(refusal) as refused, session.begin_nested():
        work(session)
    assert _rows(session) == before
    return str(refused.value)


def _prepare(session: Session, desk: Office, name: str = "secretary") -> TwoPersonAct:
    made = editions.draft(session, desk.year_id)
    return session.get_one(TwoPersonAct, editions.prepare_edition(session, joining.founder(session, name), made))


def _approve(session: Session, act: TwoPersonAct, name: str = "board") -> None:
    approvals.approve(session, joining.founder(session, name), act_id=act.id, seen=act.digest)


def test_one_person_prepares_and_a_director_approves(session: Session, desk: Office) -> None:
    act = _prepare(session, desk)
    assert queries.latest(session, desk.year_id) is None
    _approve(session, act)
    found = queries.latest(session, desk.year_id)
    assert found is not None
    assert found.number == 1
    assert act.arguments == {"year": str(desk.year_id), "content": found.content_digest, "pdf": found.pdf_sha256}
    content = queries.content_of(session, found.content_digest)
    assert (content.digest, content.edition.reason) == (found.content_digest, "")
    assert hashlib.sha256(editions.pdf_of(found.pdf_sha256)).hexdigest() == found.pdf_sha256


def test_a_missing_or_damaged_pdf_is_not_published(session: Session, desk: Office) -> None:
    act = _prepare(session, desk)
    path = files.path_of(configuration(current_app), act.arguments["pdf"])
    kept = path.read_bytes()
    path.unlink()
    _refused(session, files.FileMissing, lambda session: _approve(session, act))
    path.write_bytes(kept[:-1])
    _refused(session, files.FileDamaged, lambda session: _approve(session, act))


def test_a_single_director_cannot_both_prepare_and_approve(session: Session, desk: Office) -> None:
    act = _prepare(session, desk, "board")
    _refused(session, SamePerson, lambda session: _approve(session, act))
    assert queries.latest(session, desk.year_id) is None
    _approve(session, act, "board2")


def test_others_neither_prepare_nor_approve(session: Session, desk: Office) -> None:
    _refused(session, PowerMissing, lambda session: _prepare(session, desk, "treasurer"))
    act = _prepare(session, desk)
    _refused(session, PowerMissing, lambda session: _approve(session, act, "auditor"))


def test_the_same_edition_waits_once(session: Session, desk: Office) -> None:
    _prepare(session, desk)
    _refused(session, AlreadyPrepared, lambda session: _prepare(session, desk, "board"))


def test_the_same_report_is_not_published_twice(session: Session, desk: Office) -> None:
    desk.publish(session)
    assert "Nothing differs from edition 1" in _refused(session, errors.NothingNew, desk.publish)
    desk.write_words(session, reason="Only the reason is new.")
    _refused(session, errors.NothingNew, desk.publish)


def test_of_two_prepared_editions_one_is_published(session: Session, desk: Office) -> None:
    first = _prepare(session, desk)
    desk.write_words(session, letter="Tēnā koutou. Another letter.")
    second = _prepare(session, desk)
    assert "Nothing was published" in _refused(session, errors.ReportStale, lambda session: _approve(session, first))
    _approve(session, second)
    assert [one.number for one in queries.editions(session, desk.year_id)] == [1]


def test_an_edition_that_has_gone_stale_is_refused(session: Session, desk: Office) -> None:
    act = _prepare(session, desk)
    with desk.story.at(CLOSED + 2):
        sharing_out.plan(session, desk.story)
        _refused(session, errors.ReportStale, lambda session: _approve(session, act))


def test_a_draft_that_changed_before_it_was_prepared_is_refused(session: Session, desk: Office) -> None:
    made = editions.draft(session, desk.year_id)
    desk.write_words(session, letter="A letter that the draft does not have.")
    _refused(
        session,
        errors.ReportStale,
        lambda session: editions.prepare_edition(session, joining.founder(session, "secretary"), made),
    )


def test_without_approved_and_signed_accounts_there_is_no_report(session: Session, closed: Office) -> None:
    _refused(session, errors.NotApproved, closed.publish)
    closed.approve(session)
    assert "0 have signed" in _refused(session, errors.NotSigned, closed.publish)
    closed.sign(session, "board")
    assert "1 have signed" in _refused(session, errors.NotSigned, closed.publish)


@pytest.mark.tampers
def test_the_database_refuses_to_change_what_was_published(session: Session, desk: Office) -> None:
    desk.publish(session)
    for statement, message in (
        ("UPDATE report_edition SET number = 7", "append-only"),
        ("DELETE FROM report_edition", "append-only"),
        ("UPDATE report_content SET content = '{}'", "named by its digest"),
        ("DELETE FROM report_content", "(?i)foreign key"),
    ):
        with pytest.raises(IntegrityError, match=message), session.begin_nested():
            session.execute(text(statement))


def test_the_check_finds_a_content_that_was_exchanged(session: Session, desk: Office) -> None:
    desk.publish(session)
    forged = ReportContent(digest="f" * 64, content="{}", composed_at=clock.now())
    session.add(forged)
    session.flush()
    assert [finding.check for finding in reports_checks.findings(session)] == ["report-content"]
    # What was not published may be removed.
    session.delete(forged)
    session.flush()


def test_the_check_finds_books_that_are_not_those_approved(session: Session, desk: Office) -> None:
    with session.begin_nested() as tampering:
        drop_rules(session.connection())
        session.execute(text("UPDATE accounts_approval SET statements_digest = :other"), {"other": "0" * 64})
        session.expire_all()
        assert [finding.check for finding in reports_checks.findings(session)] == ["accounts-changed"]
        tampering.rollback()
    session.expire_all()


def test_the_words_are_edited_by_one_at_a_time(session: Session, desk: Office) -> None:
    old = words.words_of(session, desk.year_id)
    desk.write_words(session, letter="The first to save.")

    def late(session: Session) -> None:
        said = Words("Ana Tūī", "The second to save.", "", "", old.revision)
        words.edit_words(session, joining.founder(session, "board"), year_id=desk.year_id, words=said)

    _refused(session, errors.WordsChanged, late)
    assert words.words_of(session, desk.year_id).letter == "The first to save."


def test_only_board_and_secretary_write_the_words(session: Session, desk: Office) -> None:
    def work(session: Session) -> None:
        words.edit_words(session, joining.founder(session, "auditor"), year_id=desk.year_id, words=Words())

    _refused(session, PowerMissing, work)


def test_the_figures_come_from_books_registers_and_votes(session: Session, desk: Office) -> None:
    content = compose(session, desk.year_id)
    assert (content.statements.income.total_minor, content.statements.result_minor) == (200_000, 150_000)
    business = content.business
    assert (business.members_minor, business.others_minor, business.grants_minor) == (100_000, 60_000, 40_000)
    assert sum(one.closing for one in content.members) == content.trace.members_register == 4
    assert (content.shares.opening, content.shares.issued, content.shares.closing) == (0, 4, 4)
    shown = {line.code: line.amount_minor for line in content.statements.equity.lines}
    assert content.shares.closing_minor == shown["3000"] == 20_000
    assert {fund.code: fund.closing_minor for fund in content.funds} == shown
    assert all(fund.opening_minor + fund.in_minor - fund.out_minor == fund.closing_minor for fund in content.funds)
    assert content.review is None
    assert content.distribution is None
    cash = content.statements.cash
    assert cash is not None
    flows = cash.operating.total_minor + cash.investing.total_minor + cash.financing.total_minor
    assert cash.closing_minor - cash.opening_minor == content.statements.result_minor + flows


def test_officers_are_named_and_no_other_member_is(session: Session, desk: Office) -> None:
    desk.review(session)
    content = compose(session, desk.year_id)
    offices = [(one.name, one.power) for one in content.officers]
    assert ("Ana Tūī", "board") in offices
    assert ("Tāne Kākā", "auditor") in offices
    for name in ("Mere Pōpokotea", "Rangi Kōkako", "Aroha Hihi"):
        assert name not in content.canonical


def test_the_same_books_give_the_same_content(session: Session, desk: Office) -> None:
    first = compose(session, desk.year_id)
    session.expire_all()
    assert compose(session, desk.year_id).digest == first.digest
