"""The hash chain: sealed in order, in batches, and broken by any change made behind the rules' back."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from evidence.chain import GENESIS
from evidence.rules import drop_rules
from ledger import checks, errors, sealing
from ledger.models import LedgerBase
from tests.ledger.conftest import Books, found_books


def _drop_rules(session: Session) -> None:
    drop_rules(session.connection())


def test_entries_are_sealed_in_the_order_of_their_recording(books: Books) -> None:
    books.now += timedelta(hours=1)
    later = books.post()
    books.now -= timedelta(hours=1)
    earlier = books.post()
    assert sealing.unsealed_count(books.session) == 2
    assert sealing.seal(books.session) == 2
    assert [sealed.entry_id for sealed in sealing.sealed_after(books.session, None)] == [earlier, later]
    assert sealing.unsealed_count(books.session) == 0
    assert sealing.seal(books.session) == 0


def test_a_batch_is_bounded_and_the_next_goes_on(books: Books) -> None:
    for _ in range(5):
        books.post()
    assert [sealing.seal(books.session, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert sealing.head(books.session).seq == 5


def test_the_chain_begins_at_nothing_and_needs_to_be_started(books: Books, session: Session) -> None:
    assert sealing.head(session) == sealing.Head(0, GENESIS)
    session.execute(text("DELETE FROM ledger_chain_head"))
    for ask in (sealing.head, sealing.seal):
        with pytest.raises(errors.NoChain):
            ask(session)
    sealing.start_chain(session)


def test_an_erased_text_leaves_the_chain_whole(books: Books) -> None:
    books.post(text="Koha from Aroha Hihi")
    sealing.seal(books.session)
    books.session.execute(text("DELETE FROM ledger_entry_text"))
    assert checks.findings(books.session) == []


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE ledger_entry SET kind = 'x'", "ledger-chain: broken at link 1"),
        ("UPDATE ledger_entry SET recorded_by = NULL", "ledger-chain: broken at link 1"),
        ("UPDATE ledger_posting SET amount_minor = amount_minor * 2", "ledger-chain: broken at link 1"),
        ("UPDATE ledger_account SET code = '1001' WHERE code = '1000'", "ledger-chain: broken at link 1"),
        ("UPDATE ledger_chain SET hash = 'x' WHERE seq = 2", "ledger-chain: broken at link 2"),
        ("DELETE FROM ledger_chain WHERE seq = 2", "ledger-chain: after link 1 comes link 3"),
        ("DELETE FROM ledger_chain WHERE seq = 3", "ledger-chain-head: the head stands at 3, the chain ends at 2"),
        ("UPDATE ledger_chain_head SET hash = 'x'", "ledger-chain-head"),
        ("DELETE FROM ledger_chain_head", "ledger-chain: the chain was never started"),
        ("UPDATE ledger_entry_text SET text = 'Sold two maps'", "ledger-text-changed"),
        ("UPDATE ledger_entry_text SET salt = 'x'", "ledger-text-changed"),
        ("UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE line = 1", "ledger-unbalanced"),
        ("DELETE FROM ledger_posting WHERE line = 1", "ledger-too-few-postings"),
        ("DELETE FROM ledger_entry", "ledger-orphan-posting"),
        ("DELETE FROM ledger_entry", "ledger-orphan-text"),
        ("UPDATE ledger_balance SET debit_minor = debit_minor + 1", "ledger-balance"),
        ("DELETE FROM ledger_balance", "ledger-balance"),
        ("DELETE FROM ledger_posting", "ledger-balance"),
        ("UPDATE ledger_posting SET currency = 'AUD'", "ledger-currency"),
        ("UPDATE ledger_account SET closed_on = '2026-05-04'", "ledger-account-not-open"),
        ("UPDATE ledger_account SET opened_on = '2026-05-05'", "ledger-account-not-open"),
        ("UPDATE ledger_account SET by_party = (1 = 1)", "ledger-party-missing"),
        ("DELETE FROM ledger_period WHERE starts_on = '2026-05-01'", "ledger-outside-periods"),
        ("DELETE FROM ledger_period WHERE starts_on = '2026-05-01'", "ledger-calendar: periods do not join"),
        ("DELETE FROM ledger_period WHERE starts_on = '2027-03-01'", "ledger-calendar: the periods of the fiscal year"),
        (
            "UPDATE ledger_period SET locked_at = '2026-07-01 00:00:00' WHERE starts_on = '2026-06-01'",
            "ledger-calendar: the period to 2026-06-30 is locked but an earlier one is open",
        ),
    ],
)
def test_what_was_done_behind_the_rules_is_found(session: Session, statement: str, found: str) -> None:
    books = found_books(session)
    for _ in range(3):
        books.post()
    sealing.seal(session)
    assert checks.findings(session) == []
    on_sqlite = session.connection().dialect.name == "sqlite"
    _drop_rules(session)
    if on_sqlite:
        # Keys that wait until the commit, which never comes here, and keys at once.
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        for table in LedgerBase.metadata.sorted_tables:
            for key in table.foreign_key_constraints:
                session.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT {key.name}"))
    session.execute(text(statement))
    assert any(str(finding).startswith(found) for finding in checks.findings(session)), checks.findings(session)
