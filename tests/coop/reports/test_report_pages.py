"""The pages of accounts and reports: who sees what, and what they say."""

import hashlib
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import files
from coop.audit import AuditEvent
from coop.checking import all_findings
from coop.config import configuration
from coop.database import db
from coop.permissions import NotFound
from coop.reports import editions, errors, queries
from coop.reports.models import ApprovedAccounts, ReportEdition
from tests import sharing_out
from tests.coop.reports.year import LETTER, Office, act, office_of
from tests.html_client import Browser
from tests.sharing_out import POSTED

SignIn = Callable[[str], Browser]


@pytest.fixture
def desk(app: Flask) -> Iterator[Office]:
    """A closed year."""
    with office_of(app) as made:
        yield made


@pytest.fixture
def ready(app: Flask, desk: Office) -> Office:
    """A closed year whose accounts are approved and signed, with the board's words."""
    act(app, desk.make_ready)
    return desk


def _rows(app: Flask) -> list[int]:
    tables = (ApprovedAccounts, ReportEdition, AuditEvent)

    def work(session: Session) -> list[int]:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    return act(app, work)


def test_accounts_wait_for_the_board_before_others_see_them(desk: Office, sign_in: SignIn) -> None:
    path = f"/reports/years/{desk.year_id}/accounts"
    assert sign_in("founder").get(path).status == 404
    board = sign_in("board")
    assert "Fingerprint of the accounts" in board.get(path).text
    page = board.submit(path, {"minute": "The accounts were read and approved."}, having="minute")
    assert "The approval is recorded" in page.text
    page = board.submit(path, button="Yes: Sign these accounts")
    assert "You have signed the accounts." in page.text
    seen = sign_in("founder").get(path).text
    assert "Ana Tūī" in seen
    assert "Unaudited and not reviewed" in seen
    assert "2 directors sign before the accounts are published; 1 so far." in seen


def test_the_page_says_beside_the_field_what_is_wrong(app: Flask, desk: Office, sign_in: SignIn) -> None:
    before = _rows(app)
    path, board = f"/reports/years/{desk.year_id}/accounts", sign_in("board")
    page = board.submit(path, {"minute": "", "decided_on": "2199-01-01"}, having="minute")
    assert (page.status, "Please fill this in." in page.text) == (422, True)
    page = board.submit(path, {"minute": "It was approved by all.", "decided_on": "2199-01-01"}, having="minute")
    assert (page.status, "This day is still to come." in page.text) == (422, True)
    page = board.submit(path, {"minute": "It was approved by all.", "seen": "0" * 64}, having="minute")
    assert (page.status, "not those that you saw" in page.text) == (409, True)
    assert _rows(app) == before


def test_before_publication_the_public_sees_nothing(ready: Office, client: Browser, sign_in: SignIn) -> None:
    assert "No report yet" in client.get("/reports").text
    assert client.get(f"/reports/{ready.year}/1").status == 404
    for page in ("", "/draft", "/draft.pdf", "/review"):
        assert sign_in("founder").get(f"/reports/years/{ready.year_id}{page}").status == 403
        assert sign_in("auditor").get(f"/reports/years/{ready.year_id}{page}").status == 200


def test_an_edition_is_prepared_read_and_approved_on_the_pages(ready: Office, client: Browser, sign_in: SignIn) -> None:
    secretary, board = sign_in("secretary"), sign_in("board")
    assert "Prepare the annual report" in secretary.get("/").text
    page = secretary.submit(f"/reports/years/{ready.year_id}", button="Yes: Prepare edition 1")
    assert "The edition is prepared." in page.text
    assert "Prepare the annual report" not in secretary.get("/").text
    prepared = board.get(board.get(page.path).links["Read it as it would be published"])
    assert "Thank you for Ā ē ī ō ū." in prepared.text
    pdf = board.get(prepared.links["See the PDF"]).response
    page = board.submit(page.path, button="Yes: Approve and do it")
    assert page.status == 200
    assert "Approved, and done. Next: read it as everybody does." in page.text
    edition = client.get(client.get("/reports").links[f"Annual report {ready.year}, edition 1"])
    assert "Ana Tūī, chair" in edition.text
    assert "Unaudited and not reviewed" in edition.text
    published = client.get(edition.links["Download the PDF"]).response
    assert published.get_data() == pdf.get_data()
    name = f"kanopi-annual-report-{ready.year}-edition-1.pdf"
    assert published.headers["Content-Disposition"] == f"inline; filename={name}"
    assert hashlib.sha256(published.get_data()).hexdigest() in edition.text


def test_an_edition_without_letter_and_story_is_warned_about(app: Flask, desk: Office, sign_in: SignIn) -> None:
    act(app, desk.approve)
    act(app, lambda session: desk.sign(session, "board", "board2"))
    path, secretary = f"/reports/years/{desk.year_id}", sign_in("secretary")
    assert "There is no letter from the chair and no story" in secretary.get(path).text
    act(app, desk.write_words)
    assert "There is no letter" not in secretary.get(path).text


def test_the_auditor_is_asked_for_a_review_until_there_is_one(app: Flask, desk: Office, sign_in: SignIn) -> None:
    asked = f"Review the accounts of {desk.year}"
    assert asked in sign_in("auditor").get("/").text
    assert asked not in sign_in("treasurer").get("/").text
    act(app, desk.review)
    assert asked not in sign_in("auditor").get("/").text


def test_the_tables_of_an_edition_are_files(app: Flask, ready: Office, client: Browser) -> None:
    act(app, ready.publish)
    edition = client.get(f"/reports/{ready.year}/1")
    file = client.get(edition.links["Income statement as CSV"]).response.get_data(as_text=True)
    assert "Income,4000 Fellowship fees,700.00" in file
    for label, href in edition.links.items():
        if label.endswith("as CSV"):
            assert client.get(href).status == 200, href
    assert client.get(f"/reports/{ready.year}/1/no-such-table.csv").status == 404
    assert client.get(f"/reports/{ready.year}/2").status == 404
    assert client.get("/reports/1999/1").status == 404


def test_words_are_previewed_saved_and_never_run(app: Flask, desk: Office, sign_in: SignIn) -> None:
    path, board = f"/reports/years/{desk.year_id}/words", sign_in("board")
    said = {"letter": f"{LETTER}\n\n<script>alert(1)</script>", "chair": "Ana Tūī"}
    page = board.submit(path, said, button="Preview")
    assert "Preview, not saved" in page.text
    assert "<strong>Thank you</strong>" in page.html
    assert "<script>alert" not in page.html
    assert board.get(path).form(having="letter").values
    assert "Thank you" not in board.get(path).text
    page = board.submit(path, said, having="letter", button="Save")
    assert "The words are saved." in page.text
    page = board.post(path, {**said, "revision": "0"})
    assert (page.status, "Somebody else has changed these words" in page.text) == (409, True)


def test_the_auditor_writes_a_review_that_the_accounts_show(app: Flask, ready: Office, sign_in: SignIn) -> None:
    path, auditor = f"/reports/years/{ready.year_id}/review", sign_in("auditor")
    assert "No review" in sign_in("board").get(path).text
    page = auditor.submit(path, {"text": "We read the journal."}, having="text")
    assert (page.status, "Choose one." in page.text) == (422, True)
    said = {"conclusion": "with-reservations", "text": "We read the journal and asked for more receipts."}
    page = auditor.submit(path, said, having="text")
    assert "Your report stands." in page.text
    assert "With reservations. Tāne Kākā" in sign_in("founder").get(f"/reports/years/{ready.year_id}/accounts").text


def test_a_damaged_pdf_is_not_served_and_the_check_finds_it(app: Flask, ready: Office, client: Browser) -> None:
    act(app, ready.publish)
    with app.app_context():
        found = queries.edition(db.session(), ready.year, 1)
        path = files.path_of(configuration(app), found.pdf_sha256)
        db.session.remove()
    kept = path.read_bytes()
    path.write_bytes(b"%PDF-1.4 forged")
    page = client.get(f"/reports/{ready.year}/1.pdf")
    assert (page.status, "damaged" in page.text) == (500, True)
    assert [finding.check for finding in act(app, all_findings)] == ["report-file"]
    path.write_bytes(kept)


def test_a_new_edition_needs_a_reason_and_leaves_the_old_one_as_it_was(
    app: Flask, ready: Office, client: Browser, sign_in: SignIn
) -> None:
    act(app, ready.publish)
    before = client.get(f"/reports/{ready.year}/1.pdf").response.get_data()
    plan_id = act(app, lambda session: sharing_out.plan(session, ready.story))
    office = sign_in("secretary").get(f"/reports/years/{ready.year_id}")
    assert "Edition 2 replaces one" in office.text
    assert "The board says why: ask a director." in office.text
    assert office.links["The words of the board"].endswith("/words#reason")
    assert "ask a director" not in sign_in("board").get(f"/reports/years/{ready.year_id}").text
    with pytest.raises(errors.ReasonMissing):
        act(app, ready.publish)
    act(app, lambda session: sharing_out.decide(session, ready.story, plan_id))
    with ready.story.at(POSTED):
        renew = f"Publish edition 2 of the report of {ready.year}"
        assert renew not in sign_in("secretary").get("/").text
        act(app, lambda session: sharing_out.distribute(session, plan_id))
        for name in ("secretary", "board"):
            assert renew in sign_in(name).get("/").text
        assert renew not in sign_in("treasurer").get("/").text
        act(app, lambda session: ready.write_words(session, reason="The members have decided on the surplus."))
        act(app, ready.publish)
        assert renew not in sign_in("secretary").get("/").text
        first, second = (client.get(f"/reports/{ready.year}/{number}") for number in (1, 2))
        assert "A later edition has taken its place" in first.text
        assert "No distribution was proposed" in first.text
        assert "The members have decided on the surplus." in second.text
        assert "3 for and 0 against" in second.text
        assert "A later edition" not in second.text
        assert client.get(f"/reports/{ready.year}/1.pdf").response.get_data() == before


def test_what_is_not_there_is_a_page_that_is_not_there(app: Flask, ready: Office, sign_in: SignIn) -> None:
    board = sign_in("board")
    unknown = "01234567-89ab-7def-8123-456789abcdef"
    for page in ("", "/accounts", "/review", "/words", "/draft"):
        assert board.get(f"/reports/years/{unknown}{page}").status == 404, page
    assert board.get(f"/reports/years/{ready.year_id}/prepared/{'0' * 64}").status == 404
    with app.app_context(), pytest.raises(NotFound):
        editions.draft(db.session(), ready.story.party["board"])
