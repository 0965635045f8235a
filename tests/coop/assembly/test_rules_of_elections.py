"""Elections by every rule, through the pages: the choice at the opening, the ballot that fits, the result and its recount."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from coop.assembly.checks import findings as assembly_findings
from coop.commands.count import count as count_command
from coop.database import db
from governance.bundles import packing, verify
from governance.checks import findings
from governance.counts import rule_of
from governance.methods import METHODS, ElectionRule, Form
from governance.models import Ballot, Participation, Proposal, Urn
from tests.governance.bundled import ELECTIONS, both
from tests.html_client import Browser, Page

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly, SignIn

VOTERS = ("board", "board2", "treasurer", "secretary")
#: What each of the voters fills in, by the form of the ballot: the boxes of c1, c2 and c3.
BOXES: dict[Form, tuple[tuple[str, str, str], ...]] = {
    Form.ONE: (("1", "", ""), ("", "1", ""), ("1", "", ""), ("", "", "1")),
    Form.APPROVED: (("1", "1", ""), ("1", "", ""), ("", "1", "1"), ("1", "", "")),
    Form.RANKED: (("1", "2", "3"), ("1", "", ""), ("2", "1", ""), ("3", "1", "2")),
    Form.POINTS: (("3", "1", "0"), ("3", "", ""), ("1", "2", ""), ("", "", "2")),
}
STARTS = {Form.APPROVED: "approve-", Form.RANKED: "rank-", Form.POINTS: "points-"}


def boxes(form: Form, cells: tuple[str, str, str]) -> dict[str, str]:
    """Return the boxes of a ballot by their names."""
    if form is Form.ONE:
        return {"choice": f"c{cells.index('1') + 1}"}
    return {f"{STARTS[form]}c{number}": cell for number, cell in enumerate(cells, start=1) if cell}


def running(assembly: "Assembly", rule: str, seats: int = 2, **opening: str) -> str:
    """Open an election of three candidates by a rule, and return its address."""
    path = assembly.call_election(seats=seats)
    page = assembly.open(path, rule=rule, **opening)
    assert "Voting is open" in page.text, page.text
    return path


def _in_urn(app: Flask) -> int:
    with app.app_context():
        counts = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Urn, Participation)]
        return sum(counts)


@pytest.mark.parametrize(("rule", "seats"), ELECTIONS)
def test_an_election_is_held_counted_and_recounted_by_every_rule(
    app: Flask, assembly: "Assembly", sign_in: "SignIn", tmp_path: Path, rule: str, seats: int
) -> None:
    path, form = running(assembly, rule, seats), METHODS[rule].form
    for voter, cells in zip(VOTERS, BOXES[form], strict=True):
        cast = assembly.fill_in(path, voter, boxes(form, cells))
        assert cast.title == "Your ballot is in the urn"
    assembly.close(path)
    reader = sign_in("founder")
    page = reader.get(path)
    assert re.search(r"Elected: [^.]+\.", page.text)
    listed = reader.get(f"{path}/ballots")
    command = re.search(rf"coop count ballots-\S+ --rule {rule}(?: --\w+ \d+)*", listed.text)
    assert command, listed.text
    kind = "csv" if form is Form.POINTS else "blt"
    file = tmp_path / f"ballots-{path.rpartition('/')[2]}.{kind}"
    file.write_text(reader.get(f"{path}/ballots.{kind}").response.text, encoding="utf-8", newline="")
    words = command.group().split()
    counted = CliRunner().invoke(count_command, [str(file), *words[words.index("--rule") :]])
    assert counted.exit_code == 0, counted.output
    for name in page.text.partition("Elected: ")[2].partition(".")[0].split(", "):
        assert name in counted.output.partition("Elected")[2].partition("\n\n")[0]
    assert reader.get(f"{path}/ballots.blt").status == (422 if form is Form.POINTS else 200)
    assert reader.get(f"{path}/ballots.csv").status == 200
    assert f"--rule {rule}" in reader.get(f"{path}/check").text
    assert both(reader.get(f"{path}/bundle.zip").response.data) == []
    with app.app_context():
        assert findings(db.session()) == []
        assert assembly_findings(db.session()) == []


@pytest.mark.parametrize("cast", [0, 1])
@pytest.mark.parametrize(("rule", "seats"), ELECTIONS)
def test_no_ballots_and_one_ballot_have_a_result_by_every_rule(
    assembly: "Assembly", sign_in: "SignIn", rule: str, seats: int, cast: int
) -> None:
    path, form = running(assembly, rule, seats), METHODS[rule].form
    for voter, cells in list(zip(VOTERS, BOXES[form], strict=True))[:cast]:
        assembly.fill_in(path, voter, boxes(form, cells))
    assembly.close(path)
    page = sign_in("board").get(path)
    assert "Elected: " in page.text
    assert ("No ballot was cast" in page.text) == (cast == 0)
    assert both(sign_in("board").get(f"{path}/bundle.zip").response.data) == []


def _checked(assembly: "Assembly", browser: Browser, path: str, fields: dict[str, str]) -> Page:
    """Fill in the boxes of the board's ballot and send it to be checked."""
    page = browser.get(assembly.ballot(path, "board"))
    return browser.send(page, page.form(button="Check my ballot"), fields, button="Check my ballot")


def test_a_ballot_is_confirmed_in_words_by_every_form(assembly: "Assembly") -> None:
    names = assembly.names()
    said = {
        "plurality": ({"choice": "c1"}, ()),
        "approval": ({"approve-c1": "1", "approve-c3": "1"}, ("Not ticked: ",)),
        "schulze": ({"rank-c1": "1", "rank-c2": "1"}, (" = ", "Not ranked: ")),
        "star": ({"points-c1": "5", "points-c2": "1"}, (": 5 points", ": 1 point", "Nothing for: ")),
        "dots": ({"points-c3": "3", "points-c1": "1"}, (": 3 dots", ": 1 dot", "Nothing for: ")),
    }
    for rule, (fields, words) in said.items():
        browser = assembly.sign_in("board")
        page = _checked(assembly, browser, running(assembly, rule), fields)
        assert page.title == "Check your ballot", page.text
        assert all(word in page.text for word in words), page.text
        assert any(name in page.text for name in names.values())
        back = browser.send(page, page.form(button="Go back"), button="Go back")
        assert fields.items() <= dict(back.form(button="Check my ballot").values).items(), rule


BAD: tuple[tuple[str, dict[str, str], str], ...] = (
    ("plurality", {}, "Nothing is chosen yet"),
    ("plurality", {"choice": "c9"}, "Choose one of the answers"),
    ("approval", {}, "Nothing is chosen yet"),
    ("approval", {"approve-c9": "1"}, "Choose one of the answers"),
    ("irv", {"rank-c1": "1", "rank-c2": "1"}, "The number 1 stands beside more than one"),
    ("meek-stv", {"rank-c1": "1", "rank-c2": "1", "rank-c3": "3"}, "The number 2 is missing"),
    ("score", {"points-c1": "6"}, "“6” cannot be given. Write a whole number from 0 to 5"),
    ("score", {"points-c1": "-1"}, "cannot be given"),
    ("score", {"points-c1": "five"}, "cannot be given"),
    ("score", {"points-c1": "0"}, "No points are given yet"),
    ("star", {"points-c9": "1"}, "Choose one of the answers"),
    ("dots", {"points-c1": "3", "points-c2": "3"}, "6 dots are given, and there are 5"),
    ("dots", {"points-c1": "4"}, "from 0 to 3"),
)


def test_what_a_rule_cannot_count_is_refused_on_the_ballot_and_changes_nothing(
    app: Flask, assembly: "Assembly", sign_in: "SignIn"
) -> None:
    browser = sign_in("board")
    paths = {rule: running(assembly, rule, 1) for rule in {rule for rule, _, _ in BAD}}
    for rule, fields, message in BAD:
        for step in ("check", "confirm"):
            page = browser.post(assembly.ballot(paths[rule], "board"), {**fields, "step": step})
            assert (page.status, message in page.text) == (422, True), (rule, fields, page.text)
    assert _in_urn(app) == 0


def test_a_ballot_is_changed_with_its_code_whatever_the_rule(app: Flask, assembly: "Assembly") -> None:
    path = running(assembly, "approval")
    cast = assembly.fill_in(path, "board", {"approve-c1": "1"})
    found = re.search(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", cast.text)
    assert found
    browser = assembly.sign_in("board")
    checked = _checked(assembly, browser, path, {"approve-c2": "1", "key": found.group()})
    done = browser.send(checked, checked.form(button="Change my ballot"), button="Change my ballot")
    assert done.title == "Your ballot is changed"
    for voter in ("board2", "treasurer"):
        assembly.fill_in(path, voter, {"approve-c3": "1"})
    assembly.close(path)
    with app.app_context():
        assert sorted(db.session.scalars(select(Ballot.choice))) == ['["c2"]', '["c3"]', '["c3"]']


def _rule(app: Flask) -> ElectionRule:
    with app.app_context():
        rule = rule_of(db.session.scalars(select(Proposal)).one())
    assert isinstance(rule, ElectionRule)
    return rule


def test_the_figures_of_a_rule_are_frozen_with_it(app: Flask, assembly: "Assembly", sign_in: "SignIn") -> None:
    path = running(assembly, "dots", cap="4", dots="9")
    assert _rule(app) == ElectionRule("dots", 2, 4, 9)
    assert "You have 9 dots" in sign_in("board").get(assembly.ballot(path, "board")).text
    assert "Dots: 9 dots, at most 4 for one" in sign_in("founder").get(path).text


def test_without_a_choice_an_election_is_counted_by_the_scottish_rules(app: Flask, assembly: "Assembly") -> None:
    assembly.open(assembly.call_election())
    assert _rule(app) == ElectionRule("scottish-stv", 2)


@pytest.mark.parametrize(
    ("seats", "fields", "message"),
    [
        (2, {"rule": "irv"}, "Not a valid choice"),
        (1, {"rule": "borda"}, "Not a valid choice"),
        (1, {"rule": "equal-shares"}, "Not a valid choice"),
        (1, {"rule": "approval", "cap": "5"}, "has no such number"),
        (1, {"rule": "score", "dots": "5"}, "has no such number"),
        (1, {"rule": "score", "cap": "0"}, "whole number from 1 to 100"),
        (1, {"rule": "score", "cap": "101"}, "whole number from 1 to 100"),
        (1, {"rule": "dots", "cap": "6"}, "One cannot get 6 dots where a ballot has 5"),
        (1, {"rule": "score", "secrecy": "external"}, "Only a ranked vote can be counted outside"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_beside_its_field_and_opens_nothing(
    app: Flask, assembly: "Assembly", sign_in: "SignIn", seats: int, fields: dict[str, str], message: str
) -> None:
    path = assembly.call_election(seats=seats)
    secretary = sign_in("secretary")
    form = secretary.get(f"{path}/open").form(having="closes_on")
    page = secretary.post(f"{path}/open", {**dict(form.values), "closes_time": "12:00", **fields})
    assert (page.status, message in page.text) == (422, True), page.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Proposal)) == 0


def test_every_rule_that_fits_the_seats_is_offered_with_a_sentence(assembly: "Assembly", sign_in: "SignIn") -> None:
    one, several = (sign_in("secretary").get(f"{assembly.call_election(seats=n)}/open") for n in (1, 2))
    assert "Instant-runoff. Voters rank" in one.text
    assert "Instant-runoff" not in several.text
    assert "Approval. Voters tick as many as they like" in several.text


def test_candidates_stand_in_another_order_for_each_voter_by_every_form(assembly: "Assembly") -> None:
    for rule in ("plurality", "approval", "score", "dots"):
        path = running(assembly, rule)
        orders = set()
        for voter in VOTERS:
            page = assembly.sign_in(voter).get(assembly.ballot(path, voter)).text
            names = [assembly.names()[name] for name in ("board", "board2", "treasurer")]
            ballot = page.partition("You are voting for")[2].partition("drawn anew")[0]
            orders.add(tuple(sorted(names, key=ballot.rindex)))
        assert len(orders) > 1, rule


def test_verify_py_says_by_which_rule_it_counted_again(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = running(assembly, "star", 1)
    for voter, cells in zip(VOTERS, BOXES[Form.POINTS], strict=True):
        assembly.fill_in(path, voter, boxes(Form.POINTS, cells))
    assembly.close(path)
    page = sign_in("board").get(path)
    assert "Runoff: " in page.text
    bundle = sign_in("board").get(f"{path}/bundle.zip").response.data
    said = {name: line for _, name, line in verify.check(verify.unzip(bundle))}
    assert said["count"].startswith("counted again by star: 4 votes, elected: ")
    assert "ballots.csv" in packing.unzipped(bundle).files
