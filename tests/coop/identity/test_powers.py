"""Powers: granted by two people on a decision of the board, ended by one, never to oneself."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.approvals.models import TwoPersonAct
from coop.assembly.resolutions import Resolution, ResolutionText
from coop.database import db, write, write_with
from coop.identity import operations, powers
from coop.identity.forms import GrantAsked
from coop.identity.models import PowerGrant
from coop.permissions import NotFound, Power, PowerMissing
from evidence.messages import Refusal
from tests.databases import TestDatabase
from tests.founded import OPERATOR, give_factors
from tests.html_client import Browser, Page
from tests.joining import at_once, founder, outcomes

WORDS = "Aroha keeps the books while Hana is away."


@pytest.fixture
def prepared(app: Flask, people: dict[str, UUID], sign_in: Callable[[str], Browser]) -> Page:
    """The page of a power that the administrator has prepared for a founder without one."""
    page = sign_in("administrator").submit(
        "/powers/new", {"person": people["founder"], "power": "treasurer", "minute": WORDS}, having="minute"
    )
    assert page.title == "Grant a power"
    return page


def approve(browser: Browser, path: str) -> Page:
    page = browser.get(path)
    return browser.send(page, page.form(having="seen"))


def counts(app: Flask) -> list[int]:
    with app.app_context():
        tables = (PowerGrant, Resolution, TwoPersonAct)
        return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_powers_are_granted_by_two_people_and_ended_by_decisions(
    app: Flask, prepared: Page, sign_in: Callable[[str], Browser]
) -> None:
    founder = sign_in("founder")
    assert founder.get("/books").status == 403
    board = sign_in("board")
    assert "Approve or refuse 1 act of two people" in board.get("/").links
    page = board.get(prepared.path)
    assert all(words in page.text for words in ("Aroha Hihi", "treasurer", "no end", WORDS, "Mere Pōpokotea"))
    page = approve(board, prepared.path)
    assert page.title == "Powers"
    assert "It rests until" in founder.get("/books").text
    with app.test_request_context():
        write(give_factors)
        db.session.remove()
    founder = sign_in("founder")
    assert founder.get("/books").status == 200
    administrator = sign_in("administrator")
    link = next(href for words, href in administrator.get("/powers").links.items() if "Aroha Hihi, treasurer" in words)
    administrator.submit(link, {"minute": "Hana is back."}, having="minute")
    assert founder.get("/books").status == 403
    trail = sign_in("auditor").get("/audit").text
    assert all(action in trail for action in ("act.prepared", "act.approved", "power.granted", "power.ended"))


def test_the_decision_enters_the_register_with_the_approval(
    app: Flask, prepared: Page, sign_in: Callable[[str], Browser]
) -> None:
    with app.app_context():
        before = db.session.scalar(select(func.max(Resolution.number)))
        assert db.session.scalars(select(ResolutionText).where(ResolutionText.text == WORDS)).all() == []
    approve(sign_in("secretary"), prepared.path)
    with app.app_context():
        text = db.session.scalars(select(ResolutionText).where(ResolutionText.text == WORDS)).one()
        resolution = db.session.get_one(Resolution, text.resolution_id)
        assert (resolution.number, resolution.about_person) == ((before or 0) + 1, True)
        grant = db.session.scalars(select(PowerGrant).where(PowerGrant.resolution_id == resolution.id)).one()
        assert grant.power is Power.TREASURER


def test_a_refused_grant_leaves_neither_power_nor_resolution(
    app: Flask, prepared: Page, sign_in: Callable[[str], Browser]
) -> None:
    before = counts(app)
    board = sign_in("board")
    page = board.get(prepared.path)
    form = page.form(having="reason")
    page = board.send(page, form, {"reason": "   "})
    assert page.status == 422
    assert "Please say why" in page.text
    page = board.send(page, page.form(having="reason"), {"reason": "The board has not decided this."})
    assert "Refused" in page.text
    assert counts(app) == before
    page = sign_in("administrator").get(prepared.path)
    assert "The board has not decided this." in page.text
    assert "Refused by" in page.text


def test_who_prepared_it_may_take_it_back_and_not_approve_it(
    app: Flask, prepared: Page, sign_in: Callable[[str], Browser]
) -> None:
    administrator = sign_in("administrator")
    page = administrator.get(prepared.path)
    assert "seen" not in {name for form in page.forms for name in form.names()}
    with app.app_context():
        digest = db.session.scalars(select(TwoPersonAct.digest)).one()
    before = counts(app)
    page = administrator.post(prepared.path, {"seen": digest})
    assert (page.status, counts(app)) == (403, before)
    assert "Another person has to approve it" in page.text
    page = administrator.submit(prepared.path, button="Yes: Take it back")
    assert "Taken back" in page.text
    board = sign_in("board")
    page = board.post(prepared.path, {"seen": digest})
    assert (page.status, counts(app)) == (409, before)


def test_a_page_that_was_altered_approves_nothing(
    app: Flask, prepared: Page, sign_in: Callable[[str], Browser]
) -> None:
    before = counts(app)
    for seen in ("", "0" * 64, "nonsense"):
        page = sign_in("board").post(prepared.path, {"seen": seen})
        assert (page.status, counts(app)) == (409, before)
        assert "not what you were shown" in page.text


def test_the_same_power_is_prepared_once(
    app: Flask, prepared: Page, people: dict[str, UUID], sign_in: Callable[[str], Browser]
) -> None:
    before = counts(app)
    page = sign_in("secretary").submit(
        "/powers/new", {"person": people["founder"], "power": "treasurer", "minute": WORDS}, having="minute"
    )
    assert (page.status, counts(app)) == (409, before)
    assert "has been prepared already" in page.text


def test_lists_show_who_prepared_and_who_decided(app: Flask, prepared: Page, sign_in: Callable[[str], Browser]) -> None:
    for name, heading in (
        ("board", "Waiting for you"),
        ("administrator", "Prepared by you"),
        ("auditor", "Waiting for others"),
    ):
        page = sign_in(name).get("/approvals")
        assert heading in page.text
        assert page.links["Grant a power"] == prepared.path
    assert "Grant a power" not in sign_in("treasurer").get("/approvals").links
    assert sign_in("treasurer").get(prepared.path).status == 404
    assert sign_in("founder").get("/approvals").status == 403
    approve(sign_in("board"), prepared.path)
    auditor = sign_in("auditor")
    assert auditor.get("/approvals/done?q=ana").links["Grant a power"] == prepared.path
    assert "Nothing here" in auditor.get("/approvals/done?q=zzzz").text
    assert "Nothing here" in auditor.get("/approvals/done?kind=factor.reset").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"minute": ""}, "Please fill this in"),
        ({"decided_on": "2999-01-01"}, "cannot lie in the future"),
        ({"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, "must not end before it starts"),
        ({"ends_on": "tomorrow"}, "Enter a date"),
        ({"power": "king"}, "Not a valid choice"),
        ({"person": str(uuid4())}, "Not a valid choice"),
    ],
)
def test_a_grant_that_cannot_be_is_not_prepared(
    app: Flask, people: dict[str, UUID], sign_in: Callable[[str], Browser], change: dict[str, str], words: str
) -> None:
    before = counts(app)
    values = {"person": people["founder"], "power": "auditor", "minute": WORDS, **change}
    page = sign_in("administrator").submit("/powers/new", values, having="minute")
    assert (page.status, counts(app)) == (422, before)
    assert words in page.text


def test_nobody_grants_a_power_to_themselves_or_ends_the_last_administrator(
    app: Flask, people: dict[str, UUID], sign_in: Callable[[str], Browser]
) -> None:
    administrator = sign_in("administrator")
    page = administrator.submit(
        "/powers/new", {"person": people["administrator"], "power": "treasurer", "minute": "Me."}, having="minute"
    )
    assert page.status == 422
    assert "Nobody can grant a power to themselves" in page.text
    link = next(href for words, href in administrator.get("/powers").links.items() if "administrator" in words)
    page = administrator.submit(link, {"minute": "Gone."}, having="minute")
    assert page.status == 409
    assert "Nobody else holds the power" in page.text


def test_of_two_administrators_who_end_each_other_at_once_one_stays(founded: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[UUID, UUID, UUID]:
        first = session.scalars(select(PowerGrant).where(PowerGrant.power == Power.ADMINISTRATOR)).one()
        second = powers.grant(
            session,
            OPERATOR,
            person_id=person(session),
            power=Power.ADMINISTRATOR,
            starts_on=cooperative.today(session),
            ends_on=None,
            resolution_id=first.resolution_id,
        )
        return first.id, second, first.resolution_id

    def person(session: Session) -> UUID:
        found = founder(session, "founder").person_id
        assert found is not None
        return found

    first, second, resolution_id = write_with(founded.engine, prepare)

    def end(who: str, grant_id: UUID) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            today = cooperative.today(session)
            actor = founder(session, who)
            powers.end(session, actor, grant_id=grant_id, ended_on=today, resolution_id=resolution_id)

        return work

    results = at_once(founded.engine, end("founder", first), end("administrator", second))
    assert outcomes(results)[0] == 1
    with Session(founded.engine) as session:
        assert len(powers.holders(session, [Power.ADMINISTRATOR], cooperative.today(session))) == 1


def test_who_would_get_a_power_does_not_approve_it(
    app: Flask, people: dict[str, UUID], sign_in: Callable[[str], Browser]
) -> None:
    page = sign_in("administrator").submit(
        "/powers/new", {"person": people["secretary"], "power": "treasurer", "minute": WORDS}, having="minute"
    )
    before = counts(app)
    refused = approve(sign_in("secretary"), page.path)
    assert (refused.status, counts(app)) == (422, before)
    assert "Nobody can grant a power to themselves" in refused.text
    assert approve(sign_in("board"), page.path).title == "Powers"


def test_operations_check_what_pages_check(app: Flask, people: dict[str, UUID]) -> None:
    with app.app_context():
        today = cooperative.today(db.session())
        asked = GrantAsked(people["founder"], Power.AUDITOR, today, None, today, WORDS)

        def refusing(refusal: type[Refusal], who: str, wrong: GrantAsked) -> None:
            with pytest.raises(refusal):
                write(lambda session: operations.prepare_grant(session, founder(session, who), wrong))

        refusing(PowerMissing, "board", asked)
        refusing(PowerMissing, "treasurer", asked)
        refusing(NotFound, "secretary", GrantAsked(uuid4(), Power.AUDITOR, today, None, today, WORDS))
        refusing(
            powers.TermBackwards,
            "secretary",
            GrantAsked(people["founder"], Power.AUDITOR, today, today - timedelta(days=1), today, WORDS),
        )
        act_id = write(lambda session: operations.prepare_grant(session, founder(session, "secretary"), asked))
        with pytest.raises(PowerMissing):
            write(lambda session: approvals.approve(session, founder(session, "auditor"), act_id=act_id, seen=""))
