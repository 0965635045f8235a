"""Approving and signing the accounts: exactly the figures that were seen, once, and by two directors themselves."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.resolutions import Body, Resolution
from coop.audit import AuditEvent
from coop.permissions import PowerMissing
from coop.reports import accounts, errors, reviews
from coop.reports.models import AccountsSignature, ApprovedAccounts, Conclusion, Review
from coop.reports.reviews import NewReview
from coop.reports.statements import accounts_of
from coop.texts import TextTooShort
from evidence.canonical import digest
from evidence.messages import Refusal
from ledger.years import periods
from tests import joining
from tests.coop.reports.year import Office, office
from tests.sharing_out import Story


@pytest.fixture
def desk(session: Session) -> Iterator[Office]:
    with office(session) as made:
        yield made


def _rows(session: Session) -> list[int]:
    tables = (ApprovedAccounts, AccountsSignature, Review, Resolution, AuditEvent)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def _refused(session: Session, refusal: type[Refusal], work: Callable[[Session], Any]) -> str:
    before = _rows(session)
    with pytest.raises(refusal) as refused:
        work(session)
    assert _rows(session) == before
    return str(refused.value)


def test_the_approval_is_a_resolution_of_the_board_and_names_the_figures(session: Session, desk: Office) -> None:
    resolution_id = desk.approve(session)
    resolution = session.get_one(Resolution, resolution_id)
    assert (resolution.body, resolution.number, resolution.about_person) == (Body.BOARD, 2, False)
    assert resolution.words is not None
    assert desk.digest(session) in resolution.words.text
    found = accounts.approval_of(session, desk.year_id)
    assert found is not None
    assert (found.resolution_number, found.complete, found.signed) == (2, False, ())


def test_figures_that_were_not_seen_are_not_approved(session: Session, desk: Office) -> None:
    def work(session: Session) -> None:
        accounts.approve_accounts(
            session,
            joining.founder(session, "board"),
            year_id=desk.year_id,
            decided_on=cooperative.today(session),
            minute="The accounts were read and approved.",
            seen=digest("other figures"),
        )

    assert "not those that you saw" in _refused(session, errors.AccountsChanged, work)


@pytest.mark.parametrize(
    ("days", "minute", "refusal"),
    [
        (1, "The accounts were read and approved.", errors.DecidedInFuture),
        (-30, "The accounts were read and approved.", errors.DecidedTooEarly),
        (0, "Yes.", TextTooShort),
    ],
)
def test_the_decision_has_a_day_and_words(
    session: Session, desk: Office, days: int, minute: str, refusal: type[Refusal]
) -> None:
    def work(session: Session) -> None:
        decided_on = cooperative.today(session) + timedelta(days=days)
        accounts.approve_accounts(
            session,
            joining.founder(session, "board"),
            year_id=desk.year_id,
            decided_on=decided_on,
            minute=minute,
            seen=desk.digest(session),
        )

    _refused(session, refusal, work)


def test_accounts_are_approved_once(session: Session, desk: Office) -> None:
    desk.approve(session)
    assert "resolution number 2" in _refused(session, errors.AlreadyApproved, desk.approve)


def test_an_open_year_has_no_accounts_to_approve(session: Session, desk: Office) -> None:
    open_year = periods.fiscal_years(session)[0]
    assert open_year.id != desk.year_id
    other = Office(Story(open_year.id, open_year.ends_on, {}))
    assert "not closed yet" in _refused(session, errors.YearNotClosed, other.approve)


def test_only_the_board_approves_and_signs(session: Session, desk: Office) -> None:
    def as_treasurer(session: Session) -> None:
        who = joining.founder(session, "treasurer")
        today = cooperative.today(session)
        accounts.approve_accounts(
            session, who, year_id=desk.year_id, decided_on=today, minute="It was approved.", seen=desk.digest(session)
        )

    _refused(session, PowerMissing, as_treasurer)
    desk.approve(session)
    _refused(session, PowerMissing, lambda session: desk.sign(session, "secretary"))


def test_two_directors_sign_each_once(session: Session, desk: Office) -> None:
    _refused(session, errors.NotApproved, lambda session: desk.sign(session, "board"))
    desk.approve(session)
    desk.sign(session, "board")
    assert "already" in _refused(session, errors.AlreadySigned, lambda session: desk.sign(session, "board"))
    found = accounts.approval_of(session, desk.year_id)
    assert found is not None
    assert not found.complete
    desk.sign(session, "board2")
    found = accounts.approval_of(session, desk.year_id)
    assert found is not None
    assert {one.person_name for one in found.signed} == {"Ana Tūī", "Wiremu Kererū"}
    assert found.complete


def test_a_signature_is_for_the_figures_that_were_read(session: Session, desk: Office) -> None:
    desk.approve(session)

    def work(session: Session) -> None:
        accounts.sign_accounts(session, joining.founder(session, "board"), year_id=desk.year_id, seen="0" * 64)

    _refused(session, errors.AccountsChanged, work)


@pytest.mark.tampers
@pytest.mark.parametrize("table", ["accounts_approval", "accounts_signature", "accounts_review"])
def test_approvals_signatures_and_reviews_are_never_changed(session: Session, desk: Office, table: str) -> None:
    desk.make_ready(session)
    desk.review(session)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET fiscal_year_id = fiscal_year_id"):
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_the_statements_add_up_and_their_digest_is_the_same_each_time(session: Session, desk: Office) -> None:
    found = accounts_of(session, desk.year_id)
    assert found.income.result_minor == 150_000
    assert found.sheet.result_minor == 0
    assert found.sheet.assets.total_minor == found.sheet.claims_minor
    assert found.digest == accounts_of(session, desk.year_id).digest


def test_the_reviewer_reports_in_versions(session: Session, desk: Office) -> None:
    assert desk.review(session) == 1
    assert "version 1" in _refused(session, errors.ReviewUnchanged, desk.review)
    assert desk.review(session, "We have read it all again, and more.") == 2
    found = reviews.review_of(session, desk.year_id)
    assert found is not None
    assert (found.version, found.signed_as) == (2, "Tāne Kākā CA")


def test_only_the_auditor_reviews(session: Session, desk: Office) -> None:
    def work(session: Session) -> None:
        review = NewReview(Conclusion.CLEAN, "Ana Tūī", "I looked at my own accounts.")
        who = joining.founder(session, "board")
        reviews.write_review(session, who, year_id=desk.year_id, review=review, seen=desk.digest(session))

    _refused(session, PowerMissing, work)
