"""The pages of files, statements, rules, suggestions and the two sides: what they do, what they refuse, and who may."""

import base64
import io
from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books.operations import NewEntry, record_entry
from coop.database import db, write
from coop.payments.bank.lines import enter_line
from coop.payments.bank.models import BankLine, BankMapping, BankMatch, BankRule, BankStatement
from coop.payments.bank.statements import NewLine
from ledger.chart import BANK, OTHER_INCOME
from ledger.models import Entry
from ledger.posting import Line
from tests import joining
from tests.coop.payments.test_bank_entering import FILES, moved
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]


def today(app: Flask) -> date:
    with app.app_context():
        return cooperative.today(db.session())


def count(app: Flask, mapped: type) -> int:
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(mapped)) or 0


def upload(browser: Browser, content: bytes, name: str = "statement.csv", **values: str) -> Page:
    """Send a file as a browser does."""
    fields = {"csrf_token": browser.token(), "file": (io.BytesIO(content), name), **values}
    answer = browser.client.post(
        "/payments/bank/1000/file", data=fields, content_type="multipart/form-data", follow_redirects=True
    )
    return browser._page(answer)


@pytest.fixture
def two_sides(app: Flask) -> tuple[list[UUID], list[UUID]]:
    """Lines of NZD 1.00 and 5.00, and entries of 6.00 and 0.07."""

    def work(session: Session) -> tuple[list[UUID], list[UUID]]:
        treasurer, day = joining.founder(session, "treasurer"), cooperative.today(session)
        lines = [enter_line(session, treasurer, NewLine(day, amount, f"L{amount}")) for amount in (100, 500)]
        entries = [
            record_entry(
                session,
                treasurer,
                NewEntry(day, f"E{amount}", [Line(BANK, amount), Line(OTHER_INCOME, -amount)], uuid4()),
            )
            for amount in (600, 7)
        ]
        return lines, entries

    with app.app_context():
        return write(work)


def test_ofx_is_entered_at_once_and_shows_its_statement(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    content = moved((FILES / "ofx1.ofx").read_bytes(), today(app))
    page = upload(treasurer, content, "x.ofx")
    assert (page.status, "3 lines entered." in page.text) == (200, True), page.text
    assert "Statement of the bank, OFX" in page.text
    assert "What makes the bank and the books differ" in page.text
    assert "0 lines entered. 3 were there already." in upload(treasurer, content, "x.ofx").text
    listed = treasurer.get("/payments/bank/1000/statements")
    assert "1,026.10" in listed.text
    assert "1,026.10 is left to explain" in treasurer.get("/payments/bank/1000").text.replace("\u00a0", " ")


def test_the_columns_of_csv_are_chosen_with_a_preview_and_used_again(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    content = moved((FILES / "kiwibank.csv").read_bytes(), today(app))
    asked = upload(treasurer, content)
    assert (asked.status, asked.title) == (200, "What the columns mean"), asked.text
    assert "POS W/D PAPER PLUS" in asked.text
    assert count(app, BankLine) == 0
    form = asked.form(having="day_format")
    wrong = treasurer.send(asked, form, {"day_format": "%Y-%m-%d"}, button="Show the first rows")
    assert "This is no date in the form chosen, such as 2026-03-31." in wrong.text
    assert treasurer.send(asked, form, {"day_format": "%Y-%m-%d"}, button="Enter the lines").status == 422
    assert (count(app, BankLine), count(app, BankMapping)) == (0, 0)
    done = treasurer.send(asked, form, button="Enter the lines")
    assert "3 lines entered." in done.text, done.text
    assert "The statement begins with" in done.text
    again = upload(treasurer, content.replace(b"PAPER PLUS", b"PAPER MINUS"))
    assert "1 line entered. 2 were there already." in again.text
    anew = upload(treasurer, content, anew="y")
    assert anew.title == "What the columns mean"
    file = treasurer.get("/payments/bank/1000/file")
    treasurer.send(file, file.form(button="Yes: Forget the columns"))
    assert (count(app, BankMapping), count(app, BankStatement)) == (0, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"amount": ""}, "Choose the column of amounts"),
        ({"balance": "14"}, "each for one purpose only"),
        ({"day": ""}, "each for one purpose only"),
        ({"rows_above": "x"}, "Enter a whole number from 0 to 40"),
        ({"delimiter": "tab"}, "each for one purpose only"),
        ({"content": "%%%"}, "The file holds no line"),
        ({"content": ""}, "The file holds no line"),
    ],
)
def test_columns_that_cannot_be_are_told_and_nothing_is_entered(
    app: Flask, sign_in: SignIn, values: dict[str, str], message: str
) -> None:
    treasurer = sign_in("treasurer")
    asked = upload(treasurer, moved((FILES / "kiwibank.csv").read_bytes(), today(app)))
    page = treasurer.send(asked, asked.form(having="day_format"), values, button="Enter the lines")
    assert page.status == 422, page.text
    assert message in page.text or values.get("delimiter"), page.text
    assert (count(app, BankLine), count(app, BankMapping)) == (0, 0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file holds no line of a statement."),
        (b"OFXHEADER:100", "The file is not OFX"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "declares a document type"),
        (b"<?xml version='1.0'?><a/>", "no bank statement of the kind CAMT.053"),
        (b"\x00\x01\x02", "What the columns mean"),
    ],
)
def test_a_file_that_is_none_is_told(app: Flask, sign_in: SignIn, content: bytes, message: str) -> None:
    page = upload(sign_in("treasurer"), content)
    assert page.status in {200, 422}
    assert message in page.text or message in page.title, page.text
    assert count(app, BankLine) == 0


def test_wrong_rows_of_a_file_are_listed(app: Flask, sign_in: SignIn) -> None:
    content = moved((FILES / "ofx1.ofx").read_bytes(), today(app)).replace(b"-18.90", b"x").replace(b"-5.00", b"y")
    page = upload(sign_in("treasurer"), content)
    assert (page.status, "Rows that could not be read: 2." in page.text) == (422, True)
    assert "2 TRNAMT Enter the amount in digits" in page.text


def test_no_file_is_told_beside_the_field(app: Flask, sign_in: SignIn) -> None:
    page = sign_in("treasurer").submit("/payments/bank/1000/file", having="file")
    assert (page.status, "Choose the file." in page.text) == (422, True)


def test_two_sides_are_ticked_compared_and_matched(
    app: Flask, sign_in: SignIn, two_sides: tuple[list[UUID], list[UUID]]
) -> None:
    treasurer, (lines, entries) = sign_in("treasurer"), two_sides
    page = treasurer.get("/payments/bank/1000/sides")
    form = page.form(having="entry")
    shown = treasurer.send(page, form, {"line": lines[:1], "entry": entries[:1]}, button="Show the difference")
    assert (shown.status, "Difference NZD \u22125.00" in shown.text) == (200, True), shown.text
    assert {value for name, value in shown.form(having="entry").values if name in {"line", "entry"}} == {
        *(str(lines[0]), str(entries[0]))
    }
    refused = treasurer.send(page, form, {"line": lines[:1], "entry": entries[:1]}, button="Match what is ticked")
    assert (refused.status, "They differ by" in refused.text) == (422, True)
    for values, message in (
        ({"line": lines}, "Tick at least one line"),
        ({"line": lines, "entry": entries}, "Match one line with several entries"),
        ({"line": ["x"], "entry": entries[:1]}, "the form is not complete"),
    ):
        wrong = treasurer.send(page, form, values, button="Match what is ticked")
        assert (wrong.status, message in wrong.text) == (422, True), wrong.text
    assert count(app, BankMatch) == 0
    done = treasurer.send(page, form, {"line": lines, "entry": entries[:1]}, button="Match what is ticked")
    assert "What was ticked is matched." in done.text
    assert (
        treasurer.send(page, form, {"line": lines, "entry": entries[:1]}, button="Match what is ticked").status == 409
    )
    row = treasurer.get(f"/payments/bank/1000/{lines[0]}")
    assert row.links["L500"] == f"/payments/bank/1000/{lines[1]}"
    assert "The match is taken back." in treasurer.send(row, row.form(button="Yes: Take the match back")).text
    assert treasurer.get(f"/payments/bank/1000/{lines[1]}").text.count("no entry yet") == 1


def test_the_sides_are_narrowed_down_and_ticked_from_elsewhere(
    app: Flask, sign_in: SignIn, two_sides: tuple[list[UUID], list[UUID]]
) -> None:
    treasurer, (lines, _) = sign_in("treasurer"), two_sides
    page = treasurer.get("/payments/bank/1000/sides?text=L5")
    assert ("L500" in page.text, "L100" in page.text) == (True, False)
    ticked = treasurer.get(f"/payments/bank/1000/sides?line={lines[0]}")
    assert ("line", str(lines[0])) in ticked.form(action="/sides", having="csrf_token").values
    assert treasurer.get("/payments/bank/1000/sides?from=2026-13-01&line=x").status == 422
    assert "Nothing on either side" in treasurer.get("/payments/bank/1000/sides?to=2001-01-01").text


def test_a_line_is_booked_remembered_suggested_and_confirmed(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    treasurer.submit("/payments/bank/1000/new", {"amount": "-5.00", "text": "ANZ MONTHLY FEE 04"})
    lines = treasurer.get("/payments/bank/1000")
    line = treasurer.get(lines.links["ANZ MONTHLY FEE 04"])
    values = {"account": "6900", "text": "Bank fee", "remember": "y"}
    short = treasurer.send(line, line.form(having="remember"), {**values, "words": "a"})
    assert (short.status, 'id="words-error"' in short.html) == (422, True)
    assert (count(app, Entry), count(app, BankRule)) == (0, 0)
    treasurer.send(line, line.form(having="remember"), {**values, "words": "monthly fee"})
    assert (count(app, Entry), count(app, BankRule)) == (1, 1)
    for amount, text in (("-6.00", "ANZ MONTHLY FEE 05"), ("-7.00", "ANZ MONTHLY FEE 06")):
        treasurer.submit("/payments/bank/1000/new", {"amount": amount, "text": text})
    line = treasurer.get(treasurer.get("/payments/bank/1000").links["ANZ MONTHLY FEE 05"])
    assert ("account", "6900") in line.form(having="remember").values
    assert "1 line is matched." in treasurer.send(line, line.form(button="Yes, that is it")).text
    page = treasurer.get("/payments/bank/1000/suggestions")
    assert "by the rule for “monthly fee”" in page.text
    form = page.form(having="choice")
    assert treasurer.send(page, form, {"choice": None}).status == 422
    assert treasurer.send(page, form, {"choice": "nonsense"}).status == 422
    assert treasurer.send(page, form, {"choice": f"{uuid4()}:entry:{uuid4()}"}).status == 409
    assert "Nothing to suggest" in treasurer.send(page, form).text
    assert treasurer.send(page, form).status == 409
    assert count(app, Entry) == 3


def test_rules_are_written_changed_and_deleted(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    right = {"words": "koha", "direction": "in", "account": "4900", "text": "Koha"}
    account = next(
        value
        for value in treasurer.get("/payments/bank/1000/rules/new").form(having="words").choices["account"]
        if value
    )
    right["account"] = account
    for wrong, field in (
        ({"words": ""}, "words"), ({"words": "ab"}, "words"), ({"text": ""}, "text"), ({"account": ""}, "account"),
        ({"account": "1000"}, "account"), ({"account": "9999"}, "account"),
    ):  # fmt: skip
        page = treasurer.submit("/payments/bank/1000/rules/new", {**right, **wrong})
        assert (page.status, f'id="{field}-error"' in page.html) == (422, True), page.text
    listed = treasurer.submit("/payments/bank/1000/rules/new", right)
    assert "koha came in" in listed.text
    edited = treasurer.submit(listed.links["koha"], {"words": "koha box"})
    assert "koha box" in edited.text
    assert treasurer.submit(edited.links["koha box"], {"words": "x"}).status == 422
    assert "No rule yet" in treasurer.send(edited, edited.form(button="Yes: Delete koha box")).text
    assert treasurer.get(edited.links["koha box"]).status == 404
    assert treasurer.post(edited.links["koha box"], right).status == 404
    assert treasurer.post(f"{edited.links['koha box']}/delete").status == 404


@pytest.mark.parametrize("who", ["board", "auditor"])
def test_the_board_and_the_auditor_read_and_do_not_write(
    app: Flask, sign_in: SignIn, two_sides: tuple[list[UUID], list[UUID]], who: str
) -> None:
    upload(sign_in("treasurer"), moved((FILES / "ofx2.ofx").read_bytes(), today(app)))
    reader = sign_in(who)
    statements = reader.get("/payments/bank/1000/statements")
    statement = next(href for href in statements.links.values() if "/statements/" in href)
    for readable in ("statements", "rules", "suggestions", "sides"):
        page = reader.get(f"/payments/bank/1000/{readable}")
        assert (page.status, [form for form in page.forms if form.method == "post" and "bank" in form.action]) in (
            (200, []),
            (200, [form for form in page.forms if not form.buttons]),
        )
    assert reader.get(statement).status == 200
    lines, entries = two_sides
    for closed, values in (
        ("file", {}),
        ("file/columns", {"content": base64.b64encode(b"x").decode()}),
        ("file/columns/forget", {}),
        ("sides", {"line": str(lines[0]), "entry": str(entries[0]), "act": "match"}),
        ("suggestions", {"choice": f"{lines[0]}:entry:{entries[0]}"}),
        ("rules/new", {"words": "koha"}),
        (f"rules/{uuid4()}", {"words": "koha"}),
        (f"rules/{uuid4()}/delete", {}),
    ):
        assert reader.post(f"/payments/bank/1000/{closed}", values).status == 403, closed
    for closed in ("file", "rules/new", f"rules/{uuid4()}"):
        assert reader.get(f"/payments/bank/1000/{closed}").status == 403
    member = sign_in("founder")
    for path in (
        statement,
        "/payments/bank/1000/sides",
        "/payments/bank/1000/suggestions",
        "/payments/bank/1000/rules",
    ):
        assert member.get(path).status == 403
    assert sign_in("treasurer").get(f"/payments/bank/1000/statements/{uuid4()}").status == 404
    assert count(app, BankMatch) == 0
