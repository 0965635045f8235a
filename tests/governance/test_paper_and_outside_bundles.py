"""Bundles of votes with ballots on paper and of votes counted outside: from the closing to both programs and `coop count`."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from coop.cli import main
from evidence.canonical import canonical_bytes
from governance.ballots import cast_open
from governance.bundles import verify
from governance.bundles.contents import MANIFEST
from governance.closing import close
from governance.methods import ElectionRule
from governance.paper.sheets import BallotsFound, Pile
from governance.secret_ballots import cast_secret
from tests.governance.bundled import both, bring_from_outside, files, forged, not_found, ours, packed, theirs, written
from tests.governance.conftest import Votes
from tests.governance.test_paper import ANA, BEN, enter, mark, ranked, roll_call

Files = Mapping[str, bytes]
STV = ElectionRule("scottish-stv", 2)
_SECOND = timedelta(seconds=1)


def _counted(session: Session, votes: Votes, proposal_id: UUID) -> Files:
    close(session, proposal_id, clock=votes.clock(votes.after()))
    return files(session, proposal_id)


def _election_on_paper(session: Session, votes: Votes) -> Files:
    """Three on the screen, six marked: four rankings, one spoilt, one not returned."""
    proposal_id = votes.open_election(session, takes_paper=True)
    for voter, ranking in zip(votes.voters, (["c1", "c2"], ["c2"], ["c3", "c1"]), strict=False):
        cast_secret(session, proposal_id, voter, ranking, clock=votes.clock())
    mark(session, votes, proposal_id, 3, 4, 5, 6, 7, 8)
    found = ranked((["c3"], 2), (["c2", "c1"], 2), spoilt=1, not_returned=1)
    enter(session, votes, proposal_id, found, ANA, BEN)
    return _counted(session, votes, proposal_id)


def _roll_call_on_paper(session: Session, votes: Votes) -> Files:
    """One votes on the screen after paper, one on paper after the screen, one spoils theirs."""
    proposal_id = votes.open_resolution(session, takes_paper=True)
    for voter in votes.voters[:2]:
        cast_open(session, proposal_id, voter, "against", clock=votes.clock(votes.opens_at))
    mark(session, votes, proposal_id, 1, 2, 3, 4)
    cast_open(session, proposal_id, votes.voters[2], "abstain", clock=votes.clock(votes.closes_at - _SECOND))
    found = roll_call(session, votes, proposal_id, v1="for", v2="for", v3="for", v4="")
    enter(session, votes, proposal_id, found, ANA, BEN)
    return _counted(session, votes, proposal_id)


def _secret_resolution_on_paper(session: Session, votes: Votes) -> Files:
    proposal_id = votes.open_secret_resolution(session, takes_paper=True)
    for voter, choice in zip(votes.voters, ("for", "against"), strict=False):
        cast_secret(session, proposal_id, voter, choice, clock=votes.clock())
    mark(session, votes, proposal_id, 2, 3, 4)
    found = BallotsFound({Pile("member", 1, '"for"'): 2, Pile("member", 1, '"abstain"'): 1})
    enter(session, votes, proposal_id, found, ANA, BEN)
    return _counted(session, votes, proposal_id)


def _nothing_but_paper(session: Session, votes: Votes) -> Files:
    """Nobody votes on the screen, and two of four ballots came back: too few to be shown."""
    proposal_id = votes.open_election(session, takes_paper=True)
    mark(session, votes, proposal_id, 0, 1, 2, 3)
    enter(session, votes, proposal_id, ranked((["c1"], 1), (["c2"], 1), spoilt=1, not_returned=1), ANA, BEN)
    return _counted(session, votes, proposal_id)


def _resolution_outside(session: Session, votes: Votes) -> Files:
    answers = [("for", 5), ("against", 2), ("abstain", 1)]
    return files(session, bring_from_outside(session, votes, votes.majority, answers))


def _election_outside(session: Session, votes: Votes) -> Files:
    """Rankings with blank ones among them, and one that ranks nobody in an orderly way."""
    answers = [(("c1", "c2"), 4), (("c2",), 3), (("c3", "c1"), 1), ((), 2)]
    return files(session, bring_from_outside(session, votes, STV, answers, spoilt=1, candidates=("c1", "c2", "c3")))


def _few_outside(session: Session, votes: Votes) -> Files:
    """Two voters: the rankings would tell who voted how."""
    answers = [(("c1", "c2"), 1), (("c2",), 1)]
    return files(session, bring_from_outside(session, votes, STV, answers, candidates=("c1", "c2")))


def _nobody_outside(session: Session, votes: Votes) -> Files:
    return files(session, bring_from_outside(session, votes, STV, [], candidates=("c1", "c2")))


VOTES: list[Callable[[Session, Votes], Files]] = [
    _election_on_paper,
    _roll_call_on_paper,
    _secret_resolution_on_paper,
    _nothing_but_paper,
    _resolution_outside,
    _election_outside,
    _few_outside,
    _nobody_outside,
]
#: Those whose answers are shown, so that they can be counted again.
COUNTED_AGAIN = [hold for hold in VOTES if hold not in (_nothing_but_paper, _few_outside)]


@pytest.mark.parametrize("hold", VOTES)
def test_both_programs_find_that_the_bundle_holds(
    session: Session, votes: Votes, hold: Callable[[Session, Votes], Files], tmp_path: Path
) -> None:
    found = hold(session, votes)
    bundle = packed(found)
    assert both(bundle) == []
    (tmp_path / "result.zip").write_bytes(bundle)
    done = CliRunner().invoke(main, ["verify", str(tmp_path / "result.zip")])
    assert (done.exit_code, "Everything that can be checked holds." in done.stdout) == (0, True), done.stdout
    # The program in the bundle, in a process that knows nothing of ours.
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    for name, content in found.items():
        (unpacked / name).write_bytes(content)
    for place in ([], [str(tmp_path / "result.zip")]):
        command = [sys.executable, "-I", "-S", str(unpacked / "verify.py"), *place]
        apart = subprocess.run(command, capture_output=True, text=True, check=False, cwd=unpacked)
        assert (apart.returncode, apart.stderr) == (0, ""), apart.stdout
        again = "counted again by " in apart.stdout
        assert again is (hold in COUNTED_AGAIN)
        assert again is ("ballots.blt" in found)


@pytest.mark.parametrize("hold", VOTES)
def test_a_changed_byte_of_any_member_is_found_and_the_member_named(
    session: Session, votes: Votes, hold: Callable[[Session, Votes], Files]
) -> None:
    found = dict(hold(session, votes))
    for name, content in found.items():
        for at in {0, len(content) // 2, len(content) - 1}:
            changed = {**found, name: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]}
            for lines in (ours(packed(changed)), theirs(packed(changed))):
                assert any(line.startswith("files: ") and name in line for line in lines), (name, at, lines)
        missing = both({key: value for key, value in found.items() if key != name})
        assert any(f"{name} is missing" in line for line in missing)


@pytest.mark.parametrize("hold", VOTES)
def test_a_changed_byte_of_any_member_is_found_though_the_manifest_was_made_anew(
    session: Session, votes: Votes, hold: Callable[[Session, Votes], Files]
) -> None:
    assert not_found(hold(session, votes)) == []


@pytest.mark.parametrize("hold", COUNTED_AGAIN)
def test_coop_count_gives_the_published_result_from_the_blt(
    session: Session, votes: Votes, hold: Callable[[Session, Votes], Files], tmp_path: Path
) -> None:
    found = hold(session, votes)
    published, rule = json.loads(found["count.json"]), json.loads(found["record.json"])["rule"]
    (tmp_path / "ballots.blt").write_bytes(found["ballots.blt"])
    name = rule["name"] if "seats" in rule else "plurality"
    command = ["count", str(tmp_path / "ballots.blt"), "--rule", name, "--format", "json"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    counted = json.loads(done.stdout)
    if "seats" in rule:
        assert counted["elected"] == published["elected"]
        assert [stage["votes"] for stage in counted["stages"]] == [stage["votes"] for stage in published["stages"]]
    else:
        votes_of = {answer: int(float(many)) for answer, many in counted["stages"][0]["votes"].items()}
        assert votes_of == {answer: published[answer] for answer in ("for", "against", "abstain")}


def _changed(found: Files, name: str, change: Callable[[Any], object]) -> dict[str, bytes]:
    """Return a bundle with a file changed, and a manifest that hides it."""
    value = json.loads(found[name])
    change(value)
    return forged(found, **{name.replace(".", "_"): written(name, value)})


def _found_in(forgery: Files) -> set[str]:
    return {line.partition(":")[0] for line in both(packed(forgery))}


def test_another_number_of_ballots_on_paper_is_found(session: Session, votes: Votes) -> None:
    found = _election_on_paper(session, votes)
    changes: list[tuple[Callable[[Any], object], str]] = [
        (lambda taken: taken["on_paper"].update(ballots=5), "one ballot each"),
        (lambda taken: taken["on_paper"].update(spoilt=0), "one ballot each"),
        (lambda taken: taken.update(on_paper=None), "one ballot each"),
        (lambda taken: taken.update(paper_given=4), "one ballot each"),
        (lambda taken: taken.update(cast=4), "one ballot each"),
    ]
    for change, check in changes:
        assert check in _found_in(_changed(found, "participation.json", change))
    # In the record it is held by the chain.
    record = _changed(found, "record.json", lambda record: record["ballots"]["paper"].update(ballots=3))
    assert "outcome" in _found_in(record)


def test_the_tally_from_outside_is_the_one_that_was_brought_in(session: Session, votes: Votes) -> None:
    found = _election_outside(session, votes)
    tally = json.loads(found["ballots.json"])["tally"]
    stated = json.loads(found["record.json"])["ballots"]["digest"]
    assert verify.sha256(canonical_bytes(tally)) == stated
    assert (tally["heads"], tally["spoilt"], tally["voters"]) == (10, 1, 11)
    changes: list[Callable[[Any], object]] = [
        lambda ballots: ballots["tally"]["votes"][0].__setitem__(1, 5),
        lambda ballots: ballots["tally"]["votes"].pop(),
        lambda ballots: ballots["tally"]["votes"][0].__setitem__(0, ["c9"]),
        lambda ballots: ballots["tally"].update(heads=9),
        lambda ballots: ballots["tally"].update(spoilt=0),
        lambda ballots: ballots["tally"].update(voters=12),
        lambda ballots: ballots["tally"].update(more=1),
        lambda ballots: ballots.update(shown="rows", rows=[]),
        lambda ballots: ballots.update(shown="receipts", receipts=[]),
        # Nothing may be withheld of ten ballots.
        lambda ballots: (ballots.pop("tally"), ballots.update(shown="elsewhere")),
        lambda ballots: (ballots.pop("tally"), ballots.update(shown="elsewhere", least=11)),
    ]
    for number, change in enumerate(changes):
        assert "ballots" in _found_in(_changed(found, "ballots.json", change)), number
    assert "one ballot each" in _found_in(_changed(found, "participation.json", lambda taken: taken.update(voted=9)))


def test_rankings_of_few_voters_outside_are_withheld(session: Session, votes: Votes) -> None:
    found = _few_outside(session, votes)
    assert json.loads(found["ballots.json"]) == {
        "proposal": json.loads(found["record.json"])["proposal"],
        "shown": "elsewhere",
        "least": 3,
    }
    assert not [name for name in found if name.startswith(("ballots.", "rctab.")) and name != "ballots.json"]
    notes = [line for word, _, line in verify.check(verify.unzip(packed(found))) if word == "note"]
    assert "fewer than 3 ballots" in notes[0]
    assert "e" * 64 in notes[1]


def test_a_bundle_names_the_evidence_and_holds_no_word_of_it(session: Session, votes: Votes) -> None:
    found = _resolution_outside(session, votes)
    outside = json.loads(found["record.json"])["external"]
    assert (outside["system"], outside["evidence"], outside["question"]) == ("belenios", "e" * 64, "a" * 64)
    said = [line for word, _, line in verify.check(verify.unzip(packed(found))) if word == "note"]
    assert any("e" * 64 in line for line in said)
    assert set(json.loads(found[MANIFEST])["files"]) == set(found) - {MANIFEST}
