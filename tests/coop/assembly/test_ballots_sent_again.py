"""A secret ballot whose answer was lost: sent again from the same page it is cast once, and the answer is the same."""

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import func, select

from coop import clock
from coop.database import db
from governance.models import Ballot, Participation, Urn
from tests.coop.assembly.test_secret_pages import _answer, _key, _secret
from tests.html_client import Page

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly


def _checked(assembly: "Assembly", path: str, choice: str, **values: str) -> Page:
    """Fill in the board's ballot and come to the page that asks for confirmation."""
    browser = assembly.sign_in("board")
    page = browser.get(assembly.ballot(path, "board"))
    fields = {"choice": choice, **values}
    return browser.send(page, page.form(button="Check my ballot"), fields, button="Check my ballot")


def _confirmed(assembly: "Assembly", checked: Page, name: str = "board", **fields: str) -> Page:
    button = "Cast my ballot" if "Cast my ballot" in checked.text else "Change my ballot"
    form = checked.form(button=button)
    made = {key: value for key, value in form.values if key != "csrf_token"}
    values = {**made, **fields, "step": "confirm"}
    return assembly.sign_in(name).post(form.action or checked.path, values)


def _in_urn(app: Flask) -> tuple[int | None, int | None]:
    with app.app_context():
        ballots = db.session.scalar(select(func.count()).select_from(Urn))
        return ballots, db.session.scalar(select(func.count()).select_from(Participation))


def test_a_first_ballot_sent_again_is_cast_once_and_answered_the_same(app: Flask, assembly: "Assembly") -> None:
    checked = _checked(assembly, _secret(assembly), "for")
    first, again = _confirmed(assembly, checked), _confirmed(assembly, checked)
    assert (first.status, again.status, first.title) == (200, 200, "Your ballot is in the urn")
    assert again.text == first.text
    assert _in_urn(app) == (1, 1)


def test_a_change_sent_again_is_made_once_and_answered_the_same(app: Flask, assembly: "Assembly") -> None:
    path = _secret(assembly)
    key = _key(_answer(assembly, path, "board", "for"))
    checked = _checked(assembly, path, "against", key=key)
    first, again = _confirmed(assembly, checked), _confirmed(assembly, checked)
    assert (first.title, again.text) == ("Your ballot is changed", first.text)
    assert _key(first) != key
    assert _in_urn(app) == (2, 1)


def test_the_answer_still_comes_when_the_vote_has_closed_meanwhile(assembly: "Assembly") -> None:
    path = _secret(assembly)
    checked = _checked(assembly, path, "for")
    first = _confirmed(assembly, checked)
    with clock.at(assembly.later()):
        again = _confirmed(assembly, checked)
    assert _key(again) == _key(first)


def test_another_answer_from_the_same_page_is_no_repetition(app: Flask, assembly: "Assembly") -> None:
    checked = _checked(assembly, _secret(assembly), "for")
    _confirmed(assembly, checked)
    other = _confirmed(assembly, checked, choice="against")
    assert other.status == 409
    assert "Your ballot is in the urn" not in other.text
    assert _in_urn(app) == (1, 1)


@pytest.mark.parametrize("made", ["", "K7QFM", "K7QFM-9T3XC-AAAAA-BBBBB-CCCCC"])
def test_a_page_that_brings_no_code_gets_one(app: Flask, assembly: "Assembly", made: str) -> None:
    page = _confirmed(assembly, _checked(assembly, _secret(assembly), "for"), **{"new-key": made})
    assert page.title == "Your ballot is in the urn"
    assert len(_key(page)) == len("K7QFM-9T3XC-AAAAA-BBBBB")
    assert _in_urn(app) == (1, 1)


def test_the_page_of_one_voter_casts_nothing_for_another(app: Flask, assembly: "Assembly") -> None:
    path = _secret(assembly)
    checked = _checked(assembly, path, "for")
    _confirmed(assembly, checked)
    new_key = dict(checked.form(button="Cast my ballot").values)["new-key"]
    browser = assembly.sign_in("treasurer")
    refused = browser.post(
        assembly.ballot(path, "treasurer"), {"choice": "for", "step": "confirm", "new-key": str(new_key)}
    )
    assert refused.status == 409
    assert "nothing was cast" in refused.text
    assert _in_urn(app) == (1, 1)


def test_once_counted_nothing_is_found_by_a_code(app: Flask, assembly: "Assembly") -> None:
    path = _secret(assembly)
    checked = _checked(assembly, path, "for")
    _confirmed(assembly, checked)
    assembly.close(path)
    with clock.at(assembly.later()):
        assert _confirmed(assembly, checked).status == 409
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Ballot)) == 1
