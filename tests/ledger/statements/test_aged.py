"""What is owed, by the age of what is unpaid: the oldest is settled first, in parts and whatever a payment was meant for."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from ledger import statements
from ledger.chart import BANK, OTHER_COSTS, OTHER_INCOME, OWED_TO_COACHES, PAYABLE, RECEIVABLE
from ledger.export import statements as files
from ledger.posting import Draft, Line, post
from ledger.statements import AgedRow, OpenItem, OpenItems, Side
from ledger.totals import balance_of, party_balance_of
from tests.ledger.conftest import RECORDER, YEAR, Books, found_books

AT = date(2026, 12, 31)


def _owed(books: Books, *, days_to_pay: int = 0, at: date = AT) -> dict[UUID, AgedRow]:
    found = statements.aged_balances(books.session, Side.RECEIVABLE, at, days_to_pay=days_to_pay)
    return {row.party_ref: row for account in found.accounts for row in account.rows if row.party_ref}


def _bill(books: Books, party: UUID, amount_minor: int, days_ago: int) -> None:
    books.post((RECEIVABLE, amount_minor, party), (OTHER_INCOME, -amount_minor), on=AT - timedelta(days=days_ago))


def _pay(books: Books, party: UUID, amount_minor: int, days_ago: int = 0) -> None:
    books.post((BANK, amount_minor), (RECEIVABLE, -amount_minor, party), on=AT - timedelta(days=days_ago))


def test_each_part_stands_by_its_own_age(books: Books, party: UUID) -> None:
    for amount_minor, days_ago in ((100, 0), (200, 1), (400, 30), (800, 31), (1600, 60), (3200, 61), (6400, 91)):
        _bill(books, party, amount_minor, days_ago)
    row = _owed(books)[party]
    assert row.parts_minor == (100, 600, 2400, 3200, 6400)
    assert (row.total_minor, row.oldest_on) == (12_700, AT - timedelta(days=91))
    assert _owed(books, days_to_pay=30)[party].parts_minor == (700, 2400, 3200, 6400, 0)


def test_a_payment_settles_the_oldest_part_first(books: Books, party: UUID) -> None:
    _bill(books, party, 10_000, 100)
    _bill(books, party, 5_000, 40)
    _bill(books, party, 2_000, 3)
    _pay(books, party, 12_500, 50)
    row = _owed(books)[party]
    assert (row.parts_minor, row.oldest_on) == ((0, 2_000, 2_500, 0, 0), AT - timedelta(days=40))
    assert _owed(books, at=AT - timedelta(days=60))[party].parts_minor == (0, 0, 10_000, 0, 0)


def test_who_has_paid_is_not_listed_and_who_paid_too_much_has_a_minus(books: Books, party: UUID) -> None:
    _bill(books, party, 500, 80)
    _pay(books, party, 500)
    generous = new_id()
    _bill(books, generous, 300, 80)
    _pay(books, generous, 1_000, 70)
    rows = _owed(books)
    assert list(rows) == [generous]
    assert (rows[generous].parts_minor, rows[generous].oldest_on) == ((-700, 0, 0, 0, 0), None)


def test_what_the_co_op_owes_is_the_other_side(books: Books, party: UUID) -> None:
    books.post((OTHER_COSTS, 900), (OWED_TO_COACHES, -900, party), on=AT - timedelta(days=95))
    books.post((OWED_TO_COACHES, 400, party), (BANK, -400), on=AT)
    (account,) = statements.aged_balances(books.session, Side.PAYABLE, AT).accounts
    assert (account.code, account.parts_minor) == (OWED_TO_COACHES, (0, 0, 0, 0, 500))
    assert _owed(books) == {}


def test_what_names_no_party_is_a_row_of_its_own_so_that_the_account_adds_up(books: Books, party: UUID) -> None:
    books.post((OTHER_COSTS, 900), (PAYABLE, -900, party), on=AT - timedelta(days=5))
    books.post((OTHER_COSTS, 700), (PAYABLE, -700), on=AT - timedelta(days=95))
    books.post((PAYABLE, 200), (BANK, -200), on=AT - timedelta(days=3))
    found = statements.aged_balances(books.session, Side.PAYABLE, AT)
    (account,) = found.accounts
    assert [(row.party_ref, row.parts_minor) for row in account.rows] == [
        (party, (0, 900, 0, 0, 0)),
        (None, (0, 0, 0, 0, 500)),
    ]
    assert sum(account.parts_minor) == -balance_of(books.session, PAYABLE, AT)
    _, _, last = files.aged_as_csv(found, {}, nobody="nobody named").splitlines()
    assert last.startswith("2000,Owed to suppliers,,nobody named,0.00,")
    assert '"party":null' in files.aged_as_json(found)


def test_open_items_stand_by_their_due_dates_and_the_rest_by_the_oldest_first(books: Books, party: UUID) -> None:
    billed_on = AT - timedelta(days=95)
    lines = [Line(OTHER_COSTS, 900), Line(PAYABLE, -900, party)]
    bill = Draft(billed_on, "A bill", "manual", "NZD", lines, "a-bill", source_kind="bill", source_id=new_id())
    post(books.session, bill, now=books.now, recorded_by=RECORDER)
    books.post((OTHER_COSTS, 400), (PAYABLE, -400, party), on=AT - timedelta(days=40))
    items = OpenItems(PAYABLE, ("bill",), [OpenItem(party, billed_on, AT + timedelta(days=1), 900)])
    (account,) = statements.aged_balances(books.session, Side.PAYABLE, AT, open_items=items).accounts
    (row,) = account.rows
    assert (row.parts_minor, row.oldest_on) == ((900, 0, 400, 0, 0), billed_on)


def test_the_file_names_who_is_still_known_by_a_name(books: Books, party: UUID) -> None:
    _bill(books, party, 1_250, 5)
    found = statements.aged_balances(books.session, Side.RECEIVABLE, AT)
    header, row = files.aged_as_csv(found, {party: "=Ana"}).splitlines()
    assert header.startswith("account,account_name,party,name,not_due,days_1_to_30,")
    assert row.endswith(f"{party},'=Ana,0.00,12.50,0.00,0.00,0.00,12.50,2026-12-26,NZD")
    assert f'"party":"{party}"' in files.aged_as_json(found)


_MOVES = st.lists(st.tuples(st.integers(0, 200), st.integers(-900, 900).filter(bool)), min_size=1, max_size=12)


@given(moves=_MOVES, days_to_pay=st.integers(0, 60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_are_those_of_a_queue_that_is_paid_from_its_front(
    session: Session, moves: list[tuple[int, int]], days_to_pay: int
) -> None:
    savepoint = session.begin_nested()
    books, party = found_books(session), new_id()
    for days_ago, amount_minor in moves:
        _bill(books, party, amount_minor, days_ago)
    row = _owed(books, days_to_pay=days_to_pay).get(party)
    balance = party_balance_of(session, RECEIVABLE, party, AT)
    assert (row.total_minor if row else 0) == balance
    if row is not None:
        assert row.parts_minor == _by_hand(moves, days_to_pay, balance)
    savepoint.rollback()


def _by_hand(moves: list[tuple[int, int]], days_to_pay: int, balance: int) -> tuple[int, ...]:
    """Pay a queue of charges, the oldest first, with all that was paid."""
    if balance < 0:
        return (balance, 0, 0, 0, 0)
    paid = -sum(amount for _, amount in moves if amount < 0)
    parts = [0, 0, 0, 0, 0]
    for days_ago, amount in sorted(((days, amount) for days, amount in moves if amount > 0), reverse=True):
        settled = min(paid, amount)
        paid -= settled
        over = days_ago - days_to_pay
        parts[0 if over <= 0 else min((over + 29) // 30, 4)] += amount - settled
    return tuple(parts)


@pytest.mark.parametrize("at", [YEAR[0], date(2030, 1, 1)])
def test_nothing_is_owed_in_empty_books(books: Books, at: date) -> None:
    assert statements.aged_balances(books.session, Side.PAYABLE, at).accounts == ()
