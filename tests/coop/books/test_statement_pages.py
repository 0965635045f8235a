"""The pages of the statements: what each shows, the way from a figure to its entries, the files, and who may read them."""

import csv
import json
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from coop import clock, cooperative
from coop.database import db, write
from coop.membership.models import Participant
from ledger import posting
from ledger.chart import BANK, COACHING_INCOME, HOSTING, OTHER_INCOME, OWED_TO_COACHES, RECEIVABLE
from ledger.years import periods
from tests.html_client import Browser

SignIn = Callable[[str], Browser]
PAGES = (
    "statements",
    "trial-balance",
    "balance-sheet",
    "income-statement",
    "cash-flows",
    "changes-in-equity",
    "statutory-tags",
    "general-ledger",
    "receivables",
    "payables",
)
FILES = tuple(page for page in PAGES if page not in {"statements", "general-ledger"})


@pytest.fixture
def today(app: Flask, participants: dict[str, UUID]) -> date:
    """Today, when 100.00 were earned and 30.00 spent; the board owes 45.00 and is owed 20.00."""
    with app.app_context():
        session = db.session()
        day = cooperative.today(session)
        party = session.scalars(select(Participant.party_ref).where(Participant.id == participants["board"])).one()
        entries = [
            ((BANK, 10_000, None), (OTHER_INCOME, -10_000, None)),
            ((HOSTING, 3_000, None), (BANK, -3_000, None)),
            ((RECEIVABLE, 4_500, party), (COACHING_INCOME, -4_500, party)),
            ((HOSTING, 2_000, None), (OWED_TO_COACHES, -2_000, party)),
        ]
        drafts = [
            posting.Draft(
                day, f"Entry {number}", "manual", "NZD", [posting.Line(*line) for line in lines], f"k-{number}"
            )
            for number, lines in enumerate(entries)
        ]
        write(lambda session: [posting.post(session, draft, now=clock.now()) for draft in drafts])
    return day


@pytest.fixture
def auditor(today: date, sign_in: SignIn) -> Browser:
    return sign_in("auditor")


def test_one_page_leads_to_all(auditor: Browser) -> None:
    page = auditor.get("/books/statements")
    assert {f"/books/{name}" for name in PAGES[1:]} <= set(page.links.values())


@pytest.mark.parametrize("name", PAGES)
def test_who_keeps_directs_or_audits_the_books_reads_them(today: date, sign_in: SignIn, name: str) -> None:
    for reader in ("treasurer", "board", "auditor"):
        assert sign_in(reader).get(f"/books/{name}").status == 200
    assert sign_in("founder").get(f"/books/{name}").status == 403


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_closed_to_others_too(today: date, client: Browser, sign_in: SignIn, name: str) -> None:
    assert sign_in("founder").get(f"/books/{name}.json").status == 403
    assert "/login" in client.get(f"/books/{name}.csv").path
    assert sign_in("auditor").get(f"/books/{name}.xml").status == 404


def test_cash_flows_lead_from_the_result_to_the_cash(auditor: Browser) -> None:
    text = auditor.get("/books/cash-flows").text
    for words in (
        "Surplus, or deficit as a minus 95.00",
        "1200 Owed by members and clients −45.00",
        "2410 Owed to coaches 20.00",
        "From operations 70.00",
        "Change in cash 70.00",
        "Cash at the beginning 0.00",
        "Total cash at the end 70.00",
    ):
        assert words in text, words


def test_every_figure_leads_to_the_entries_behind_it(today: date, auditor: Browser) -> None:
    for name in ("income-statement", "cash-flows", "balance-sheet", "trial-balance"):
        page = auditor.get(f"/books/{name}")
        hrefs = [href for href in page.links.values() if "/books/accounts/" in href]
        assert hrefs, name
        for href in hrefs:
            behind = auditor.get(href)
            assert behind.status == 200
            assert "Entry" in behind.text, href
    sheet = auditor.get("/books/balance-sheet")
    (result,) = [href for href in sheet.links.values() if "/books/income-statement" in href and "from=" in href]
    assert "95.00" in auditor.get(result).text


def test_the_account_shows_the_days_of_the_figure(today: date, auditor: Browser) -> None:
    yesterday = today - timedelta(days=1)
    assert "Nothing booked yet" in auditor.get(f"/books/accounts/{BANK}?to={yesterday}").text
    page = auditor.get(f"/books/accounts/{BANK}?from={today}&to={today}&closings=without")
    assert "What closed a year is left out." in page.text
    assert "Entry 0" in page.text
    assert auditor.get(f"/books/accounts/{BANK}?from=nonsense").status == 200


def test_files_say_what_the_page_says(today: date, auditor: Browser) -> None:
    page = auditor.get("/books/cash-flows?against=none")
    rows = list(csv.DictReader(auditor.get(page.links["Cash flows as CSV"]).html.splitlines()))
    assert {row["account"]: row["amount"] for row in rows if row["section"] == "operating"} == {
        "": "95.00",
        RECEIVABLE: "-45.00",
        OWED_TO_COACHES: "20.00",
    }
    document = json.loads(auditor.get(page.links["Cash flows as JSON"]).html)
    assert (document["opening_minor"], document["change_minor"], document["closing_minor"]) == (0, 7_000, 7_000)
    ledger = auditor.get("/books/general-ledger")
    rows = list(csv.DictReader(auditor.get(ledger.links["General ledger as CSV"]).html.splitlines()))
    assert [row["balance"] for row in rows if row["account"] == BANK] == ["0.00", "100.00", "70.00", "70.00"]


def test_a_comparison_stands_beside_page_and_file(app: Flask, today: date, auditor: Browser) -> None:
    if not _has_begun_before(app, today):
        assert "before" not in json.loads(auditor.get("/books/income-statement.json?against=period").html)
    days = f"from={today}&to={today}&against=period"
    document = json.loads(auditor.get(f"/books/income-statement.json?{days}").html)
    if _has_begun_before(app, today):
        assert document["before"]["result_minor"] == 0
        assert "95.00 0.00" in auditor.get(f"/books/income-statement?{days}").text


def _has_begun_before(app: Flask, today: date) -> bool:
    with app.app_context():
        return periods.fiscal_year_of(db.session(), today - timedelta(days=1)) is not None


def test_days_are_offered_and_nonsense_is_told(today: date, auditor: Browser) -> None:
    page = auditor.get("/books/income-statement")
    this_month = auditor.get(page.links["This month"])
    assert f"from={today.replace(day=1)}" in this_month.path
    for path in (
        "income-statement?from=2026-05-01&to=2026-04-01",
        "cash-flows?against=nonsense",
        "balance-sheet?at=nonsense",
        "receivables?days=-1",
        "changes-in-equity?to=31.3.2026",
        "general-ledger?from=x",
    ):
        assert auditor.get(f"/books/{path}").status == 422, path


def test_who_owes_is_named_by_age(today: date, auditor: Browser) -> None:
    page = auditor.get("/books/receivables")
    assert "45.00" in page.text
    later = today + timedelta(days=45)
    row = next(csv.DictReader(auditor.get(f"/books/receivables.csv?at={later}&days=10").html.splitlines()))
    assert (row["days_31_to_60"], row["total"], row["oldest"]) == ("45.00", "45.00", str(today))
    assert row["name"]
    assert row["name"] in page.text
    owed = json.loads(auditor.get("/books/payables.json").html)
    assert [account["account"] for account in owed["accounts"]] == [OWED_TO_COACHES]
    assert "Nobody owes the co-op anything" in auditor.get("/books/receivables?at=2001-01-01").text


def test_a_member_sees_where_each_entry_left_them(today: date, sign_in: SignIn, participants: dict[str, UUID]) -> None:
    path = f"/as/{participants['board']}/statement"
    page = sign_in("board").get(path)
    assert "Owed by you 45.00 45.00" in page.text
    tomorrow = today + timedelta(days=1)
    later = sign_in("board").get(f"{path}?from={tomorrow}&to={tomorrow}")
    assert "What stood before" in later.text
    assert "Owed by you" in later.text


def test_the_figures_by_tag_lead_to_their_accounts_and_those_without_a_tag_come_last(auditor: Browser) -> None:
    page = auditor.get("/books/statutory-tags")
    assert page.text.index("IR10-2 ") < page.text.index("IR10-24") < page.text.index("IR10-30")
    assert page.text.index("IR10-31") < page.text.index("Accounts without a tag") < page.text.index("4900 Interest")
    assert "/books/accounts/1000?to=" in page.links["70.00"]
    rows = list(csv.DictReader(auditor.get("/books/statutory-tags.csv").html.splitlines()))
    assert {row["section"]: row["amount"] for row in rows if row["account"] == BANK} == {"IR10-31": "70.00"}
    assert {row["section"] for row in rows if row["account"] == OTHER_INCOME} == {""}
    document = json.loads(auditor.get("/books/statutory-tags.json").html)
    assert {one["tag"]: one["amount_minor"] for one in document["tags"]}["IR10-24"] == 5_000
    assert [one["account"] for one in document["untagged"]] == [OWED_TO_COACHES, OTHER_INCOME]
