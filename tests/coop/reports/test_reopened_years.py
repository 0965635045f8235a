"""A year that was reopened and closed again, on its way to the next edition: approved anew, and told in words on page and PDF."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coop.assembly.meetings import readiness
from coop.reports import checks as reports_checks
from coop.reports import editions, errors, queries, waiting
from coop.reports.accounts import approval_of
from coop.reports.content import Content
from coop.reports.outline import outline
from coop.reports.reviews import review_that_stands
from coop.reports.statements import accounts_of
from coop.reports.waiting import Step
from evidence.messages import Refusal
from ledger.surplus.plan import plan_of
from ledger.years.closed_years import closings_of
from tests import joining, sharing_out
from tests.coop.reports.year import Office, act, office_of
from tests.html_client import Browser
from tests.reopening import REASON, close_again, correct, keep, reopen

SignIn = Callable[[str], Browser]
OPENED, CLOSED_AGAIN = 25, 30


@pytest.fixture
def desk(app: Flask) -> Iterator[Office]:
    """A closed year with a published report that was reviewed, and its files kept."""
    with office_of(app) as made:
        keep(app, made.year_id)
        act(app, made.make_ready)
        act(app, made.review)
        act(app, made.publish)
        yield made


def _reopen_and_close(app: Flask, desk: Office) -> None:
    """Take the closing back, book 100.00 that were forgotten, and close the year again."""
    with desk.story.at(OPENED):
        act(app, reopen(desk.year_id))
        act(app, correct(desk.story.ends_on))
    with desk.story.at(CLOSED_AGAIN):
        act(app, close_again(desk.year_id))


def _refused(app: Flask, refusal: type[Refusal], work: Callable[[Session], Any]) -> str:
    with pytest.raises(refusal) as refused:
        act(app, work)
    return str(refused.value)


def _steps(app: Flask, name: str) -> list[tuple[Step, int]]:
    def work(session: Session) -> list[tuple[Step, int]]:
        return [(one.step, one.number) for one in waiting.waiting_for(session, joining.founder(session, name))]

    return act(app, work)


def test_what_was_approved_and_signed_before_counts_no_more(app: Flask, desk: Office) -> None:
    first = act(app, desk.digest)
    with desk.story.at(OPENED):
        act(app, reopen(desk.year_id))
        assert act(app, lambda session: approval_of(session, desk.year_id)) is None
        for work in (desk.approve, desk.publish, desk.review):
            _refused(app, errors.YearNotClosed, work)
        act(app, close_again(desk.year_id))
        assert act(app, desk.digest) != first
        _refused(app, errors.NotApproved, desk.publish)
        assert (_steps(app, "board"), _steps(app, "auditor")) == ([(Step.APPROVE, 2)], [(Step.REVIEW, 1)])
        act(app, desk.approve)
        _refused(app, errors.NotSigned, desk.publish)
        act(app, lambda session: desk.sign(session, "board", "board2"))
        assert _steps(app, "secretary") == [(Step.PREPARE, 2)]
        assert act(app, lambda s: review_that_stands(s, accounts_of(s, desk.year_id))) is None
        act(app, desk.review)
        assert _steps(app, "auditor") == []
        assert act(app, lambda session: list(reports_checks.findings(session))) == []


def test_the_next_edition_says_what_happened_and_the_first_stays(app: Flask, sign_in: SignIn, desk: Office) -> None:
    address = f"/reports/{desk.year}/1"
    reader = sign_in("founder")
    before, pdf = reader.get(address), reader.get(f"{address}.pdf").response.get_data()
    assert "reopened" not in before.text
    with desk.story.at(OPENED):
        act(app, reopen(desk.year_id))
        assert "The year was reopened after this was published" in reader.get(address).text
        office = sign_in("secretary").get(f"/reports/years/{desk.year_id}")
        assert "Its accounts are not final until it is closed again." in office.text
        act(app, correct(desk.story.ends_on))
    with desk.story.at(CLOSED_AGAIN):
        act(app, close_again(desk.year_id))
        act(app, desk.approve)
        act(app, lambda session: desk.sign(session, "board", "board2"))
        _refused(app, errors.ReasonMissing, desk.publish)
        act(app, lambda session: desk.write_words(session, reason="An invoice was forgotten."))
        act(app, desk.publish)
        page = reader.get(f"/reports/{desk.year}/2").text
        for words in (
            "These accounts were reopened",
            "by resolution 3 of the board",
            "The result was NZD 1,500.00 and is NZD 1,400.00.",
            REASON,
            "Unaudited and not reviewed",
        ):
            assert words in page, words
        assert reader.get(f"/reports/{desk.year}/2.pdf").response.get_data().startswith(b"%PDF")
        after = reader.get(address)
        assert "A later edition has taken its place" in after.text
        assert "The year was reopened after this was published" not in after.text
        assert reader.get(f"{address}.pdf").response.get_data() == pdf
        assert act(app, lambda session: list(reports_checks.findings(session))) == []


def test_a_content_of_before_keeps_its_digest_and_one_with_a_reopening_is_read_back(app: Flask, desk: Office) -> None:
    def contents(session: Session) -> list[tuple[str, Content]]:
        found = queries.editions(session, desk.year_id)
        return [(one.content_digest, queries.content_of(session, one.content_digest)) for one in found]

    ((digest, content),) = act(app, contents)
    assert (content.digest, content.reopenings, '"reopenings"' in content.canonical) == (digest, (), False)
    _reopen_and_close(app, desk)
    with desk.story.at(CLOSED_AGAIN):
        act(app, desk.approve)
        act(app, lambda session: desk.sign(session, "board", "board2"))
        act(app, lambda session: desk.write_words(session, reason="An invoice was forgotten."))
        act(app, desk.publish)
    (digest, content), _ = act(app, contents)
    assert content.digest == digest
    (note,) = content.reopenings
    assert (note.result_minor, note.result_again_minor, note.opens_on.day) == (150_000, 140_000, 1)
    assert note.closed_on < note.reopened_on < note.closed_again_on
    with app.test_request_context():
        said = next(part for part in outline(content).parts if part.anchor == "approval")
    assert [block.kind for block in said.blocks[:3]] == ["remark", "prose", "facts"]


def test_an_edition_that_was_prepared_before_is_not_published_after(app: Flask, desk: Office) -> None:
    def prepare(session: Session) -> Any:
        desk.write_words(session, reason="The letter is better now.", letter="Tēnā koutou.")
        return editions.draft(session, desk.year_id)

    made = act(app, prepare)
    with desk.story.at(OPENED):
        act(app, reopen(desk.year_id))
        secretary = act(app, lambda session: joining.founder(session, "secretary"))
        _refused(app, errors.YearNotClosed, lambda session: editions.prepare_edition(session, secretary, made))
        act(app, close_again(desk.year_id))
        _refused(app, errors.NotApproved, lambda session: editions.prepare_edition(session, secretary, made))


def test_a_whole_journey_ends_in_the_distribution_of_the_new_result(app: Flask, desk: Office) -> None:
    old = act(app, lambda session: sharing_out.plan(session, desk.story))
    _reopen_and_close(app, desk)
    with desk.story.at(CLOSED_AGAIN):
        plan_id = act(app, lambda session: sharing_out.plan(session, desk.story))
        plans = act(app, lambda session: [plan_of(session, one) for one in (old, plan_id)])
        assert [plan.totals.result_minor for plan in plans] == [150_000, 140_000]
        assert act(app, lambda session: readiness.why_stale(session, plans[0])) is not None
        assert act(app, lambda session: readiness.why_stale(session, plans[1])) is None
    with desk.story.at(sharing_out.VOTED):
        motion_id = act(app, lambda session: sharing_out.put_to_members(session, plan_id))
        act(app, lambda session: sharing_out.vote(session, motion_id))
    with desk.story.at(sharing_out.DECIDED):
        act(app, lambda session: sharing_out.count(session, motion_id))
    with desk.story.at(sharing_out.POSTED):
        assert act(app, lambda session: sharing_out.distribute(session, plan_id))
        assert len(act(app, lambda session: closings_of(session, desk.year_id))) == 2
