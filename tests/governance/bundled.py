"""Bundles for tests: votes that are opened, cast, counted and packed, and both programs that check them."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from evidence.canonical import canonical_bytes
from governance.ballots import cast_open
from governance.bundles import checking, files_of, packing, verify
from governance.bundles.contents import MANIFEST, PROGRAM, manifest
from governance.bundles.lines import listed
from governance.choices import Choice
from governance.closing import bring_in, close
from governance.external import Brought, Tally, fix_question
from governance.methods import METHODS, Form, Rule
from governance.models import Secrecy
from governance.opening import Question, open_proposal
from governance.rolls import Voter
from governance.secret_ballots import cast_secret

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

#: What eight voters put into the urn.
RANKINGS: Sequence[Sequence[str]] = (["c1", "c2"], ["c2", "c3", "c1"], ["c3"], ["c1"]) * 2
#: The same by rules that ask for something else.
SHARED: Sequence[Choice] = (["c1", ["c2", "c3"]], [["c3", "c2"]], [["c1", "c2"], "c3"], ["c1"]) * 2
SAID: Mapping[Form, Sequence[Choice]] = {
    Form.ONE: (["c1"], ["c2"], ["c3"], ["c1"]) * 2,
    Form.APPROVED: (["c3", "c1"], ["c2"], ["c1", "c2", "c3"], ["c1"]) * 2,
    Form.RANKED: RANKINGS,
    Form.POINTS: ({"c1": 3, "c3": 1}, {"c2": 2, "c3": 0}, {"c1": 1, "c2": 3}, {"c3": 3}) * 2,
}
#: Every rule that one can vote by, and the seats that it takes.
ELECTIONS = [(name, 1 if method.one_seat else 2) for name, method in METHODS.items()]


def ballots_by(rule: str) -> Sequence[Choice]:
    """Return ballots as a rule takes them."""
    return SHARED if METHODS[rule].equal_ranks else SAID[METHODS[rule].form]


def elect(
    session: Session,
    votes: "Votes",
    rule: str = "scottish-stv",
    *,
    seats: int = 2,
    rankings: Sequence[Choice] | None = None,
) -> UUID:
    """Hold an election and count it."""
    proposal_id = votes.open_election(session, rule=rule, seats=seats)
    for voter, said in zip(votes.voters, ballots_by(rule) if rankings is None else rankings, strict=False):
        cast_secret(session, proposal_id, voter, said, clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    return proposal_id


def resolve(session: Session, votes: "Votes", choices: Sequence[str] = ("for", "for", "against", "abstain")) -> UUID:
    """Hold a vote by roll-call, in which the first has changed their mind, and count it."""
    proposal_id = votes.open_resolution(session)
    for voter, choice in (
        *((votes.voters[0], "abstain") for _ in choices[:1]),
        *zip(votes.voters, choices, strict=False),
    ):
        cast_open(session, proposal_id, voter, choice, clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    return proposal_id


def resolve_secretly(session: Session, votes: "Votes", choices: Sequence[str]) -> UUID:
    """Hold a secret vote on a resolution and count it."""
    proposal_id = votes.open_secret_resolution(session)
    for voter, choice in zip(votes.voters, choices, strict=False):
        cast_secret(session, proposal_id, voter, choice, clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    return proposal_id


def bring_from_outside(
    session: Session,
    votes: "Votes",
    rule: Rule,
    answers: Sequence[tuple[str | tuple[str, ...], int]],
    *,
    spoilt: int = 0,
    candidates: tuple[str, ...] = (),
) -> UUID:
    """Hold a vote in another system, and bring its result in."""
    question = Question(
        rule=rule,
        secrecy=Secrecy.EXTERNAL,
        text_digest="0" * 64,
        opens_at=votes.opens_at,
        closes_at=votes.closes_at,
        record_on=votes.opens_at.date(),
        candidates=candidates,
    )
    proposal_id = open_proposal(session, question, [Voter(ref, "member", "member") for ref in votes.voters])
    fix_question(session, proposal_id, "a" * 64, votes.during)
    tally = Tally(tuple(answers), sum(many for _, many in answers), spoilt, len(votes.voters) - 1)
    found = Brought("belenios", "Fv7ZkkNJrFNYk9", "RBNvo1Wz", "a" * 64, "e" * 64, tally)
    bring_in(session, proposal_id, found, clock=votes.clock(votes.after()))
    return proposal_id


def files(session: Session, proposal_id: UUID) -> dict[str, bytes]:
    """Return the files of a bundle."""
    return files_of(session, proposal_id)


_LISTS = ("links", "answered", "rows", "receipts", "answers")


def written(name: str, value: Any) -> bytes:
    """Return a JSON file of a bundle as a bundle writes it, so that only what it says can be wrong with it."""
    if name not in {"chain.json", "challenges.json", "ballots.json"}:
        return canonical_bytes(value)
    head = {key: item for key, item in value.items() if key not in _LISTS}
    return listed(head, **{key: value[key] for key in _LISTS if key in value})


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a bundle."""
    target = io.BytesIO()
    packing.pack(files, target)
    return target.getvalue()


def forged(files: Mapping[str, bytes], **changed: bytes | None) -> dict[str, bytes]:
    """Return the files with some of them changed or left out, and a manifest that hides it. Names have _ for the dot."""
    found = {name: content for name, content in files.items() if name != MANIFEST}
    for key, content in changed.items():
        name = key.replace("_", ".")
        if content is None:
            del found[name]
        else:
            assert content != found.get(name), f"{name} is what it was"
            found[name] = content
    proposal = verify.Bundle(dict(files)).json(MANIFEST)["proposal"]
    return {**found, MANIFEST: manifest(proposal, found)}


def ours(bundle: bytes | Mapping[str, bytes], **asked: str) -> list[str]:
    """Return what `coop verify` finds wrong, by check and words."""
    try:
        found = packing.unzipped(bundle) if isinstance(bundle, bytes) else packing.Unpacked(bundle)
        lines = list(checking.checked(found, **asked))
    except packing.Unreadable as error:
        return [f"bundle: {error}"]
    return [f"{line.check}: {line.said}" for line in lines if line.word is checking.Word.FAILED]


def theirs(bundle: bytes | Mapping[str, bytes], **asked: str) -> list[str]:
    """Return what `verify.py` finds wrong."""
    try:
        found = verify.unzip(bundle) if isinstance(bundle, bytes) else verify.Bundle(dict(bundle))
        lines = verify.check(found, **asked)
    except verify.Wrong as wrong:
        return [f"bundle: {line}" for line in wrong.lines]
    return [f"{name}: {line}" for word, name, line in lines if word == "FAILED"]


def both(bundle: bytes | Mapping[str, bytes], **asked: str) -> list[str]:
    """Return what both find wrong, which is the same, check by check."""
    one, other = ours(bundle, **asked), theirs(bundle, **asked)
    assert _checks(one) == _checks(other), (one, other)
    return other


def _checks(lines: Sequence[str]) -> list[str]:
    return sorted({line.partition(":")[0] for line in lines})


def not_found(files: Mapping[str, bytes], places: int = 16) -> list[tuple[str, int]]:
    """Change a bit of each file in several places, make the manifest anew, and return where a program does not find it.

    What it finds must name the file, unless the file cannot be understood any more. `verify.py` is what anybody may write anew.
    """
    missed = []
    for name, content in files.items():
        if name in {MANIFEST, PROGRAM}:
            continue
        for at in sorted({len(content) * part // places for part in range(places)} | {len(content) - 1}):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            forgery = forged(files, **{name.replace(".", "_"): changed})
            named = [
                any(name in line or "a file is not as it should be" in line for line in lines)
                for lines in (ours(forgery), theirs(forgery))
            ]
            if not all(named):
                missed.append((name, at))
    return missed
