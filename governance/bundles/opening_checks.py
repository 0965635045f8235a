"""Whether a vote was counted as it was opened: its header, the lot, the roll and what challenges have changed of it."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from evidence.canonical import canonical_bytes, digest
from evidence.chain import GENESIS
from governance.bundles.lines import listed, roll_table
from governance.bundles.reading import Bundle, need
from governance.bundles.sheets import rule_sheet
from governance.chain import LinkKind
from governance.challenges.models import Asks
from governance.counting.files.source import MAX_CANDIDATES
from governance.counting.lots import drawn
from governance.counts import ANSWERS
from governance.headers import in_plain_order
from governance.models import Kind, Secrecy
from governance.rolls import roll_digest
from governance.weights import Weighting

_BOTH = ("proposal", "kind", "secrecy", "rule", "text", "opens_at", "closes_at")


def check_opening(bundle: Bundle) -> Iterator[str]:
    """Check that the vote was counted as it was opened, and that the order of the candidates is the one that was drawn."""
    opening, record = bundle.opening, bundle.record
    differing = [key for key in _BOTH if opening[key] != record[key]]
    need(not differing, f"opening.json and record.json differ in: {', '.join(differing)}")
    need(opening["roll"]["digest"] == record["roll"]["digest"], "opening.json and record.json state different rolls")
    notes = list(_check_rule(bundle))
    options = opening["options"]
    need(len(set(options)) == len(options) <= MAX_CANDIDATES, "opening.json: the options are not told apart")
    said = "question, rule, roll and times are those of the result"
    if bundle.of_first_form:
        yield said
        yield "this vote was opened before openings were linked to the chain: only its result is in it"
        yield from notes
        return
    subject = (LinkKind.OPENED, str(bundle.proposal_id))
    at = [number for number, link in enumerate(bundle.links) if (link["kind"], link["subject"]) == subject]
    need(len(at) == 1, "chain.json does not hold the opening of this vote")
    found = bundle.digest("opening.json")
    linked = bundle.links[at[0]]["digest"]
    need(linked == found == record["opened"], "opening.json is not what the chain holds of the opening")
    said += ", and stand in the chain"
    if opening["kind"] == Kind.RESOLUTION:
        need(options == list(ANSWERS), "opening.json: the answers to a resolution are for, against and abstain")
        yield said
        yield from notes
        return
    _check_lot(bundle, bundle.links[at[0] - 1]["hash"] if at[0] else GENESIS)
    yield f"{said}; the lot is {' '.join(options)}"
    yield from notes


def _check_rule(bundle: Bundle) -> Iterator[str]:
    """Check that the rule in words, and the by-laws that it was taken from, are those of the opening."""
    opening, stated = bundle.opening, bundle.json("rule.json")
    need(stated["rule"] == opening["rule"], "rule.json is about another rule than opening.json")
    expected = rule_sheet(opening)
    if "bylaws" in stated and "bylaws" not in opening:
        expected["bylaws"] = stated["bylaws"]
        yield "rule.json names by-laws, and this vote was opened before openings stated them: nothing else holds that"
    need(stated.get("bylaws") == expected.get("bylaws"), "rule.json names other by-laws than opening.json")
    bundle.need_written("rule.json", canonical_bytes(expected))


def _check_lot(bundle: Bundle, head: str) -> None:
    lot, options = bundle.opening["lot"], bundle.opening["options"]
    stated = lot["chain_head"]
    need(stated == head, "opening.json: the lot was not drawn from the head of the chain before the opening")
    drawing = drawn(len(options), chain_head=head, public_value=lot["public_value"])
    plain = in_plain_order(options)
    in_order = [plain[index] for index in drawing.order] == options
    need(in_order, "opening.json: the candidates are not in the order of the lot")
    need(bundle.record["lot"] == drawing.to_canonical(), "record.json states another lot than the one drawn")


def check_roll(bundle: Bundle) -> Iterator[str]:
    """Check that the roll has its fingerprint, and that only challenges that were upheld have changed it."""
    stated, lines = bundle.record["roll"], bundle.roll
    need(len({line.voter.ref for line in lines}) == len(lines), "roll.csv: somebody is on it twice")
    frozen = [line.voter for line in lines if line.frozen]
    frozen_digest = roll_digest(bundle.proposal_id, frozen)
    need(frozen_digest == stated["digest"], "roll.csv is not the roll that was frozen at the opening")
    votes = sum(voter.weight for voter in frozen)
    if bundle.of_first_form:
        need(stated["size"] == len(frozen) == votes == len(lines), "roll.csv: the roll has another size")
        _check_written(bundle)
        yield f"{len(lines)} entries with the fingerprint that was announced"
        return
    announced = {"digest": frozen_digest, "heads": len(frozen), "votes": votes}
    need(bundle.opening["roll"] == announced, "roll.csv has not the heads or votes of the opening")
    weighting = bundle.opening["weighting"]
    need(votes == len(frozen) or weighting, "roll.csv: one member has one vote, and somebody has more")
    if weighting:
        heads = Counter((voter.class_code, voter.weight) for voter in frozen)
        Weighting.read(canonical_bytes(weighting).decode()).check(heads)
    added = sorted(str(line.voter.ref) for line in lines if not line.frozen)
    struck = sorted(str(line.voter.ref) for line in lines if line.struck)
    final = {
        "digest": roll_digest(bundle.proposal_id, (line.voter for line in bundle.standing)),
        "heads": len(bundle.standing),
        "votes": bundle.votes_on_roll,
        "added": added,
        "struck": struck,
    }
    need(final == stated["final"], "roll.csv is not the roll by which the result was counted")
    upheld = _upheld(bundle)
    need(upheld[Asks.ADD] == added, "roll.csv: who was added are not those whose challenge was upheld")
    need(upheld[Asks.STRIKE] == struck, "roll.csv: who was struck are not those of challenges that were upheld")
    _check_written(bundle)
    yield f"{len(frozen)} frozen at the opening, {len(added)} added, {len(struck)} struck; fingerprints fit"


def _check_written(bundle: Bundle) -> None:
    """Check that roll and challenges hold nothing else than what is checked of them."""
    by_roll_call = bundle.record["secrecy"] == Secrecy.OPEN
    lines = sorted(
        (str(line.voter.ref), line.voter.class_code, line.voter.weight, line.voter.reason, *line.marks, line.entry)
        for line in bundle.roll
    )
    bundle.need_written("roll.csv", roll_table(lines, by_roll_call=by_roll_call))
    if by_roll_call:
        voted = {row["entry"] for row in bundle.ballots["rows"]}
        spare = [line.entry for line in bundle.roll if line.entry and line.entry not in voted]
        need(not spare, f"roll.csv: entry {', '.join(spare)} has no ballot")
    answered = bundle.json("challenges.json")["answered"]
    need(
        all(one["challenge"] < other["challenge"] for one, other in pairwise(answered)),
        "challenges.json: an answer is there twice, or out of order",
    )
    bundle.need_written("challenges.json", listed({}, answered=answered))


def _upheld(bundle: Bundle) -> dict[Asks, list[str]]:
    """Return whose challenges were upheld. Each answer is in the chain."""
    linked = {link["subject"]: link["digest"] for link in bundle.links if link["kind"] == LinkKind.ANSWERED}
    voters: dict[Asks, set[str]] = {asks: set() for asks in Asks}
    for record in bundle.json("challenges.json")["answered"]:
        name = record["challenge"]
        need(linked.get(name) == digest(record), f"challenges.json: challenge {name} is not what the chain holds")
        need(record["proposal"] == str(bundle.proposal_id), f"challenges.json: challenge {name} is of another vote")
        if record["upheld"]:
            voters[Asks(record["asks"])].add(record["voter"])
    return {asks: sorted(found) for asks, found in voters.items()}
