"""Checking a bundle through the code that opens, casts, counts and chains votes here: what `coop verify` prints.

Each check has the name under which `verify.py` makes it by itself. Nothing is taken for granted: a bundle comes from anybody, and
whatever is in it ends in a line that says what does not hold.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from evidence.canonical import canonical_bytes
from evidence.chain import GENESIS
from evidence.messages import Refusal
from governance.bundles.ballot_checks import check_ballots, check_forms, check_one_ballot_each
from governance.bundles.contents import FORMAT, MANIFEST, PROGRAM, program
from governance.bundles.count_checks import check_count, check_quorum
from governance.bundles.lines import listed
from governance.bundles.opening_checks import check_opening, check_roll
from governance.bundles.packing import Unpacked
from governance.bundles.reading import MALFORMED, Bundle, DoesNotHold, need
from governance.bundles.sheets import README, certificate, outcome
from governance.chain import LinkKind, link_hash


class Word(StrEnum):
    """What a line says."""

    OK = "ok"
    #: Something that can be neither right nor wrong, such as what is withheld.
    NOTE = "note"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Line:
    """One line about one check."""

    word: Word
    check: str
    said: str

    def __str__(self) -> str:
        # What a file says must not move the cursor, hide a line or write one of its own.
        said = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in self.said)
        return f"{self.word:<7} {self.check}: {said}"


_LINK = ("seq", "kind", "subject", "digest", "hash")
#: Yields what was found: first what holds, then what to know beside it.
Check = Callable[[Bundle], Iterator[str]]


def check_files(bundle: Bundle) -> Iterator[str]:
    """Check that every file has the digest that the manifest states."""
    manifest = bundle.json(MANIFEST)
    need(
        canonical_bytes(manifest) == bundle.content(MANIFEST), f"{MANIFEST} was changed: it is not written canonically"
    )
    need(manifest["format"] == FORMAT, f"{MANIFEST}: this program checks {FORMAT}")
    need(set(manifest) == {"format", "proposal", "files"}, f"{MANIFEST} was changed: it holds what no manifest holds")
    stated = manifest["files"]
    wrong = [f"{name} is missing" for name in stated if name not in bundle.files]
    wrong += [f"{name} is not in the manifest" for name in bundle.files if name not in {*stated, MANIFEST}]
    wrong += [
        f"{name} is not the file of which {MANIFEST} states the digest"
        for name in stated
        if name in bundle.files and bundle.digest(name) != stated[name]
    ]
    wrong += bundle.damaged
    if wrong:
        raise DoesNotHold(*sorted(wrong))
    bundle.need_written("readme.txt", README.encode())
    yield f"{len(stated)} files with the digests that the manifest states; its own is {bundle.digest(MANIFEST)}"
    if bundle.content(PROGRAM) != program():
        yield f"{PROGRAM} is of another version than this program, or was changed: run it only if you know where it is from"


def check_chain(bundle: Bundle) -> Iterator[str]:
    """Check that each link's hash covers the one before, and that the chain ends with this vote's closing."""
    previous, seen = GENESIS, set()
    for seq, link in enumerate(bundle.links, start=1):
        need(
            link["seq"] == seq and type(link["seq"]) is int, f"chain.json: link {seq} is left out, or out of its place"
        )
        previous = link_hash(previous, seq, link["kind"], link["subject"], link["digest"])
        need(link["hash"] == previous, f"chain.json: link {seq} was changed, or one before it")
        # Who kept the head of a first closing would find it in a chain that goes on to a second one.
        told = (link["kind"], link["subject"])
        need(told not in seen, f"chain.json: link {seq} tells again what an earlier one has told")
        seen.add(told)
    last = bundle.links[-1]
    bundle.need_written("chain.json", listed({}, links=[{key: link[key] for key in _LINK} for link in bundle.links]))
    ends = (last["kind"], last["subject"]) == (LinkKind.CLOSED, str(bundle.proposal_id))
    need(ends, "chain.json does not end with the closing of this vote")
    yield f"{len(bundle.links)} links, each hash follows from the one before; the head at the closing is {previous}"


def check_outcome(bundle: Bundle) -> Iterator[str]:
    """Check that the record of the result is the one in the chain."""
    found = bundle.digest("record.json")
    need(bundle.links[-1]["digest"] == found, "record.json is not what the chain holds of the closing")
    need(bundle.json(MANIFEST)["proposal"] == bundle.record["proposal"], f"{MANIFEST} is of another vote")
    need(bundle.json("count.json") == bundle.record["count"], "count.json is not the count of the record")
    bundle.need_written("count.json", canonical_bytes(bundle.record["count"]))
    said = certificate(bundle.record, bundle.links).encode()
    need(bundle.content("certificate.txt") == said, "certificate.txt says something else than the record")
    yield f"{outcome(bundle.record['count'])}; the record has the digest {found}, as in the chain"


CHECKS: Sequence[tuple[str, Check]] = (
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


def checked(unpacked: Unpacked, *, digest: str = "", head: str = "", receipt: str = "") -> Iterator[Line]:
    """Make every check, and those that are asked for by a hash that somebody kept."""
    bundle = Bundle(unpacked)
    asked = (("digest", check_digest, digest), ("head", check_head, head), ("receipt", check_receipt, receipt))
    for name, check in CHECKS:
        yield from _lines(name, check, bundle)
    for name, check_hash, given in asked:
        if given:
            yield from _lines(name, partial(check_hash, wanted=given.strip().lower()), bundle)


def _lines(name: str, check: Check, bundle: Bundle) -> Iterator[Line]:
    try:
        said, *notes = check(bundle)
    except DoesNotHold as found:
        yield from (Line(Word.FAILED, name, line) for line in found.lines)
    except Refusal as refusal:
        yield Line(Word.FAILED, name, str(refusal))
    except MALFORMED as error:
        why = f"cannot be checked, because a file is not as it should be ({type(error).__name__}: {error})"
        yield Line(Word.FAILED, name, why)
    else:
        yield Line(Word.OK, name, said)
        yield from (Line(Word.NOTE, name, note) for note in notes)


def check_digest(bundle: Bundle, wanted: str) -> Iterator[str]:
    """Compare the bundle with the one that a digest was shown for."""
    found = bundle.digest(MANIFEST)
    need(found == wanted, f"the manifest has the digest {found}: this is another bundle than the one you mean")
    yield "this is the bundle that you mean"


def check_head(bundle: Bundle, wanted: str) -> Iterator[str]:
    """Look for a head that somebody wrote down."""
    found = [link["seq"] for link in bundle.links if link["hash"] == wanted]
    need(found, "chain.json: no link has this hash. The chain was another one, unless it had grown beyond this closing")
    yield f"it is the hash of link {found[0]} of {len(bundle.links)}: nothing up to there has changed since"


def check_receipt(bundle: Bundle, wanted: str) -> Iterator[str]:
    """Look for a ballot among those counted."""
    need(bundle.record["secrecy"] == "secret", "this vote has no secret ballots here: there are no receipts")
    counted = (
        "ballots.json: no ballot with this receipt was counted. If you changed your ballot, the newest receipt counts"
    )
    need(wanted in bundle.receipts, counted)
    rows = bundle.ballots.get("rows", ())
    said = next((canonical_bytes(row["choice"]).decode() for row in rows if row["receipt"] == wanted), None)
    yield "your ballot was counted" + (f", and says {said}" if said else "")
