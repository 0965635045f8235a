"""Bundles made up by whoever runs the server, with a chain, a record and a manifest that fit together: what still shows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from coop.commands.verify import verify as command
from evidence.canonical import canonical_bytes, digest
from governance.bundles import checking, packing, sheets, verify
from governance.counting.rules import RULES
from governance.methods import METHODS
from governance.opening import BylawsUsed
from tests.governance.bundled import (
    ELECTIONS,
    both,
    elect,
    files,
    forged,
    not_found,
    resolve,
    resolve_secretly,
    written,
)
from tests.governance.conftest import Votes

Files = dict[str, bytes]


@pytest.fixture
def election(session: Session, votes: Votes) -> Files:
    """The bundle of an election."""
    return files(session, elect(session, votes))


@pytest.fixture
def resolution(session: Session, votes: Votes) -> Files:
    """The bundle of a resolution."""
    return files(session, resolve(session, votes))


def _relinked(found: Files, record: Any, more: Callable[[list[Any]], object] = lambda links: None) -> Files:
    """Return what it takes to declare another record: the record, its count, and a chain that ends with it."""
    links = json.loads(found["chain.json"])["links"]
    more(links)
    text, previous = canonical_bytes(record), verify.GENESIS
    links[-1]["digest"] = verify.sha256(text)
    for number, link in enumerate(links, start=1):
        told = {**{key: link[key] for key in ("kind", "subject", "digest")}, "seq": number}
        previous = verify.sha256(previous.encode() + b"\n" + verify.canonical(told))
        link |= {"seq": number, "hash": previous}
    changed = {
        "record_json": text,
        "count_json": canonical_bytes(record["count"]),
        "chain_json": written("chain.json", {"links": links}),
    }
    return {name: content for name, content in changed.items() if content != found[name.replace("_", ".")]}


def _withheld(found: Files, shown: str, **more: Any) -> bytes:
    """Return the ballots with their answers left out, as where few share what they show."""
    ballots = json.loads(found["ballots.json"])
    rows = ballots.pop("rows")
    receipts = [row["receipt"] for row in rows]
    return written("ballots.json", {**ballots, "shown": shown, "receipts": receipts, **more})


FORMS: dict[str, bytes | None] = dict.fromkeys(("ballots_blt", "ballots_csv", "ballots_soi", "rctab_json", "rctab_csv"))


def _checks(lines: list[str]) -> set[str]:
    return {line.partition(":")[0] for line in lines}


def test_answers_are_withheld_only_where_few_share_what_they_show(election: Files) -> None:
    """Otherwise any count could be declared, and nobody could count again."""
    record = json.loads(election["record.json"])
    record["count"]["elected"] = ["c2", "c3"]
    declared = _relinked(election, record)
    rows = json.loads(election["ballots.json"])["rows"]
    answers = [{"choice": ["c3"], "weight": 1} for _ in rows]
    for least in (3, 1000):
        for ballots in (
            _withheld(election, "receipts", least=least),
            _withheld(election, "answers", least=least, answers=answers),
        ):
            assert "ballots" in _checks(both(forged(election, **declared, **FORMS, ballots_json=ballots)))


def test_one_vote_a_ballot_holds_for_what_is_declared_of_withheld_ballots(session: Session, votes: Votes) -> None:
    found = files(session, elect(session, votes, rankings=(["c1"], ["c2"])))
    assert json.loads(found["ballots.json"])["shown"] == "receipts"
    assert both(found) == []
    record = json.loads(found["record.json"])
    record["ballots"]["cast"] = 9
    assert "ballots" in _checks(both(forged(found, **_relinked(found, record))))


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "lost", "reasons": "too-few-for"},
        {"for": 3},
        {"for": 7, "base_votes": 7},
        {"threshold_needed": 1},
    ],
)
def test_a_result_whose_ballots_are_withheld_still_adds_up(
    session: Session, votes: Votes, changed: dict[str, Any]
) -> None:
    found = files(session, resolve_secretly(session, votes, ("for", "for")))
    assert json.loads(found["ballots.json"])["shown"] == "receipts"
    assert both(found) == []
    record = json.loads(found["record.json"])
    record["count"] |= changed
    assert "count" in _checks(both(forged(found, **_relinked(found, record))))


def test_a_vote_has_one_opening_and_one_closing_in_the_chain(election: Files, resolution: Files) -> None:
    """Whoever kept the head of the first result would find it in a chain that goes on to another one."""
    for found in (election, resolution):
        kept = json.loads(found["chain.json"])["links"][-1]["hash"]
        record = json.loads(found["record.json"])
        twice = _relinked(found, record, lambda links: links.append({**links[-1]}))
        lines = both({**forged(found, chain_json=twice["chain_json"])}, head=kept)
        assert "chain" in _checks(lines)


def test_a_file_that_names_a_thing_twice_is_no_file_of_a_bundle(election: Files) -> None:
    """Another program may read the first of two, and show other ballots than those that were checked."""
    rows = b'"rows":[{"choice":["c3"]}],'
    twice = election["ballots.json"].replace(b'"rows":[', rows + b'"rows":[', 1)
    assert "ballots" in _checks(both(forged(election, ballots_json=twice)))


def test_the_certificate_is_what_the_record_says(resolution: Files, election: Files) -> None:
    for found, one, other in ((resolution, b"carried", b"lost"), (election, b"elected: c", b"elected: x")):
        changed = found["certificate.txt"].replace(one, other)
        lines = ["outcome: certificate.txt says something else than the record"]
        assert both(forged(found, certificate_txt=changed)) == lines


def test_nothing_in_a_bundle_can_draw_on_the_screen(
    election: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Characters that move the cursor or hide what follows could write "ok" over a line that says something else."""
    ballots = json.loads(election["ballots.json"])
    ballots["rows"][0]["receipt"] = "\x1b[8m\r\nok      ballots: 8 ballots\x9b2K\u202e"
    for name, content in forged(election, ballots_json=canonical_bytes(ballots)).items():
        (tmp_path / name).write_bytes(content)
    assert verify.main([str(tmp_path)]) == 1
    for said in (capsys.readouterr().out, CliRunner().invoke(command, [str(tmp_path)]).output):
        lines = said.split("\n")
        assert all(line.isprintable() for line in lines), said
        assert not any(line.startswith("ok      ballots") for line in lines)


@pytest.mark.parametrize(("rule", "seats"), ELECTIONS)
def test_a_changed_byte_is_found_though_the_manifest_was_made_anew(
    session: Session, votes: Votes, rule: str, seats: int
) -> None:
    """What the manifest alone holds, whoever makes another manifest can change."""
    assert not_found(files(session, elect(session, votes, rule, seats=seats))) == []


def test_a_changed_byte_of_a_roll_call_is_found_though_the_manifest_was_made_anew(resolution: Files) -> None:
    assert not_found(resolution, 60) == []


def test_the_by_laws_of_a_rule_are_those_of_the_opening(session: Session, votes: Votes) -> None:
    votes.bylaws = BylawsUsed(3, "b" * 64)
    found = files(session, elect(session, votes))
    rule = json.loads(found["rule.json"])
    assert rule["bylaws"] == 3
    assert both(found) == []
    for other in ({**rule, "bylaws": 4}, {key: value for key, value in rule.items() if key != "bylaws"}):
        lines = both(forged(found, rule_json=canonical_bytes(other)))
        assert lines == ["opening: rule.json names other by-laws than opening.json"]


def test_what_nothing_holds_of_a_vote_of_before_is_said(election: Files) -> None:
    rule = {**json.loads(election["rule.json"]), "bylaws": 1}
    forgery = forged(election, rule_json=canonical_bytes(rule))
    assert both(forgery) == []
    notes = [line for word, _, line in verify.check(verify.Bundle(forgery)) if word == "note"]
    ours = [line.said for line in checking.checked(packing.Unpacked(forgery)) if line.word is checking.Word.NOTE]
    assert ours == notes
    assert ["nothing else holds that" in line for line in notes] == [True]


def test_another_program_in_a_bundle_is_said(election: Files) -> None:
    """Another version is no forgery, and whoever writes it anew is found by nothing that lies in the bundle."""
    forgery = forged(election, verify_py=b"print('everything holds')")
    assert both(forgery) == []
    notes = [line for word, _, line in verify.check(verify.Bundle(forgery)) if word == "note"]
    ours = [line.said for line in checking.checked(packing.Unpacked(forgery)) if line.word is checking.Word.NOTE]
    assert ours == notes
    assert ["run it only if you know where it is from" in line for line in notes] == [True]


@pytest.mark.parametrize("rule", RULES)
def test_both_programs_know_the_same_words_of_each_rule(rule: str) -> None:
    """A rule whose words change is said in other words in bundles of today: those of before must stay right."""
    words = sheets.rule_sheet({"rule": {"name": rule}})
    del words["rule"]
    assert verify.WORDS.get(rule) == (digest(words) if rule in METHODS else None)
