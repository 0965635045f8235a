"""What a posting asks of the database: it is the part of its cost that no machine makes smaller."""

from collections import Counter
from typing import Any

from sqlalchemy import event

from ledger.chart import BANK, OTHER_INCOME
from tests.ledger.conftest import Books


def test_a_posting_asks_two_questions_and_writes_each_table_once(books: Books) -> None:
    books.post((BANK, 100), (OTHER_INCOME, -100))
    engine, seen = books.session.get_bind(), Counter[str]()

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen[statement.lstrip().split(maxsplit=1)[0].upper()] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        books.post((BANK, 700), (OTHER_INCOME, -700))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # Whether the key stands; the month with the accounts. Then postings, header, text and balances, each in one statement.
    assert dict(seen) == {"SELECT": 2, "INSERT": 4}, seen
