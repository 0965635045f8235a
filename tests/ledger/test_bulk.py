"""Posting many at once: what is written is what posting one by one writes, and one that is wrong leaves nothing."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from evidence.identifiers import new_id
from ledger import bulk, errors, posting, sealing
from ledger.chart import BANK, OTHER_INCOME, SHARE_APPLICATIONS
from ledger.drafts import Draft, Line
from ledger.models import CostCentre, Entry, Posting
from ledger.totals import account_totals
from tests.ledger.conftest import NOW, RECORDER, Books

LINES = (Line(BANK, 1000), Line(OTHER_INCOME, -1000))


def _draft(key: str, on: date = date(2026, 5, 4), lines: tuple[Line, ...] = LINES) -> Draft:
    return Draft(on, f"Entry {key}", "imported", "NZD", lines, key)


def test_many_entries_stand_as_if_each_had_been_posted(books: Books) -> None:
    drafts = [_draft(f"k{number}", date(2026, 4 + number % 9, 3)) for number in range(50)]
    posted = bulk.post_many(books.session, drafts, now=NOW, recorded_by=RECORDER)
    assert [one.is_new for one in posted] == [True] * 50
    again = [posting.post_once(books.session, draft, now=NOW, recorded_by=RECORDER) for draft in drafts]
    assert [(one.entry_id, one.is_new) for one in again] == [(one.entry_id, False) for one in posted]
    balances = {t.code: t.balance_minor for t in account_totals(books.session, None, None) if t.balance_minor}
    assert balances == {BANK: 50_000, OTHER_INCOME: -50_000}
    assert sealing.seal(books.session) == 50


def test_a_draft_that_stands_or_is_there_twice_is_posted_once(books: Books) -> None:
    first = posting.post(books.session, _draft("a"), now=NOW)
    posted = bulk.post_many(books.session, [_draft("a"), _draft("b"), _draft("b")], now=NOW)
    assert [one.is_new for one in posted] == [False, True, False]
    assert posted[0].entry_id == first
    assert posted[1].entry_id == posted[2].entry_id
    assert books.session.scalar(select(func.count()).select_from(Entry)) == 2


def test_everything_that_is_wrong_is_told_and_nothing_is_written(books: Books) -> None:
    drafts = [
        _draft("fine"),
        _draft("short", lines=LINES[:1]),
        _draft("uneven", lines=(*LINES, Line(BANK, 1))),
        _draft("early", date(2020, 1, 1)),
        _draft("nowhere", lines=(Line(BANK, 1), Line("9999", -1))),
        _draft("nobody", lines=(Line(BANK, 1), Line(SHARE_APPLICATIONS, -1))),
        _draft("centre", lines=(Line(BANK, 1, cost_centre="none"), Line(OTHER_INCOME, -1))),
        replace(_draft("fine"), text="Other words"),
    ]
    with pytest.raises(bulk.DraftsRefused) as caught:
        bulk.post_many(books.session, drafts, now=NOW)
    assert [(problem.index, type(problem.reason)) for problem in caught.value.problems] == [
        (1, errors.TooFewPostings),
        (2, errors.Unbalanced),
        (3, errors.PeriodNotOpened),
        (4, errors.NoSuchAccount),
        (5, errors.PartyMissing),
        (6, errors.NoSuchCostCentre),
        (7, errors.KeyUsedDifferently),
    ]
    assert "7" in str(caught.value)
    assert books.session.scalar(select(func.count()).select_from(Posting)) == 0


def test_what_lines_count_for_is_kept(books: Books) -> None:
    centre = CostCentre(id=new_id(), code="coaching", name="Coaching")
    books.session.add(centre)
    books.session.flush()
    lines = (Line(BANK, 1, cost_centre="coaching"), Line(OTHER_INCOME, -1))
    bulk.post_many(books.session, [_draft("a", lines=lines), _draft("b", lines=lines), _draft("c")], now=NOW)
    named = select(func.count()).where(Posting.cost_centre_id == centre.id)
    assert books.session.scalar(named) == 2
