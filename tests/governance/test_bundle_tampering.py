"""Whatever is changed in a bundle, or past the rules in the database it came from, is found and named."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from evidence.canonical import canonical_bytes
from evidence.columns import table_of
from evidence.identifiers import new_ref
from evidence.rules import drop_rules
from governance import checks
from governance.bundles import packing, verify
from governance.bundles.contents import MANIFEST
from governance.models import Ballot, ChainLink, OpenBallot, Outcome, Participation, RollEntry
from tests.databases import Templates
from tests.governance.bundled import both, elect, files, forged, ours, packed, resolve, theirs, written
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


def _flipped(content: bytes, at: int, bit: int = 0) -> bytes:
    return content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]


def test_a_changed_byte_of_any_file_is_found_and_the_file_named(election: Files, resolution: Files) -> None:
    for found in (election, resolution):
        for name, content in found.items():
            for at in {0, len(content) // 2, len(content) - 1}:
                changed = {**found, name: _flipped(content, at)}
                for lines in (ours(changed), theirs(changed), ours(packed(changed)), theirs(packed(changed))):
                    assert any(line.startswith("files: ") and name in line for line in lines), (name, at, lines)


def test_a_file_that_is_missing_or_too_much_is_named(election: Files) -> None:
    for name in election:
        lines = both({key: content for key, content in election.items() if key != name})
        assert any(f"{name} is missing" in line for line in lines), lines
    assert "files: more.txt is not in the manifest" in both(packed({**election, "more.txt": b"more"}))


@pytest.fixture(scope="module")
def bundle(templates: Templates) -> Iterator[bytes]:
    """A bundle made once: reading it needs no database."""
    copy = templates.servers["sqlite"].copy(templates.schema("sqlite"))
    with Session(copy.engine.execution_options(coop_write=True)) as session, session.begin():
        found = packed(files(session, elect(session, Votes())))
    yield found
    templates.servers["sqlite"].drop(copy)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_changed_byte_of_the_zip_is_found(bundle: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(bundle) - 1))
    changed = _flipped(bundle, at, data.draw(st.integers(0, 7)))
    assert ours(changed)
    assert theirs(changed)


@settings(max_examples=40, deadline=None)
@given(at=st.integers(0, 10**6), length=st.integers(1, 10**4))
def test_a_zip_that_is_cut_or_repeated_is_found(bundle: bytes, at: int, length: int) -> None:
    at %= len(bundle)
    for changed in (bundle[:at], bundle[:at] + bundle[at + length :], bundle[: at + length] + bundle[at:], bundle * 2):
        if changed != bundle:
            assert ours(changed)
            assert theirs(changed)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(
        ["record.json", "opening.json", "chain.json", "ballots.json", "participation.json", "manifest.json"]
    ),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
)
def test_whatever_a_file_holds_ends_in_a_line_and_never_in_an_error(bundle: bytes, name: str, value: Any) -> None:
    found = dict(packing.unzipped(bundle).files)
    whole = json.loads(found[name])
    found[name] = json.dumps(value).encode()
    assert ours(found)
    assert theirs(found)
    # A key in the place of another, one level down.
    for key in whole:
        changed = {**found, name: json.dumps({**whole, key: value}).encode()}
        if whole[key] != value:
            assert ours(changed)
            assert theirs(changed)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this is no ZIP"),
        (b"no ZIP at all", "this is no ZIP"),
        (b"PK\x05\x06" + bytes(18), ""),
    ],
)
def test_what_is_no_bundle_is_refused_in_words(content: bytes, said: str) -> None:
    assert all(said in line for line in both(content))
    assert both(content)


def _zip(*entries: tuple[str, bytes], packing_as: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing_as) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=packing_as)
    return target.getvalue()


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../manifest.json", "a/b.json", "C:\\x.json", "x", ".json", "É.json", "a b.txt", "a.txt\n"]
)
def test_names_that_no_bundle_has_are_refused(name: str) -> None:
    lines = both(_zip((name, b"x")))
    assert lines == [f"bundle: {name!r} is no name of a file of a bundle"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_a_folder_and_packed_files_are_refused(tmp_path: Path) -> None:
    assert both(_zip(("a.txt", b"1"), ("a.txt", b"2"))) == ["bundle: a.txt is in the ZIP twice"]
    # A bomb: little to send, much to unpack.
    bomb = both(_zip(("a.txt", bytes(10**6)), packing_as=zipfile.ZIP_DEFLATED))
    assert bomb == ["bundle: the ZIP says that it holds more than it does"]
    assert "is packed" in both(_zip(("a.txt", bytes(20)), ("b.txt", b"y" * 99), packing_as=zipfile.ZIP_BZIP2))[0]
    (tmp_path / "inner").mkdir()
    for load in (packing.unpack, verify.load):
        with pytest.raises((packing.Unreadable, verify.Wrong), match="inner is no file"):
            load(tmp_path)


def test_a_file_that_claims_to_be_larger_than_the_zip_is_refused() -> None:
    bundle = bytearray(_zip(("a.txt", b"12345")))
    at = bundle.index(b"PK\x01\x02") + 20
    bundle[at : at + 8] = struct.pack("<II", 2**31, 2**31)
    assert both(bytes(bundle)) == ["bundle: the ZIP says that it holds more than it does"]


# From here on the manifest is forged too, so that no digest of a file tells: what is left must not fit together.


def _json(found: Files, name: str, change: Callable[[Any], object]) -> bytes:
    value = json.loads(found[name])
    change(value)
    return written(name, value)


def _named(lines: list[str], *checks: str) -> None:
    assert {line.partition(":")[0] for line in lines} >= set(checks), lines


def test_a_dropped_an_added_and_a_swapped_ballot_is_found(election: Files) -> None:
    def swap(ballots: Any) -> None:
        rows = ballots["rows"]
        one, other = (next(row for row in rows if row["choice"] == choice) for choice in (["c1"], ["c3"]))
        one["choice"], other["choice"] = other["choice"], one["choice"]

    def add(ballots: Any) -> None:
        nonce = "e" * 64
        row = {**ballots["rows"][0], "nonce": nonce}
        told = {"proposal": ballots["proposal"], **{key: row[key] for key in ("class", "weight", "choice", "nonce")}}
        row["receipt"] = verify.sha256(verify.canonical(told))
        ballots["rows"] = sorted([*ballots["rows"], row], key=lambda one: str(one["receipt"]))

    changes: list[tuple[Callable[[Any], object], tuple[str, ...]]] = [
        (lambda ballots: ballots["rows"].pop(), ("ballots", "one ballot each", "forms")),
        (add, ("ballots", "one ballot each", "forms")),
        (swap, ("ballots",)),
        (lambda ballots: ballots["rows"].reverse(), ("ballots",)),
        (lambda ballots: ballots["rows"][0].update({"class": "other"}), ("ballots", "one ballot each")),
        (lambda ballots: ballots["rows"][0].update({"weight": 2}), ("ballots", "forms")),
        (lambda ballots: ballots.update({"shown": "receipts"}), ("forms",)),
    ]
    for change, named in changes:
        _named(both(packed(forged(election, ballots_json=_json(election, "ballots.json", change)))), *named)


def test_a_changed_dropped_or_repeated_vote_of_a_roll_call_is_found(resolution: Files) -> None:
    changes: list[Callable[[Any], object]] = [
        lambda ballots: ballots["rows"].pop(),
        lambda ballots: ballots["rows"].append(ballots["rows"][0]),
        lambda ballots: ballots["rows"][0].update(entry=str(new_ref())),
        lambda ballots: ballots["rows"][0].update(choice="perhaps"),
        lambda ballots: [row.update(choice="against") for row in ballots["rows"]],
    ]
    for change in changes:
        _named(both(packed(forged(resolution, ballots_json=_json(resolution, "ballots.json", change)))), "ballots")


def test_a_roll_with_an_entry_less_more_or_other_is_found(election: Files, resolution: Files) -> None:
    for found in (election, resolution):
        lines = found["roll.csv"].decode().splitlines()
        other = [
            [*lines[:-1]],
            [*lines, lines[1].replace(lines[1][:8], "00000000")],
            [lines[0], lines[1].replace(",member,", ",group,", 1), *lines[2:]],
            [lines[0], lines[1].replace(",yes,no", ",no,no"), *lines[2:]],
            [lines[0], lines[1].replace(",yes,no", ",yes,yes"), *lines[2:]],
            [lines[0], lines[1].replace(",1,", ",2,"), *lines[2:]],
            [*lines, lines[1]],
        ]
        for changed in other:
            text = ("\n".join(changed) + "\n").encode()
            _named(both(packed(forged(found, roll_csv=text))), "roll")


def test_a_changed_link_of_the_chain_is_found_and_numbered(session: Session, votes: Votes, election: Files) -> None:
    found = files(session, resolve(session, votes))
    assert len(json.loads(found["chain.json"])["links"]) == 4
    for at in range(4):
        for key in ("digest", "hash", "subject", "kind", "seq"):
            changed = _json(
                found,
                "chain.json",
                lambda chain, at=at, key=key: chain["links"][at].update(  # type: ignore[misc]
                    {key: 9 if key == "seq" else str(new_ref()) if key == "subject" else "f" * 64}
                ),
            )
            lines = both(packed(forged(found, chain_json=changed)))
            assert any(line.startswith(f"chain: chain.json: link {at + 1} was changed") for line in lines) or (
                key == "seq" and f"chain: chain.json: link {at + 1} is left out, or out of its place" in lines
            ), lines
    truth = _json(found, "chain.json", lambda chain: chain["links"][0].update(seq=True))
    _named(both(packed(forged(found, chain_json=truth))), "chain")
    for cut in (lambda chain: chain["links"].pop(), lambda chain: chain["links"].pop(0)):
        _named(both(packed(forged(found, chain_json=_json(found, "chain.json", cut)))), "chain")


def _rehashed(chain: Any) -> None:
    previous = verify.GENESIS
    for link in chain["links"]:
        told = {key: link[key] for key in ("seq", "kind", "subject", "digest")}
        previous = link["hash"] = verify.sha256(previous.encode() + b"\n" + verify.canonical(told))


def test_a_result_rewritten_with_its_whole_chain_is_found_by_the_count_or_by_a_head_that_was_kept(
    election: Files,
) -> None:
    record = json.loads(election["record.json"])
    record["count"]["elected"] = ["c2", "c3"]
    text = canonical_bytes(record)

    def relinked(chain: Any) -> None:
        chain["links"][-1]["digest"] = verify.sha256(text)
        _rehashed(chain)

    head = json.loads(election["chain.json"])["links"][-1]["hash"]
    bundle = packed(
        forged(
            election,
            record_json=text,
            count_json=canonical_bytes(record["count"]),
            chain_json=_json(election, "chain.json", relinked),
        )
    )
    assert [line.partition(":")[0] for line in both(bundle)] == ["count", "outcome"]
    _named(both(bundle, head=head), "count", "head")


def test_a_declared_number_that_does_not_follow_is_found(resolution: Files, election: Files) -> None:
    """Each number of a count is changed, in the record and in the chain."""
    for found in (resolution, election):
        for place, changed in _changed_numbers(json.loads(found["record.json"])["count"]):
            record = {**json.loads(found["record.json"]), "count": changed}
            text = canonical_bytes(record)

            def relinked(chain: Any, text: bytes = text) -> None:
                chain["links"][-1]["digest"] = verify.sha256(text)
                _rehashed(chain)

            forgery = forged(
                found,
                record_json=text,
                count_json=canonical_bytes(changed),
                chain_json=_json(found, "chain.json", relinked),
            )
            assert ours(forgery), place
            # It says less about each stage than the record, and counts the same.
            assert theirs(forgery) or place in {"title", "rule", "arithmetic", "base", "stages event"}, place


def _changed_numbers(count: Any) -> Iterator[tuple[str, Any]]:
    for key, value in count.items():
        match value:
            case int():
                yield key, {**count, key: value + 1}
            case str():
                yield key, {**count, key: value + "1"}
            case [str(), *_]:
                yield key, {**count, key: value[1:]}
            case [dict(), *_]:
                for inner in ("votes", "event", "non_transferable"):
                    other = {code: f"{n}1" for code, n in value[0][inner].items()} if inner == "votes" else "9.00000"
                    yield f"{key} {inner}", {**count, key: [{**value[0], inner: other}, *value[1:]]}


def test_files_for_other_programs_that_hold_other_ballots_are_named(election: Files) -> None:
    for name in ("ballots.blt", "ballots.csv", "ballots.soi", "rctab.csv"):
        lines = election[name].decode().splitlines(keepends=True)
        at = next(n for n, line in enumerate(lines) if n > 1 and line[0] in "1,2")
        fewer = "".join([*lines[:at], *lines[at + 1 :]]).encode()
        changed = both(packed(forged(election, **{name.replace(".", "_"): fewer})))
        assert any(line.startswith("forms: ") for line in changed), name
    swapped = election["rctab.json"].replace(b'"name": "c1"', b'"name": "c9"')
    _named(both(packed(forged(election, rctab_json=swapped))), "forms")


def test_the_lot_the_rule_and_the_number_who_took_part_are_checked(election: Files) -> None:
    def turned(opening: Any) -> None:
        opening["options"].reverse()

    changes: list[tuple[str, Callable[[Any], object], str]] = [
        ("opening.json", turned, "opening"),
        ("opening.json", lambda opening: opening["lot"].update(public_value="mine"), "opening"),
        ("opening.json", lambda opening: opening["rule"].update(seats=1), "opening"),
        ("opening.json", lambda opening: opening.update(closes_at="2027-01-01T00:00:00.000000Z"), "opening"),
        ("rule.json", lambda rule: rule["rule"].update(seats=1), "opening"),
        ("participation.json", lambda taken: taken.update(cast=9), "one ballot each"),
        ("participation.json", lambda taken: taken.update(taken_back=1), "one ballot each"),
        ("count.json", lambda count: count.update(seats=3), "outcome"),
        ("challenges.json", lambda made: made["answered"].append({"challenge": "x", "upheld": False}), "roll"),
    ]
    for name, change, check in changes:
        forgery = forged(election, **{name.replace(".", "_"): _json(election, name, change)})
        _named(both(packed(forgery)), check)


# What is changed in the database, past its rules, is found by `coop check` and beside a bundle that was kept.


def _one(connection: Connection, table: Any, **where: Any) -> dict[str, Any]:
    query = select(table).where(*(table.c[name] == value for name, value in where.items())).limit(1)
    return dict(connection.execute(query).mappings().one())


BALLOT, OPEN, ROLL, TAKEN_PART, OUTCOME, LINK = (
    table_of(mapped) for mapped in (Ballot, OpenBallot, RollEntry, Participation, Outcome, ChainLink)
)


def _change_ballot(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, BALLOT, choice='["c1","c2"]')
    connection.execute(update(BALLOT).where(BALLOT.c.commitment == row["commitment"]).values(choice='["c3"]'))


def _drop_ballot(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, BALLOT)
    connection.execute(delete(BALLOT).where(BALLOT.c.commitment == row["commitment"]))


def _change_vote(connection: Connection, ids: dict[str, UUID]) -> None:
    connection.execute(update(OPEN).where(OPEN.c.choice == '"against"').values(choice='"for"'))


def _drop_voter(connection: Connection, ids: dict[str, UUID]) -> None:
    voted = select(TAKEN_PART.c.roll_entry_id)
    row = connection.execute(select(ROLL.c.id).where(ROLL.c.proposal_id == ids["election"], ROLL.c.id.not_in(voted)))
    connection.execute(delete(ROLL).where(ROLL.c.id == row.scalars().first()))


def _change_result(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, OUTCOME, proposal_id=ids["resolution"])
    text = row["result"].replace('"outcome":"carried"', '"outcome":"lost"')
    values = {"result": text, "digest": verify.sha256(text.encode())}
    connection.execute(update(OUTCOME).where(OUTCOME.c.proposal_id == ids["resolution"]).values(values))


def _change_chain(connection: Connection, ids: dict[str, UUID]) -> None:
    connection.execute(update(LINK).where(LINK.c.seq == 1).values(digest="f" * 64))


def _swap_voters(connection: Connection, ids: dict[str, UUID]) -> None:
    """Two entries of a roll-call change their voters: the fingerprint of the roll stays, and each has voted as the other did."""
    rows = connection.execute(select(ROLL).join(OPEN).where(OPEN.c.choice.in_(['"against"', '"for"']))).mappings().all()
    one, other = rows[0], rows[-1]
    for entry, voter in ((one, new_ref()), (other, one["voter_ref"]), (one, other["voter_ref"])):
        connection.execute(update(ROLL).where(ROLL.c.id == entry["id"]).values(voter_ref=voter))


def _antedate(connection: Connection, ids: dict[str, UUID]) -> None:
    """A vote that stands, as if it had been cast at another time."""
    row = connection.execute(select(OPEN).order_by(OPEN.c.version.desc())).mappings().first()
    assert row is not None
    mine = (OPEN.c.roll_entry_id == row["roll_entry_id"], OPEN.c.version == row["version"])
    connection.execute(update(OPEN).where(*mine).values(cast_at=row["cast_at"] - timedelta(hours=1)))


def _swap_who_took_part(connection: Connection, ids: dict[str, UUID]) -> None:
    """As many as before."""
    voted = select(TAKEN_PART.c.roll_entry_id)
    spare = connection.execute(select(ROLL.c.id).where(ROLL.c.proposal_id == ids["election"], ROLL.c.id.not_in(voted)))
    connection.execute(
        delete(TAKEN_PART).where(TAKEN_PART.c.roll_entry_id == connection.execute(voted).scalars().first())
    )
    connection.execute(insert(TAKEN_PART), [{"roll_entry_id": spare.scalars().first()}])


@pytest.mark.parametrize(
    ("tamper", "vote", "in_bundle"),
    [
        (_change_ballot, "election", {"ballots", "count"}),
        (_drop_ballot, "election", {"ballots", "one ballot each"}),
        (_change_vote, "resolution", {"ballots", "count"}),
        (_drop_voter, "election", {"roll"}),
        (_change_result, "resolution", {"count", "outcome"}),
        (_change_chain, "resolution", {"chain"}),
        (_swap_who_took_part, "election", {"one ballot each"}),
        (_swap_voters, "resolution", {"one ballot each"}),
        (_antedate, "resolution", {"one ballot each"}),
    ],
)
@pytest.mark.tampers
def test_what_was_changed_in_the_database_is_found(
    session: Session,
    votes: Votes,
    tamper: Callable[[Connection, dict[str, UUID]], None],
    vote: str,
    in_bundle: set[str],
) -> None:
    ids = {"election": elect(session, votes), "resolution": resolve(session, votes)}
    kept = files(session, ids[vote])
    drop_rules(session.connection())
    tamper(session.connection(), ids)
    session.expire_all()
    assert checks.findings(session)
    now = files(session, ids[vote])
    assert {line.partition(":")[0] for line in both(packed(now))} >= in_bundle
    # Beside the bundle that was kept it shows in any case.
    assert now[MANIFEST] != kept[MANIFEST]
    assert "digest" in {line.partition(":")[0] for line in both(now, digest=verify.sha256(kept[MANIFEST]))}
