"""Whether the ballots of a bundle, counted again by the rules of this program, give the result that was declared."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from governance.bundles.reading import Bundle, DoesNotHold, need
from governance.bundles.sheets import count_sheet, outcome
from governance.choices import profile_of
from governance.counting.resolution import ResolutionRule, count_resolution
from governance.counting.rules import RULES, rule_named
from governance.counts import ANSWERS
from governance.methods import ElectionRule
from governance.models import Kind


def check_quorum(bundle: Bundle) -> Iterator[str]:
    """Check that a resolution has the quorum that its record states."""
    stated = bundle.record["count"]
    if "outcome" not in stated:
        yield "the rule of an election asks for none"
        return
    rule, votes, cast = bundle.rule, bundle.votes_on_roll, bundle.record["ballots"]["cast"]
    need(isinstance(rule, ResolutionRule), "record.json: the count is of a resolution, and the rule is not")
    assert isinstance(rule, ResolutionRule)
    needed = rule.quorum_needed(votes)
    met = "met" if cast >= needed else "not-met"
    need((stated["quorum_needed"], stated["quorum"]) == (needed, met), f"the quorum is {needed} votes, and it is {met}")
    share = f"{rule.quorum_numerator}/{rule.quorum_denominator}"
    yield f"{cast} votes cast, {needed} needed ({share} of {votes}, at least {rule.quorum_minimum}): {met}"


def check_count(bundle: Bundle) -> Iterator[str]:
    """Check that the ballots, counted again, give the result."""
    answers, rule, stated = bundle.answers, bundle.record["rule"], bundle.record["count"]
    if answers is None:
        _check_sheet(bundle)
        yield f"not counted again: the answers are not here{_declared(bundle)}"
        return
    if bundle.record["kind"] != Kind.RESOLUTION and rule["name"] not in RULES:
        _check_sheet(bundle)
        yield f"NOT counted again: this program does not know the rule {rule['name']}"
        return
    kept = bundle.rule
    counted = _election(bundle, kept) if isinstance(kept, ElectionRule) else _resolution(bundle, kept, _tally(answers))
    _compare(json.loads(json.dumps(counted)), stated, "count")
    _check_sheet(bundle)
    yield f"counted again by {rule['name']}: {sum(weight for _, weight in answers)} votes, {outcome(stated)}"


def _check_sheet(bundle: Bundle) -> None:
    """Check that the count for people to read says what the record says."""
    bundle.need_written("count.txt", count_sheet(bundle.record, bundle.opening["options"]).encode())


def _declared(bundle: Bundle) -> str:
    """Check that what was declared of a resolution follows from its own numbers, where its ballots cannot be counted again."""
    stated, rule = bundle.record["count"], bundle.rule
    if isinstance(rule, ElectionRule):
        return ""
    tally = {answer: stated[answer] for answer in ANSWERS}
    whole = all(type(votes) is int and votes >= 0 for votes in tally.values())
    need(
        whole and sum(tally.values()) == bundle.record["ballots"]["cast"],
        "count: the votes are not those that were cast",
    )
    _compare(json.loads(json.dumps(_resolution(bundle, rule, tally))), stated, "count")
    return "; the outcome follows from the votes that were declared"


def _tally(answers: Iterable[tuple[Any, int]]) -> Mapping[str, int]:
    tally: Counter[str] = Counter()
    for choice, weight in answers:
        tally[choice] += weight
    need(set(tally) <= set(ANSWERS), "ballots.json: an answer could not be given")
    return tally


def _resolution(bundle: Bundle, rule: ResolutionRule, tally: Mapping[str, int]) -> Mapping[str, object]:
    return count_resolution(
        rule,
        for_votes=tally["for"],
        against=tally["against"],
        abstain=tally["abstain"],
        roll=bundle.votes_on_roll,
    ).to_canonical()


def _election(bundle: Bundle, rule: ElectionRule) -> Mapping[str, object]:
    profile = profile_of(rule, bundle.opening["options"], bundle.answers or ())
    return rule_named(rule.name).count(profile).to_canonical(detail=True)


def _compare(ours: Any, theirs: Any, where: str) -> None:
    """Raise at the first place where two counts part.

    Raises:
        DoesNotHold
    """
    if isinstance(ours, dict) and isinstance(theirs, dict) and set(ours) == set(theirs):
        for key in sorted(ours):
            _compare(ours[key], theirs[key], f"{where}, {key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True), start=1):
            _compare(one, other, f"{where} {number}")
    elif ours != theirs or type(ours) is not type(theirs):
        raise DoesNotHold(f"{where}: counted again it is {ours}, and the record says {theirs}")
