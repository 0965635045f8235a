"""The surplus of a year on its way to the vote, through the pages: the agenda, the statement, the words, the ballot."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask

from coop import clock
from coop.database import write
from tests.coop.assembly.conftest import Assembly, SignIn
from tests.meeting import GROUNDS, Gathering, on


@pytest.fixture
def year_end(app: Flask, members: dict[str, UUID]) -> date:
    """Close the first year with a surplus of 1,000.00, of which members brought 800.00; return its last day."""
    today = clock.today("Pacific/Auckland")

    def work(session: object) -> date:
        coop = Gathering(session)  # type: ignore[arg-type]
        for amount_minor, name in ((50_000, "board"), (30_000, "treasurer"), (20_000, None)):
            coop.book(amount_minor, name=name, on=today)
        coop.close_year()
        with on(coop.year.ends_on + timedelta(days=10)):
            coop.plan()
        return coop.year.ends_on

    with app.app_context():
        return write(work)


def test_a_surplus_from_the_agenda_to_the_vote(assembly: Assembly, sign_in: SignIn, year_end: date) -> None:
    called_on = year_end + timedelta(days=20)
    held_on = called_on + timedelta(days=15)
    with on(called_on):
        secretary, director = sign_in("secretary"), sign_in("board")
        fields = {"kind": "annual", "held_on": held_on.isoformat(), "held_time": "18:00", "place": "Town hall"}
        path = secretary.submit("/meetings/new", fields, having="held_on").path.removesuffix("/agenda")
        page = secretary.get(f"{path}/agenda")
        label = page.form(action="/agenda/surplus").choices["plan_id"][0]
        page = secretary.submit(f"{path}/agenda", {"plan_id": label}, having="plan_id")
        assert "Distribution of the surplus of the year to" in page.text
        assert (
            "The board's solvency statement comes before the notice and the vote; it is not complete yet." in page.text
        )
        assert "Choose a plan." not in page.text
        altered = secretary.post(f"{path}/agenda/surplus", {"plan_id": path.rpartition("/")[2]})
        assert altered.status == 422
        page = secretary.get(f"{path}/notice/send")
        assert "fewer than 2 directors have signed it" in page.text
        assert "Fix the agenda and send the notice" not in page.text
        home = director.get("/")
        assert page.links["The solvency statement"] == home.links["Write the solvency statement"]
        statement = home.links["Write the solvency statement"]
        assert sign_in("treasurer").get(statement).status == 200
        assert sign_in("founder").get(statement).status == 404
        assert sign_in("secretary").get(f"{statement}/write").status == 403
        page = director.submit(f"{statement}/write", {"grounds": "Fine."})
        assert page.status == 422
        page = director.submit(f"{statement}/write", {"grounds": GROUNDS})
        assert "Now at least two directors sign it." in page.text
        stale = director.get(statement)
        director.submit(f"{statement}/write", {"grounds": f"{GROUNDS} **We checked.**"})
        page = director.send(stale, stale.form(action="/sign"))
        assert page.status == 409
        assert "There is a newer statement" in page.text
        page = director.submit(statement, button="Yes: Sign the statement")
        assert "Ana Tūī" in page.text
        assert "Sign the statement" not in page.text
        assert sign_in("founder").get(statement).status == 404
        sign_in("board2").submit(statement, button="Yes: Sign the statement")
        ready = secretary.get(f"{path}/notice/send")
        assert "The board states that the co-op stays solvent, signed by" in ready.text
        director.submit(f"{statement}/write", {"grounds": f"{GROUNDS} **We checked.** Twice."})
        page = secretary.send(ready, ready.form(button="Fix the agenda and send the notice"))
        assert page.status == 409
        assert "fewer than 2 directors have signed it" in page.text
        director.submit(statement, button="Yes: Sign the statement")
    with on(called_on, hour=14):
        sign_in("board2").submit(statement, button="Yes: Sign the statement")
        page = secretary.submit(f"{path}/notice/send", button="Fix the agenda and send the notice")
        assert "The notice is sent" in page.text
    with on(held_on, hour=18):
        secretary = sign_in("secretary")
        page = secretary.submit(f"{path}/open", having="closes_on")
        assert "The meeting is open" in page.text
        member = sign_in("treasurer")
        ballot = next(href for words, href in member.get(path).links.items() if words.startswith("Distribution"))
        assert "signed by Ana Tūī, Wiremu Kererū" in member.get(ballot).text
        motion = f"/proposals/{ballot.rpartition('/')[2]}"
        page = member.get(motion)
        assert "The board states that the co-op stays solvent, signed by Ana Tūī, Wiremu Kererū." in page.text
        assert "We checked." in sign_in("founder").get(statement).text
        assert "Write a new statement" not in sign_in("board").get(statement).text
        assert sign_in("board").submit(f"{statement}/write", {"grounds": GROUNDS}).status == 409
        assert assembly.vote(motion, "treasurer", "for").status == 200


def test_there_is_no_statement_on_a_plan_that_is_not_there(assembly: Assembly, sign_in: SignIn) -> None:
    unknown = "/solvency/00000000-0000-0000-0000-000000000000"
    assert sign_in("board").get(unknown).status == 404
    assert sign_in("board").get(f"{unknown}/write").status == 404
    assert sign_in("board").post(f"{unknown}/sign", {"seen": "0"}).status == 404
