"""The pages of the budget: planning an account, a whole year, a file; what is refused; and the year beside the books."""

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.audit import AuditEvent
from coop.books.budgets import operations
from coop.database import db, write
from coop.permissions import Actor, Power, PowerMissing
from ledger.budgets.amounts import CopySource
from ledger.budgets.models import BudgetAmount
from ledger.chart import BANK, HOSTING
from ledger.models import FiscalYear
from ledger.posting import Draft, Line, post
from ledger.years import periods
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]


@pytest.fixture
def treasurer(sign_in: SignIn) -> Browser:
    return sign_in("treasurer")


@pytest.fixture
def year(app: Flask) -> FiscalYear:
    with app.app_context():
        found = periods.fiscal_year_of(db.session(), cooperative.today(db.session()))
        assert found is not None
        return found


def _amounts(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(BudgetAmount.amount_minor).order_by(BudgetAmount.amount_minor)))


def _spend(session: Session) -> None:
    lines = [Line(HOSTING, 4_500), Line(BANK, -4_500)]
    today = cooperative.today(session)
    post(session, Draft(today, "Hosting", "manual", "NZD", lines, "hosting"), now=clock.now())


def _upload(browser: Browser, year_id: UUID, text: str) -> Page:
    page = browser.get(f"/books/budget/{year_id}/fill")
    assert page.form(having="file").action.endswith("/import")
    return browser.post(f"/books/budget/{year_id}/import", {"file": (io.BytesIO(text.encode()), "budget.csv")})


def test_a_years_amount_is_spread_and_stands_beside_the_books(
    app: Flask, treasurer: Browser, sign_in: SignIn, year: FiscalYear
) -> None:
    page = treasurer.submit(
        f"/books/budget/{year.id}/accounts/{HOSTING}", {"total": "1,000.00"}, button="Spread over the months"
    )
    assert f"The budget of {HOSTING} is saved." in page.text
    assert sum(_amounts(app)) == 100_000
    with app.app_context():
        write(_spend)
    shown = sign_in("auditor").get("/books/budget").text
    for said in ("1,000.00", "45.00", "−955.00", "4.5%"):
        assert said in shown
    quarter = sign_in("board").get("/books/budget?part=quarter-1").text
    assert "1,000.00" not in quarter


def test_an_account_is_planned_month_by_month(app: Flask, treasurer: Browser, year: FiscalYear) -> None:
    path = f"/books/budget/{year.id}/accounts/{HOSTING}"
    page = treasurer.submit(path, {"months-0": "10", "months-1": "20.50"}, button="Save the months")
    assert page.status == 200
    assert _amounts(app) == [1_000, 2_050]
    page = treasurer.submit(path, {"months-0": ""}, button="Save the months")
    assert _amounts(app) == [2_050]
    page = treasurer.submit(path, {"months-0": "soon", "months-1": "5"}, button="Save the months")
    assert page.status == 422
    assert 'id="months-0-error"' in page.html
    assert _amounts(app) == [2_050]
    page = treasurer.submit(path, {"total": "x"}, button="Spread over the months")
    assert page.status == 422
    assert 'id="total-error"' in page.html
    assert _amounts(app) == [2_050]


def test_what_is_not_there_has_no_page(treasurer: Browser, year: FiscalYear) -> None:
    for path in (
        f"{year.id}/accounts/{BANK}",
        f"{year.id}/accounts/0000",
        f"{uuid4()}/accounts/{HOSTING}",
        f"{uuid4()}/fill",
    ):
        assert treasurer.get(f"/books/budget/{path}").status == 404
    assert treasurer.get("/books/budget?year=zzz").status == 404
    assert treasurer.get("/books/budget?part=zzz-9").status == 200
    assert treasurer.get("/books/budget?part=month-99").status == 200


def test_the_next_year_is_copied_from_what_was_booked(app: Flask, treasurer: Browser, year: FiscalYear) -> None:
    with app.app_context():
        write(_spend)
        ends_on = year.ends_on.replace(year=year.ends_on.year + 1)
        next_id = write(lambda s: periods.open_fiscal_year(s, year.ends_on + timedelta(days=1), ends_on))
    page = treasurer.submit(f"/books/budget/{next_id}/fill", {}, button="Yes: Copy what was booked")
    assert "The budget of 1 account is saved." in page.text
    assert _amounts(app) == [4_500]
    page = treasurer.submit(f"/books/budget/{year.id}/fill", {}, button="Yes: Copy what was planned")
    assert page.status == 422
    assert "There is nothing to copy" in page.text


def test_the_table_goes_out_and_comes_in_again(app: Flask, treasurer: Browser, year: FiscalYear) -> None:
    path = f"/books/budget/{year.id}/accounts/{HOSTING}"
    treasurer.submit(path, {"months-0": "10", "months-1": "20.50"}, button="Save the months")
    written = treasurer.client.get("/books/budget.csv").text
    assert written.startswith("account,name,month,budget,actual")
    treasurer.submit(path, {"months-0": "", "months-1": ""}, button="Save the months")
    assert _amounts(app) == []
    assert "The budget of 1 account is saved." in _upload(treasurer, year.id, written).text
    assert _amounts(app) == [1_000, 2_050]


def test_a_file_with_a_mistake_changes_nothing_and_names_its_rows(
    app: Flask, treasurer: Browser, year: FiscalYear
) -> None:
    month = f"{year.starts_on:%Y-%m}"
    page = _upload(treasurer, year.id, f"account,month,budget\n{HOSTING},{month},10\n{BANK},{month},x\n")
    assert page.status == 422
    assert "Problems found: 2" in page.text
    assert f"Account {BANK} has no budget" in page.text
    assert _amounts(app) == []
    assert _upload(treasurer, year.id, "nonsense").status == 422
    assert treasurer.submit(f"/books/budget/{year.id}/fill", {}, button="Use the file").status == 422


def test_only_the_treasurer_plans_and_each_change_is_in_the_trail(
    app: Flask, treasurer: Browser, year: FiscalYear, people: dict[str, UUID]
) -> None:
    board = Actor(person_id=people["board"], channel="web", powers=frozenset({Power.BOARD}))
    treasurer.submit(f"/books/budget/{year.id}/accounts/{HOSTING}", {"total": "12"}, button="Spread over the months")
    with app.app_context():
        for act in (
            lambda s: operations.plan_year(s, board, year_id=year.id, code=HOSTING, total_minor=1),
            lambda s: operations.plan_months(s, board, year_id=year.id, code=HOSTING, months={}),
            lambda s: operations.copy_year_before(s, board, year_id=year.id, source=CopySource.BUDGET),
            lambda s: operations.import_file(s, board, year_id=year.id, text=""),
        ):
            with pytest.raises(PowerMissing):
                write(act)
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "budget.planned")).one()
        assert (event.facts["code"], event.facts["total_minor"]) == (HOSTING, 1_200)
