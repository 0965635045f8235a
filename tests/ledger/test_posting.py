"""What the journal takes, what it refuses, and that a refusal changes nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evidence.messages import Refusal
from ledger import errors, journal, posting
from ledger.chart import BANK, OTHER_INCOME, SHARE_APPLICATIONS, SHARE_CAPITAL
from ledger.chart import changes as chart_changes
from ledger.models import AccountKind, Balance, Entry, EntryText, Posting
from ledger.totals import balance_of, party_balance_of
from ledger.years import periods
from tests.ledger.conftest import Books


def _rows(session: Session) -> tuple[int, ...]:
    return tuple(
        session.scalar(select(func.count()).select_from(table)) or 0 for table in (Entry, Posting, EntryText, Balance)
    )


def test_an_entry_stands_in_the_journal_as_it_was_asked_for(books: Books, party: UUID) -> None:
    entry_id = books.post((BANK, 5000), (SHARE_APPLICATIONS, -5000, party), text="Ngā mihi: one share")
    entry = journal.posted_entry(books.session, entry_id)
    assert (entry.booked_on, entry.kind, entry.text, entry.currency) == (
        date(2026, 5, 4),
        "manual",
        "Ngā mihi: one share",
        "NZD",
    )
    assert [(line.code, line.amount_minor, line.party_ref) for line in entry.lines] == [
        (BANK, 5000, None),
        (SHARE_APPLICATIONS, -5000, party),
    ]
    assert entry.recorded_at == books.now
    assert entry.seq is None


def test_balances_add_up_over_entries_and_parties(books: Books, party: UUID) -> None:
    other = uuid4()
    books.post((BANK, 5000), (SHARE_APPLICATIONS, -5000, party))
    books.post((BANK, 2500), (SHARE_APPLICATIONS, -2500, other))
    books.post((SHARE_APPLICATIONS, 5000, party), (SHARE_CAPITAL, -5000, party))
    assert balance_of(books.session, BANK) == 7500
    assert balance_of(books.session, SHARE_APPLICATIONS) == -2500
    assert party_balance_of(books.session, SHARE_CAPITAL, party) == -5000
    assert party_balance_of(books.session, SHARE_APPLICATIONS, party) == 0
    assert party_balance_of(books.session, SHARE_APPLICATIONS, other, at=date(2026, 5, 3)) == 0


def test_one_account_may_stand_on_both_sides_of_an_entry(books: Books) -> None:
    books.post((BANK, 700), (BANK, -700))
    row = books.session.scalars(select(Balance)).one()
    assert (row.debit_minor, row.credit_minor) == (700, 700)


def test_the_same_key_with_the_same_content_is_one_entry(books: Books) -> None:
    first = books.post(key="form-1")
    assert books.post(key="form-1") == first
    assert balance_of(books.session, BANK) == 1000


def test_the_same_key_with_other_content_is_refused(books: Books) -> None:
    books.post(key="form-1")
    before = _rows(books.session)
    with pytest.raises(errors.KeyUsedDifferently):
        books.post((BANK, 1001), (OTHER_INCOME, -1001), key="form-1")
    assert _rows(books.session) == before


def test_the_same_key_with_another_text_is_refused_as_long_as_the_text_is_known(books: Books) -> None:
    first = books.post(key="form-1", text="Bus fare of Ana")
    with pytest.raises(errors.KeyUsedDifferently):
        books.post(key="form-1", text="Bus fare of Wiremu")
    books.session.execute(delete(EntryText))
    assert books.post(key="form-1", text="Bus fare of Wiremu") == first


@pytest.mark.parametrize(
    ("refusal", "lines"),
    [
        (errors.TooFewPostings, [(BANK, 1000)]),
        (errors.Unbalanced, [(BANK, 1000), (OTHER_INCOME, -999)]),
        (errors.AmountOutOfRange, [(BANK, 0), (OTHER_INCOME, 0)]),
        (errors.AmountOutOfRange, [(BANK, 10**14 + 1), (OTHER_INCOME, -(10**14) - 1)]),
        (errors.NoSuchAccount, [(BANK, 1000), ("9999", -1000)]),
        (errors.PartyMissing, [(BANK, 1000), (SHARE_CAPITAL, -1000)]),
        (errors.TooManyPostings, [(BANK, 1)] * 5001 + [(OTHER_INCOME, -1)] * 5001),
    ],
)
def test_a_wrong_entry_is_refused_and_changes_nothing(books: Books, refusal: type[Refusal], lines: list[Any]) -> None:
    with pytest.raises(refusal):
        books.post(*lines)
    assert _rows(books.session) == (0, 0, 0, 0)


def test_the_difference_of_an_unbalanced_entry_is_named(books: Books) -> None:
    with pytest.raises(errors.Unbalanced) as raised:
        books.post((BANK, 1000), (OTHER_INCOME, -999))
    assert raised.value.values() == {"difference_minor": 1, "currency": "NZD"}


def test_another_currency_than_the_account_has_is_refused(books: Books) -> None:
    draft = posting.Draft(
        date(2026, 5, 4), "x", "manual", "AUD", [posting.Line(BANK, 1), posting.Line(OTHER_INCOME, -1)], "k"
    )
    with pytest.raises(errors.WrongCurrency):
        posting.post(books.session, draft, now=books.now)
    assert _rows(books.session) == (0, 0, 0, 0)


def test_nothing_is_booked_into_a_locked_period_or_outside_the_years(books: Books) -> None:
    periods.lock_period(books.session, date(2026, 4, 30), now=books.now)
    with pytest.raises(errors.PeriodLocked) as raised:
        books.post(on=date(2026, 4, 30))
    assert raised.value.ends_on == date(2026, 4, 30)
    for outside in (date(2026, 3, 31), date(2027, 4, 1)):
        with pytest.raises(errors.PeriodNotOpened):
            books.post(on=outside)
    assert _rows(books.session) == (0, 0, 0, 0)
    books.post(on=date(2026, 5, 1))


def test_an_account_takes_entries_from_its_opening_to_the_day_before_its_closing(books: Books) -> None:
    chart_changes.open_account(
        books.session, code="6910", name="Seeds", kind=AccountKind.EXPENSE, opened_on=date(2026, 5, 2)
    )
    with pytest.raises(errors.AccountNotOpen):
        books.post(("6910", 5), (BANK, -5), on=date(2026, 5, 1))
    first = books.post(("6910", 5), (BANK, -5), on=date(2026, 5, 2))
    posting.reverse(books.session, first, booked_on=date(2026, 5, 3), text="Sent back", now=books.now)
    chart_changes.close_account(books.session, "6910", closed_on=date(2026, 5, 4))
    with pytest.raises(errors.AccountNotOpen):
        books.post(("6910", 5), (BANK, -5), on=date(2026, 5, 4))
    books.post(("6910", 5), (BANK, -5), (BANK, 5), ("6910", -5), on=date(2026, 5, 3))


def test_a_reversal_takes_the_entry_back_and_points_at_it(books: Books, party: UUID) -> None:
    entry_id = books.post((BANK, 5000), (SHARE_APPLICATIONS, -5000, party))
    reversal_id = posting.reverse(books.session, entry_id, booked_on=date(2026, 6, 1), text="Bounced", now=books.now)
    assert balance_of(books.session, BANK) == 0
    assert party_balance_of(books.session, SHARE_APPLICATIONS, party) == 0
    assert journal.posted_entry(books.session, reversal_id).reverses_id == entry_id
    assert journal.posted_entry(books.session, entry_id).reversed_by_id == reversal_id


def test_a_reversal_is_not_dated_before_its_entry(books: Books) -> None:
    entry_id = books.post(on=date(2026, 6, 1))
    with pytest.raises(errors.ReversedBeforeBooked):
        posting.reverse(books.session, entry_id, booked_on=date(2026, 5, 31), text="x", now=books.now)
    posting.reverse(books.session, entry_id, booked_on=date(2026, 6, 1), text="x", now=books.now)
    assert balance_of(books.session, BANK) == 0


def test_an_entry_is_reversed_once_and_a_reversal_never(books: Books) -> None:
    entry_id = books.post()
    reverse: Callable[[UUID], UUID] = lambda id_: posting.reverse(  # noqa: E731
        books.session, id_, booked_on=date(2026, 6, 1), text="x", now=books.now
    )
    reversal_id = reverse(entry_id)
    refusals: list[tuple[type[Refusal], UUID]] = [
        (errors.AlreadyReversed, entry_id),
        (errors.ReversalOfReversal, reversal_id),
        (errors.NoSuchEntry, uuid4()),
    ]
    for refusal, id_ in refusals:
        with pytest.raises(refusal):
            reverse(id_)
    assert balance_of(books.session, BANK) == 0
