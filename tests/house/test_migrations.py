"""Revisions go up and down on both databases, with rows in the tables, and the rules are there after each of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Boolean, Date, Engine, String, Uuid, column, insert, inspect, select, table, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import migrating
from coop.checking import all_findings
from coop.database import METADATAS, db
from coop.membership.models import MemberClass
from coop.payments.bills import queries as bill_queries
from coop.payments.bills.paying import returning
from coop.payments.bills.suppliers import operations as suppliers
from coop.payments.bills.suppliers.operations import SupplierText
from coop.payments.confirming.queries import waiting
from coop.rooms import RULES
from evidence.rules import rule_findings
from ledger import chart, posting, sealing
from ledger import checks as ledger_checks
from ledger.chart import checks as chart_checks
from ledger.drafts import Line
from ledger.models import YearClosing
from ledger.years import closing, periods, reopening
from tests import world as worlds
from tests.billing import Billing
from tests.databases import Templates, TestDatabase
from tests.governance.bundled import bring_from_outside
from tests.governance.conftest import Votes
from tests.rooms_of_the_world import (
    ROOMS,
    bank,
    bank_accounts,
    bills,
    desk,
    meetings,
    money,
    outside,
    papers,
    reports,
    rolls,
    surplus,
)

NOW = datetime(2026, 4, 2, 3, 4, tzinfo=UTC)
#: What has no place in a database of before: see the refusals below.
NEWER = (bank_accounts, bills, desk, meetings, outside, papers, reports, rolls, surplus)
#: The accounts of every chart before there were headings.
OLD_CODES = (
    "1000 1100 1200 1990 2000 2100 2200 2300 2310 2400 2410 2420 2500 2600 3000 3100 3110 3200 3300 3900"
    " 4000 4100 4200 4300 4400 4900 5000 5100 5200 6000 6100 6200 6300 6400 6900"
).split()


def revisions() -> list[str]:
    """Return the revisions from the first to the head."""
    script = ScriptDirectory.from_config(migrating.alembic_config(""))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


@pytest.fixture
def empty(kind: str, templates: Templates) -> Iterator[TestDatabase]:
    """An empty database."""
    server = templates.servers[kind]
    made = server.create(f"empty-{uuid4().hex}")
    yield made
    server.drop(made)


def test_there_is_one_head_and_the_head_file_names_it() -> None:
    """Two branches that each add a revision collide in this file, which git shows."""
    script = ScriptDirectory.from_config(migrating.alembic_config(""))
    assert len(script.get_heads()) == 1
    assert (migrating.FOLDER / "HEAD").read_text().split() == script.get_heads()


def test_the_revisions_make_exactly_the_tables_of_the_models(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
        assert found == {name for metadata in METADATAS for name in metadata.tables}
        for metadata in METADATAS:
            differences = [
                difference
                for difference in compare_metadata(context, metadata)
                # The tables of the other two metadatas look superfluous from here.
                if not (isinstance(difference, tuple) and difference[0] in {"remove_table", "remove_index"})
            ]
            assert differences == []


def test_checks_are_in_the_database_as_in_the_models(empty: TestDatabase) -> None:
    """Alembic does not compare CHECK constraints, so their names are compared here."""
    migrating.upgrade(empty.url)
    with empty.engine.connect() as connection:
        inspector = inspect(connection)
        for metadata in METADATAS:
            for name, table in metadata.tables.items():
                wanted = {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"}
                found = {check["name"] for check in inspector.get_check_constraints(name)}
                assert wanted == found, name


def test_the_rules_are_installed_after_each_revision_up_and_down(empty: TestDatabase) -> None:
    steps = revisions()
    for revision in [*steps, *reversed(steps[:-1])]:
        if migrating.current_revision(empty.engine) is None or revision > str(migrating.current_revision(empty.engine)):
            migrating.upgrade(empty.url, revision)
        else:
            migrating.downgrade(empty.url, revision)
        with empty.engine.connect() as connection:
            assert rule_findings(connection, RULES) == []
        empty.engine.dispose()
    migrating.downgrade(empty.url, "base")
    with empty.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        assert rule_findings(connection, RULES) == []


def test_rows_survive_going_down_and_up(empty: TestDatabase) -> None:
    """Rows written at the head are the same after going back to the ledger's first revision and up again."""
    migrating.upgrade(empty.url)
    with Session(empty.engine.execution_options(coop_write=True)) as session, session.begin():
        periods.open_fiscal_year(session, date(2026, 4, 1), date(2027, 3, 31))
        chart.install_chart(session, currency="NZD", opened_on=date(2026, 4, 1))
        sealing.start_chain(session)
        lines = [posting.Line(chart.BANK, 500), posting.Line(chart.DONATIONS, -500)]
        posting.post(session, posting.Draft(date(2026, 4, 2), "A gift", "manual", "NZD", lines, "key"), now=NOW)
        sealing.seal(session)
    before, accounts = _rows(empty.engine), _chart(empty.engine)
    assert before["ledger_posting"] == 2
    migrating.downgrade(empty.url, "0001")
    headings = sum(one.is_heading for one in chart.DEFAULT_CHART)
    there = _rows(empty.engine)
    # Headings go: without a tree they would look like accounts.
    assert there == {name: before[name] for name in there} | {"ledger_account": before["ledger_account"] - headings}
    migrating.upgrade(empty.url)
    assert _rows(empty.engine) == before
    assert _chart(empty.engine) == accounts
    with pytest.raises(IntegrityError), empty.engine.execution_options(coop_write=True).begin() as connection:
        connection.execute(text("UPDATE ledger_posting SET amount_minor = 1"))


def test_a_co_operative_at_work_goes_back_and_forth(
    app: Flask, people: dict[str, UUID], participants: dict[str, UUID], founded: TestDatabase
) -> None:
    """What revision 0011 adds is made from what was there before it; the checks of `app` hold after it.

    Papers, bills, votes and a second bank account have no place before theirs: see the next tests.
    """
    worlds.build(
        app,
        people,
        participants,
        [room for room in ROOMS if room not in NEWER],
        votes=False,
    )
    with app.app_context():
        words = _order_words(founded.engine)
        db.session.remove()
        db.engine.dispose()
    assert len(words) >= 3
    migrating.downgrade(founded.url, "0010")
    before = _rows(founded.engine)
    assert "sales_order_text" not in before
    migrating.upgrade(founded.url)
    after = _rows(founded.engine)
    headings = sum(one.is_heading for one in chart.DEFAULT_CHART)
    assert {name: after[name] for name in before} == before | {"ledger_account": before["ledger_account"] + headings}
    assert _order_words(founded.engine) == words


@pytest.mark.parametrize(
    ("rooms", "votes", "refusal"),
    [
        ([bills], False, "there are credit notes"),
        ([papers], False, "there are papers"),
        ([], True, "votes were opened"),
        ([outside], True, "votes were opened with a digest of their candidates"),
    ],
)
def test_evidence_does_not_go_back_to_where_it_has_no_place(
    rooms: list[ModuleType],
    votes: bool,
    refusal: str,
    app: Flask,
    people: dict[str, UUID],
    participants: dict[str, UUID],
    founded: TestDatabase,
) -> None:
    worlds.build(app, people, participants, rooms, votes=votes)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    with pytest.raises(RuntimeError, match=refusal):
        migrating.downgrade(founded.url, "0013")
    assert migrating.current_revision(founded.engine) == migrating.head_revision()


def test_what_the_bank_showed_is_of_the_one_account_and_comes_back_so(
    app: Flask, people: dict[str, UUID], participants: dict[str, UUID], founded: TestDatabase
) -> None:
    worlds.build(app, people, participants, [money, bank], votes=False)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    kept = ("bank_line", "bank_statement", "bank_match", "bank_rule", "bank_mapping")
    before = {name: count for name, count in _rows(founded.engine).items() if name in kept}
    assert all(before.values())
    migrating.downgrade(founded.url, "0018")
    with founded.engine.connect() as connection:
        assert "bank_account" not in inspect(connection).get_table_names()
        assert "account_code" not in {one["name"] for one in inspect(connection).get_columns("bank_line")}
    founded.engine.dispose()
    migrating.upgrade(founded.url)
    assert {name: count for name, count in _rows(founded.engine).items() if name in kept} == before
    with founded.engine.connect() as connection:
        for column_of in ("bank_line.account_code", "bank_statement.account_code", "bank_rule.bank_code"):
            found = connection.execute(text(f"SELECT DISTINCT {column_of} FROM {column_of.split('.')[0]}"))
            assert found.scalars().all() == [chart.BANK], column_of


@pytest.mark.parametrize("lost", ["bank_line", "bank_statement"])
def test_a_second_bank_account_goes_back_only_without_its_statement(empty: TestDatabase, lost: str) -> None:
    """To be marked and to have rules is nothing that has happened; what its statement showed is."""
    of_account = {"account_code": "1010", "currency": "NZD", "recorded_at": NOW, "id": uuid4()}
    rows: dict[str, dict[str, object]] = {
        "bank_account": {"account_code": "1010", "marked_at": NOW, "number": ""},
        "bank_rule": _RULE_OF_THE_BANK | {"id": uuid4(), "bank_code": "1010", "account_code": "6900", "made_at": NOW},
        "bank_line": of_account | {"booked_on": NOW.date(), "amount_minor": 100, "place": 1},
        "bank_statement": of_account
        | {"file_format": "ofx", "file_sha256": "0" * 64, "starts_on": NOW.date(), "ends_on": NOW.date()},
    }

    def put(*names: str) -> None:
        with empty.engine.execution_options(coop_write=True).begin() as connection:
            for name in names:
                connection.execute(insert(COOP_TABLES[name]).values(rows[name]))
        empty.engine.dispose()

    migrating.upgrade(empty.url)
    put("bank_account", "bank_rule")
    migrating.downgrade(empty.url, "0018")
    assert _rows(empty.engine)["bank_rule"] == 0
    empty.engine.dispose()
    migrating.upgrade(empty.url)
    put("bank_account", lost)
    with pytest.raises(RuntimeError, match="bank account 1010"):
        migrating.downgrade(empty.url, "0018")
    assert migrating.current_revision(empty.engine) == migrating.head_revision()


_RULE_OF_THE_BANK = {"words": "fee", "is_in": False, "text": "Fee"}
COOP_TABLES = METADATAS[-1].tables


def test_bills_that_were_paid_stay_so_and_what_the_bank_sent_back_does_not_go_back(founded: TestDatabase) -> None:
    with _writing(founded.engine) as session:
        house = Billing(session, is_founded=True)
        bill_id = house.entered_and_approved()
        run_id = house.pay(bill_id)
    founded.engine.dispose()
    migrating.downgrade(founded.url, "0018")
    migrating.upgrade(founded.url)
    with _writing(founded.engine) as session:
        house = Billing(session, is_founded=True)
        assert house.state(bill_id) == "paid"
        returning.record_return(
            session, house.treasurer, run_id=run_id, bill_ids=[bill_id], returned_on=house.today, reason="Closed"
        )
    founded.engine.dispose()
    with pytest.raises(RuntimeError, match="the bank has sent payments back"):
        migrating.downgrade(founded.url, "0018")


def test_bills_do_not_go_back_to_where_they_have_no_place(founded: TestDatabase) -> None:
    with _writing(founded.engine) as session:
        Billing(session, is_founded=True).entered_and_approved()
    founded.engine.dispose()
    with pytest.raises(RuntimeError, match="there are bills or claims"):
        migrating.downgrade(founded.url, "0013")


def test_results_from_outside_do_not_go_back_to_where_they_have_no_place(founded: TestDatabase) -> None:
    """A resolution has no candidates whose codes would be in the way before."""
    with _writing(founded.engine) as session:
        votes = Votes()
        bring_from_outside(session, votes, votes.majority, [("for", 4), ("against", 3)])
    founded.engine.dispose()
    with pytest.raises(RuntimeError, match="results of votes were brought in"):
        migrating.downgrade(founded.url, "0023")


@pytest.mark.parametrize(("amount_minor", "left"), [(-500, "credit notes"), (500, "payments of a part of a bill")])
def test_what_the_revisions_before_cannot_keep_of_bills_does_not_go_back(
    founded: TestDatabase, amount_minor: int, left: str
) -> None:
    with _writing(founded.engine) as session:
        house = Billing(session, is_founded=True)
        house.pay(house.entered_and_approved())
        bill_id = house.entered_and_approved(Line(chart.HOSTING, amount_minor))
        if amount_minor > 0:
            house.pay(parts={bill_id: 100})
    founded.engine.dispose()
    with pytest.raises(RuntimeError, match=left):
        migrating.downgrade(founded.url, "0024")
    assert migrating.current_revision(founded.engine) == "0028"


def test_an_account_that_was_paid_to_stays_usable_and_any_other_waits_for_a_second_person(
    founded: TestDatabase,
) -> None:
    names = ("Kea", "Moa", "Tui")
    with _writing(founded.engine) as session:
        house = Billing(session, is_founded=True)
        for name in names:
            suppliers.add(session, house.treasurer, SupplierText(name, f"12-3456-000{len(name)}-00"))
        house.confirm()
        paid = [house.entered_and_approved(supplier=name) for name in ("Kea", "Tui")]
        house.pay(*paid)
    with _writing(founded.engine) as session:
        house = Billing(session, is_founded=True)
        changed, text = suppliers.find(session, "Tui"), SupplierText("Tui", "12-9999-0666666-66")
        assert changed is not None
        suppliers.edit(session, house.treasurer, supplier_id=changed, text=text)
    founded.engine.dispose()
    migrating.downgrade(founded.url, "0024")
    migrating.upgrade(founded.url)
    with _writing(founded.engine) as session:
        house = Billing(session, is_founded=True)
        assert [row.name for row in waiting(session)] == ["Moa", "Tui"]
        again = house.entered_and_approved(supplier="Kea")
        row = bill_queries.bill(session, again)
        assert (row.is_listed, row.confirmed_by, row.was_paid_here) == (True, None, True)
        house.pay(again)
        assert house.confirm() == 2
        assert all_findings(session) == []


def test_a_chart_without_an_account_for_clients_gets_one(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url, "0010")
    _open_accounts(empty.engine, "JPY", [code for code in OLD_CODES if code != chart.OWED_TO_CLIENTS])
    migrating.upgrade(empty.url)
    with Session(empty.engine) as session:
        found = {account.code: account for account in chart.accounts(session, with_headings=True)}
    clients = found[chart.OWED_TO_CLIENTS]
    assert (clients.currency, clients.opened_on, clients.by_party) == ("JPY", date(2026, 4, 1), True)
    assert clients.kind is found[chart.OWED_TO_COACHES].kind
    assert [one.code for one in chart.DEFAULT_CHART] == sorted(found)


def test_a_chart_of_before_becomes_the_tree_of_today(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url, "0012")
    _open_accounts(empty.engine, "JPY", OLD_CODES)
    migrating.upgrade(empty.url)
    before = _chart(empty.engine)
    assert before == {
        (
            *(one.code, one.name, one.kind.value, one.by_party, one.is_heading),
            *(one.is_contra, one.line, one.business, one.heading),
        )
        for one in chart.DEFAULT_CHART
    }
    with Session(empty.engine) as session:
        assert list(chart_checks.findings(session)) == []
        added = chart.account_by_code(session, chart.EQUIPMENT)
        assert (added.currency, added.opened_on) == ("JPY", date(2026, 4, 1))
    migrating.downgrade(empty.url, "0012")
    migrating.upgrade(empty.url)
    assert _chart(empty.engine) == before


def test_accounts_of_the_treasurers_own_find_their_place_and_stay_what_they_are(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url, "0012")
    _open_accounts(empty.engine, "NZD", OLD_CODES)
    own = [
        ("1010", "Savings", "asset"),
        (chart.COACHING_INCOME_OTHERS, "Sale of books", "income"),
        (chart.LOANS, "Money lent", "asset"),
        ("6150", "Seeds", "expense"),
        ("90000", "Old things", "equity"),
    ]
    _insert(empty.engine, [_account(*one, "NZD") for one in own])
    migrating.upgrade(empty.url)
    found = {row[0]: row for row in _chart(empty.engine)}
    assert [(found[code][1:3], found[code][6:]) for code, *_ in own] == [
        (("Savings", "asset"), ("cash", None, "10")),
        (("Sale of books", "income"), ("services", None, "41")),
        (("Money lent", "asset"), (None, None, None)),
        (("Seeds", "expense"), (None, None, "6")),
        (("Old things", "equity"), (None, None, None)),
    ]


def test_a_co_op_of_before_keeps_its_share_capital_where_it_is(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url, "0012")
    _open_accounts(empty.engine, "JPY", [code for code in OLD_CODES if code != chart.SHARE_CAPITAL])
    _insert(empty.engine, [_account(chart.SHARE_CAPITAL, "Shares", "equity", "JPY", by_party=True)])
    migrating.upgrade(empty.url, "0017")
    _insert(empty.engine, [_account(chart.SHARE_CAPITAL_OF_GROUPS, "Units", "equity", "JPY") | _PLAIN])
    with empty.engine.execution_options(coop_write=True).begin() as connection:
        classes = table("member_class", *(column(name, Uuid() if name == "id" else String()) for name in _CLASS))
        values = [dict(zip(_CLASS, (uuid4(), code, code, code, ""), strict=True)) for code in ("individual", "group")]
        connection.execute(insert(classes), values)
    for _ in range(2):
        migrating.upgrade(empty.url)
        with Session(empty.engine) as session:
            assert set(session.scalars(select(MemberClass.capital_account))) == {chart.SHARE_CAPITAL}
        found = {row[0]: row for row in _chart(empty.engine)}
        assert (found["3000"][1], found["3000"][8]) == ("Shares", "30")
        assert (found["3010"][1], found["3010"][8]) == ("Units", None)
        assert (found["3020"][1], found["3020"][6]) == ("Share capital of enterprises", "share-capital")
        empty.engine.dispose()
        migrating.downgrade(empty.url, "0017")


_CLASS = ("id", "code", "name", "kind", "description")
_PLAIN = {"is_heading": False, "is_contra": False}


@pytest.mark.parametrize(("currency", "wages", "bank"), [("NZD", "own", "IR10-31"), ("EUR", "own", None)])
def test_accounts_without_a_statutory_tag_get_that_of_the_form_in_its_country(
    empty: TestDatabase, currency: str, wages: str, bank: str | None
) -> None:
    migrating.upgrade(empty.url, "0013")
    _open_accounts(empty.engine, currency, [code for code in OLD_CODES if code != chart.INSURANCE])
    _insert(empty.engine, [_account(chart.INSURANCE, "Insurance claims", "income", currency)])
    with empty.engine.execution_options(coop_write=True).begin() as connection:
        connection.execute(text("UPDATE ledger_account SET statutory_tag = 'own' WHERE code = '6000'"))
    migrating.upgrade(empty.url, "0014")
    with empty.engine.connect() as connection:
        tags = {row.code: row.statutory_tag for row in connection.execute(text("SELECT * FROM ledger_account"))}
    assert (tags[chart.WAGES], tags[chart.BANK]) == (wages, bank)
    assert (tags[chart.INSURANCE], tags[chart.PAYABLE]) == (None, None)
    migrating.downgrade(empty.url, "0013")
    migrating.upgrade(empty.url, "0014")


def test_a_year_that_was_closed_before_becomes_the_first_closing_and_can_be_reopened(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url)
    with _writing(empty.engine) as session:
        year = _closed_year(session)
        entry_id = year.entry_id
    migrating.downgrade(empty.url, "0015")
    with empty.engine.connect() as connection:
        assert "number" not in {one["name"] for one in inspect(connection).get_columns("ledger_year_closing")}
        assert connection.execute(text("SELECT result_minor FROM ledger_year_closing")).scalar_one() == 500
    migrating.upgrade(empty.url)
    with _writing(empty.engine) as session:
        found = closing.closing_of(session, year.fiscal_year_id)
        assert found is not None
        assert (found.number, found.entry_id, found.result_minor) == (1, entry_id, 500)
        _reopen(session, found)
        closing.close_year(session, year_id=found.fiscal_year_id, today=date(2027, 5, 2), now=NOW)
        assert ledger_checks.findings(session) == []
    with pytest.raises(RuntimeError, match="a year was reopened"):
        migrating.downgrade(empty.url, "0015")


def test_a_year_that_is_closed_keeps_its_sums_from_now_on(empty: TestDatabase) -> None:
    migrating.upgrade(empty.url)
    with _writing(empty.engine) as session:
        _reopen(session, _closed_year(session))
        closing.close_year(session, year_id=_year_id(session), today=date(2027, 5, 2), now=NOW)
    before = _kept_sums(empty.engine)
    assert {number for number, *_ in before} == {1, 2}
    migrating.downgrade(empty.url, "0020")
    migrating.upgrade(empty.url)
    # Of the closing that was taken back nobody asks any more.
    assert _kept_sums(empty.engine) == {row for row in before if row[0] == 2}
    with _writing(empty.engine) as session:
        assert ledger_checks.findings(session) == []


def _kept_sums(engine: Engine) -> set[tuple[object, ...]]:
    query = text("SELECT number, account_id, debit_minor, credit_minor FROM ledger_closing_balance")
    with engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(query)}
    engine.dispose()
    return found


def _year_id(session: Session) -> UUID:
    return closing.year_named(session, "2027").id


@contextmanager
def _writing(engine: Engine) -> Iterator[Session]:
    with Session(engine.execution_options(coop_write=True), expire_on_commit=False) as session, session.begin():
        yield session


def _closed_year(session: Session) -> YearClosing:
    """Write books with a gift of 5.00, and close their first year."""
    periods.open_fiscal_year(session, date(2026, 4, 1), date(2027, 3, 31))
    periods.open_fiscal_year(session, date(2027, 4, 1), date(2028, 3, 31))
    chart.install_chart(session, currency="NZD", opened_on=date(2026, 4, 1))
    sealing.start_chain(session)
    lines = [posting.Line(chart.BANK, 500), posting.Line(chart.DONATIONS, -500)]
    posting.post(session, posting.Draft(date(2026, 4, 2), "A gift", "manual", "NZD", lines, "key"), now=NOW)
    year_id = closing.year_named(session, "2027").id
    closing.close_year(session, year_id=year_id, today=date(2027, 5, 1), now=NOW)
    found = closing.closing_of(session, year_id)
    assert found is not None
    return found


def _reopen(session: Session, found: YearClosing) -> None:
    reopening.reopen_year(
        session,
        year_id=found.fiscal_year_id,
        opens_on=date(2027, 3, 1),
        fingerprint=reopening.closing_fingerprint(session, found),
        decision_ref=uuid4(),
        decided_on=date(2027, 5, 2),
        today=date(2027, 5, 2),
        now=NOW,
    )


def _order_words(engine: Engine) -> set[tuple[str, ...]]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT order_id, title, seller, search_text FROM sales_order_text"))
        return {tuple(map(str, row)) for row in found}


def _open_accounts(engine: Engine, currency: str, codes: Sequence[str]) -> None:
    """Open accounts as a chart of an earlier time had them."""
    known = {one.code: one for one in chart.DEFAULT_CHART}
    rows = [_account(code, known[code].name, known[code].kind.value, currency, known[code].by_party) for code in codes]
    _insert(engine, rows)


def _account(code: str, name: str, kind: str, currency: str, by_party: bool = False) -> dict[str, object]:
    opened_on = date(2026, 4, 1)
    values = {"id": uuid4(), "code": code, "name": name, "kind": kind, "currency": currency}
    return values | {"opened_on": opened_on, "by_party": by_party}


def _insert(engine: Engine, rows: list[dict[str, object]]) -> None:
    flags = dict.fromkeys(("by_party", "is_heading", "is_contra"), Boolean())
    types: dict[str, Any] = {"id": Uuid(), "opened_on": Date(), **flags}
    accounts = table("ledger_account", *(column(name, types.get(name, String())) for name in rows[0]))
    with engine.execution_options(coop_write=True).begin() as connection:
        connection.execute(insert(accounts), rows)


def _chart(engine: Engine) -> set[tuple[object, ...]]:
    """Return each account of a chart with what revision 0013 gives it."""
    with Session(engine) as session:
        found = chart.accounts(session, with_headings=True)
        codes = {one.id: one.code for one in found}
        return {
            (
                *(one.code, one.name, one.kind.value, one.by_party, one.is_heading),
                *(one.is_contra, one.statement_line, one.business, codes[one.parent_id] if one.parent_id else None),
            )
            for one in found
        }


def _rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in inspect(connection).get_table_names()
            if name != "alembic_version"
        }


def test_a_database_that_was_tampered_with_is_found(empty: TestDatabase) -> None:
    """Dropping or switching off a rule is a finding."""
    migrating.upgrade(empty.url)
    with empty.engine.execution_options(coop_write=True).begin() as connection:
        if empty.kind == "sqlite":
            connection.execute(text("DROP TRIGGER ledger_posting_no_update"))
        else:
            connection.execute(text("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_no_change"))
    with empty.engine.connect() as connection:
        assert len(rule_findings(connection, RULES)) == 1


def test_migrations_live_in_numbered_files() -> None:
    names = sorted(path.name for path in (migrating.FOLDER / "versions").glob("*.py"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert all(Path(name).stem[4] == "_" for name in names)
