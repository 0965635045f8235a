"""The pages of the books: what the treasurer enters, what others read, and what bad input is told."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.audit import AuditEvent
from coop.database import db, write
from coop.membership import operations as membership
from coop.membership.models import Participant, ParticipantKind
from ledger import posting
from ledger.chart import BANK, OTHER_INCOME, RECEIVABLE, SHARE_APPLICATIONS
from ledger.models import Entry, EntryText
from ledger.years import periods
from tests import joining
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]


@pytest.fixture
def treasurer(sign_in: SignIn) -> Browser:
    return sign_in("treasurer")


def _values(form_page: Page, **changed: str) -> dict[str, str]:
    return {
        "text": "Sold a map",
        "lines-0-account": BANK,
        "lines-0-debit": "10.00",
        "lines-1-account": OTHER_INCOME,
        "lines-1-credit": "10.00",
        **changed,
    }


def _record(browser: Browser, **changed: str) -> Page:
    page = browser.get("/books/entries/new")
    return browser.send(page, page.form(having="lines-0-account"), _values(page, **changed), button="Record the entry")


def _entries(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Entry)) or 0


def _today(app: Flask) -> date:
    with app.app_context():
        return cooperative.today(db.session())


def test_the_treasurer_records_an_entry_and_sees_it(app: Flask, treasurer: Browser) -> None:
    page = _record(treasurer, text="Sold a map of the ngāhere")
    assert page.status == 200
    assert "The entry is recorded." in page.text
    assert page.title == "Sold a map of the ngāhere"
    assert "1000 Bank account" in page.text
    assert "Hana Mōrepōrepo" in page.text
    assert "10.00" in treasurer.get("/books/trial-balance").text
    assert "Sold a map of the ngāhere" in treasurer.get("/books/journal").text
    with app.app_context():
        assert db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "entry.recorded")).all() == [
            "entry.recorded"
        ]


def test_a_line_may_name_a_member_by_name_or_be_left_out(
    app: Flask, treasurer: Browser, participants: dict[str, UUID]
) -> None:
    page = _record(treasurer, **{"lines-0-account": RECEIVABLE, "lines-0-party": "aroha hihi"})
    assert "Aroha Hihi" in page.text
    assert "Aroha Hihi" in treasurer.get(f"/books/accounts/{RECEIVABLE}").text


def test_whoever_the_form_offers_is_found_whatever_the_name_begins_with(
    app: Flask, treasurer: Browser, people: dict[str, UUID]
) -> None:
    with app.app_context():

        def work(session: Session) -> None:
            founder = joining.actor_of(session, people["founder"])
            membership.create_organisation(session, founder, name="Ōtautahi Trust", kind=ParticipantKind.GROUP)

        write(work)
    assert '<option value="Ōtautahi Trust">' in treasurer.get("/books/entries/new").html
    for written in ("Ōtautahi Trust", "ōtautahi trust", "otautahi Trust"):
        page = _record(treasurer, **{"lines-0-account": RECEIVABLE, "lines-0-party": written})
        assert "Ōtautahi Trust" in page.text, written


def test_of_two_names_that_differ_by_a_macron_the_one_that_was_written_is_meant(app: Flask, treasurer: Browser) -> None:
    with app.app_context():
        rename = (
            update(Participant).where(Participant.name == "Ana Tūī").values(name="Ārohā Hihi", name_key="aroha hihi")
        )
        write(lambda session: session.execute(rename))
    page = _record(treasurer, **{"lines-0-account": RECEIVABLE, "lines-0-party": "Ārohā Hihi"})
    assert "Ārohā Hihi" in page.text
    page = _record(treasurer, **{"lines-0-account": RECEIVABLE, "lines-0-party": "aroha hihi"})
    assert "More than one is called this" in page.text


def test_an_entry_of_a_day_to_come_is_not_in_the_bank_yet(app: Flask, treasurer: Browser) -> None:
    tomorrow = _today(app) + timedelta(days=1)
    with app.app_context():
        if periods.fiscal_year_of(db.session(), tomorrow) is None:
            write(lambda session: periods.open_fiscal_year(session, tomorrow, tomorrow + timedelta(days=364)))
    entry = _record(treasurer, booked_on=tomorrow.isoformat())
    assert "Bank account NZD 0.00" in treasurer.get("/books").text.replace("\u00a0", " ")
    confirmation = treasurer.get(entry.links["Reverse this entry"])
    assert ("booked_on", tomorrow.isoformat()) in confirmation.form(having="reason").values
    early = treasurer.send(
        confirmation, confirmation.form(having="reason"), {"reason": "x", "booked_on": _today(app).isoformat()}
    )
    assert (early.status, "cannot be dated before that" in early.text) == (422, True)


def test_a_form_sent_twice_is_one_entry(app: Flask, treasurer: Browser) -> None:
    page = treasurer.get("/books/entries/new")
    form = page.form(having="lines-0-account")
    first = treasurer.send(page, form, _values(page), button="Record the entry")
    second = treasurer.send(page, form, _values(page), button="Record the entry")
    assert first.path == second.path
    assert _entries(app) == 1
    changed = treasurer.send(page, form, _values(page, **{"lines-0-debit": "11", "lines-1-credit": "11"}))
    assert changed.status == 409
    assert "already recorded, with different content" in changed.text
    assert _entries(app) == 1


def test_more_lines_are_offered_without_losing_what_was_written(treasurer: Browser) -> None:
    page = treasurer.get("/books/entries/new")
    more = treasurer.send(
        page, page.form(having="lines-0-account"), _values(page, **{"lines-0-debit": "1.234"}), button="More lines"
    )
    form = more.form(having="lines-0-account")
    assert more.status == 200
    assert "lines-11-account" in form.names()
    assert ("lines-0-debit", "1.234") in form.values
    assert ("lines-0-account", BANK) in form.values


@pytest.mark.parametrize(
    ("changed", "message", "beside"),
    [
        ({"lines-0-debit": "10.005"}, "at most 2 decimals", "lines-0-debit"),
        ({"lines-0-debit": "-10"}, "cannot be less than zero", "lines-0-debit"),
        ({"lines-0-debit": ""}, "Enter an amount above zero.", "lines-0-debit"),
        ({"lines-0-debit": "0"}, "Enter an amount above zero.", "lines-0-debit"),
        ({"lines-0-debit": "ten"}, "Enter the amount in digits", "lines-0-debit"),
        ({"lines-0-debit": "9" * 30}, "too large", "lines-0-debit"),
        ({"lines-0-credit": "10"}, "a debit or a credit, not both", "lines-0-credit"),
        ({"lines-0-account": ""}, "Choose an account for this line.", "lines-0-account"),
        ({"lines-0-account": "9999"}, "There is no account 9999", "lines-0-account"),
        ({"lines-0-account": RECEIVABLE}, "say whom the line is about", "lines-0-party"),
        ({"lines-0-party": "Nobody At All"}, "Nobody is known by this name", "lines-0-party"),
        ({"lines-0-account": SHARE_APPLICATIONS}, "follows the share register", "lines-0-account"),
        ({"lines-0-debit": "9999999999999.99", "lines-1-credit": "9999999999999.99"}, "at most NZD", "lines-0-account"),
        ({"lines-1-credit": "9.99"}, "debits and credits differ by NZD\u00a00.01", None),
        ({"lines-1-account": "", "lines-1-credit": ""}, "at least two lines", None),
        ({"booked_on": "1999-01-01"}, "No fiscal year is open for 1 January 1999", "booked_on"),
        ({"booked_on": "2026-02-30"}, "Enter a date as year-month-day", "booked_on"),
        ({"booked_on": ""}, "Enter the date of the entry.", "booked_on"),
        ({"text": ""}, "Say what happened", "text"),
        ({"text": "x" * 501}, "under 500 characters", "text"),
        ({"form_token": "nonsense"}, "the form is not complete", None),
    ],
)
def test_a_wrong_entry_is_told_why_and_changes_nothing(
    app: Flask, treasurer: Browser, changed: dict[str, str], message: str, beside: str | None
) -> None:
    page = _record(treasurer, **changed)
    assert page.status == 422
    assert message in page.html.replace("&nbsp;", "\u00a0")
    if beside:
        assert f'id="{beside}-error"' in page.html
        assert f'href="#{beside}"' in page.html, "the summary links to the field"
    assert _entries(app) == 0


def test_an_entry_without_any_line_is_refused(app: Flask, treasurer: Browser) -> None:
    empty = {f"lines-{n}-{name}": "" for n in (0, 1) for name in ("account", "debit", "credit")}
    page = _record(treasurer, **empty)
    assert page.status == 422
    assert "at least two lines" in page.text
    assert _entries(app) == 0


def test_an_entry_is_reversed_once_after_a_confirmation(app: Flask, treasurer: Browser) -> None:
    entry = _record(treasurer)
    confirmation = treasurer.get(entry.links["Reverse this entry"])
    assert "reversed once" in confirmation.text
    form = confirmation.form(having="reason")
    assert treasurer.send(confirmation, form, {"reason": ""}).status == 422
    reversal = treasurer.send(confirmation, form, {"reason": "Wrong map"})
    assert reversal.title == "Wrong map"
    again = treasurer.send(confirmation, form, {"reason": "Wrong map"})
    assert again.status == 409
    assert "already been reversed" in again.text
    assert "This entry was taken back" in treasurer.get(entry.path).text
    assert _entries(app) == 2


def test_an_entry_that_follows_from_another_room_is_not_reversed_by_hand(app: Flask, treasurer: Browser) -> None:
    with app.app_context():
        entry_id = write(_post_from_elsewhere)
    page = treasurer.get(f"/books/entries/{entry_id}")
    assert "Reverse this entry" not in page.links
    confirmation = treasurer.get(f"/books/entries/{entry_id}/reverse")
    refused = treasurer.send(confirmation, confirmation.form(having="reason"), {"reason": "x"})
    assert refused.status == 409
    assert _entries(app) == 1


def _post_from_elsewhere(session: Session) -> UUID:
    lines = [posting.Line(BANK, 500), posting.Line(OTHER_INCOME, -500)]
    draft = posting.Draft(
        cooperative.today(session), "Interest", "bank-receipt", "NZD", lines, "k", "bank_line", uuid4()
    )
    return posting.post(session, draft, now=clock.now())


@pytest.mark.parametrize("who", ["board", "auditor"])
def test_the_board_and_the_auditor_read_but_do_not_write(
    app: Flask, treasurer: Browser, sign_in: SignIn, who: str
) -> None:
    entry = _record(treasurer)
    reader = sign_in(who)
    for path in (
        "/books",
        "/books/journal",
        entry.path,
        "/books/accounts",
        f"/books/accounts/{BANK}",
        "/books/periods",
        "/books/trial-balance",
        "/books/balance-sheet",
        "/books/income-statement",
        "/books/exports",
        "/books/trial-balance.csv",
        "/books/export.csv",
    ):
        assert reader.get(path).status == 200, path
    assert "New entry" not in reader.get("/books").links
    for path in ("/books/entries/new", "/books/accounts/new", f"{entry.path}/reverse", "/books/accounts/6910/close"):
        assert reader.get(path).status == 403, path
        assert reader.post(path).status == 403, path
    assert reader.post("/books/periods", {"ends_on": "2030-03-31"}).status == 403
    assert _entries(app) == 1


@pytest.mark.parametrize("path", ["/books", "/books/journal", "/books/export.csv", "/books/trial-balance"])
def test_the_books_are_closed_to_who_holds_no_power_over_them(client: Browser, sign_in: SignIn, path: str) -> None:
    assert sign_in("founder").get(path).status == 403
    assert "/login" in client.get(path).path


def test_the_journal_is_searched_and_bad_dates_are_told(app: Flask, treasurer: Browser) -> None:
    _record(treasurer, text="Sold a map")
    _record(treasurer, text="Sold 100% of _the_ seeds", **{"lines-0-account": "1100"})
    assert "Sold a map" not in treasurer.get("/books/journal?text=100%25").text
    assert "_the_ seeds" in treasurer.get("/books/journal?text=_THE_").text
    assert "_the_ seeds" not in treasurer.get(f"/books/journal?account={BANK}").text
    assert "No entry matches" in treasurer.get("/books/journal?to=2001-01-01").text
    assert "No entry matches" in treasurer.get("/books/journal?kind=reversal").text
    wrong = treasurer.get("/books/journal?from=2026-13-01")
    assert (wrong.status, "Enter a date" in wrong.text) == (422, True)
    backwards = treasurer.get("/books/trial-balance?at=nonsense")
    assert backwards.status == 422
    assert treasurer.get("/books/income-statement?from=2026-05-01&to=2026-04-01").status == 422
    assert treasurer.get("/books/journal?page=99999999999999999999").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/books/entries/7b1cbd62-0000-4000-8000-000000000000",
        "/books/accounts/9999",
        "/books/accounts/9999/close",
        "/books/periods/2001-01-31/lock",
        "/books/periods/nonsense/lock",
        "/books/export.pdf",
        "/books/export.csv?from=nonsense",
    ],
)
def test_what_is_not_there_is_not_found(treasurer: Browser, path: str) -> None:
    assert treasurer.get(path).status == 404


def test_an_account_is_added_used_and_closed(app: Flask, treasurer: Browser) -> None:
    today = _today(app).isoformat()
    page = treasurer.submit("/books/accounts/new", {"code": "6910", "name": "Seeds & trees", "kind": "expense"})
    assert page.title == "6910 Seeds & trees"
    for values, message in (
        ({"code": "6910", "name": "Again", "kind": "expense"}, "already has an account 6910"),
        ({"code": "69", "name": "Short", "kind": "expense"}, "4 to 8 digits"),
        ({"code": "69x0", "name": "Letters", "kind": "expense"}, "4 to 8 digits"),
        ({"code": "6911", "name": "", "kind": "expense"}, "Enter a name"),
        ({"code": "6911", "name": "Other", "kind": "nonsense"}, "Not a valid choice"),
    ):
        refused = treasurer.submit("/books/accounts/new", values)
        assert (refused.status, message in refused.text) == (422, True), (values, refused.text)
    _record(treasurer, **{"lines-0-account": "6910"})
    held = treasurer.submit("/books/accounts/6910/close", {"closed_on": today})
    assert "has a balance of NZD 10.00" in held.text
    back = {"lines-0-account": OTHER_INCOME, "lines-1-account": "6910"}
    _record(treasurer, **back)
    early = treasurer.submit("/books/accounts/6910/close", {"closed_on": today})
    assert "Choose a later date" in early.text
    tomorrow = date.fromordinal(_today(app).toordinal() + 1).isoformat()
    assert "is closed" in treasurer.submit("/books/accounts/6910/close", {"closed_on": tomorrow}).text
    assert treasurer.submit("/books/accounts/6910/close", {"closed_on": tomorrow}).status == 422
    needed = treasurer.submit(f"/books/accounts/{BANK}/close", {"closed_on": tomorrow})
    assert "The program itself books to account" in needed.text


def test_the_next_year_is_opened_once(app: Flask, treasurer: Browser) -> None:
    page = treasurer.get("/books/periods")
    form = page.form(having="ends_on")
    opened = treasurer.send(page, form)
    assert "The next fiscal year is open." in opened.text
    assert treasurer.send(page, form).status == 422, "the same last day lies before the first day of the year after"
    wrong = treasurer.submit("/books/periods", {"ends_on": "2099-03-31"})
    assert "at most 18 months" in wrong.text


def test_a_month_that_is_not_over_is_not_locked(app: Flask, treasurer: Browser) -> None:
    with app.app_context():
        period = periods.next_to_lock(db.session())
        assert period is not None
        last = max(month.ends_on for month in periods.periods_of(db.session(), period.fiscal_year_id))
    page = treasurer.submit(f"/books/periods/{last}/lock", button="Lock the month")
    assert page.status == 409
    assert "not over yet" in page.text


def test_a_month_is_locked_after_a_confirmation_and_then_takes_no_entry(app: Flask, sign_in: SignIn) -> None:
    with clock.at(clock.now() + timedelta(days=40)):
        treasurer = sign_in("treasurer")
        with app.app_context():
            period = periods.next_to_lock(db.session())
            assert period is not None
            on = period.ends_on
        confirmation = treasurer.get(f"/books/periods/{on}/lock")
        assert "This cannot be undone here." in confirmation.text
        form = confirmation.form(button="Lock the month")
        assert "The period is locked." in treasurer.send(confirmation, form).text
        again = treasurer.send(confirmation, form)
        assert (again.status, "already locked" in again.text) == (409, True)
        refused = _record(treasurer, booked_on=on.isoformat())
        assert refused.status == 422
        assert "The books are locked to" in refused.text
        assert 'id="booked_on-error"' in refused.html
        assert _entries(app) == 0


def test_an_entry_leads_to_the_payment_and_the_register_it_follows_from(app: Flask, treasurer: Browser) -> None:
    requests = treasurer.get("/payments")
    payment = next(href for href in requests.links.values() if href.startswith("/payments/") and len(href) > 30)
    treasurer.submit(payment, {"amount": "50.00"})
    journal = treasurer.get("/books/journal")
    assert "Money received" in journal.text
    entry = treasurer.get(
        next(href for href in journal.links.values() if "/books/entries/" in href and "new" not in href)
    )
    assert entry.links["A receipt in Payments"] == payment
    assert "Reverse this entry" not in entry.links


def test_the_balance_sheet_shows_the_result_of_the_year(app: Flask, treasurer: Browser) -> None:
    _record(treasurer)
    sheet = treasurer.get("/books/balance-sheet").text
    assert "Surplus or deficit of this year" in sheet
    income = treasurer.get("/books/income-statement").text
    assert "4900 Interest and other income" in income


def test_a_member_reads_their_own_statement_and_nobody_elses(
    app: Flask, treasurer: Browser, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    _record(treasurer, **{"lines-0-account": RECEIVABLE, "lines-0-party": "Aroha Hihi"})
    member = sign_in("founder")
    page = member.get(f"/as/{participants['founder']}/statement")
    assert page.status == 200
    assert "Owed by you" in page.text
    assert "10.00" in page.text
    assert member.get(f"/as/{participants['treasurer']}/statement").status == 404
    assert member.get(f"/as/{uuid4()}/statement").status == 404
    assert treasurer.get(f"/as/{participants['founder']}/statement").status == 404


def test_a_text_that_was_erased_says_so(app: Flask, treasurer: Browser) -> None:
    entry = _record(treasurer)
    entry_id = UUID(entry.path.rpartition("/")[2])
    with app.app_context():
        write(lambda session: session.execute(delete(EntryText).where(EntryText.entry_id == entry_id)))
    assert treasurer.get(entry.path).title == "(text erased)"
    assert "(text erased)" in treasurer.get("/books/journal").text
    assert "(erased)" in treasurer.get("/books/export.csv").html


def test_a_name_of_two_people_is_asked_for_by_number(app: Flask, treasurer: Browser) -> None:
    with app.app_context():
        write(
            lambda session: session.execute(
                update(Participant)
                .where(Participant.name == "Ana Tūī")
                .values(name="Aroha Hihi", name_key="aroha hihi")
            )
        )
    page = _record(treasurer, **{"lines-0-account": RECEIVABLE, "lines-0-party": "Aroha Hihi"})
    assert "More than one is called this" in page.text
