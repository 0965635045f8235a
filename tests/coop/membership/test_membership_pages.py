"""The way to membership through the pages, as applicant, board, treasurer and secretary walk it."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.membership import admission
from coop.membership.models import ParticipantKind
from coop.membership.operations import create_organisation
from tests import joining
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]


@pytest.fixture
def newcomer(app: Flask) -> Browser:
    """Somebody with an account who has not joined yet."""
    with app.app_context():
        person_id = write(lambda session: joining.person(session, "Hēmi Mōhua"))
    return Browser(app).sign_in_as(person_id)


@pytest.fixture
def applicant(app: Flask) -> tuple[Browser, UUID]:
    """Somebody who has joined and may apply."""
    with app.app_context():
        who = write(joining.joined)
    return Browser(app).sign_in_as(who.person_id), who.participant_id


def apply(browser: Browser, participant_id: UUID, **changes: object) -> Page:
    values = {"bond": joining.BOND, "shares": "2", "accepts": "y", **changes}
    return browser.submit(f"/as/{participant_id}/apply", values, having="bond")


def in_address(page: Page) -> str:
    found = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", page.path)
    assert found is not None, page.path
    return found.group()


def test_from_newcomer_to_member(app: Flask, newcomer: Browser, sign_in: SignIn) -> None:
    page = newcomer.submit("/welcome", {"name": "Hēmi Mōhua"}, having="name")
    assert page.title == "Profile"
    participant_id = in_address(page)
    assert "You are acting for" not in page.text, "who acts for one alone need not be told"
    page = newcomer.submit(
        f"/as/{participant_id}/profile", {"place": "Ōtaki", "offers": "Trapping", "is_listed": "y"}, having="place"
    )
    assert "The profile is saved." in page.text
    assert "Hēmi Mōhua" in newcomer.get("/directory?q=otaki+trapping").links

    page = apply(newcomer, UUID(participant_id))
    assert page.title == "Your application is with the board"

    board = sign_in("board")
    waiting = board.get("/applications")
    page = board.submit(
        waiting.links["Hēmi Mōhua"], {"decision": "admit", "minute": "Carried by all."}, having="decision"
    )
    assert "is admitted" in page.text
    assert "No application is waiting" in page.text

    page = newcomer.get(f"/as/{participant_id}/membership")
    assert page.title == "You are admitted: please pay for your share"
    assert "12-3456-0123456-00" in page.text
    reference = re.search(r"KAN-[0-9A-Z]{4}-[0-9A-Z]", page.text)
    assert reference is not None

    treasurer = sign_in("treasurer")
    found = treasurer.get(f"/payments?q={reference.group()}")
    page = treasurer.submit(found.links[reference.group()], {"amount": "100.00"}, having="amount")
    assert "Received in full." in page.text
    assert newcomer.get(f"/as/{participant_id}/membership").title == "Your share is paid"

    secretary = sign_in("secretary")
    page = secretary.submit("/shares/to-issue", button=f"Yes: Issue {reference.group()}")
    assert "Nothing to issue" in page.text

    page = newcomer.get(f"/as/{participant_id}/membership")
    assert page.title == "You are a member"
    assert "Member number 1 " in page.text
    assert "holds 2 shares in Kanopi" in newcomer.get(f"/as/{participant_id}/shares/certificate").text
    page = newcomer.submit(f"/as/{participant_id}/shares", {"shares": "3"}, having="shares")
    assert "3 shares asked for" in page.text
    assert "Hēmi Mōhua" in secretary.get("/members?q=mohua&order=name").links
    assert "Hēmi Mōhua" in secretary.get("/shares/register").text
    assert secretary.get("/members.csv").response.get_data(as_text=True).splitlines()[1].startswith("1,Hēmi Mōhua,")
    assert (
        secretary.get("/shares/register.csv")
        .response.get_data(as_text=True)
        .splitlines()[1]
        .endswith(",2,100.00,NZD," + _today(app))
    )


def test_every_page_answers_before_anything_has_happened(sign_in: SignIn, participants: dict[str, UUID]) -> None:
    mine = participants["founder"]
    founder = sign_in("founder")
    for path in ("/directory", "/welcome", "/organisations/new", "/membership/terms", "/membership/terms/1"):
        assert founder.get(path).status == 200, path
    for page in ("profile", "representatives", "membership", "shares"):
        assert founder.get(f"/as/{mine}/{page}").status == 200, page
    assert founder.get(f"/as/{mine}/shares/certificate").status == 404  # not a member before the share is issued
    board = sign_in("board")
    for path in (
        "/applications",
        "/applications?stage=decided",
        "/applications?stage=nonsense&page=-1",
        "/members",
        "/members?q=%25&order=x&page=99999999999",
        "/payments",
        "/payments?stage=received&page=2",
        "/payments?q=KAN-2222-3",
        "/shares/register",
        "/shares/register?at=2020-01-01",
        "/shares/register?at=nonsense",
        "/shares/register?at=2999-01-01",
        "/shares/to-issue",
    ):
        assert board.get(path).status == 200, path


def test_visitors_see_terms_and_how_many_are_listed_and_nothing_else(client: Browser) -> None:
    assert "One share costs NZD 50.00" in client.get("/membership/terms").text.replace("\u00a0", " ")
    assert client.get("/membership/terms/2").status == 404
    assert client.get("/membership/terms/99999999999999999999").status == 404
    assert "Only those who have joined can see it" in client.get("/directory").text
    assert client.get("/members").path.startswith("/login")


def test_powers_keep_people_out_of_other_peoples_pages(
    sign_in: SignIn, participants: dict[str, UUID], applicant: tuple[Browser, UUID]
) -> None:
    browser, participant_id = applicant
    for path in ("/applications", "/members", "/members.csv", "/payments", "/shares/register", "/shares/to-issue"):
        assert browser.get(path).status == 403, path
    other = participants["board"]
    for page in ("profile", "representatives", "apply", "membership", "shares", "shares/certificate"):
        assert browser.get(f"/as/{other}/{page}").status == 404, page
    for page in ("profile", "representatives", "apply", "membership/withdraw", "shares"):
        assert browser.post(f"/as/{other}/{page}", {"name": "x", "shares": "1", "email": "x@y.test"}).status == 404
    assert browser.post(f"/as/{other}/representatives/{uuid4()}/end").status == 404
    assert browser.post(f"/as/{participant_id}/membership/withdraw").status == 404
    auditor = sign_in("auditor")
    assert auditor.get("/applications").status == 200
    assert auditor.post("/shares/to-issue", {"subscriptions": str(uuid4())}).status == 403
    assert auditor.post("/membership/terms").status == 403


#: What is changed in a good application, the status, and words of the answer.
WRONG_APPLICATIONS: list[tuple[dict[str, object], int, str]] = [
    ({"shares": "0"}, 422, "Choose at least one share."),
    ({"shares": "-1"}, 422, "Enter a whole number of shares"),
    ({"shares": "1.5"}, 422, "Enter a whole number of shares"),
    ({"shares": "two"}, 422, "Enter a whole number of shares"),
    ({"shares": "１"}, 422, "Enter a whole number of shares"),
    ({"shares": ""}, 422, "Please fill this in."),
    ({"shares": "9" * 30}, 422, "more shares than anybody can hold"),
    ({"shares": "101"}, 422, "from 1 to 100"),
    ({"accepts": None}, 422, "you need to accept the terms"),
    ({"terms_version": "7"}, 409, "version 1 is in force now"),
    ({"terms_version": "x"}, 409, "version 1 is in force now"),
    ({"class_id": str(uuid4())}, 422, "Not a valid choice"),
    ({"class_id": "'; --"}, 422, "Not a valid choice"),
    ({"bond": "short"}, 422, "at least 20 characters"),
    ({"bond": ""}, 422, "Please fill this in."),
    ({"bond": "x" * 4001}, 422, "under 4000 characters"),
]


def test_an_application_with_something_wrong_says_so_and_is_not_sent(applicant: tuple[Browser, UUID]) -> None:
    browser, participant_id = applicant
    for changes, status, message in WRONG_APPLICATIONS:
        page = apply(browser, participant_id, **changes)
        assert (page.status, message in page.text) == (status, True), (changes, page.text)
    assert "You take part" in browser.get(f"/as/{participant_id}/membership").title


def test_an_application_is_sent_once_and_can_be_withdrawn(applicant: tuple[Browser, UUID]) -> None:
    browser, participant_id = applicant
    page = browser.get(f"/as/{participant_id}/apply")
    form = page.form(having="bond")
    values = {"bond": joining.BOND, "accepts": "y"}
    assert browser.send(page, form, values).status == 200
    assert browser.send(page, form, values).status == 409
    page = browser.submit(f"/as/{participant_id}/membership", button="Yes: Withdraw the application")
    assert "The application is withdrawn" in page.text
    assert browser.post(f"/as/{participant_id}/membership/withdraw").status == 409


def test_a_nul_is_dropped_and_never_breaks_a_page(applicant: tuple[Browser, UUID]) -> None:
    browser, participant_id = applicant
    page = browser.submit(f"/as/{participant_id}/profile", {"place": "Ō\x00taki", "name": "Hēmi\x00"}, having="place")
    assert page.status == 200
    assert browser.get("/directory?q=%00").status == 400
    page = browser.submit(f"/as/{participant_id}/profile", {"name": "x" * 121}, having="place")
    assert (page.status, "under 120 characters" in page.text) == (422, True)


WRONG_DECISIONS: list[tuple[dict[str, str], str]] = [
    ({"decision": "admit", "minute": ""}, "Please fill this in."),
    ({"decision": "refuse", "minute": "Not carried."}, "Please fill this in."),
    ({"decision": "perhaps", "minute": "Carried."}, "Not a valid choice"),
    ({"decision": "admit", "minute": "Carried.", "decided_on": "2999-01-01"}, "cannot be dated after today"),
    ({"decision": "admit", "minute": "Carried.", "decided_on": "2020-01-01"}, "cannot have been decided before"),
    ({"decision": "admit", "minute": "Carried.", "decided_on": "31/03/2026"}, "year-month-day"),
    ({"decision": "admit", "minute": "Carried.", "decided_on": ""}, "Please fill this in."),
]


def test_a_decision_with_something_wrong_says_so(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        application_id = write(lambda session: joining.applied(session, joining.joined(session)))
    board = sign_in("board")
    for values, message in WRONG_DECISIONS:
        page = board.submit(f"/applications/{application_id}", values, having="decision")
        assert (page.status, message in page.text) == (422, True), (values, page.text)


def test_a_board_member_sees_why_they_cannot_decide_on_themselves(app: Flask, people: dict[str, UUID]) -> None:
    def work(session: Session) -> UUID:
        actor = joining.actor_of(session, people["board"])
        trust = create_organisation(session, actor, name="Ngā Manu Trust", kind=ParticipantKind.GROUP)
        actor = joining.actor_of(session, people["board"])
        asked = joining.asked(session, kind=ParticipantKind.GROUP)
        return admission.apply(session, actor, participant_id=trust, asked=asked)

    with app.app_context():
        application_id = write(work)
    browser = Browser(app).sign_in_as(people["board"])
    assert "the others on the board decide" in browser.get(f"/applications/{application_id}").text
    values = {"decision": "admit", "minute": "Mine.", "decided_on": _today(app)}
    assert browser.post(f"/applications/{application_id}", values).status == 403


def test_an_organisation_gains_and_loses_representatives(app: Flask, applicant: tuple[Browser, UUID]) -> None:
    browser, participant_id = applicant
    with app.app_context():
        write(lambda session: joining.joined(session, "Pania Reef"))
    page = browser.submit("/organisations/new", {"name": "Ngā Manu Trust", "kind": "group"}, having="kind")
    trust = in_address(page)
    path = f"/as/{trust}/representatives"
    assert "The last one cannot be ended." in browser.get(path).text
    page = browser.submit(path, {"email": "nobody@new.test"}, having="email")
    assert (page.status, "Nobody with this e-mail address" in page.text) == (422, True)
    assert "Pania Reef" in browser.submit(path, {"email": "PANIA@new.test"}, having="email").text
    assert browser.submit(path, {"email": "pania@new.test"}, having="email").status == 409
    page = browser.submit(path, button="Yes: End for Pania Reef")
    assert "They no longer act" in page.text
    page = browser.post("/organisations/new", {"name": "Me", "kind": "individual"})
    assert page.status == 422
    page = browser.post(f"/as/{participant_id}/representatives", {"email": "pania@new.test"})
    assert (page.status, "Only an organisation has representatives" in page.text) == (422, True)


def test_the_secretary_publishes_terms_only_when_the_bylaws_have_changed(sign_in: SignIn) -> None:
    secretary = sign_in("secretary")
    assert not any("publish" in form.action for form in secretary.get("/membership/terms").forms)
    assert secretary.post("/membership/terms").status == 409


def _today(app: Flask) -> str:
    with app.app_context():
        return cooperative.today(db.session()).isoformat()


def test_a_founder_was_admitted_by_the_founding_resolution(
    app: Flask, people: dict[str, UUID], participants: dict[str, UUID]
) -> None:
    page = Browser(app).sign_in_as(people["board"]).get(f"/as/{participants['board']}/membership")
    assert "Admitted by the founding resolution" in page.text
    assert "Admitted by the board" not in page.text


def test_the_shares_page_of_somebody_who_is_no_member_leads_to_membership(applicant: tuple[Browser, UUID]) -> None:
    browser, participant_id = applicant
    page = browser.get(f"/as/{participant_id}/shares")
    assert "You may still ask for" not in page.text
    assert page.links["How membership stands"] == f"/as/{participant_id}/membership"
