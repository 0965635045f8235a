"""Secret ballots on the pages: the change code, taking a ballot back, a secret resolution, and what is shown to nobody."""

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import func, select

from coop.audit import AuditEvent
from coop.database import db
from coop.outbox import OutboxJob
from governance.models import Ballot, ChainLink, Urn, Withdrawal
from tests.html_client import Page

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly, SignIn

VOTERS = ("board", "board2", "treasurer", "secretary")


def _secret(assembly: "Assembly", **opening: str) -> str:
    """Open a secret vote on a resolution."""
    path = assembly.write()
    page = assembly.open(path, secrecy="secret", **opening)
    assert "The vote is open" in page.text, page.text
    return path


def _answer(assembly: "Assembly", path: str, name: str, choice: str, **values: str) -> Page:
    """Fill in a secret ballot and confirm it."""
    browser = assembly.sign_in(name)
    page = browser.get(assembly.ballot(path, name))
    fields = {"choice": choice, **values}
    checked = browser.send(page, page.form(button="Check my ballot"), fields, button="Check my ballot")
    if checked.title != "Check your ballot":
        return checked
    button = "Change my ballot" if values else "Cast my ballot"
    return browser.send(checked, checked.form(button=button), button=button)


def _key(page: Page) -> str:
    found = re.search(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", page.text)
    assert found, page.text
    return found.group()


def _choices(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(db.session.scalars(select(Ballot.choice)))


def test_a_resolution_can_be_voted_on_in_secret(app: Flask, assembly: "Assembly", sign_in: "SignIn") -> None:
    path = _secret(assembly)
    for voter, choice in zip(VOTERS, ("for", "for", "against", "abstain"), strict=True):
        assert _answer(assembly, path, voter, choice).title == "Your ballot is in the urn"
    assembly.close(path)
    page = sign_in("board").get(path)
    assert "Carried." in page.text
    assert "Who voted how" not in page.text
    listed = sign_in("board").get(f"{path}/ballots")
    assert [listed.text.count(word) for word in ("For", "Against", "Abstain")] >= [2, 1, 1]
    csv = sign_in("board").get(f"{path}/ballots.csv").text
    assert sorted(line.rpartition(",")[2] for line in csv.splitlines()[1:]) == ["abstain", "against", "for", "for"]
    assert sign_in("board").get(f"{path}/ballots.blt").status == 422


def test_with_the_change_code_a_vote_is_changed_and_gets_a_new_code(app: Flask, assembly: "Assembly") -> None:
    path = _secret(assembly)
    first = _key(_answer(assembly, path, "board", "for"))
    changed = _answer(assembly, path, "board", "against", key=first.lower().replace("-", " "))
    assert changed.title == "Your ballot is changed"
    assert _key(changed) != first
    stale = _answer(assembly, path, "board", "abstain", key=first)
    assert (stale.status, "used already" in stale.text) == (422, True)
    for voter in ("board2", "treasurer"):
        _answer(assembly, path, voter, "abstain")
    assembly.close(path)
    assert _choices(app) == ['"abstain"', '"abstain"', '"against"']


@pytest.mark.parametrize("key", ["", " ", "\u0000"])
def test_without_a_change_code_the_box_asks_for_it(assembly: "Assembly", key: str) -> None:
    path = _secret(assembly)
    _answer(assembly, path, "board", "for")
    browser = assembly.sign_in("board")
    page = browser.get(assembly.ballot(path, "board"))
    asked = browser.send(page, page.form(button="Check my ballot"), {"choice": "against", "key": key})
    assert (asked.status, "Type the change code that came with your ballot." in asked.text) == (422, True)


@pytest.mark.parametrize("key", ["ABCDE-ABCDE-ABCDE-ABCDE", "<script>", "'; DROP TABLE urn; --"])
def test_a_wrong_change_code_is_refused_beside_its_box(app: Flask, assembly: "Assembly", key: str) -> None:
    path = _secret(assembly)
    _answer(assembly, path, "board", "for")
    page = _answer(assembly, path, "board", "against", key=key)
    assert (page.status, "No ballot in this vote has this change code" in page.text) == (422, True)
    assert dict(page.form(button="Check my ballot").values)["choice"] == "against", "the answer is kept"
    with app.app_context():
        assert db.session.scalars(select(Urn.choice)).all() == ['"for"']


def test_an_election_is_changed_with_its_code_too(app: Flask, assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.call_election()
    assembly.open(path)
    key = _key(assembly.rank(path, "board", "board", "treasurer"))
    browser, codes = sign_in("board"), assembly.codes(path)
    page = browser.get(assembly.ballot(path, "board"))
    assert "has voted" in page.text
    fields = {f"rank-{codes['treasurer']}": "1", "key": key}
    checked = browser.send(page, page.form(button="Check my ballot"), fields, button="Check my ballot")
    assert "is not changed yet" in checked.text
    done = browser.send(checked, checked.form(button="Change my ballot"), button="Change my ballot")
    assert done.title == "Your ballot is changed"
    for voter in ("board2", "secretary"):
        assembly.rank(path, voter, "board2")
    assembly.close(path)
    assert f'["{codes["treasurer"]}"]' in _choices(app)
    assert len(_choices(app)) == 3


@pytest.mark.usefixtures("second")
def test_a_ballot_is_taken_back_with_its_code_where_paper_is_taken(
    app: Flask, assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = _secret(assembly, takes_paper="y")
    key = _key(_answer(assembly, path, "board", "for"))
    browser, address = sign_in("board"), assembly.ballot(path, "board")
    assert "Take my ballot back" in browser.get(address).text
    wrong = browser.submit(f"{address}/withdraw", {"key": "nothing"})
    assert (wrong.status, "No ballot in this vote" in wrong.text) == (422, True)
    done = browser.submit(f"{address}/withdraw", {"key": key})
    assert "Your ballot is taken back" in done.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Withdrawal)) == 1
    refused = browser.get(address)
    assert (refused.status, "This ballot was taken back" in refused.text) == (409, True)
    for there in (path, "/proposals", "/"):
        page = browser.get(there)
        assert "took a ballot back, and can vote on paper or in the room only" in page.text
        assert address not in page.links.values()
    assert browser.get(f"{address}/withdraw").status == 409


@pytest.mark.usefixtures("second")
def test_nobody_is_asked_for_the_code_of_a_ballot_that_is_not_in_the_urn(
    assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = _secret(assembly, takes_paper="y")
    address = f"{assembly.ballot(path, 'board')}/withdraw"
    assert sign_in("board").get(address).status == 409
    _answer(assembly, path, "board", "for")
    assert sign_in("board").get(address).status == 200
    assembly.close(path)
    late = sign_in("board").get(address)
    assert (late.status, "Voting closed on" in late.text) == (409, True)


def test_where_no_paper_is_taken_there_is_no_way_to_take_a_ballot_back(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = _secret(assembly)
    _answer(assembly, path, "board", "for")
    address = assembly.ballot(path, "board")
    assert "Take my ballot back" not in sign_in("board").get(address).text
    assert sign_in("board").get(f"{address}/withdraw").status == 404


@pytest.mark.usefixtures("second")
def test_somebody_else_s_ballot_is_not_there(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = _secret(assembly, takes_paper="y")
    _answer(assembly, path, "board", "for")
    for address in (assembly.ballot(path, "board"), f"{assembly.ballot(path, 'board')}/withdraw"):
        assert sign_in("board2").get(address).status == 404
        assert sign_in("board2").post(address, {"key": "x", "choice": "for"}).status == 404


@pytest.mark.usefixtures("second")
def test_neither_trail_nor_mail_knows_of_a_cast_a_change_or_a_withdrawal(app: Flask, assembly: "Assembly") -> None:
    path = _secret(assembly, takes_paper="y")
    before = _trail_and_mail(app)
    key = _key(_answer(assembly, path, "board", "for"))
    key = _key(_answer(assembly, path, "board", "against", key=key))
    assembly.sign_in("board").submit(f"{assembly.ballot(path, 'board')}/withdraw", {"key": key})
    assert _trail_and_mail(app) == before


def _trail_and_mail(app: Flask) -> list[int | None]:
    with app.app_context():
        return [db.session.scalar(select(func.count()).select_from(table)) for table in (AuditEvent, OutboxJob)]


def test_receipt_and_code_can_be_saved_without_sending_anything(assembly: "Assembly") -> None:
    page = _answer(assembly, _secret(assembly), "board", "for")
    saved = page.links["Save receipt and code as a file"]
    text = unquote(saved.partition(",")[2])
    assert saved.startswith("data:text/plain")
    assert _key(page) in text
    assert "for" not in text.splitlines()


def test_a_list_of_so_few_ballots_that_it_names_voters_is_withheld(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = _secret(assembly)
    for voter in ("board", "board2"):
        _answer(assembly, path, voter, "for")
    assembly.close(path)
    for address in ("ballots", "ballots.csv"):
        page = sign_in("board").get(f"{path}/{address}")
        assert (page.status, "of 2 cast, fewer than 3 share" in page.text) == (409, True)
    assert "2 for" in sign_in("board").get(path).text


def test_a_small_vote_is_announced_as_one_before_it_is_cast(assembly: "Assembly", sign_in: "SignIn") -> None:
    page = sign_in("board").get(assembly.ballot(_secret(assembly), "board"))
    assert "voters are on the roll" in page.text
    assert "all vote alike" in page.text


def test_an_election_is_never_by_roll_call(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.call_election()
    page = sign_in("secretary").post(
        f"{path}/open", {"closes_on": "2099-01-01", "closes_time": "12:00", "secrecy": "open"}
    )
    assert page.status == 422
    assert "Put to the vote" in page.title


def test_the_mail_about_an_opening_carries_its_link_of_the_chain(app: Flask, assembly: "Assembly") -> None:
    """So who is on the roll can show later that question, rule and roll are those of before anybody voted."""
    _secret(assembly)
    with app.app_context():
        head = db.session.scalars(select(ChainLink.hash).order_by(ChainLink.seq.desc()).limit(1)).one()
        mails = db.session.scalars(select(OutboxJob).where(OutboxJob.key.like("motion-opened:%"))).all()
        assert mails
        assert all(head in str(job.payload) for job in mails)


def test_the_result_and_the_mail_to_scrutineers_carry_the_head_of_the_chain(
    app: Flask, assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = _secret(assembly)
    for voter in VOTERS:
        _answer(assembly, path, voter, "for")
    assembly.close(path)
    with app.app_context():
        head = db.session.scalars(select(ChainLink.hash).order_by(ChainLink.seq.desc()).limit(1)).one()
        mails = [job for job in db.session.scalars(select(OutboxJob)) if head in str(job.payload)]
    assert any(job.key.startswith("chain:") for job in mails)
    assert any(job.key.startswith("motion-counted:") for job in mails)
    assert head in sign_in("board").get(path).text
