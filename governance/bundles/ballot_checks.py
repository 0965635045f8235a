"""Whether the ballots of a bundle are those that were cast, one for each who voted, and the same in every form."""

from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from uuid import UUID

from evidence.canonical import canonical_bytes, digest
from governance.ballots import commitment
from governance.bundles.cast import Shown
from governance.bundles.forms import rankings
from governance.bundles.reading import Bundle, need
from governance.counting.files import read_ballots
from governance.counting.profiles import collapsed
from governance.models import Secrecy

_SAID = {
    Shown.ANSWERS: "receipts and answers apart",
    Shown.RECEIPTS: "receipts only",
}


def check_ballots(bundle: Bundle) -> Iterator[str]:
    """Check that every ballot is the one that was cast, and that together they have the digest of the record."""
    ballots, record = bundle.ballots, bundle.record
    need(ballots["proposal"] == record["proposal"], "ballots.json is of another vote")
    if record["secrecy"] == Secrecy.EXTERNAL:
        yield "none here"
        yield "the ballots of this vote were cast and counted in another system: check them with its evidence"
        return
    secret = record["secrecy"] == Secrecy.SECRET
    need(secret or bundle.shown is Shown.ROWS, "ballots.json: nothing is withheld of a roll-call")
    counted: Sequence[object] = _receipts(bundle) if secret else _entries(bundle)
    stated = record["ballots"]
    need(digest(counted) == stated["digest"], "ballots.json: the ballots are not those of the record")
    if bundle.answers is not None:
        options = set(bundle.opening["options"])
        given = [{choice} if isinstance(choice, str) else set(choice) for choice, _ in bundle.answers]
        need(all(named <= options for named in given), "ballots.json: an answer could not be given")
        cast = sum(weight for _, weight in bundle.answers)
        need(cast == stated["cast"], "ballots.json: the votes are not as many as were counted")
    if not bundle.of_first_form:
        need(len(counted) == stated["heads"], "ballots.json: the ballots are not as many as were counted")
        one_each = bundle.opening["weighting"] or stated["cast"] == stated["heads"]
        need(one_each, "record.json: one ballot has one vote, and there are other numbers of them")
    if secret:
        _check_shown(bundle)
    said = _SAID.get(bundle.shown, "each recomputed from what it says" if secret else "each of an entry of the roll")
    yield f"{len(counted)} ballots, {said}; together they have the digest of the record"
    yield from _withheld(bundle)


def _check_shown(bundle: Bundle) -> None:
    """Check that answers are withheld only where few share what they show: whoever declares could hide a false count so."""
    least, size = bundle.opening["secret_least"], len(bundle.receipts)
    need(bundle.ballots["least"] == least, "ballots.json states another least number than opening.json")
    groups = {(line.voter.class_code, line.voter.weight) for line in bundle.standing}
    weights = {weight for _, weight in groups}
    may_be = {
        Shown.ROWS: True,
        Shown.ANSWERS: len(groups) > 1 and size >= (least or 0),
        Shown.RECEIPTS: len(weights) > 1 or size < (least or 0),
    }
    need(may_be.get(bundle.shown), "ballots.json: more is withheld than the few who share what they show ask for")


def _receipts(bundle: Bundle) -> list[str]:
    """Return the receipts of secret ballots, each computed again where its row is there."""
    for row in bundle.ballots["rows"] if bundle.shown is Shown.ROWS else ():
        choice = canonical_bytes(row["choice"]).decode()
        found = commitment(bundle.proposal_id, row["class"], row["weight"], choice, row["nonce"])
        need(found == row["receipt"], f"ballots.json: ballot {row['receipt']} was changed")
    in_order = bundle.receipts == sorted(set(bundle.receipts))
    need(in_order, "ballots.json: a receipt is there twice, or out of order")
    return bundle.receipts


def _entries(bundle: Bundle) -> list[list[object]]:
    """Return entry and answer of each vote by roll-call."""
    weight_of = {line.entry: line.voter.weight for line in bundle.standing}
    rows = bundle.ballots["rows"]
    for row in rows:
        need(row["entry"] in weight_of, f"ballots.json: entry {row['entry']} is not on the roll")
        need(row["weight"] == weight_of[row["entry"]], f"ballots.json: entry {row['entry']} has another weight")
    need(len({row["entry"] for row in rows}) == len(rows), "ballots.json: an entry has two ballots")
    return sorted([str(UUID(row["entry"])), row["choice"]] for row in rows)


def _withheld(bundle: Bundle) -> Iterator[str]:
    least = bundle.ballots["least"]
    if bundle.shown is Shown.ANSWERS:
        yield (
            f"fewer than {least} ballots of one class: which ballot has which class is withheld, so no ballot can be recomputed"
            " from its answer; receipts and count are checked"
        )
    if bundle.shown is Shown.RECEIPTS:
        yield (
            f"fewer than {least} ballots share what they show: what they say is withheld, so they can be neither recomputed nor"
            " counted again; that they are there, how many, and what was declared is checked"
        )


def check_one_ballot_each(bundle: Bundle) -> Iterator[str]:
    """Check that there are as many ballots as entries of the roll that voted, and in no class more than it has entries."""
    taken = bundle.json("participation.json")
    if bundle.shown is Shown.ELSEWHERE:
        yield "ballots were cast in another system"
        return
    paper = taken["on_paper"]
    stated = bundle.record["ballots"].get("paper")
    need(paper == stated, "participation.json: other ballots on paper than the record")
    if bundle.record["secrecy"] != Secrecy.SECRET:
        size = len(bundle.ballots["rows"])
        need(taken["voted"] == size, "participation.json: other entries voted than there are ballots")
        _check_voters(bundle, _voters(bundle))
        yield f"{size} entries of the roll voted, and each has one ballot"
        return
    _check_voters(bundle, taken["digest"])
    counted, spoilt = (paper["ballots"], paper["spoilt"]) if paper else (0, 0)
    voted, size = taken["cast"] - taken["taken_back"] + counted, len(bundle.receipts)
    need(voted == size, f"{voted} entries of the roll have a ballot, and there are {size}")
    need(counted + spoilt <= taken["paper_given"], "more ballots came back on paper than were given")
    need(size <= len(bundle.standing), "there are more ballots than entries on the roll")
    if bundle.shown is Shown.ROWS:
        roll = Counter((line.voter.class_code, line.voter.weight) for line in bundle.standing)
        for group, cast in Counter((row["class"], row["weight"]) for row in bundle.ballots["rows"]).items():
            need(
                cast <= roll[group],
                f"class {group[0]}, weight {group[1]}: {cast} ballots for {roll[group]} on the roll",
            )
    yield f"{voted} entries of the roll have a ballot, and there are {size}; in no class more than it has entries"


def _voters(bundle: Bundle) -> str:
    """Return the digest of who voted in a roll-call: each entry with its voter, and what is shown beside the vote."""
    voter_of = {line.entry: str(line.voter.ref) for line in bundle.standing}
    beside = ("version", "cast_at", "on_paper")
    votes = [[row["entry"], voter_of[row["entry"]], *(row[key] for key in beside)] for row in bundle.ballots["rows"]]
    return digest({"voted": sorted(votes)})


def _check_voters(bundle: Bundle, found: str) -> None:
    """Check that those who voted are those of the record; what was counted before records had them, says nothing about it."""
    ballots = bundle.record["ballots"]
    need("voters" not in ballots or ballots["voters"] == found, "record.json: those who voted are others")


def check_forms(bundle: Bundle) -> Iterator[str]:
    """Check that the files for other programs hold the same ballots."""
    names = sorted(name for name in bundle.files if name.startswith(("ballots.", "rctab.")) and name != "ballots.json")
    if bundle.answers is None:
        need(not names, f"{', '.join(names)}: what they say is withheld")
        yield "none, because the answers are not here"
        return
    options = bundle.opening["options"]
    expected = collapsed(options, rankings(options, bundle.answers))
    for name in names:
        if name != "rctab.json":
            found = read_ballots(BytesIO(bundle.content(name)), name)
            same = (found.candidates, found.ballots) == (expected.candidates, expected.ballots)
            need(same, f"{name} does not hold the ballots of ballots.json")
    need({"ballots.blt", "ballots.csv"} <= set(names), "ballots.blt or ballots.csv is missing")
    if "rctab.json" in names:
        rctab = bundle.json("rctab.json")
        candidates = sorted(one["name"] for one in rctab["candidates"])
        need(candidates == sorted(options), "rctab.json names other candidates")
        seats = str(bundle.record["rule"]["seats"])
        need(rctab["rules"]["numberOfWinners"] == seats, "rctab.json elects another number")
    yield f"{', '.join(names)}: the same ballots"
