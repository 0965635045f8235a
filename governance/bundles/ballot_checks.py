"""Whether the ballots of a bundle are those that were cast, one for each who voted, and the same in every form."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from evidence.canonical import canonical_bytes, digest
from governance.ballots import commitment
from governance.bundles.forms import files
from governance.bundles.lines import listed
from governance.bundles.reading import Bundle, need
from governance.choices import can_be_given
from governance.counts import ANSWERS
from governance.methods import ElectionRule
from governance.models import Secrecy
from governance.shown import Cast, Shown

#: What is said of a ballot: of a secret one what its receipt covers, in a roll-call what the record's digests cover.
_SECRET_ROW = ("receipt", "nonce", "class", "weight", "choice")
_OPEN_ROW = ("entry", "weight", "choice", "version", "cast_at", "on_paper")
_SAID = {
    Shown.ANSWERS: "receipts and answers apart",
    Shown.RECEIPTS: "receipts only",
}


def check_ballots(bundle: Bundle) -> Iterator[str]:
    """Check that every ballot is the one that was cast, and that together they have the digest of the record."""
    ballots, record = bundle.ballots, bundle.record
    need(ballots["proposal"] == record["proposal"], "ballots.json is of another vote")
    _check_written(bundle)
    if record["secrecy"] == Secrecy.EXTERNAL:
        yield from _check_tally(bundle)
        return
    secret = record["secrecy"] == Secrecy.SECRET
    need(secret or bundle.shown is Shown.ROWS, "ballots.json: nothing is withheld of a roll-call")
    counted: Sequence[object] = _receipts(bundle) if secret else _entries(bundle)
    stated = record["ballots"]
    need(digest(counted) == stated["digest"], "ballots.json: the ballots are not those of the record")
    _check_answers(bundle)
    if not bundle.of_first_form:
        need(len(counted) == stated["heads"], "ballots.json: the ballots are not as many as were counted")
        one_each = bundle.opening["weighting"] or stated["cast"] == stated["heads"]
        need(one_each, "record.json: one ballot has one vote, and there are other numbers of them")
    if secret:
        _check_shown(bundle)
    said = _SAID.get(bundle.shown, "each recomputed from what it says" if secret else "each of an entry of the roll")
    yield f"{len(counted)} ballots, {said}; together they have the digest of the record"
    yield from _withheld(bundle)


def _check_written(bundle: Bundle) -> None:
    """Check that the file holds nothing else than what is checked of it, in the one order that says nothing."""
    ballots, secret = bundle.ballots, bundle.record["secrecy"] != Secrecy.OPEN
    head = {key: ballots[key] for key in ("proposal", "shown", "least")}
    lists: dict[str, list[Any]] = {}
    need(
        head["least"] == (bundle.opening["secret_least"] if secret else None),
        "ballots.json states another least number",
    )
    match bundle.shown:
        case Shown.ROWS:
            columns, key = (_SECRET_ROW, "receipt") if secret else (_OPEN_ROW, "entry")
            rows = sorted(ballots["rows"], key=itemgetter(key))
            lists["rows"] = [{column: row[column] for column in columns} for row in rows]
        case Shown.ANSWERS:
            answers = sorted((json.dumps(row["choice"], sort_keys=True), row["weight"]) for row in ballots["answers"])
            lists["receipts"] = ballots["receipts"]
            lists["answers"] = [{"choice": json.loads(choice), "weight": weight} for choice, weight in answers]
        case Shown.RECEIPTS:
            lists["receipts"] = ballots["receipts"]
        case Shown.TALLY:
            head["tally"] = ballots["tally"]
    bundle.need_written("ballots.json", listed(head, **lists))


def _check_shown(bundle: Bundle) -> None:
    """Check that answers are withheld only where few share what they show: whoever declares could hide a false count so."""
    least, size = bundle.opening["secret_least"], len(bundle.receipts)
    groups = {(line.voter.class_code, line.voter.weight) for line in bundle.standing}
    weights = {weight for _, weight in groups}
    may_be = {
        Shown.ROWS: True,
        Shown.ANSWERS: len(groups) > 1 and size >= (least or 0),
        Shown.RECEIPTS: len(weights) > 1 or size < (least or 0),
    }
    need(may_be.get(bundle.shown), "ballots.json: more is withheld than the few who share what they show ask for")


def _check_answers(bundle: Bundle) -> None:
    """Check that the answers, where they are shown, could be given, and are as many as were counted."""
    if bundle.answers is None:
        return
    options = bundle.opening["options"] if isinstance(bundle.rule, ElectionRule) else ANSWERS
    # Only another system takes a ballot that says nothing.
    blank = {"[]"} if bundle.shown is Shown.TALLY else set()
    different = {canonical_bytes(choice).decode() for choice, _ in bundle.answers} - blank
    possible = all(can_be_given(bundle.rule, options, text) for text in different)
    need(possible, "ballots.json: an answer could not be given")
    cast = sum(weight for _, weight in bundle.answers)
    need(cast == bundle.record["ballots"]["cast"], "ballots.json: the votes are not as many as were counted")


def _check_tally(bundle: Bundle) -> Iterator[str]:
    """Check that what another system counted is what the record was made from."""
    record, evidence = bundle.record, bundle.record["external"]["evidence"]
    need(bundle.shown in {Shown.TALLY, Shown.ELSEWHERE}, "ballots.json: ballots were cast in another system")
    if bundle.shown is Shown.TALLY:
        tally = bundle.ballots["tally"]
        need(digest(tally) == record["ballots"]["digest"], "ballots.json: the tally is not the one of the record")
        need(tally["heads"] == record["ballots"]["heads"], "ballots.json: the voters are not as many as were counted")
        same = all(tally[key] == record["external"][key] for key in ("spoilt", "voters"))
        need(same, "ballots.json: other spoilt ballots or voters than the record")
        _check_answers(bundle)
        yield f"the tally of another system: {record['ballots']['cast']} votes; it has the digest of the record"
    else:
        least = bundle.opening["secret_least"]
        need(
            bundle.ballots["least"] == least > record["ballots"]["heads"],
            "ballots.json: nothing is to be withheld here",
        )
        yield "none here"
        yield f"fewer than {least} ballots: what they say is withheld, so they cannot be counted again"
    yield (
        "the ballots were cast and added up in another system: check that with its own tool and its evidence, whose"
        f" SHA-256 is {evidence}"
    )


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
    paper = taken["on_paper"]
    stated = bundle.record["ballots"].get("paper")
    need(paper == stated, "participation.json: other ballots on paper than the record")
    secret = bundle.record["secrecy"] == Secrecy.SECRET
    columns = ("cast", "taken_back", "paper_given", "on_paper", "digest") if secret else ("voted", "on_paper")
    bundle.need_written("participation.json", canonical_bytes({column: taken[column] for column in columns}))
    if bundle.record["secrecy"] == Secrecy.EXTERNAL:
        yield _check_voters_outside(bundle, taken)
        return
    if bundle.record["secrecy"] != Secrecy.SECRET:
        size = len(bundle.ballots["rows"])
        need(taken["voted"] == size, "participation.json: other entries voted than there are ballots")
        _check_voters(bundle, "ballots.json", _voters(bundle))
        yield f"{size} entries of the roll voted, and each has one ballot"
        return
    _check_voters(bundle, "participation.json", taken["digest"])
    counted, spoilt = (paper["ballots"], paper["spoilt"]) if paper else (0, 0)
    voted, size = taken["cast"] - taken["taken_back"] + counted, len(bundle.receipts)
    need(voted == size, f"participation.json: {voted} entries of the roll have a ballot, and there are {size}")
    need(
        counted + spoilt <= taken["paper_given"], "participation.json: more ballots came back on paper than were given"
    )
    numbers = {column: taken[column] for column in ("cast", "taken_back", "paper_given")}
    same = bundle.record["ballots"].get("took_part", numbers) == numbers
    need(same, "participation.json: others took part than the record says")
    takes_paper = bundle.opening["takes_paper"]
    need(takes_paper or taken["paper_given"] == taken["taken_back"] == 0, "participation.json: this vote took no paper")
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


def _check_voters(bundle: Bundle, name: str, found: str) -> None:
    """Check that those who voted are those of the record; what was counted before records had them, says nothing about it."""
    ballots = bundle.record["ballots"]
    need("voters" not in ballots or ballots["voters"] == found, f"{name}: those who voted are not those of the record")


def _check_voters_outside(bundle: Bundle, taken: Mapping[str, Any]) -> str:
    """Check that no more voted in another system than the roll holds."""
    stated, outside = bundle.record["ballots"], bundle.record["external"]
    need(taken["voted"] == stated["heads"], "participation.json: other voters than the record")
    entries = len(bundle.standing)
    fits = stated["heads"] + outside["spoilt"] <= entries and outside["voters"] <= entries
    need(fits and stated["cast"] <= bundle.votes_on_roll, "more voted in another system than are on the roll")
    return f"{stated['heads']} voters in another system, which let {outside['voters']} vote, of {entries} on the roll"


def check_forms(bundle: Bundle) -> Iterator[str]:
    """Check that the files for other programs hold the same ballots."""
    names = sorted(name for name in bundle.files if name.startswith(("ballots.", "rctab.")) and name != "ballots.json")
    if bundle.answers is None:
        need(not names, f"{', '.join(names)}: what they say is withheld")
        yield "none, because the answers are not here"
        return
    cast = Cast(bundle.record["proposal"], bundle.shown, bundle.ballots["least"], answers=bundle.answers)
    expected = files(bundle.record, bundle.opening["options"], cast)
    need(
        names == sorted(expected),
        f"{', '.join(sorted({*names} ^ {*expected}))}: missing, or of no use for these ballots",
    )
    for name in names:
        need(bundle.content(name) == expected[name], f"{name} is not made of the ballots of ballots.json")
    yield f"{', '.join(names)}: the same ballots"
