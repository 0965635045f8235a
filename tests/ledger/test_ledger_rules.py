"""What both databases refuse, whoever writes to them: tried with raw SQL."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from evidence.rules import drop_rules, install_rules
from ledger import chart, checks, funds, posting, sealing
from ledger.chart import BANK, OTHER_INCOME
from ledger.models import CostCentre, TaxCode, TaxUse
from ledger.rules import RULES
from ledger.years import periods
from tests.ledger.conftest import Books

EVIDENCE = ("ledger_entry", "ledger_posting", "ledger_chain")


def _id(books: Books, value: UUID) -> str:
    """Write a UUID as the database at hand keeps it."""
    return value.hex if books.session.get_bind().dialect.name == "sqlite" else str(value)


def _refused(books: Books, *statements: str, match: str) -> None:
    """Run statements of which the last must be refused, and take all of them back."""
    savepoint = books.session.begin_nested()
    for statement in statements[:-1]:
        books.session.execute(text(statement))
    with pytest.raises(DBAPIError, match=match):
        books.session.execute(text(statements[-1]))
    savepoint.rollback()


def _posting(books: Books, entry_id: UUID, line: int, code: str, amount_minor: int) -> str:
    account = _id(books, chart.account_by_code(books.session, code).id)
    return (
        "INSERT INTO ledger_posting (entry_id, line, account_id, amount_minor, currency)"
        f" VALUES ('{_id(books, entry_id)}', {line}, '{account}', {amount_minor}, 'NZD')"
    )


def _header(books: Books, entry_id: UUID, booked_on: str = "2026-05-04", verb: str = "INSERT") -> str:
    return (
        f"{verb} INTO ledger_entry (id, booked_on, kind, idempotency_key, request_digest, text_digest, recorded_at)"
        f" VALUES ('{_id(books, entry_id)}', '{booked_on}', 'raw', '{entry_id}', 'd', 'd', '2026-05-04 00:00:00.000000')"
    )


def _entry(books: Books, amounts: Sequence[tuple[str, int]], **header: str) -> list[str]:
    entry_id = uuid4()
    lines = [_posting(books, entry_id, number, *amount) for number, amount in enumerate(amounts, start=1)]
    return [*lines, _header(books, entry_id, **header)]


def test_what_is_written_is_neither_changed_nor_removed(books: Books) -> None:
    books.post()
    sealing.seal(books.session)
    for table in EVIDENCE:
        column = {"ledger_entry": "kind", "ledger_posting": "currency", "ledger_chain": "hash"}[table]
        _refused(books, f"UPDATE {table} SET {column} = 'x'", match="append-only")
        _refused(books, f"DELETE FROM {table}", match="append-only")


def test_a_table_is_not_emptied_at_once(books: Books) -> None:
    books.post()
    if books.session.get_bind().dialect.name == "sqlite":
        return  # SQLite has no TRUNCATE; DELETE without WHERE is tried above.
    books.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table in EVIDENCE:
        _refused(books, f"TRUNCATE {table} CASCADE", match="append-only")


def test_a_row_is_not_replaced(books: Books) -> None:
    entry_id = books.post()
    on_sqlite = books.session.get_bind().dialect.name == "sqlite"
    verb = "INSERT OR REPLACE" if on_sqlite else "INSERT"
    _refused(books, _header(books, entry_id, verb=verb), match="append-only" if on_sqlite else "duplicate key")
    replacing = _posting(books, entry_id, 1, BANK, 5).replace("INSERT", verb)
    _refused(books, replacing, match="append-only|nothing can be added")


def test_a_row_is_not_replaced_by_its_rowid(books: Books) -> None:
    books.post()
    if books.session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL has no such key.
    replacing = _posting(books, uuid4(), 1, BANK, 5).replace("INSERT", "INSERT OR REPLACE").replace("(", "(rowid, ", 1)
    _refused(books, replacing.replace("VALUES (", "VALUES (1, "), match="append-only")


def test_an_entry_that_does_not_balance_is_refused(books: Books) -> None:
    _refused(books, *_entry(books, [(BANK, 100), (OTHER_INCOME, -99)]), match="sum to zero")


@pytest.mark.parametrize("amounts", [[], [(BANK, 100)]])
def test_an_entry_with_less_than_two_postings_is_refused(books: Books, amounts: list[tuple[str, int]]) -> None:
    _refused(books, *_entry(books, amounts), match="two postings or more")


def test_a_posting_of_nothing_is_refused(books: Books) -> None:
    _refused(books, _posting(books, uuid4(), 1, BANK, 0), match="(?i)check constraint")


def test_nothing_is_added_to_an_entry_that_is_written(books: Books) -> None:
    entry_id = books.post()
    _refused(books, _posting(books, entry_id, 3, BANK, 5), match="nothing can be added")


def test_postings_without_an_entry_do_not_last(books: Books) -> None:
    savepoint = books.session.begin_nested()
    books.session.execute(text(_posting(books, uuid4(), 1, BANK, 5)))
    if books.session.get_bind().dialect.name == "sqlite":
        assert books.session.execute(text("PRAGMA foreign_key_check")).all()
    else:
        with pytest.raises(IntegrityError):
            books.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    savepoint.rollback()


def test_an_entry_in_a_locked_period_or_outside_the_years_is_refused(books: Books) -> None:
    periods.lock_period(books.session, date(2026, 4, 30), now=books.now)
    for day in ("2026-04-30", "2026-03-31", "2027-04-01"):
        _refused(
            books,
            *_entry(books, [(BANK, 100), (OTHER_INCOME, -100)], booked_on=day),
            match="locked or was never opened",
        )


def test_a_locked_period_stays_locked(books: Books) -> None:
    periods.lock_period(books.session, date(2026, 4, 30), now=books.now)
    _refused(books, "UPDATE ledger_period SET locked_at = NULL WHERE locked_at IS NOT NULL", match="stays locked")
    _refused(books, "DELETE FROM ledger_period WHERE locked_at IS NOT NULL", match="stays locked")
    if books.session.get_bind().dialect.name == "sqlite":
        _refused(
            books,
            "INSERT OR REPLACE INTO ledger_period (id, fiscal_year_id, starts_on, ends_on)"
            " SELECT id, fiscal_year_id, starts_on, ends_on FROM ledger_period WHERE locked_at IS NOT NULL",
            match="stays locked",
        )


def test_no_open_period_comes_over_the_days_of_a_locked_one(books: Books) -> None:
    """An entry needs one open period: a second one over locked days would open them again."""
    periods.lock_period(books.session, date(2026, 4, 30), now=books.now)
    _refused(
        books,
        "INSERT INTO ledger_period (id, fiscal_year_id, starts_on, ends_on)"
        f" SELECT '{_id(books, uuid4())}', fiscal_year_id, '2026-04-02', '2026-04-29' FROM ledger_period"
        " WHERE locked_at IS NOT NULL",
        match="stays locked",
    )


def test_a_month_keeps_its_days_be_it_open_or_locked(books: Books) -> None:
    """Moved over the days of a locked month, an open one would open them again; and its balances are of its days."""
    another_year = f"fiscal_year_id = '{_id(books, uuid4())}'"
    for change in ("starts_on = '2026-04-15'", "ends_on = '2026-05-30'", f"id = '{_id(books, uuid4())}'", another_year):
        _refused(books, f"UPDATE ledger_period SET {change} WHERE ends_on = '2026-05-31'", match="days of a month stay")
    periods.lock_period(books.session, date(2026, 4, 30), now=books.now)
    _refused(
        books,
        "UPDATE ledger_period SET starts_on = '2026-04-15', locked_at = NULL WHERE ends_on = '2026-04-30'",
        match="stays locked|days of a month stay",
    )


def test_a_year_that_has_its_months_keeps_its_days(books: Books) -> None:
    for change in ("starts_on = '2026-04-02'", "ends_on = '2027-03-30'", f"id = '{_id(books, uuid4())}'"):
        _refused(books, f"UPDATE ledger_fiscal_year SET {change}", match="days of a fiscal year stay")
    again = "ledger_fiscal_year (id, starts_on, ends_on) SELECT {}, '2026-04-02', '2027-03-30' FROM ledger_fiscal_year"
    _refused(books, "INSERT INTO " + again.format(f"'{_id(books, uuid4())}'"), match="with one of these days")
    if books.session.get_bind().dialect.name == "sqlite":
        _refused(books, "INSERT OR REPLACE INTO " + again.format("id"), match="a fiscal year with this key")


def test_what_entries_and_statements_rest_on_in_an_account_stays(books: Books) -> None:
    books.post()
    for change in ("kind = 'expense'", "code = '4999'", "currency = 'AUD'"):
        _refused(books, f"UPDATE ledger_account SET {change} WHERE code = '{OTHER_INCOME}'", match="of an account stay")
    books.session.execute(text(f"UPDATE ledger_account SET name = 'Koha' WHERE code = '{OTHER_INCOME}'"))
    if books.session.get_bind().dialect.name == "sqlite":
        _refused(
            books,
            "INSERT OR REPLACE INTO ledger_account (id, code, name, kind, currency, opened_on, by_party)"
            " SELECT id, code, name, 'expense', currency, opened_on, by_party FROM ledger_account"
            f" WHERE code = '{OTHER_INCOME}'",
            match="an account with this key",
        )


def test_an_account_or_a_period_with_entries_is_not_removed(books: Books) -> None:
    books.post()
    for table in ("ledger_account", "ledger_fiscal_year"):
        _refused(books, f"DELETE FROM {table}", match="is closed, never removed")
    _refused(books, "DELETE FROM ledger_period", match="(?i)foreign key")


def test_a_heading_takes_no_posting(books: Books) -> None:
    _refused(books, *_entry(books, [("1", 5), (BANK, -5)])[:1], match="heading takes no postings")
    nowhere = _posting(books, uuid4(), 1, BANK, 5).replace(
        _id(books, chart.account_by_code(books.session, BANK).id), _id(books, uuid4())
    )
    _refused(books, nowhere, match="nor does what is no account")


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("ledger_tax_code", ["code = 'other'", "rate_bp = 1", "valid_from = '2020-01-01'", "\"use\" = 'purchase'"]),
        ("ledger_fund", ["code = 'other'", "starts_on = '2020-01-01'"]),
        ("ledger_cost_centre", ["code = 'other'"]),
        ("ledger_account", ["is_heading = NOT is_heading", "is_contra = NOT is_contra"]),
    ],
)
def test_what_postings_count_for_stays_what_it_was(books: Books, table: str, changes: list[str]) -> None:
    books.session.add_all(
        [
            TaxCode(
                id=uuid4(),
                code="S15",
                name="Sales",
                use=TaxUse.SALE,
                rate_bp=1500,
                valid_from=date(2026, 4, 1),
            ),
            CostCentre(id=uuid4(), code="coaching", name="Coaching"),
        ]
    )
    funds.add(books.session, code="awa", name="Awa", account=chart.GRANTS_UNSPENT, starts_on=date(2026, 4, 1))
    books.session.flush()
    for change in changes:
        _refused(books, f"UPDATE {table} SET {change}", match="stay")
    _refused(books, f"DELETE FROM {table}", match="is closed, never removed")


@pytest.mark.tampers
def test_what_a_line_counts_for_is_sealed_with_it(books: Books) -> None:
    """An entry that names nothing hashes as it did before lines could; what it names cannot be changed unseen."""
    books.session.add(CostCentre(id=uuid4(), code="coaching", name="Coaching"))
    books.session.flush()
    lines = [posting.Line(BANK, 700, cost_centre="coaching"), posting.Line(OTHER_INCOME, -700)]
    draft = posting.Draft(date(2026, 5, 4), "Sold", "manual", "NZD", lines, "sealed", reference="F-1")
    posting.post(books.session, draft, now=books.now)
    sealing.seal(books.session)
    assert checks.findings(books.session) == []
    drop_rules(books.session.connection())
    for change, restored in (
        ("UPDATE ledger_entry SET reference = 'F-2'", "UPDATE ledger_entry SET reference = 'F-1'"),
        ("UPDATE ledger_posting SET cost_centre_id = NULL", ""),
    ):
        books.session.execute(text(change))
        books.session.expire_all()
        assert "chain" in " ".join(f"{one.check} {one.detail}" for one in checks.findings(books.session))
        if restored:
            books.session.execute(text(restored))
    install_rules(books.session.connection(), RULES)
