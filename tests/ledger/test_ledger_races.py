"""Two at once: what each database makes of writers that meet. Everything here commits, on a database of the test's own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.messages import Refusal
from ledger import chart, checks, errors, posting, sealing
from ledger.chart import BANK, COACHES, COACHING_INCOME, OTHER_INCOME
from ledger.chart import changes as chart_changes
from ledger.chart import errors as chart_errors
from ledger.chart import file as chart_file
from ledger.chart.changes import Particulars
from ledger.importing.errors import FileRefused
from ledger.models import AccountKind, Entry
from ledger.totals import balance_of
from ledger.years import periods
from tests.databases import TestDatabase
from tests.ledger.conftest import NOW, YEAR, Write, at_once


def _draft(key: str, *lines: tuple[str, int], on: date = date(2026, 5, 4)) -> posting.Draft:
    asked = [posting.Line(*line) for line in lines or ((BANK, 100), (OTHER_INCOME, -100))]
    return posting.Draft(on, "Sold a map", "manual", "NZD", asked, key)


def _post(draft: posting.Draft) -> Callable[[Session], posting.Posted]:
    return lambda session: posting.post_once(session, draft, now=NOW)


def test_the_same_key_at_once_is_one_entry(write: Write) -> None:
    answers = at_once(8, lambda _: write(_post(_draft("same"))))
    assert len({answer.entry_id for answer in answers}) == 1
    assert sum(answer.is_new for answer in answers) == 1
    assert write(lambda session: session.scalar(select(func.count()).select_from(Entry))) == 1
    assert write(lambda session: balance_of(session, BANK)) == 100


def test_the_same_key_with_other_content_at_once_is_refused_to_all_but_one(write: Write) -> None:
    answers = at_once(6, lambda n: write(_post(_draft("same", (BANK, n + 1), (OTHER_INCOME, -n - 1)))))
    assert sum(isinstance(answer, posting.Posted) for answer in answers) == 1
    assert sum(isinstance(answer, errors.KeyUsedDifferently) for answer in answers) == 5


def test_a_transaction_goes_on_after_losing_a_race_for_a_key(write: Write) -> None:
    def work(session: Session, number: int) -> int:
        posting.post(session, _draft("same"), now=NOW)
        posting.post(session, _draft(f"own-{number}"), now=NOW)
        return number

    assert sorted(at_once(6, lambda n: write(lambda session: work(session, n)))) == list(range(6))
    assert write(lambda session: balance_of(session, BANK)) == 700


def test_writers_on_the_same_accounts_in_any_order_lose_nothing(write: Write) -> None:
    pairs = [(BANK, OTHER_INCOME), (OTHER_INCOME, BANK), (COACHES, BANK), (COACHING_INCOME, COACHES)]

    def work(number: int) -> int:
        for step in range(10):
            debit, credit = pairs[(number + step) % len(pairs)]
            write(_post(_draft(f"{number}-{step}", (debit, 1), (credit, -1))))
        return number

    assert sorted(at_once(8, work)) == list(range(8))
    assert write(lambda session: session.scalar(select(func.count()).select_from(Entry))) == 80


def test_an_entry_is_in_before_its_period_locks_or_not_at_all(write: Write) -> None:
    on = date(2026, 4, 30)

    def work(number: int) -> Any:
        if number == 3:
            return write(lambda session: periods.lock_period(session, on, now=NOW))
        return write(_post(_draft(f"k{number}", on=on)))

    answers = at_once(8, work)
    posted = sum(isinstance(answer, posting.Posted) for answer in answers)
    refused = sum(isinstance(answer, errors.PeriodLocked) for answer in answers)
    assert posted + refused == 7
    assert write(lambda session: balance_of(session, BANK)) == 100 * posted


def test_a_lock_waits_for_an_entry_that_is_being_posted(database: TestDatabase, write: Write) -> None:
    if database.kind == "sqlite":
        return  # One writer at a time: the second BEGIN IMMEDIATE waits for the first.
    on = date(2026, 4, 30)
    writer = database.engine.execution_options(coop_write=True)
    with Session(writer) as poster, ThreadPoolExecutor(1) as pool:
        posting.post(poster, _draft("slow", on=on), now=NOW)
        locking = pool.submit(write, lambda session: periods.lock_period(session, on, now=NOW))
        with pytest.raises(TimeoutError):
            locking.result(timeout=0.3)
        poster.commit()
        locking.result(timeout=10)
    with pytest.raises(errors.PeriodLocked):
        write(_post(_draft("late", on=on)))


def test_an_account_closes_before_or_after_an_entry_but_not_under_it(write: Write) -> None:
    write(
        lambda session: chart_changes.open_account(
            session, code="6910", name="Seeds", kind=AccountKind.EXPENSE, opened_on=date(2026, 4, 1)
        )
    )

    def work(number: int) -> Any:
        if number == 2:
            return write(lambda session: chart_changes.close_account(session, "6910", closed_on=date(2026, 5, 1)))
        return write(_post(_draft(f"k{number}", ("6910", 5), (BANK, -5))))

    answers = at_once(6, work)
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert all(isinstance(r, errors.AccountNotOpen | errors.AccountHoldsMoney) for r in refused)


def test_an_entry_is_reversed_once_by_many_at_once(write: Write) -> None:
    entry_id = write(_post(_draft("first"))).entry_id
    answers = at_once(
        6,
        lambda n: write(
            lambda session: posting.reverse(session, entry_id, booked_on=date(2026, 5, 5 + n), text="x", now=NOW)
        ),
    )
    assert sum(isinstance(answer, errors.AlreadyReversed) for answer in answers) == 5
    assert write(lambda session: balance_of(session, BANK)) == 0


def test_two_sealers_make_one_chain(write: Write) -> None:
    for number in range(30):
        write(_post(_draft(f"k{number}")))
    sealed = at_once(4, lambda _: sum(write(lambda session: sealing.seal(session, limit=4)) for _ in range(4)))
    assert sum(sealed) == 30
    assert write(sealing.unsealed_count) == 0


def test_the_next_year_is_opened_once_by_many_at_once(write: Write) -> None:
    answers = at_once(
        4,
        lambda n: write(lambda session: periods.open_fiscal_year(session, date(2027, 4, 1), date(2028, 3, 31 - n))),
    )
    assert sum(isinstance(answer, errors.YearOverlaps) for answer in answers) == 3


def test_a_code_of_the_chart_is_taken_once_by_many_at_once(write: Write) -> None:
    def work(session: Session) -> object:
        return chart_changes.open_account(
            session, code="6910", name="Seeds", kind=AccountKind.EXPENSE, opened_on=date(2026, 4, 1)
        )

    answers = at_once(6, lambda _: write(work))
    assert sum(isinstance(answer, errors.AccountCodeTaken) for answer in answers) == 5


def test_a_heading_closes_before_or_after_an_account_comes_under_it_but_not_meanwhile(write: Write) -> None:
    first = date(2026, 4, 1)
    seeds: dict[str, Any] = {"kind": AccountKind.EXPENSE, "opened_on": first}
    write(lambda session: chart_changes.open_account(session, code="61", name="Plants", is_heading=True, **seeds))

    def work(number: int) -> Any:
        if number == 2:
            return write(lambda session: chart_changes.close_account(session, "61", closed_on=first))
        account = {"code": f"615{number}", "name": "Seeds", "heading": "61"} | seeds
        return write(lambda session: chart_changes.open_account(session, **account))

    answers = at_once(6, work)
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert all(isinstance(r, chart_errors.HeadingInUse | chart_errors.NoSuchHeading) for r in refused)
    under = {branch.account.code for branch in write(chart.tree) if branch.account.code.startswith("615")}
    is_closed = write(lambda session: chart.account_by_code(session, "61").closed_on) is not None
    assert is_closed is not bool(under)


def test_two_headings_do_not_come_to_stand_under_each_other_at_once(write: Write) -> None:
    def work(number: int) -> Any:
        code, heading = (("40", "41"), ("41", "40"))[number % 2]
        return write(lambda session: chart_changes.edit_account(session, code, Particulars("Services", heading)))

    answers = at_once(4, work)
    assert any(isinstance(answer, chart_errors.HeadingUnderItself) for answer in answers)
    assert write(checks.findings) == []


def test_a_chart_is_taken_once_by_many_at_once(write: Write) -> None:
    text = "code,name,kind,heading\n61,Plants,expense,6\n6150,Seeds,expense,61\n"
    answers = at_once(4, lambda _: write(lambda session: chart_file.take_chart(session, text, opened_on=YEAR[0])))
    taken = [answer for answer in answers if isinstance(answer, list) and answer]
    assert [len(changes) for changes in taken] == [2]
    others = [answer for answer in answers if answer not in taken]
    assert [answer for answer in others if answer != [] and not isinstance(answer, FileRefused)] == []
