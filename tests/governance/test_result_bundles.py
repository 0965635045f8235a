"""A result bundle holds what is needed, is always the same, and both programs find that it holds."""

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import Session

from coop.cli import main
from evidence.canonical import canonical_bytes, digest
from evidence.columns import table_of
from evidence.identifiers import new_id, new_ref
from evidence.rules import drop_rules
from governance import errors
from governance.ballots import cast_open
from governance.bundles import checking, packing, verify
from governance.chain import LinkKind, append, head
from governance.challenges.models import Asks, Challenge, ChallengeAnswer
from governance.closing import close
from governance.counting.rules import RULES
from governance.methods import METHODS, ElectionRule, Form
from governance.models import ChainLink, GovernanceBase, Outcome, Proposal, RollEntry, Secrecy
from governance.opening import Question, open_proposal
from governance.rolls import Voter
from governance.secret_ballots import cast_secret, change_secret
from governance.weights import ClassCap, Weighting
from tests.databases import Templates
from tests.governance.bundled import ELECTIONS, RANKINGS, both, elect, files, forged, packed, resolve

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

VERIFY = Path(verify.__file__)


def _notes(bundle: bytes) -> list[str]:
    """Return what both programs say beside what holds; they say the same."""
    one = [line.said for line in checking.checked(packing.unzipped(bundle)) if line.word is checking.Word.NOTE]
    other = [line for word, _, line in verify.check(verify.unzip(bundle)) if word == "note"]
    assert one == other
    return one


@pytest.mark.parametrize(("rule", "seats"), ELECTIONS)
def test_both_programs_count_an_election_again(session: Session, votes: "Votes", rule: str, seats: int) -> None:
    bundle = packed(files(session, elect(session, votes, rule, seats=seats)))
    assert both(bundle) == []
    said = {name: line for _, name, line in verify.check(verify.unzip(bundle))}
    assert said["count"].startswith(f"counted again by {rule}: 8 votes, elected: ")


@pytest.mark.parametrize("choices", [(), ("for",), ("for", "for", "against", "abstain"), ("for", "against") * 3])
def test_both_programs_count_a_resolution_again(session: Session, votes: "Votes", choices: tuple[str, ...]) -> None:
    assert both(packed(files(session, resolve(session, votes, choices)))) == []


def test_an_election_in_which_nobody_voted_has_a_bundle(session: Session, votes: "Votes") -> None:
    for rule, seats in ELECTIONS:
        assert both(packed(files(session, elect(session, votes, rule, seats=seats, rankings=())))) == []


def test_a_changed_ballot_is_in_the_bundle_once_by_its_newest_receipt(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_election(session)
    first = [cast_secret(session, proposal_id, voter, ["c1"], clock=votes.clock()) for voter in votes.voters[:4]]
    second = change_secret(session, proposal_id, votes.voters[0], first[0].key, ["c2"], clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    bundle = packed(files(session, proposal_id))
    assert both(bundle, receipt=second.commitment) == []
    assert [line.partition(":")[0] for line in both(bundle, receipt=first[0].commitment)] == ["receipt"]
    said = verify.check(verify.unzip(bundle), receipt=second.commitment)[-1]
    assert said == ("ok", "receipt", 'your ballot was counted, and says ["c2"]')


def test_a_head_that_a_scrutineer_kept_is_found_in_the_chain(session: Session, votes: "Votes") -> None:
    elect(session, votes)
    kept = head(session).hash
    bundle = packed(files(session, resolve(session, votes)))
    assert both(bundle, head=kept.upper()) == []
    assert [line.partition(":")[0] for line in both(bundle, head="0" * 64)] == ["head"]


def test_the_digest_on_the_page_is_that_of_one_bundle(session: Session, votes: "Votes") -> None:
    one, other = (files(session, resolve(session, votes)) for _ in range(2))
    shown = verify.sha256(one["manifest.json"])
    assert both(packed(one), digest=shown) == []
    assert [line.partition(":")[0] for line in both(packed(other), digest=shown)] == ["digest"]


def test_a_bundle_is_the_same_each_time(session: Session, votes: "Votes") -> None:
    for proposal_id in (elect(session, votes), resolve(session, votes)):
        before = packed(files(session, proposal_id))
        resolve(session, votes)
        session.expire_all()
        assert packed(files(session, proposal_id)) == before


def _rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    tables = GovernanceBase.metadata.sorted_tables
    return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}


def test_the_same_vote_has_the_same_bytes_on_both_databases(templates: Templates, votes: "Votes") -> None:
    if len(templates.servers) < 2:
        return
    copies = [server.copy(templates.schema(kind)) for kind, server in templates.servers.items()]
    one, other = (copy.engine.execution_options(coop_write=True) for copy in copies)
    with Session(one) as session, session.begin():
        ids = [elect(session, votes), resolve(session, votes)]
        bundles = [packed(files(session, proposal_id)) for proposal_id in ids]
        rows = _rows(session.connection())
    with other.begin() as connection:
        drop_rules(connection)
        for table in GovernanceBase.metadata.sorted_tables:
            if rows[table.name]:
                connection.execute(insert(table), list(reversed(rows[table.name])))
    with Session(other) as session:
        assert [packed(files(session, proposal_id)) for proposal_id in ids] == bundles
    for copy in copies:
        templates.servers[copy.kind].drop(copy)


def test_coop_count_gives_the_published_result_from_each_file(session: Session, votes: "Votes", tmp_path: Path) -> None:
    for rule, seats in ELECTIONS:
        found = files(session, elect(session, votes, rule, seats=seats))
        published = json.loads(found["count.json"])
        names = [name for name in found if name.startswith(("ballots.", "rctab.c")) and name != "ballots.json"]
        kinds, method = {name.rpartition(".")[2] for name in names}, METHODS[rule]
        if method.form is Form.POINTS:
            assert kinds == {"csv"}
        else:
            ties = method.equal_ranks or method.form is Form.APPROVED
            assert kinds == {"blt", "csv", "toi" if ties else "soi"}
        for name in names:
            (tmp_path / name).write_bytes(found[name])
            command = ["count", str(tmp_path / name), "--rule", rule, "--seats", str(seats), "--format", "json"]
            figures = {"--cap": method.usual_cap, "--dots": method.usual_dots}
            command += [word for option, figure in figures.items() if figure for word in (option, str(figure))]
            counted = json.loads(CliRunner().invoke(main, command).stdout)
            for key in ("elected", "quota", "ballots", "seats"):
                assert counted[key] == published[key], (rule, name, key)
            assert [stage["votes"] for stage in counted["stages"]] == [stage["votes"] for stage in published["stages"]]


def test_a_weight_is_counted_as_so_many_votes(session: Session, votes: "Votes") -> None:
    question = Question(
        rule=ElectionRule("scottish-stv", 1),
        secrecy=Secrecy.SECRET,
        text_digest="0" * 64,
        opens_at=votes.opens_at,
        closes_at=votes.closes_at,
        record_on=votes.opens_at.date(),
        candidates=("c1", "c2"),
        weighting=Weighting({"group": ClassCap(2, 2, 3)}),
    )
    roll = [
        Voter(ref, "group" if at < 4 else "member", "member", 2 if at < 4 else 1) for at, ref in enumerate(votes.voters)
    ]
    proposal_id = open_proposal(session, question, roll)
    for at, voter in enumerate(votes.voters[:9]):
        cast_secret(session, proposal_id, voter, ["c1"] if at < 3 else ["c2"], clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    found = files(session, proposal_id)
    assert both(packed(found)) == []
    assert json.loads(found["record.json"])["ballots"]["cast"] == 13
    assert found["rctab.csv"].decode().count("\r\n") == 14
    # Bounds within which this roll does not stay.
    for cap in ({"most_votes": 1}, {"share_numerator": 49, "share_denominator": 100}):
        opening = json.loads(found["opening.json"])
        opening["weighting"]["group"] |= cap
        lines = both(forged(found, opening_json=canonical_bytes(opening)))
        assert [line for line in lines if line.startswith("roll: ")], lines


def test_what_few_ballots_would_show_is_withheld(session: Session, votes: "Votes") -> None:
    found = files(session, elect(session, votes, rankings=RANKINGS[:2]))
    assert not [name for name in found if name.startswith(("ballots.", "rctab.")) and name != "ballots.json"]
    ballots = json.loads(found["ballots.json"])
    assert set(ballots) == {"proposal", "shown", "least", "receipts"}
    assert len(ballots["receipts"]) == 2
    bundle = packed(found)
    assert both(bundle) == []
    assert "what they say is withheld" in _notes(bundle)[0]
    # What was declared is there.
    assert json.loads(found["count.json"])["ballots"] == 2


def test_a_class_of_few_ballots_is_not_shown_with_them(session: Session, votes: "Votes") -> None:
    question = Question(
        rule=ElectionRule("scottish-stv", 1),
        secrecy=Secrecy.SECRET,
        text_digest="0" * 64,
        opens_at=votes.opens_at,
        closes_at=votes.closes_at,
        record_on=votes.opens_at.date(),
        candidates=("c1", "c2"),
    )
    roll = [Voter(ref, "group" if at < 4 else "member", "member") for at, ref in enumerate(votes.voters)]
    proposal_id = open_proposal(session, question, roll)
    for at, voter in enumerate(votes.voters[2:10]):
        cast_secret(session, proposal_id, voter, ["c1"] if at < 3 else ["c2"], clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    found = files(session, proposal_id)
    ballots = json.loads(found["ballots.json"])
    assert ballots["shown"] == "answers"
    assert ballots["answers"] == [{"choice": ["c1"], "weight": 1}] * 3 + [{"choice": ["c2"], "weight": 1}] * 5
    assert b"nonce" not in found["ballots.json"]
    assert b"group" not in b"".join(content for name, content in found.items() if name not in {"roll.csv", "verify.py"})
    bundle = packed(found)
    assert both(bundle) == []
    assert "which ballot has which class is withheld" in _notes(bundle)[0]


def test_a_secret_bundle_says_who_took_part_to_nobody(session: Session, votes: "Votes") -> None:
    proposal_id = elect(session, votes)
    found = files(session, proposal_id)
    header = found["roll.csv"].decode().splitlines()[0]
    assert header == "voter,class,weight,reason,frozen,struck"
    taken = json.loads(found["participation.json"])
    assert (taken["cast"], taken["taken_back"], taken["paper_given"]) == (8, 0, 0)
    entries = session.scalars(select(RollEntry.id).where(RollEntry.proposal_id == proposal_id))
    everything = b"".join(found.values()).decode()
    assert not any(str(entry) in everything for entry in entries)


@pytest.mark.tampers
def test_a_vote_of_the_first_form_is_checked_as_far_as_it_can_be(session: Session, votes: "Votes") -> None:
    """Such votes were opened without a link, and their results are the first links."""
    drop_rules(session.connection())
    for proposal_id in (votes.open_resolution(session), votes.open_election(session)):
        for voter in votes.voters[:4]:
            if session.get_one(Proposal, proposal_id).secrecy is Secrecy.OPEN:
                cast_open(session, proposal_id, voter, "for", clock=votes.clock())
            else:
                cast_secret(session, proposal_id, voter, ["c2", "c1"], clock=votes.clock())
        session.execute(table_of(ChainLink).delete())
        proposal = session.get_one(Proposal, proposal_id)
        proposal.record_on = proposal.roll_weight = proposal.lot_head = proposal.lot_value = proposal.secret_least = (
            None
        )
        session.flush()
        close(session, proposal_id, clock=votes.clock(votes.after()))
        bundle = packed(files(session, proposal_id))
        assert both(bundle) == []
        assert _notes(bundle) == [
            "this vote was opened before openings were linked to the chain: only its result is in it"
        ]


def test_there_is_no_bundle_before_the_count(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_election(session)
    with pytest.raises(errors.NotYetCounted):
        files(session, proposal_id)
    with pytest.raises(errors.NoSuchProposal):
        files(session, UUID(int=1))
    assert session.scalar(select(func.count()).select_from(Outcome)) == 0


def test_verify_py_runs_on_python_3_9_and_needs_nothing_else() -> None:
    tree = ast.parse(VERIFY.read_text(encoding="utf-8"), feature_version=(3, 9))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {f"{node.module}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {
        *("__future__", "argparse", "collections", "collections.abc", "csv", "fractions", "hashlib", "io", "json"),
        *("pathlib", "re", "sys", "typing", "zipfile"),
    }


def test_coop_verify_prints_a_line_for_each_check_and_says_how_it_ended(
    session: Session, votes: "Votes", tmp_path: Path
) -> None:
    found = files(session, elect(session, votes))
    path = tmp_path / "result.zip"
    path.write_bytes(packed(found))
    done = CliRunner().invoke(main, ["verify", str(path)])
    assert done.exit_code == 0
    assert [line.split(":")[0] for line in done.stdout.splitlines()[:10]] == [
        f"ok      {name}" for name, _ in verify.CHECKS
    ]
    assert done.stdout.endswith("Everything that can be checked holds.\n")
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for name, content in found.items():
        (folder / name).write_bytes(content)
    assert CliRunner().invoke(main, ["verify", str(folder)]).exit_code == 0
    (folder / "roll.csv").write_bytes(b"")
    done = CliRunner().invoke(main, ["verify", str(folder)])
    assert done.exit_code == 1
    assert "FAILED  files: roll.csv is not the file of which manifest.json states the digest" in done.stdout
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "nowhere.zip")]).exit_code == 2


def test_verify_py_counts_every_rule_that_one_can_vote_by() -> None:
    assert set(verify.RULES) | set(verify.POINTS) == set(METHODS) == set(verify.HOLDS)
    assert set(METHODS) <= set(RULES)


def _answered(session: Session, votes: "Votes", proposal_id: UUID, asks: Asks, voter: UUID, *, upheld: bool) -> None:
    """Challenge the roll, answer, and link the answer to the chain."""
    made = Challenge(
        id=new_id(), proposal_id=proposal_id, voter_ref=voter, by_ref=new_ref(), asks=asks, made_at=votes.during
    )
    session.add(made)
    session.flush()
    session.add(ChallengeAnswer(challenge_id=made.id, upheld=upheld, answered_at=votes.during))
    session.flush()
    if adds := upheld and asks is Asks.ADD:
        entry = {"id": new_ref(), "proposal_id": proposal_id, "voter_ref": voter}
        said = {"class_code": "member", "weight": 1, "reason": "challenge"}
        session.execute(insert(table_of(RollEntry)), [entry | said])
    record = {
        "challenge": made.id,
        "proposal": proposal_id,
        "voter": voter,
        "by": made.by_ref,
        "asks": asks,
        "made_at": made.made_at,
        "upheld": upheld,
        "answered_at": votes.during,
        "added": {"class": "member", "weight": 1, "reason": "challenge"} if adds else None,
    }
    append(session, LinkKind.ANSWERED, made.id, digest(record))


def test_what_challenges_changed_of_the_roll_is_in_the_bundle_and_in_the_chain(
    session: Session, votes: "Votes"
) -> None:
    question = Question(
        rule=votes.majority,
        secrecy=Secrecy.OPEN,
        text_digest="0" * 64,
        opens_at=votes.opens_at,
        closes_at=votes.closes_at,
        record_on=votes.opens_at.date(),
        challenges_until=votes.closes_at,
    )
    proposal_id = open_proposal(session, question, [Voter(ref, "member", "member") for ref in votes.voters])
    late = new_ref()
    for voter in votes.voters[:5]:
        cast_open(session, proposal_id, voter, "for", clock=votes.clock())
    _answered(session, votes, proposal_id, Asks.ADD, late, upheld=True)
    _answered(session, votes, proposal_id, Asks.STRIKE, votes.voters[0], upheld=True)
    _answered(session, votes, proposal_id, Asks.STRIKE, votes.voters[1], upheld=False)
    cast_open(session, proposal_id, late, "against", clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    found = files(session, proposal_id)
    bundle = packed(found)
    assert both(bundle) == []
    assert "roll: 12 frozen at the opening, 1 added, 1 struck; fingerprints fit" in "\n".join(
        f"{name}: {line}" for _, name, line in verify.check(verify.unzip(bundle))
    )
    assert json.loads(found["count.json"])["for"] == 4
    for at in range(3):
        answered = json.loads(found["challenges.json"])
        answered["answered"][at]["upheld"] = not answered["answered"][at]["upheld"]
        lines = both(packed(forged(found, challenges_json=json.dumps(answered).encode())))
        assert any(line.startswith("roll: challenges.json: challenge") for line in lines), lines
