#!/usr/bin/env python3
"""Check a result bundle: chain, opening, roll, ballots, quorum, count and outcome, a line for each.

    python3 verify.py                       the folder in which this file lies
    python3 verify.py BUNDLE                a ZIP as it was downloaded, or a folder into which it was unpacked
    python3 verify.py BUNDLE --head HASH    is the head of the chain that I wrote down in it?
    python3 verify.py BUNDLE --receipt HASH is my ballot in it?
    python3 verify.py BUNDLE --digest HASH  is it the very bundle that this digest was shown for?

It exits with 0 if everything holds, 1 if something does not, 2 if it was called wrongly. It needs Python 3.9 or newer and nothing
else, asks nothing of the network, and was written apart from the program that made the bundle: it reads, hashes and counts by
itself. In the order of this file: what a bundle is, the checks, the counting rules.

Every digest is SHA-256 in small hexadecimal letters. "Canonical JSON" has sorted keys, no white space, UTF-8.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

FORMAT = "coop-result-bundle-1"
GENESIS = "0" * 64
ANSWERS = ["for", "against", "abstain"]
MOST_BYTES = 2_000_000_000
MOST_CANDIDATES = 1_000
#: What reading something that is not as it should be may end in.
MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, csv.Error)

#: The codes that a ballot ranks, from the first choice on; those that share a place stand together, in the order of the lot. A ballot
#: with points has pairs of a code and its points instead, in the order of the lot.
Ranking = tuple[Any, ...]
#: How many votes each ranking has.
Papers = dict[Ranking, int]

#: What a ballot of a rule holds: one code, codes that are all alike, codes in order with or without shared places, or points.
HOLDS = {
    **dict.fromkeys(("scottish-stv", "meek-stv-9", "irv"), "ranks"),
    **dict.fromkeys(("meek-stv", "schulze", "schulze-margins", "ranked-pairs"), "shared ranks"),
    **dict.fromkeys(("score", "star", "dots"), "points"),
    "plurality": "one",
    "approval": "some",
}


#: SHA-256 of `readme.txt`, and of what `rule.json` says of each rule in words, as canonical JSON.
README = "cfda441564c2058e2fb4acf14fee3c0e372bde75ab480d82488bb30c668741d3"
WORDS = {
    "scottish-stv": "8e45ecc82c78e1073b5d966d99ec3687d65582ec2b905813169768ad59b72377",
    "meek-stv": "1e8f53b491c35c63b52b8f369ff273c85f4acc2cf76b0268556e4bb04f4303a7",
    "meek-stv-9": "68a07f71947a3c72c363aafbe28a6fb843f8fce968d78a0b1169a1bea97e8251",
    "irv": "6893c32d20c1380250d1e19bef1c2590e7b6e0fc10d8297dcab5b5adc6eb1018",
    "schulze": "e1eff7640d06dbb14c25c2e173a49a49180c03d6ff1da50b40c0eb62026f5b21",
    "schulze-margins": "4dcb0570dfc7e19633718328ca0c285441bd4fd8f7128dff3dec9fa8a2d1fae4",
    "ranked-pairs": "698808cad417fb1a19257d988d1870f05578de3a84a80ccbeb25ed194e3e9326",
    "plurality": "8ce7469813571a3d535162893e5e139d86211b86242c472a96ce09f7a8affc38",
    "approval": "af22a9266bf48ac14694c8ce1c1535ad36f5f2b28b87c7758b048d88cc0491e4",
    "score": "a80df483b72a603795448c176b78a3a331c420f36332daf1c69f6486a6a10737",
    "star": "180795b865d280598bbb7bf4610b4247a62f8db3f3534252df62de94ada46cea",
    "dots": "7cf5ea8ad445c7a309c432d1612b525c5a706732a31c94dd04cf926773db7fc1",
}


class Wrong(Exception):
    """Something does not hold; one line for each thing."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


def need(holds: object, line: str) -> None:
    """Go on only if something holds."""
    if not holds:
        raise Wrong(line)


def sha256(data: bytes) -> str:
    """Return a digest."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def told_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. Of a key that is there twice other programs may read the other value."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a key is there twice")
    return told


def no_number(text: str) -> None:
    """Refuse NaN and Infinity, which other programs do not read."""
    raise ValueError(f"{text} is no number of JSON")


# ---------------------------------------------------------------------------------------------------------- the bundle


class Bundle:
    """The files of a bundle by their names, and what was said about it."""

    def __init__(self, files: dict[str, bytes], damaged: Sequence[str] = ()) -> None:
        self.files, self.damaged = files, damaged
        self.notes: list[str] = []
        self._read: dict[str, Any] = {}

    def json(self, name: str) -> Any:
        """Return what a JSON file holds."""
        if name not in self._read:
            need(name in self.files, f"{name} is missing")
            try:
                text = self.files[name].decode()
                self._read[name] = json.loads(text, object_pairs_hook=told_once, parse_constant=no_number)
            except MALFORMED:
                raise Wrong(f"{name} cannot be read: it is no JSON") from None
        return self._read[name]

    def table(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a CSV file."""
        need(name in self.files, f"{name} is missing")
        rows = list(csv.reader(io.StringIO(self.files[name].decode(), newline=""), strict=True))
        need(all(len(row) == len(rows[0]) for row in rows), f"{name}: a row has not as many cells as the first")
        return [dict(zip(rows[0], row)) for row in rows[1:]]

    def need_written(self, name: str, expected: bytes) -> None:
        """Go on only if a file is, byte for byte, what it has to be."""
        need(name in self.files, f"{name} is missing")
        need(self.files[name] == expected, f"{name} was changed: it is not what the rest of the bundle makes it")

    def note(self, line: str) -> None:
        """Say something that is neither right nor wrong."""
        self.notes.append(line)

    @property
    def record(self) -> Any:
        """The record of the result."""
        return self.json("record.json")

    @property
    def opening(self) -> Any:
        """The record of the opening."""
        return self.json("opening.json")

    @property
    def of_first_form(self) -> bool:
        """Whether the vote was opened before openings were linked to the chain."""
        return "opened" not in self.record

    def roll(self) -> list[dict[str, str]]:
        """Return the entries that count: without those that were struck."""
        return [row for row in self.table("roll.csv") if row["struck"] != "yes"]

    def answers(self) -> list[tuple[Ranking, int]] | None:
        """Return each answer with its votes, in the order of the file, or nothing where answers are withheld."""
        ballots = self.json("ballots.json")
        if ballots["shown"] == "tally":
            given = ballots["tally"]["votes"]
        elif ballots["shown"] in ("rows", "answers"):
            given = [(row["choice"], row["weight"]) for row in ballots[ballots["shown"]]]
        else:
            return None
        holds, options = "one", ANSWERS
        if self.record["kind"] != "resolution":
            holds, options = HOLDS.get(self.record["rule"]["name"], "ranks"), self.opening["options"]
        answers = []
        for choice, votes in given:
            # Only another system takes a ballot that says nothing.
            need(choice or ballots["shown"] == "tally", "ballots.json: an answer could not be given")
            answers.append((said(choice, holds, options, self.record["rule"]), whole(votes)))
        return answers

    def papers(self) -> Papers | None:
        """Return the votes of each different answer, or nothing where answers are withheld."""
        answers = self.answers()
        if answers is None:
            return None
        weights: Counter[Ranking] = Counter()
        for ranking, votes in answers:
            weights[ranking] += votes
        return dict(weights)


def said(choice: Any, holds: str, options: list[str], rule: Any) -> Ranking:
    """Return what a ballot says, if it can be said by this rule: a resolution's answer is a ranking of one."""
    impossible = "ballots.json: an answer could not be given"
    if holds == "points":
        need(isinstance(choice, dict) and set(choice) <= set(options), impossible)
        need(all(type(given) is int and 0 < given <= rule["cap"] for given in choice.values()), impossible)
        need(choice and sum(choice.values()) <= rule.get("dots", sum(choice.values())), impossible)
        return points_in_order(choice, options)
    places = [choice] if isinstance(choice, str) else choice
    need(isinstance(places, list), impossible)
    ranks = [[place] if isinstance(place, str) else place for place in places]
    codes = [code for rank in ranks for code in rank]
    need(all(code in options for code in codes), impossible)
    need(len(set(codes)) == len(codes), "ballots.json: a ballot names somebody twice")
    need(holds == "shared ranks" or len(ranks) == len(codes), impossible)
    need(all(ranks) and (holds != "one" or len(codes) == 1), impossible)
    return ranks_in_order([codes] if holds == "some" else ranks, options)


def ranks_in_order(ranks: Iterable[Sequence[str]], options: list[str]) -> Ranking:
    """Return ranks as papers have them: a code, or several in the order of the lot."""
    placed = [tuple(sorted(rank, key=options.index)) for rank in ranks]
    return tuple(rank[0] if len(rank) == 1 else rank for rank in placed if rank)


def points_in_order(points: dict[str, int], options: list[str]) -> Ranking:
    """Return points as papers have them."""
    return tuple((code, points[code]) for code in options if points.get(code))


def together(rank: Any) -> tuple[str, ...]:
    """Return the codes that share a place."""
    return (rank,) if isinstance(rank, str) else rank


def whole(value: Any) -> int:
    """Return a number of votes, which is whole and above nothing."""
    need(type(value) is int and value > 0, f"{value!r} is no number of votes")
    return int(value)


def load(path: Path) -> Bundle:
    """Read a ZIP or a folder."""
    if path.is_dir():
        found = [one for one in sorted(path.iterdir()) if not one.name.startswith((".", "__pycache__"))]
        for one in found:
            need(one.is_file(), f"{one.name} is no file: a bundle has no folders")
        need(found, "the folder is empty")
        return Bundle({one.name: one.read_bytes() for one in found})
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    need(len(data) <= MOST_BYTES, "this is larger than any bundle")
    return unzip(data)


def unzip(data: bytes) -> Bundle:
    """Read a ZIP whose files are plainly there: not packed, no folders, no name twice."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except Exception:  # whatever the library makes of a damaged directory
        raise Wrong("this is no ZIP, or the directory at its end is damaged") from None
    need(sum(entry.file_size for entry in entries) <= len(data), "the ZIP says that it holds more than it does")
    damaged = []
    files: dict[str, bytes] = {}
    for entry in entries:
        name = entry.filename
        need(re.fullmatch(r"[a-z]+\.[a-z]+", name), f"{name!r} is no name of a file of a bundle")
        need(name not in files, f"{name} is in the ZIP twice")
        need(
            entry.compress_type == zipfile.ZIP_STORED and entry.file_size == entry.compress_size,
            f"{name} is packed; the files of a bundle are not. If you packed it yourself, give the unpacked folder",
        )
        try:
            files[name] = archive.read(name)
        except Exception:
            damaged.append(f"{name} is damaged: the ZIP's own checksum does not fit")
            files[name] = b""
    if not damaged and data != zipped(files):
        damaged.append(f"the ZIP around the files was changed {_where(data, zipped(files), files)}")
    return Bundle(files, damaged)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return the ZIP that these files make: sorted, not packed, all of one time. Its bytes follow from theirs."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, files[name])
    return target.getvalue()


def _where(data: bytes, expected: bytes, files: dict[str, bytes]) -> str:
    """Say where two ZIPs part."""
    at = next((n for n, pair in enumerate(zip(data, expected)) if pair[0] != pair[1]), min(len(data), len(expected)))
    end = 0
    for name in sorted(files):
        end += 30 + len(name) + len(files[name])
        if at < end:
            return f"at byte {at}, before the content of {name}"
    return f"at byte {at}, in the directory at its end"


# ---------------------------------------------------------------------------------------------------------- the checks


def check_files(bundle: Bundle) -> str:
    """Check that every file has the digest that the manifest states."""
    manifest = bundle.json("manifest.json")
    need(
        canonical(manifest) == bundle.files["manifest.json"], "manifest.json was changed: it is not written canonically"
    )
    need(manifest["format"] == FORMAT, f"manifest.json: this program checks {FORMAT}")
    need(set(manifest) == {"format", "proposal", "files"}, "manifest.json was changed: it holds what no manifest holds")
    stated = manifest["files"]
    wrong = [f"{name} is missing" for name in stated if name not in bundle.files]
    wrong += [f"{name} is not in the manifest" for name in bundle.files if name not in {*stated, "manifest.json"}]
    wrong += [
        f"{name} is not the file of which manifest.json states the digest"
        for name in stated
        if name in bundle.files and sha256(bundle.files[name]) != stated[name]
    ]
    wrong += bundle.damaged
    if wrong:
        raise Wrong(*sorted(wrong))
    need(
        sha256(bundle.files.get("readme.txt", b"")) == README,
        "readme.txt was changed: it is not the one of this format",
    )
    if bundle.files.get("verify.py") != Path(__file__).read_bytes():
        bundle.note(
            "verify.py is of another version than this program, or was changed: run it only if you know where it is from"
        )
    return f"{len(stated)} files with the digests that the manifest states; its own is {sha256(bundle.files['manifest.json'])}"


def check_chain(bundle: Bundle) -> str:
    """Check that each link's hash covers the one before, and that the chain ends with this vote's closing."""
    links = bundle.json("chain.json")["links"]
    need(links, "chain.json holds no link")
    previous, seen = GENESIS, set()
    for number, link in enumerate(links, start=1):
        need(
            link["seq"] == number and type(link["seq"]) is int,
            f"chain.json: link {number} is left out, or out of its place",
        )
        told = {key: link[key] for key in ("seq", "kind", "subject", "digest")}
        expected = sha256(previous.encode() + b"\n" + canonical(told))
        need(link["hash"] == expected, f"chain.json: link {number} was changed, or one before it")
        # Who kept the head of a first closing would find it in a chain that goes on to a second one.
        need(
            (link["kind"], link["subject"]) not in seen,
            f"chain.json: link {number} tells again what an earlier one has told",
        )
        seen.add((link["kind"], link["subject"]))
        previous = expected
    columns = ("seq", "kind", "subject", "digest", "hash")
    bundle.need_written("chain.json", listed({}, links=[{key: link[key] for key in columns} for link in links]))
    last = links[-1]
    vote = bundle.record["proposal"]
    need((last["kind"], last["subject"]) == ("closed", vote), "chain.json does not end with the closing of this vote")
    return f"{len(links)} links, each hash follows from the one before; the head at the closing is {previous}"


def check_outcome(bundle: Bundle) -> str:
    """Check that the record of the result is the one in the chain."""
    digest = sha256(bundle.files.get("record.json", b""))
    links = bundle.json("chain.json")["links"]
    need(links[-1]["digest"] == digest, "record.json is not what the chain holds of the closing")
    need(bundle.json("manifest.json")["proposal"] == bundle.record["proposal"], "manifest.json is of another vote")
    need(bundle.json("count.json") == bundle.record["count"], "count.json is not the count of the record")
    bundle.need_written("count.json", canonical(bundle.record["count"]))
    need("certificate.txt" in bundle.files, "certificate.txt is missing")
    need(bundle.files["certificate.txt"] == _certificate(bundle), "certificate.txt says something else than the record")
    return f"{_told(bundle)}; the record has the digest {digest}, as in the chain"


def _certificate(bundle: Bundle) -> bytes:
    """Return the certificate: facts behind their labels, in two columns."""
    record, roll, ballots, count = (bundle.record, *(bundle.record[key] for key in ("roll", "ballots", "count")))
    heads, votes = (roll["final"][key] if "final" in roll else roll["size"] for key in ("heads", "votes"))
    by = f" by {ballots['heads']} members" if "heads" in ballots else ""
    elected = "elected: " + (", ".join(count.get("elected") or []) or "nobody")
    link = bundle.json("chain.json")["links"][-1]
    facts = {
        "Vote": record["proposal"],
        "Kind": f"{record['kind']}, ballots {record['secrecy']}",
        "Rule": ", ".join(f"{key} {value}" for key, value in sorted(record["rule"].items())),
        "Opened, closed": f"{record['opens_at']}, {record['closes_at']}",
        "Roll": f"{heads} members with {votes} votes",
        "Cast": f"{ballots['cast']} votes{by}",
        "Outcome": f"{count['outcome']} ({count['reasons']})" if "outcome" in count else elected,
        "": "",
        "Words voted on": record["text"],
        "Roll as frozen": roll["digest"],
        "Opening": record.get("opened", "(not in the chain)"),
        "Ballots": ballots.get("digest", ""),
        f"Chain, link {link['seq']}": link["hash"],
    }
    column = 2 + max(map(len, facts))
    lines = ["Certificate of a result", "", *(f"{label.ljust(column)}{fact}".rstrip() for label, fact in facts.items())]
    return ("\n".join(lines) + "\n").encode()


def _told(bundle: Bundle) -> str:
    count = bundle.record["count"]
    if "outcome" in count:
        return f"{count['outcome']}, {count['for']} for, {count['against']} against, {count['abstain']} abstaining"
    return "elected: " + (", ".join(count.get("elected") or []) or "nobody")


def check_opening(bundle: Bundle) -> str:
    """Check that the vote was counted as it was opened, and that the order of the candidates is the one that was drawn."""
    opening, record = bundle.opening, bundle.record
    wrong = [
        key
        for key in ("proposal", "kind", "secrecy", "rule", "text", "opens_at", "closes_at")
        if opening[key] != record[key]
    ]
    need(not wrong, f"opening.json and record.json differ in: {', '.join(wrong)}")
    need(opening["roll"]["digest"] == record["roll"]["digest"], "opening.json and record.json state different rolls")
    _check_rule(bundle)
    options = opening["options"]
    need(len(set(options)) == len(options) <= MOST_CANDIDATES, "opening.json: the options are not told apart")
    if bundle.of_first_form:
        bundle.note("this vote was opened before openings were linked to the chain: only its result is in it")
        return "question, rule, roll and times are those of the result"
    digest = sha256(bundle.files["opening.json"])
    links = bundle.json("chain.json")["links"]
    at = [n for n, link in enumerate(links) if (link["kind"], link["subject"]) == ("opened", record["proposal"])]
    need(len(at) == 1, "chain.json does not hold the opening of this vote")
    need(
        links[at[0]]["digest"] == digest == record["opened"], "opening.json is not what the chain holds of the opening"
    )
    if opening["kind"] == "resolution":
        need(options == ANSWERS, "opening.json: the answers to a resolution are for, against and abstain")
        return "question, rule, roll and times are those of the result, and stand in the chain"
    head = links[at[0] - 1]["hash"] if at[0] else GENESIS
    lot = opening["lot"]
    need(lot["chain_head"] == head, "opening.json: the lot was not drawn from the head of the chain before the opening")
    seed = sha256(f"{lot['chain_head']}\n{lot['public_value']}".encode())
    order = sorted(range(1, len(options) + 1), key=lambda number: sha256(f"{seed}\n{number}".encode()))
    plain = sorted(options, key=lambda code: (len(code), code))
    need(
        [plain[number - 1] for number in order] == options,
        "opening.json: the candidates are not in the order of the lot",
    )
    need(record["lot"] == {**lot, "seed": seed, "order": order}, "record.json states another lot than the one drawn")
    return f"question, rule, roll and times are those of the result, and stand in the chain; the lot is {' '.join(options)}"


def _check_rule(bundle: Bundle) -> None:
    """Check that the rule in words, and the by-laws that it was taken from, are those of the opening."""
    opening, stated = bundle.opening, bundle.json("rule.json")
    need(stated["rule"] == opening["rule"], "rule.json is about another rule than opening.json")
    expected = {"rule": opening["rule"]}
    if "bylaws" in opening:
        expected["bylaws"] = opening["bylaws"]["version"]
        need(stated.get("bylaws") == expected["bylaws"], "rule.json names other by-laws than opening.json")
    elif "bylaws" in stated:
        expected["bylaws"] = stated["bylaws"]
        bundle.note(
            "rule.json names by-laws, and this vote was opened before openings stated them: nothing else holds that"
        )
    words = {key: stated[key] for key in ("variant", "ties", "source") if key in stated}
    known = WORDS.get(opening["rule"]["name"])
    if known or opening["kind"] == "resolution":
        need(
            (sha256(canonical(words)) if words else None) == known,
            "rule.json says something else of the rule than this program",
        )
    bundle.need_written("rule.json", canonical({**expected, **words}))


def check_roll(bundle: Bundle) -> str:
    """Check that the roll has its fingerprint, and that only challenges that were upheld have changed it."""
    rows, record = bundle.table("roll.csv"), bundle.record
    need(len({row["voter"] for row in rows}) == len(rows), "roll.csv: somebody is on it twice")
    need(all(row[key] in ("yes", "no") for row in rows for key in ("frozen", "struck")), "roll.csv: neither yes nor no")
    need(all(re.fullmatch("[1-9][0-9]{0,8}", row["weight"]) for row in rows), "roll.csv: a weight is no whole number")
    frozen = [row for row in rows if row["frozen"] == "yes"]
    need(
        fingerprint(record, frozen) == record["roll"]["digest"],
        "roll.csv is not the roll that was frozen at the opening",
    )
    votes = sum(int(row["weight"]) for row in frozen)
    if bundle.of_first_form:
        need(record["roll"]["size"] == len(frozen) == votes == len(rows), "roll.csv: the roll has another size")
        _check_lists(bundle, rows)
        return f"{len(rows)} entries with the fingerprint that was announced"
    stated = bundle.opening["roll"]
    need(
        (stated["heads"], stated["votes"]) == (len(frozen), votes), "roll.csv has not the heads or votes of the opening"
    )
    need(
        bundle.opening["weighting"] or votes == len(frozen), "roll.csv: one member has one vote, and somebody has more"
    )
    _check_caps(bundle.opening["weighting"] or {}, frozen)
    standing = bundle.roll()
    added = sorted(row["voter"] for row in rows if row["frozen"] == "no")
    struck = sorted(row["voter"] for row in rows if row["struck"] == "yes")
    final = {
        "digest": fingerprint(record, standing),
        "heads": len(standing),
        "votes": sum(int(row["weight"]) for row in standing),
        "added": added,
        "struck": struck,
    }
    need(final == record["roll"]["final"], "roll.csv is not the roll by which the result was counted")
    _check_challenges(bundle, added, struck)
    _check_lists(bundle, rows)
    return f"{len(frozen)} frozen at the opening, {len(added)} added, {len(struck)} struck; fingerprints fit"


def _check_lists(bundle: Bundle, rows: Sequence[dict[str, str]]) -> None:
    """Check that roll and challenges hold nothing else than what is checked of them."""
    by_roll_call = bundle.record["secrecy"] == "open"
    columns = ["voter", "class", "weight", "reason", "frozen", "struck", *(["entry"] if by_roll_call else [])]
    cells = sorted([row[column] for column in columns] for row in rows)
    bundle.need_written("roll.csv", as_table([columns, *cells], "\n"))
    if by_roll_call:
        voted = {row["entry"] for row in bundle.json("ballots.json")["rows"]}
        spare = [row["entry"] for row in rows if row["entry"] and row["entry"] not in voted]
        need(not spare, f"roll.csv: entry {', '.join(spare)} has no ballot")
    answered = bundle.json("challenges.json")["answered"]
    names = [one["challenge"] for one in answered]
    need(names == sorted(set(names)), "challenges.json: an answer is there twice, or out of order")
    bundle.need_written("challenges.json", listed({}, answered=answered))


def _check_caps(caps: Any, frozen: Sequence[dict[str, str]]) -> None:
    """Check that no voter has more votes than the rule gives their class, and no class a greater part of all votes."""
    total: Counter[str] = Counter()
    for row in frozen:
        weight, most = int(row["weight"]), caps.get(row["class"], {"most_votes": 1})["most_votes"]
        need(weight <= most, f"roll.csv: somebody of class {row['class']} has {weight} votes; it gives at most {most}")
        total[row["class"]] += weight
    for code, cap in caps.items():
        most = sum(total.values()) * cap["share_numerator"]
        need(
            total[code] * cap["share_denominator"] <= most,
            f"roll.csv: class {code} has {total[code]} votes, which is more than its part of {sum(total.values())}",
        )


def fingerprint(record: Any, rows: Iterable[dict[str, str]]) -> str:
    """Return the fingerprint of a roll."""
    lines = sorted([row["voter"], row["class"], int(row["weight"]), row["reason"]] for row in rows)
    return sha256(canonical({"proposal": record["proposal"], "roll": lines}))


def _check_challenges(bundle: Bundle, added: list[str], struck: list[str]) -> None:
    """Check that every answer is in the chain, and that those that were upheld are just what happened to the roll."""
    linked = {
        link["subject"]: link["digest"] for link in bundle.json("chain.json")["links"] if link["kind"] == "answered"
    }
    upheld: dict[str, list[str]] = {"add": [], "strike": []}
    for record in bundle.json("challenges.json")["answered"]:
        name = record["challenge"]
        need(
            linked.get(name) == sha256(canonical(record)),
            f"challenges.json: challenge {name} is not what the chain holds",
        )
        need(record["proposal"] == bundle.record["proposal"], f"challenges.json: challenge {name} is of another vote")
        if record["upheld"]:
            upheld[record["asks"]].append(record["voter"])
    need(sorted(set(upheld["add"])) == added, "roll.csv: who was added are not those whose challenge was upheld")
    need(
        sorted(set(upheld["strike"])) == struck, "roll.csv: who was struck are not those of challenges that were upheld"
    )


def check_ballots(bundle: Bundle) -> str:
    """Check that every ballot is the one that was cast, and that together they have the digest of the record."""
    ballots, record = bundle.json("ballots.json"), bundle.record
    need(ballots["proposal"] == record["proposal"], "ballots.json is of another vote")
    _check_rows(bundle)
    if record["secrecy"] == "external":
        return _tally(bundle)
    secret = record["secrecy"] == "secret"
    need(ballots["shown"] == "rows" or secret, "ballots.json: nothing is withheld of a roll-call")
    counted = _receipts(bundle) if secret else _entries(bundle)
    need(
        sha256(canonical(counted)) == record["ballots"]["digest"],
        "ballots.json: the ballots are not those of the record",
    )
    _check_answers(bundle)
    if not bundle.of_first_form:
        need(len(counted) == record["ballots"]["heads"], "ballots.json: the ballots are not as many as were counted")
        need(
            bundle.opening["weighting"] or record["ballots"]["cast"] == record["ballots"]["heads"],
            "record.json: one ballot has one vote, and there are other numbers of them",
        )
    if secret:
        _check_shown(bundle, len(counted))
    withheld = {
        "rows": "each recomputed from what it says" if secret else "each of an entry of the roll",
        "answers": "receipts and answers apart",
        "receipts": "receipts only",
    }[ballots["shown"]]
    return f"{len(counted)} ballots, {withheld}; together they have the digest of the record"


def _check_rows(bundle: Bundle) -> None:
    """Check that the file holds nothing else than what is checked of it, in the one order that says nothing."""
    ballots, secret = bundle.json("ballots.json"), bundle.record["secrecy"] != "open"
    head = {
        key: ballots[key] for key in ("proposal", "shown", "least", *(["tally"] if ballots["shown"] == "tally" else []))
    }
    least = bundle.opening["secret_least"] if secret else None
    need(ballots["least"] == least, "ballots.json states another least number")
    columns = (
        "receipt nonce class weight choice" if secret else "entry weight choice version cast_at on_paper"
    ).split()
    lists: dict[str, Any] = {}
    if ballots["shown"] == "rows":
        rows = sorted(ballots["rows"], key=lambda row: str(row[columns[0]]))
        lists["rows"] = [{column: row[column] for column in columns} for row in rows]
    if ballots["shown"] in ("answers", "receipts"):
        lists["receipts"] = ballots["receipts"]
    if ballots["shown"] == "answers":
        answers = [{"choice": row["choice"], "weight": row["weight"]} for row in ballots["answers"]]
        lists["answers"] = sorted(answers, key=lambda row: (json.dumps(row["choice"], sort_keys=True), row["weight"]))
    bundle.need_written("ballots.json", listed(head, **lists))


def _check_shown(bundle: Bundle, size: int) -> None:
    """Check that answers are withheld only where few share what they show: whoever declares could hide a false count so."""
    ballots, least = bundle.json("ballots.json"), bundle.opening["secret_least"]
    groups = {(row["class"], row["weight"]) for row in bundle.roll()}
    many = size >= (least or 0)
    if ballots["shown"] == "answers":
        fits = len(groups) > 1 and many
    elif ballots["shown"] == "receipts":
        fits = len({weight for _, weight in groups}) > 1 or not many
    else:
        fits = ballots["shown"] == "rows"
    need(fits, "ballots.json: more is withheld than the few who share what they show ask for")


def _check_answers(bundle: Bundle) -> None:
    """Check that the answers, where they are shown, could be given, and are as many as were counted."""
    papers = bundle.papers()
    if papers is None:
        return
    cast = bundle.record["ballots"]["cast"]
    need(sum(papers.values()) == cast, "ballots.json: the votes are not as many as were counted")


def _tally(bundle: Bundle) -> str:
    """Check that what another system counted is what the record was made from."""
    ballots, record = bundle.json("ballots.json"), bundle.record
    shown, stated, outside = ballots["shown"], record["ballots"], record["external"]
    need(shown in ("tally", "elsewhere"), "ballots.json: ballots were cast in another system")
    if shown == "tally":
        tally = ballots["tally"]
        need(sha256(canonical(tally)) == stated["digest"], "ballots.json: the tally is not the one of the record")
        need(tally["heads"] == stated["heads"], "ballots.json: the voters are not as many as were counted")
        need(
            all(tally[key] == outside[key] for key in ("spoilt", "voters")),
            "ballots.json: other spoilt ballots or voters than the record",
        )
        _check_answers(bundle)
    else:
        least = bundle.opening["secret_least"]
        need(ballots["least"] == least > stated["heads"], "ballots.json: nothing is to be withheld here")
        bundle.note(f"fewer than {least} ballots: what they say is withheld, so they cannot be counted again")
    bundle.note(
        "the ballots were cast and added up in another system: check that with its own tool and its evidence, whose"
        f" SHA-256 is {outside['evidence']}"
    )
    if shown == "tally":
        return f"the tally of another system: {stated['cast']} votes; it has the digest of the record"
    return "none here"


def _receipts(bundle: Bundle) -> list[str]:
    """Return the receipts of secret ballots, each computed again where its row is there."""
    ballots = bundle.json("ballots.json")
    if ballots["shown"] != "rows":
        _note_withheld(bundle, ballots)
        receipts = list(ballots["receipts"])
    else:
        receipts = []
        for row in ballots["rows"]:
            told = {
                "proposal": ballots["proposal"],
                **{key: row[key] for key in ("class", "weight", "choice", "nonce")},
            }
            need(sha256(canonical(told)) == row["receipt"], f"ballots.json: ballot {row['receipt']} was changed")
            receipts.append(row["receipt"])
    need(receipts == sorted(set(receipts)), "ballots.json: a receipt is there twice, or out of order")
    return receipts


def _note_withheld(bundle: Bundle, ballots: Any) -> None:
    least = ballots["least"]
    if ballots["shown"] == "answers":
        bundle.note(
            f"fewer than {least} ballots of one class: which ballot has which class is withheld, so no ballot can be recomputed"
            " from its answer; receipts and count are checked"
        )
    else:
        bundle.note(
            f"fewer than {least} ballots share what they show: what they say is withheld, so they can be neither recomputed nor"
            " counted again; that they are there, how many, and what was declared is checked"
        )


def _entries(bundle: Bundle) -> list[list[Any]]:
    """Return entry and answer of each vote by roll-call."""
    weight_of = {row["entry"]: row["weight"] for row in bundle.roll()}
    rows = bundle.json("ballots.json")["rows"]
    for row in rows:
        need(row["entry"] in weight_of, f"ballots.json: entry {row['entry']} is not on the roll")
        need(str(row["weight"]) == weight_of[row["entry"]], f"ballots.json: entry {row['entry']} has another weight")
    need(len({row["entry"] for row in rows}) == len(rows), "ballots.json: an entry has two ballots")
    return sorted([row["entry"], row["choice"]] for row in rows)


def check_one_ballot_each(bundle: Bundle) -> str:
    """Check that there are as many ballots as entries of the roll that voted, and in no class more than it has entries."""
    taken = bundle.json("participation.json")
    paper = taken["on_paper"]
    need(paper == bundle.record["ballots"].get("paper"), "participation.json: other ballots on paper than the record")
    secret = bundle.record["secrecy"] == "secret"
    columns = ("cast", "taken_back", "paper_given", "on_paper", "digest") if secret else ("voted", "on_paper")
    bundle.need_written("participation.json", canonical({column: taken[column] for column in columns}))
    if bundle.record["secrecy"] == "external":
        return _check_voters_outside(bundle, taken)
    ballots = bundle.json("ballots.json")
    size = len(ballots["rows"] if ballots["shown"] == "rows" else ballots["receipts"])
    if bundle.record["secrecy"] != "secret":
        need(taken["voted"] == size, "participation.json: other entries voted than there are ballots")
        voter_of = {row["entry"]: row["voter"] for row in bundle.roll()}
        beside = ("version", "cast_at", "on_paper")
        votes = [[row["entry"], voter_of[row["entry"]], *(row[key] for key in beside)] for row in ballots["rows"]]
        _check_voters(bundle, "ballots.json", sha256(canonical({"voted": sorted(votes)})))
        return f"{size} entries of the roll voted, and each has one ballot"
    _check_voters(bundle, "participation.json", taken["digest"])
    from_paper = paper["ballots"] if paper else 0
    voted = taken["cast"] - taken["taken_back"] + from_paper
    need(voted == size, f"participation.json: {voted} entries of the roll have a ballot, and there are {size}")
    need(
        from_paper + (paper["spoilt"] if paper else 0) <= taken["paper_given"],
        "participation.json: more ballots came back on paper than were given",
    )
    numbers = {column: taken[column] for column in ("cast", "taken_back", "paper_given")}
    need(
        bundle.record["ballots"].get("took_part", numbers) == numbers,
        "participation.json: others took part than the record says",
    )
    need(
        bundle.opening["takes_paper"] or taken["paper_given"] == taken["taken_back"] == 0,
        "participation.json: this vote took no paper",
    )
    roll = Counter((row["class"], row["weight"]) for row in bundle.roll())
    need(size <= sum(roll.values()), "there are more ballots than entries on the roll")
    if ballots["shown"] == "rows":
        for group, cast in Counter((row["class"], str(row["weight"])) for row in ballots["rows"]).items():
            need(
                cast <= roll[group],
                f"class {group[0]}, weight {group[1]}: {cast} ballots for {roll[group]} on the roll",
            )
    return f"{voted} entries of the roll have a ballot, and there are {size}; in no class more than it has entries"


def _check_voters(bundle: Bundle, name: str, found: str) -> None:
    """Check that those who voted are those of the record; what was counted before records had them, says nothing about it."""
    ballots = bundle.record["ballots"]
    need("voters" not in ballots or ballots["voters"] == found, f"{name}: those who voted are not those of the record")


def _check_voters_outside(bundle: Bundle, taken: Any) -> str:
    """Check that no more voted in another system than the roll holds."""
    stated, outside, roll = bundle.record["ballots"], bundle.record["external"], bundle.roll()
    need(taken["voted"] == stated["heads"], "participation.json: other voters than the record")
    votes = sum(int(row["weight"]) for row in roll)
    fits = stated["heads"] + outside["spoilt"] <= len(roll) and outside["voters"] <= len(roll)
    need(fits and stated["cast"] <= votes, "more voted in another system than are on the roll")
    return f"{stated['heads']} voters in another system, which let {outside['voters']} vote, of {len(roll)} on the roll"


def check_quorum(bundle: Bundle) -> str:
    """Check that a resolution has the quorum that its record states."""
    record, rule = bundle.record, bundle.record["rule"]
    if "outcome" not in record["count"]:
        return "the rule of an election asks for none"
    votes, cast = _roll_votes(bundle), record["ballots"]["cast"]
    needed = max(-(-votes * rule["quorum_numerator"] // rule["quorum_denominator"]), rule["quorum_minimum"])
    met = "met" if cast >= needed else "not-met"
    stated = record["count"]
    need((stated["quorum_needed"], stated["quorum"]) == (needed, met), f"the quorum is {needed} votes, and it is {met}")
    share = f"{rule['quorum_numerator']}/{rule['quorum_denominator']}"
    return f"{cast} votes cast, {needed} needed ({share} of {votes}, at least {rule['quorum_minimum']}): {met}"


def _roll_votes(bundle: Bundle) -> int:
    return sum(int(row["weight"]) for row in bundle.roll())


def check_count(bundle: Bundle) -> str:
    """Check that the ballots, counted again, give the result."""
    record, papers, name = bundle.record, bundle.papers(), bundle.record["rule"]["name"]
    bundle.need_written("count.txt", _count_sheet(bundle))
    if papers is None:
        return f"not counted again: the answers are not here{_declared(bundle)}"
    if record["kind"] == "resolution":
        counted: Any = resolution(record["rule"], papers, _roll_votes(bundle))
    elif name in RULES or name in POINTS:
        seats, naming = record["rule"]["seats"], {paper: votes for paper, votes in papers.items() if paper}
        if name in RULES:
            counted = RULES[name](bundle.opening["options"], naming, seats)
        else:
            counted = POINTS[name](bundle.opening["options"], naming, seats, record["rule"]["cap"])
        counted["seats"] = seats
    else:
        bundle.note(f"this program cannot count by {name}: use coop count with the ballots, or another program")
        return f"NOT counted again: this program does not know the rule {name}"
    _compare(counted, record["count"], "count")
    return f"counted again by {name}: {sum(papers.values())} votes, {_told(bundle)}"


def _count_sheet(bundle: Bundle) -> bytes:
    """Return the count for people to read: numbers, or stages, or the order and who is preferred to whom."""
    count, options = bundle.record["count"], bundle.opening["options"]
    if "outcome" in count:
        return "".join(f"{key.ljust(18)}{value}\n" for key, value in count.items()).encode()
    lines = [f"{count['rule']}, {count['arithmetic']}", f"{count['ballots']} ballots, {count['seats']} seats"]
    if count["quota"]:
        lines.append(f"quota {count['quota']}")
    lines += ["", "elected: " + (", ".join(count["elected"]) or "nobody"), ""]
    if "order" in count:
        wins = count["preferences"]
        lines += [f"Order: {' '.join(count['order'])}", "", "Ballots that prefer the row to the column:"]
        rows = [[one, *(wins.get(one, {}).get(other, "-") for other in options)] for one in options]
        return _laid_out(lines, [["", *options], *rows])
    for number, stage in enumerate(count["stages"], start=1):
        lines.append(f"{str(number).rjust(3)}  {stage['event']}")
        for happened in ("elected", "excluded"):
            if stage.get(happened):
                lines.append(f"     {happened}: {' '.join(stage[happened])}")
        if "tie" in stage:
            lines.append(f"     tie of {' '.join(stage['tie']['tied'])}: {stage['tie']['chosen']}")
    rows = [[code, *(stage["votes"].get(code, "-") for stage in count["stages"])] for code in options]
    rows.append(["not transferable", *(stage["non_transferable"] for stage in count["stages"])])
    numbers = [str(number) for number in range(1, len(count["stages"]) + 1)]
    return _laid_out([*lines, ""], [["", *numbers], *rows])


def _laid_out(lines: list[str], cells: list[list[str]]) -> bytes:
    """Return lines and a table under them, its first column to the left and the others to the right."""
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    for first, *rest in cells:
        lines.append("  ".join([first.ljust(widths[0]), *(text.rjust(width) for text, width in zip(rest, widths[1:]))]))
    return ("\n".join(lines) + "\n").encode()


def _declared(bundle: Bundle) -> str:
    """Check that what was declared of a resolution follows from its own numbers, where its ballots cannot be counted again."""
    record, stated = bundle.record, bundle.record["count"]
    if record["kind"] != "resolution":
        return ""
    votes = [stated[answer] for answer in ANSWERS]
    whole_numbers = all(type(number) is int and number >= 0 for number in votes)
    need(whole_numbers and sum(votes) == record["ballots"]["cast"], "count: the votes are not those that were cast")
    papers: Papers = {(answer,): number for answer, number in zip(ANSWERS, votes)}
    _compare(resolution(record["rule"], papers, _roll_votes(bundle)), stated, "count")
    return "; the outcome follows from the votes that were declared"


def _compare(ours: Any, theirs: Any, where: str) -> None:
    """Check that all that was counted here is in the record too; the record may say more."""
    if isinstance(ours, dict):
        for key, value in ours.items():
            need(isinstance(theirs, dict) and key in theirs, f"{where}: {key} is missing in the record")
            _compare(value, theirs[key], f"{where}, {key}")
    elif isinstance(ours, list):
        need(isinstance(theirs, list) and len(ours) == len(theirs), f"{where}: counted again there are {len(ours)}")
        for number, value in enumerate(ours):
            _compare(value, theirs[number], f"{where} {number + 1}")
    else:
        need(ours == theirs, f"{where}: counted again it is {ours}, and the record says {theirs}")


def check_forms(bundle: Bundle) -> str:
    """Check that the files for other programs hold the same ballots, and nothing else."""
    answers = bundle.answers()
    names = sorted(name for name in bundle.files if name.startswith(("ballots.", "rctab.")) and name != "ballots.json")
    if answers is None:
        need(not names, f"{', '.join(names)}: what they say is withheld")
        return "none, because the answers are not here"
    record, options = bundle.record, bundle.opening["options"]
    if record["rule"]["name"] in POINTS:
        rows = [[votes, *(dict(points).get(code, "") for code in options)] for points, votes in answers]
        expected = {"ballots.csv": as_table([["weight", *options], *rows], "\r\n")}
    else:
        expected = _ranked_files(record, options, answers)
    need(
        names == sorted(expected),
        f"{', '.join(sorted({*names} ^ {*expected}))}: missing, or of no use for these ballots",
    )
    for name in names:
        need(bundle.files[name] == expected[name], f"{name} is not made of the ballots of ballots.json")
    return f"{', '.join(names)}: the same ballots"


def _ranked_files(record: Any, options: list[str], answers: list[tuple[Ranking, int]]) -> dict[str, bytes]:
    """Return rankings as BLT, PrefLib and CSV files, and for the rules that RCTab counts as files for it."""
    place = {code: at for at, code in enumerate(options)}
    ranked = [([[place[code] for code in together(rank)] for rank in ranking], votes) for ranking, votes in answers]
    seats = record["rule"].get("seats", 1)
    kind, preflib = write_preflib(options, ranked, record["proposal"], record["closes_at"][:10])
    table = [[votes, *preferences(ranks, len(options))] for ranks, votes in ranked]
    files = {
        "ballots.blt": write_blt(options, ranked, seats, record["proposal"]),
        f"ballots.{kind}": preflib,
        "ballots.csv": as_table([["weight", *options], *table], "\r\n"),
    }
    if record["rule"]["name"] in ("irv", "scottish-stv"):
        # It knows no weights: a ballot of two votes is two ballots.
        files["rctab.csv"] = as_table([options, *(row for votes, *row in table for _ in range(votes))], "\r\n")
        files["rctab.json"] = write_rctab(options, seats, record["proposal"])
    return files


def write_blt(options: list[str], ranked: Sequence[tuple[list[list[int]], int]], seats: int, title: str) -> bytes:
    """Return a BLT file: a line for each ballot, those who share a place joined by "="."""
    lines = [f"{len(options)} {seats}"]
    for ranks, votes in ranked:
        lines.append(" ".join([str(votes), *("=".join(str(at + 1) for at in rank) for rank in ranks), "0"]))
    lines += ["0", *(f'"{name}"' for name in (*options, title))]
    return ("\n".join(lines) + "\n").encode()


def write_preflib(
    options: list[str], ranked: Sequence[tuple[list[list[int]], int]], title: str, day: str
) -> tuple[str, bytes]:
    """Return a PrefLib file of orders, the most frequent first, and of which of its kinds it is."""
    orders: Counter[Any] = Counter()
    for ranks, votes in ranked:
        orders[tuple(tuple(rank) for rank in ranks)] += votes
    tied = any(len(rank) > 1 for order in orders for rank in order)
    whole_orders = all(sum(len(rank) for rank in order) == len(options) for order in orders)
    kind = ("to" if tied else "so") + ("c" if whole_orders else "i")
    head = [
        ("FILE NAME", f"ballots.{kind}"),
        ("TITLE", title),
        ("DESCRIPTION", ""),
        ("DATA TYPE", kind),
        ("MODIFICATION TYPE", "original"),
        ("RELATES TO", ""),
        ("RELATED FILES", ""),
        ("PUBLICATION DATE", day),
        ("MODIFICATION DATE", day),
        ("NUMBER ALTERNATIVES", str(len(options))),
        ("NUMBER VOTERS", str(sum(orders.values()))),
        ("NUMBER UNIQUE ORDERS", str(len(orders))),
        *((f"ALTERNATIVE NAME {number}", name) for number, name in enumerate(options, start=1)),
    ]
    lines = [f"# {key}: {value}".strip() for key, value in head]
    for order in sorted(orders, key=lambda order: (-orders[order], order)):
        places = [",".join(str(at + 1) for at in rank) for rank in order]
        shared = ["{" + text + "}" if "," in text else text for text in places]
        lines.append(f"{orders[order]}: {','.join(shared)}".strip())
    return kind, ("\n".join(lines) + "\n").encode()


def preferences(ranks: list[list[int]], size: int) -> list[Any]:
    """Return the cells of a ballot in a table: in the column of each candidate the preference."""
    cells: list[Any] = [""] * size
    for preference, rank in enumerate(ranks, start=1):
        for at in rank:
            cells[at] = preference
    return cells


def write_rctab(options: list[str], seats: int, title: str) -> bytes:
    """Return the configuration for RCTab 2: ties by earlier rounds, the Droop quota in whole votes, five decimals."""
    source = {
        "provider": "genericCsv",
        "filePath": "rctab.csv",
        "contestId": "",
        "firstVoteColumnIndex": "1",
        "firstVoteRowIndex": "2",
        "idColumnIndex": "",
    }
    rules = {
        "winnerElectionMode": "multiWinnerAllowMultipleWinnersPerRound" if seats > 1 else "singleWinnerMajority",
        "numberOfWinners": str(seats),
        "tiebreakMode": "previousRoundCountsThenAsk",
        "overvoteRule": "exhaustImmediately",
        "decimalPlacesForVoteArithmetic": "5",
        "maxSkippedRanksAllowed": "unlimited",
        "maxRankingsAllowed": "max",
    }
    off = ("nonIntegerWinningThreshold", "hareQuota", "batchElimination", "exhaustOnDuplicateCandidate")
    settings = {
        "tabulatorVersion": "2.0.1",
        "outputSettings": {"contestName": title, "outputDirectory": "output"},
        "cvrFileSources": [source],
        "candidates": [{"name": name, "excluded": False, "aliases": []} for name in options],
        "rules": {**rules, **dict.fromkeys((*off, "continueUntilTwoCandidatesRemain"), False)},
    }
    return (json.dumps(settings, ensure_ascii=False, indent=2) + "\n").encode()


def as_table(rows: Iterable[Sequence[Any]], end: str) -> bytes:
    """Return rows as CSV with a line end."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode()


def listed(head: dict[str, Any], **lists: Iterable[Any]) -> bytes:
    """Return an object as JSON in which each key, and each item of a long list, has a line of its own."""
    parts = [canonical({key: head[key]})[1:-1] for key in sorted(head)]
    for key, items in lists.items():
        parts.append(b'"%s":[\n%s\n]' % (key.encode(), b",\n".join(canonical(item) for item in items)))
    return b"{" + b",\n".join(parts) + b"}\n"


# -------------------------------------------------------------------------------------------------- the counting rules


def resolution(rule: Any, papers: Papers, roll: int) -> dict[str, Any]:
    """Count for, against and abstain: a tie is lost, and so is a vote in which nobody takes part."""
    need(set(papers) <= {(answer,) for answer in ANSWERS}, "ballots.json: an answer could not be given")
    yes, no, abstain = (papers.get((answer,), 0) for answer in ANSWERS)
    cast = yes + no + abstain
    base = {"for-and-against": yes + no, "cast": cast, "roll": roll}[rule["base"]]
    part = Fraction(base * rule["threshold_numerator"], rule["threshold_denominator"])
    needed = part // 1 + 1 if rule["comparison"] == "more-than" else -(-part // 1)
    # Whatever the threshold, there must be more votes for than against, given how everybody else voted.
    needed = max(needed, base // 2 + 1 if rule["base"] == "for-and-against" else no + 1)
    quorum = max(-(-roll * rule["quorum_numerator"] // rule["quorum_denominator"]), rule["quorum_minimum"])
    reasons = ["nobody-voted"] if not cast else []
    reasons += ["quorum-not-met"] if cast < quorum else []
    if yes == no > 0:
        reasons.append("tied")
    elif cast and yes < needed:
        reasons.append("too-few-for")
    return {
        "for": yes,
        "against": no,
        "abstain": abstain,
        "cast": cast,
        "roll": roll,
        "base_votes": base,
        "threshold_needed": int(needed),
        "outcome": "lost" if reasons else "carried",
        "reasons": " ".join(reasons or ["carried"]),
    }


def decimals(amount: Any, places: int) -> str:
    """Write a number of units of the last decimal, rounded half up."""
    units = (amount + Fraction(1, 2)) // 1
    text = str(units).rjust(places + 1, "0")
    return f"{text[:-places]}.{text[-places:]}" if places else text


def _result(
    options: Sequence[str], papers: Papers, quota: str | None, elected: Iterable[str], **more: Any
) -> dict[str, Any]:
    chosen = set(elected)
    return {"quota": quota, "ballots": sum(papers.values()), "elected": [c for c in options if c in chosen], **more}


def _parted(tied: list[str], history: Sequence[dict[str, int]], best: Callable[..., int]) -> str:
    """Return one of the tied: the last earlier stage that sets them apart decides, else the lot, which is their order."""
    for votes in reversed(history):
        wanted = best(votes[code] for code in tied)
        tied = [code for code in tied if votes[code] == wanted]
    return tied[0]


def scottish_stv(options: list[str], papers: Papers, seats: int) -> dict[str, Any]:
    """Scottish Local Government Elections Order 2007, Schedule 1, rules 45 to 52. A vote is 100,000 units."""
    quota = (sum(papers.values()) // (seats + 1) + 1) * 100_000
    # Each paper: its ranking, how many there are of it, what each is worth now, and who holds it.
    pile: list[list[Any]] = [[ranking, number, 100_000, ranking[0]] for ranking, number in papers.items()]
    votes = dict.fromkeys(options, 0)
    for _, number, value, holder in pile:
        votes[holder] += number * value
    standing, exhausted = list(options), 0
    chosen: list[str] = []
    waiting: list[str] = []
    history: list[dict[str, int]] = []
    stages = []
    while True:
        reached = [code for code in standing if votes[code] >= quota]
        if len(standing) <= seats - len(chosen):
            reached = list(standing)
        reached.sort(key=lambda code: -votes[code])
        standing = [code for code in standing if code not in reached]
        chosen += reached
        waiting += [code for code in reached if votes[code] > quota]
        history.append(dict(votes))
        written = {code: decimals(number, 5) for code, number in votes.items()}
        stages.append({"votes": written, "non_transferable": decimals(exhausted, 5), "elected": reached})
        if len(chosen) >= seats or not standing:
            break
        if waiting:
            most = max(votes[code] for code in waiting)
            source = _parted([code for code in options if code in waiting and votes[code] == most], history, max)
            waiting.remove(source)
            surplus, whole_pile, votes[source] = most - quota, most, quota
        else:
            fewest = min(votes[code] for code in standing)
            source = _parted([code for code in standing if votes[code] == fewest], history, min)
            standing.remove(source)
            surplus = whole_pile = 1
            votes[source] = 0
        for paper in pile:
            if paper[3] == source:
                paper[2] = paper[2] * surplus // whole_pile
                paper[3] = next((code for code in paper[0] if code in standing), None)
                if paper[3] is None:
                    exhausted += paper[1] * paper[2]
                else:
                    votes[paper[3]] += paper[1] * paper[2]
    return _result(options, papers, decimals(quota, 5), chosen, stages=stages)


def instant_runoff(options: list[str], papers: Papers, seats: int) -> dict[str, Any]:
    """Exclude the last until somebody has more than half of the votes that still name somebody who stands."""
    standing = list(options)
    history: list[dict[str, int]] = []
    stages = []
    while True:
        votes = dict.fromkeys(options, 0)
        for ranking, number in papers.items():
            holder = next((code for code in ranking if code in standing), None)
            if holder is not None:
                votes[holder] += number
        in_count = sum(votes.values())
        majority = in_count // 2 + 1
        elected = [code for code in standing if votes[code] >= majority or len(standing) == 1]
        history.append(votes)
        stages.append(
            {
                "votes": {code: str(number) for code, number in votes.items()},
                "non_transferable": str(sum(papers.values()) - in_count),
                "elected": elected,
            }
        )
        if elected:
            return _result(options, papers, str(majority), elected, stages=stages)
        fewest = min(votes[code] for code in standing)
        standing.remove(_parted([code for code in standing if votes[code] == fewest], history, min))


def _highest(
    options: list[str], papers: Papers, seats: int, given: Callable[[Ranking], Iterable[tuple[str, int]]]
) -> dict[str, Any]:
    """Elect whoever is given most; among equals for the last seats the order of the lot decides."""
    votes = dict.fromkeys(options, 0)
    for ranking, number in papers.items():
        for code, points in given(ranking):
            votes[code] += points * number
    ranked = sorted(options, key=lambda code: -votes[code])
    last = votes[ranked[seats - 1]] if len(ranked) > seats else -1
    # Those above the last seat's votes are elected together, and those who share them one after the other.
    steps = [[code for code in ranked if votes[code] > last], *([code] for code in options if votes[code] == last)]
    if sum(map(len, steps)) <= seats:
        steps = [[code for step in steps for code in step]]
    while sum(map(len, steps)) > seats:
        steps.pop()
    written = {code: str(number) for code, number in votes.items()}
    stages = [{"votes": written, "non_transferable": "0", "elected": step} for step in steps]
    return _result(options, papers, None, [code for step in steps for code in step], stages=stages)


def plurality(options: list[str], papers: Papers, seats: int) -> dict[str, Any]:
    """Count first preferences."""
    return _highest(options, papers, seats, lambda ranking: [(ranking[0], 1)])


def approval(options: list[str], papers: Papers, seats: int) -> dict[str, Any]:
    """Count for each candidate the ballots that name them."""
    return _highest(options, papers, seats, lambda ranking: [(code, 1) for rank in ranking for code in together(rank)])


def most_points(options: list[str], papers: Papers, seats: int, cap: int) -> dict[str, Any]:
    """Add up points, or dots."""
    return _highest(options, papers, seats, lambda points: points)


class Star:
    """STAR: score, then automatic runoff. Of the two with the most points whoever more ballots give more; for each seat anew."""

    def __init__(self, options: list[str], papers: Papers, seats: int, cap: int) -> None:
        self.options, self.papers, self.seats, self.left = options, papers, seats, list(options)
        self.ballots = [(dict(paper), number) for paper, number in papers.items()]
        self.points = {code: sum(given.get(code, 0) * n for given, n in self.ballots) for code in options}
        self.tops = {code: sum(n for given, n in self.ballots if given.get(code, 0) == cap) for code in options}
        self.stages: list[dict[str, Any]] = []

    def result(self) -> dict[str, Any]:
        """Fill seat after seat."""
        chosen: list[str] = []
        while self.left and len(chosen) < self.seats:
            standing = {code: self.points[code] for code in self.left}
            self.end_stage(standing, self.left if len(self.left) == 1 else [])
            chosen.append(self.left[0] if len(self.left) == 1 else self.runoff(self.finalists(standing)))
            self.left = [code for code in self.left if code != chosen[-1]]
        return _result(self.options, self.papers, None, chosen, stages=self.stages)

    def finalists(self, standing: dict[str, int]) -> list[str]:
        """Return the two with the most points: of those tied for it who is preferred to more of the others, then more top scores."""
        second = sorted(standing.values())[-2]
        found = [code for code in self.left if standing[code] > second]
        tied = [code for code in self.left if standing[code] == second]
        while len(found) < 2 < len(found) + len(tied):
            wins = {code: sum(self.lead(code, other) > 0 for other in tied) for code in tied}
            found.append(self.best(tied, wins, self.tops))
            tied.remove(found[-1])
            self.end_stage(standing, [])
        return [code for code in self.options if code in (found + tied if len(found) < 2 else found)]

    def runoff(self, finalists: list[str]) -> str:
        """Return whoever of two more ballots give more points, then who has more points, then more top scores."""
        one, other = finalists
        votes = {one: self.preferring(one, other), other: self.preferring(other, one)}
        winner = self.best(finalists, votes, self.points, self.tops)
        self.end_stage(votes, [winner], sum(self.papers.values()) - sum(votes.values()))
        return winner

    def best(self, tied: list[str], *measures: dict[str, int]) -> str:
        """Return whoever is best by the first measure that leaves one alone, else the first of those left in the lot."""
        for measure in measures:
            tied = [code for code in tied if measure[code] == max(measure[one] for one in tied)]
        return tied[0]

    def preferring(self, one: str, other: str) -> int:
        """Return how many ballots give one more than the other."""
        return sum(n for given, n in self.ballots if given.get(one, 0) > given.get(other, 0))

    def lead(self, one: str, other: str) -> int:
        """Return by how many ballots one is preferred to the other."""
        return self.preferring(one, other) - self.preferring(other, one)

    def end_stage(self, votes: dict[str, int], elected: list[str], neither: int = 0) -> None:
        """Write a stage down."""
        written = {code: str(votes.get(code, 0)) for code in self.options}
        self.stages.append({"votes": written, "non_transferable": str(neither), "elected": list(elected)})


Matrix = dict[str, dict[str, int]]


def _preferences(options: list[str], papers: Papers) -> Matrix:
    """Return how many ballots prefer one to another: whom a ballot names, it prefers to whom it does not."""
    table = {one: {other: 0 for other in options if other != one} for one in options}
    for ranking, number in papers.items():
        before: set[str] = set()
        for rank in map(together, ranking):
            before.update(rank)
            for one in rank:
                for other in table[one]:
                    if other not in before:
                        table[one][other] += number
    return table


def _ordered(
    options: list[str], papers: Papers, seats: int, table: Matrix, above: Callable[[str, str], bool], **more: Any
) -> dict[str, Any]:
    """Put nobody below somebody they stand above; where several come first, the first of them in the lot."""
    left, order = list(options), []
    while left:
        order.append(next(one for one in left if not any(above(other, one) for other in left if other != one)))
        left.remove(order[-1])
    return _result(options, papers, None, order[:seats], order=order, preferences=_as_text(table), **more)


def _as_text(table: Matrix) -> dict[str, dict[str, str]]:
    return {one: {other: str(votes) for other, votes in row.items()} for one, row in table.items()}


def schulze(options: list[str], papers: Papers, seats: int, margins: bool = False) -> dict[str, Any]:
    """Schulze: a path is as strong as its weakest step, by votes for it or, with margins, less those against it."""
    table = _preferences(options, papers)
    path = {
        one: {
            other: max(0, votes - (table[other][one] if margins else 0)) if votes > table[other][one] else 0
            for other, votes in row.items()
        }
        for one, row in table.items()
    }
    for via in options:
        for one in options:
            for other in options:
                if len({via, one, other}) == 3:
                    path[one][other] = max(path[one][other], min(path[one][via], path[via][other]))
    return _ordered(
        options,
        papers,
        seats,
        table,
        lambda one, other: path[one][other] > path[other][one],
        strongest_paths=_as_text(path),
    )


def ranked_pairs(options: list[str], papers: Papers, seats: int) -> dict[str, Any]:
    """Ranked pairs by winning votes: the clearest first, each kept unless it closes a circle."""
    table = _preferences(options, papers)
    place = {code: at for at, code in enumerate(options)}
    pairs = [(one, other) for one in options for other in table[one] if table[one][other] > table[other][one]]
    pairs.sort(key=lambda pair: (-table[pair[0]][pair[1]], table[pair[1]][pair[0]], place[pair[0]], place[pair[1]]))
    below: dict[str, set[str]] = {code: set() for code in options}

    def reaches(one: str, other: str) -> bool:
        seen, to_do = set(), [one]
        while to_do:
            at = to_do.pop()
            if at == other:
                return True
            if at not in seen:
                seen.add(at)
                to_do += below[at]
        return False

    for one, other in pairs:
        if not reaches(other, one):
            below[one].add(other)
    return _ordered(options, papers, seats, table, reaches)


class Meek:
    """Meek: in exact fractions, or in nine decimals as the reference rule has it, both as the documentation of the rules says.

    An amount is a number of units: of whole votes in fractions, of 1/10^9 of a vote in nine decimals.
    """

    def __init__(self, options: list[str], papers: Papers, seats: int, exact: bool) -> None:
        self.options, self.papers, self.seats, self.exact = options, papers, seats, exact
        self.vote: Any = Fraction(1) if exact else 10**9
        self.standing, self.chosen = list(options), list[str]()
        self.keep: dict[str, Any] = dict.fromkeys(options, self.vote)
        self.stages: list[dict[str, Any]] = []

    def result(self) -> dict[str, Any]:
        """Count from stage to stage."""
        self.share_out()
        self.end_stage([], [])
        while len(self.standing) > self.seats - len(self.chosen) > 0:
            before = self.vote * sum(self.papers.values())
            while not self.reach() and not self.exclude(before):
                before = self.surplus
                self.lower_keep_factors()
        return _result(self.options, self.papers, self.stages[0]["quota"], self.chosen, stages=self.stages)

    def share_out(self) -> None:
        """Give each paper to its candidates: each keeps a part of what arrives and passes on the rest."""
        self.votes: dict[str, Any] = dict.fromkeys(self.options, self.vote * 0)
        for ranking, number in self.papers.items():
            rest = self.vote
            for rank in ranking:
                among = [code for code in together(rank) if code in self.standing or code in self.chosen]
                # Nine decimals know no shared places, so there each share is the whole.
                share = Fraction(rest) / len(among) if len(among) > 1 else rest
                for code in among if rest else ():
                    kept = share * self.keep[code] if self.exact else -(-share * self.keep[code] // self.vote)
                    self.votes[code] += kept * number
                    rest -= kept
        total = sum(self.votes.values())
        self.quota = Fraction(total) / (self.seats + 1) if self.exact else total // (self.seats + 1) + 1
        self.surplus = max(sum(self.votes[code] - self.quota for code in self.chosen), self.vote * 0)

    def reach(self) -> bool:
        """Share out, and elect whoever has the quota, or in fractions more than it."""
        self.share_out()
        reached = [
            c for c in self.standing if self.votes[c] > self.quota or (self.votes[c] == self.quota and not self.exact)
        ]
        if reached:
            reached.sort(key=lambda code: -self.votes[code])
            self.standing = [code for code in self.standing if code not in reached]
            self.chosen += reached
            self.end_stage(reached, [])
        return bool(reached)

    def exclude(self, before: Any) -> bool:
        """Exclude the lowest when surpluses are as good as none or no longer shrink, and sure losers before."""
        none = self.surplus <= Fraction(1, 10**10) if self.exact else self.surplus < 1000
        if none or self.surplus >= before:
            fewest = min(self.votes[code] for code in self.standing) + self.surplus
            losers = [next(code for code in self.standing if self.votes[code] <= fewest)]
        else:
            spare = len(self.standing) - (self.seats - len(self.chosen))
            losers = _sure_losers(self.standing, self.votes, self.surplus, spare) if self.exact else []
        if losers:
            self.standing = [code for code in self.standing if code not in losers]
            self.end_stage([], losers)
        return bool(losers)

    def lower_keep_factors(self) -> None:
        """Let everybody elected keep less, rounded up to nine decimals, or to 1,000 where a fraction has grown longer."""
        for code in self.chosen:
            if self.exact:
                factor = self.keep[code] * self.quota / self.votes[code]
                most = 10**1000
                self.keep[code] = Fraction(-(-factor * most // 1), most) if factor.denominator > most else factor
            else:
                part = -(-self.keep[code] * self.quota // 10**9)
                self.keep[code] = -(-part * 10**9 // self.votes[code])

    def end_stage(self, elected: list[str], excluded: list[str]) -> None:
        """Elect the rest when they are no more than the seats left, and write the stage down."""
        if len(self.standing) <= self.seats - len(self.chosen):
            rest = sorted(self.standing, key=lambda code: -self.votes[code])
            self.standing, self.chosen, elected = [], self.chosen + rest, elected + rest
        places, unit = (12, 10**12) if self.exact else (9, 1)
        left = self.vote * sum(self.papers.values()) - sum(self.votes.values())
        stage = {
            "votes": {code: decimals(votes * unit, places) for code, votes in self.votes.items()},
            "non_transferable": decimals(left * unit, places),
            "quota": decimals(self.quota * unit, places),
            "elected": elected,
        }
        self.stages.append({**stage, "excluded": excluded} if excluded else stage)


def _sure_losers(standing: list[str], votes: dict[str, Any], surplus: Any, spare: int) -> list[str]:
    """Return those who stay behind the next even with all of each other's votes and the whole surplus."""
    groups: list[list[str]] = []
    base = surplus * 0
    for code in sorted(standing, key=lambda code: votes[code]):
        if votes[code] <= base + surplus:
            groups = groups or [[]]
            groups[-1].append(code)
        else:
            groups.append([code])
            base = votes[code]
    losers: list[str] = []
    for at in range(1, len(groups)):
        together = [code for group in groups[:at] for code in group]
        if len(together) <= spare and sum(votes[code] for code in together) + surplus < votes[groups[at][0]]:
            losers = together
    return [code for code in standing if code in losers]


#: A rule takes the candidates in the order of the lot, the papers that name anybody, and the number of seats.
RULES: dict[str, Callable[[list[str], Papers, int], dict[str, Any]]] = {
    "plurality": plurality,
    "approval": approval,
    "irv": instant_runoff,
    "scottish-stv": scottish_stv,
    "schulze": schulze,
    "schulze-margins": lambda options, papers, seats: schulze(options, papers, seats, margins=True),
    "ranked-pairs": ranked_pairs,
    "meek-stv": lambda options, papers, seats: Meek(options, papers, seats, exact=True).result(),
    "meek-stv-9": lambda options, papers, seats: Meek(options, papers, seats, exact=False).result(),
}

#: Rules that count points; they take the most points for one option besides.
POINTS: dict[str, Callable[[list[str], Papers, int, int], dict[str, Any]]] = {
    "score": most_points,
    "star": lambda options, papers, seats, cap: Star(options, papers, seats, cap).result(),
    "dots": most_points,
}


# ---------------------------------------------------------------------------------------------------------- the program

CHECKS: Sequence[tuple[str, Callable[[Bundle], str]]] = (
    ("files", check_files),
    ("chain", check_chain),
    ("opening", check_opening),
    ("roll", check_roll),
    ("ballots", check_ballots),
    ("one ballot each", check_one_ballot_each),
    ("quorum", check_quorum),
    ("count", check_count),
    ("forms", check_forms),
    ("outcome", check_outcome),
)


def check(bundle: Bundle, head: str = "", receipt: str = "", digest: str = "") -> list[tuple[str, str, str]]:
    """Make every check, and return for each line a word ("ok", "note", "FAILED"), what was checked, and what was found."""
    asked: list[tuple[str, Callable[[Bundle], str]]] = list(CHECKS)
    if digest:
        asked.append(("digest", lambda bundle: check_digest(bundle, digest)))
    if head:
        asked.append(("head", lambda bundle: check_head(bundle, head)))
    if receipt:
        asked.append(("receipt", lambda bundle: check_receipt(bundle, receipt)))
    lines = []
    for name, function in asked:
        try:
            lines.append(("ok", name, function(bundle)))
        except Wrong as wrong:
            lines += [("FAILED", name, line) for line in wrong.lines]
        except MALFORMED as error:
            lines.append(
                (
                    "FAILED",
                    name,
                    f"cannot be checked, because a file is not as it should be ({type(error).__name__}: {error})",
                )
            )
        lines += [("note", name, line) for line in bundle.notes]
        bundle.notes.clear()
    return lines


def check_digest(bundle: Bundle, digest: str) -> str:
    """Compare the bundle with the one that a digest was shown for."""
    found = sha256(bundle.files.get("manifest.json", b""))
    need(
        found == digest.strip().lower(),
        f"the manifest has the digest {found}: this is another bundle than the one you mean",
    )
    return "this is the bundle that you mean"


def check_head(bundle: Bundle, head: str) -> str:
    """Look for a head that somebody wrote down."""
    links = bundle.json("chain.json")["links"]
    at = [link["seq"] for link in links if link["hash"] == head.strip().lower()]
    need(
        at,
        "chain.json: no link has this hash. Nothing that was in the chain then can be in this one, unless it is of later",
    )
    return f"it is the hash of link {at[0]} of {len(links)}: nothing up to there has changed since"


def check_receipt(bundle: Bundle, receipt: str) -> str:
    """Look for a ballot among those counted."""
    ballots = bundle.json("ballots.json")
    need(bundle.record["secrecy"] == "secret", "this vote was by roll-call: there are no receipts")
    rows = ballots.get("rows") or [{"receipt": one} for one in ballots.get("receipts", [])]
    found = [row for row in rows if row["receipt"] == receipt.strip().lower()]
    need(
        found,
        "ballots.json: no ballot with this receipt was counted. If you changed your ballot, the newest receipt counts",
    )
    return (
        f"your ballot was counted, and says {json.dumps(found[0]['choice'])}"
        if "choice" in found[0]
        else "your ballot was counted"
    )


def shown(line: str) -> str:
    """Return a line as it can be printed: what a file says must not move the cursor, hide a line or write one of its own."""
    return "".join(one if one.isascii() and one.isprintable() else ascii(one)[1:-1] for one in line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a bundle and print a line for each check."""
    parser = argparse.ArgumentParser(
        description="Check a result bundle: chain, roll, ballots, count, outcome.",
        epilog="Example: python3 verify.py result.zip --head 5f0c2a...",
    )
    here = Path(__file__).resolve().parent
    parser.add_argument(
        "bundle", nargs="?", type=Path, default=here, help="a ZIP, or the folder into which it was unpacked"
    )
    parser.add_argument("--head", default="", help="a head of the chain that you wrote down")
    parser.add_argument("--receipt", default="", help="the receipt of your ballot")
    parser.add_argument("--digest", default="", help="the digest of the bundle that the page shows")
    given = parser.parse_args(arguments)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(4300)
    try:
        lines = check(load(given.bundle), given.head, given.receipt, given.digest)
    except Wrong as wrong:
        lines = [("FAILED", "bundle", line) for line in wrong.lines]
    except OSError as error:
        parser.error(f"{given.bundle} cannot be read: {error.strerror}")
    for word, name, line in lines:
        print(shown(f"{word:<7} {name}: {line}"))
    failed = sum(word == "FAILED" for word, _, _ in lines)
    print(f"\n{failed} of these do not hold." if failed else "\nEverything that can be checked holds.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
