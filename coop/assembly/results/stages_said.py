"""A count by transferable vote in the words of a page: what happened at each stage, and numbers no longer than they must be.

The words of a published count ("Transfer defeated: Dan") are those of counting programs, which read each other's; a page says it
in plain sentences, which can be translated.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from flask_babel import gettext

from governance.counting.result import StageKind

#: Decimal places that a page shows; downloads have all of them.
MOST_PLACES = 5
_AMOUNT = re.compile(r" \([0-9.]+\)$")


@dataclass(frozen=True)
class StageSaid:
    """What happened at a stage: in a few words for the head of a column, and in sentences."""

    short: str
    sentences: tuple[str, ...]


def said(count: Mapping[str, Any], *, is_choice: bool, by_half: bool = False) -> tuple[StageSaid, ...]:
    """Say what happened at each stage of a count, which has names in the place of codes, and `kind` and `elected` with each stage.

    `by_half` is for a rule whose quota is more than half of the votes still in the count.
    """
    stages = [*count["stages"]]
    lines = [_sentences(stage, is_choice=is_choice) for stage in stages]
    for line, before, stage in zip(lines, [None, *stages], stages, strict=False):
        if (quota := stage.get("quota")) is not None and (before is None or before["quota"] != quota):
            line.append(_quota(plain(quota), by_half=by_half))
    there = {name for stage in stages for name in stage["elected"]}
    left = [name for name in count["elected"] if name not in there]
    if left:
        # Who is left when no more are left than seats may have no stage of their own.
        lines[-1].append(_won(left, is_choice=is_choice))
    return tuple(StageSaid(_short(stage), tuple(line)) for stage, line in zip(stages, lines, strict=True))


def plain(number: str) -> str:
    """Return a number of votes for a sentence: with at most `MOST_PLACES` decimal places, and no zeros at the end."""
    written = _written(number, MOST_PLACES)
    return written.rstrip("0").rstrip(".") if "." in written else written


def shortened(count: Mapping[str, Any]) -> dict[str, Any]:
    """Return a count whose quotas and votes have as many decimal places as they need together, at most `MOST_PLACES`."""
    numbers = [*_numbers(count)]
    places = min(max((len(number.partition(".")[2].rstrip("0")) for number in numbers), default=0), MOST_PLACES)

    def written(number: str | None) -> str | None:
        return None if number is None else _written(number, places)

    def stage(one: Mapping[str, Any]) -> dict[str, Any]:
        changed = {name: written(one[name]) for name in ("non_transferable", "quota") if name in one}
        return {**one, **changed, "votes": {name: written(votes) for name, votes in one["votes"].items()}}

    return {**count, "quota": written(count["quota"]), "stages": [stage(one) for one in count["stages"]]}


def is_rounded(count: Mapping[str, Any]) -> bool:
    """Say whether a page shows fewer decimal places than a count has."""
    return any(len(number.partition(".")[2].rstrip("0")) > MOST_PLACES for number in _numbers(count))


def _written(number: str, places: int) -> str:
    """Write a number with so many decimal places, the last one rounded half up."""
    units = floor(Fraction(number) * 10**places + Fraction(1, 2))
    return f"{units // 10**places}.{units % 10**places:0{places}d}" if places else str(units)


def _numbers(count: Mapping[str, Any]) -> Sequence[str]:
    found = [count["quota"]]
    for stage in count["stages"]:
        found += [*stage["votes"].values(), stage["non_transferable"], stage.get("quota")]
    return [number for number in found if number is not None]


def _about(stage: Mapping[str, Any]) -> str:
    """Return whom a stage is about, from "Surplus transferred: Ana (16.00000)"."""
    name: str = stage["event"].partition(": ")[2]
    return _AMOUNT.sub("", name) if stage["kind"] == StageKind.SURPLUS else name


def _short(stage: Mapping[str, Any]) -> str:
    match stage["kind"]:
        case StageKind.FIRST:
            return str(gettext("First choices"))
        case StageKind.SURPLUS:
            return str(gettext("Surplus of %(name)s", name=_about(stage)))
        case StageKind.EXCLUSION:
            return str(gettext("%(name)s excluded", name=_about(stage)))
        case StageKind.LOT:
            return str(gettext("Lot for %(name)s", name=_about(stage)))
        case _:
            return str(gettext("Shared out again"))


def _sentences(stage: Mapping[str, Any], *, is_choice: bool) -> list[str]:
    found = [_tie(tie)] if (tie := stage.get("tie")) else []
    found.append(_what(stage))
    if stage["elected"]:
        found.append(_won(stage["elected"], is_choice=is_choice))
    if stage.get("excluded"):
        found.append(gettext("Excluded: %(names)s.", names=", ".join(stage["excluded"])))
    return [str(sentence) for sentence in found]


def _quota(quota: str, *, by_half: bool) -> str:
    if by_half:
        return str(gettext("More than half of the votes in the count is %(quota)s.", quota=quota))
    return str(gettext("The quota is %(quota)s.", quota=quota))


def _won(elected: Sequence[str], *, is_choice: bool) -> str:
    names = ", ".join(elected)
    return str(gettext("Chosen: %(names)s.", names=names) if is_choice else gettext("Elected: %(names)s.", names=names))


def _what(stage: Mapping[str, Any]) -> str:
    name = _about(stage)
    match stage["kind"]:
        case StageKind.FIRST:
            sentence = gettext("The first choices are counted.")
        case StageKind.SURPLUS:
            sentence = gettext(
                "%(name)s has more than the quota: what is above it passes to the next choices.", name=name
            )
        case StageKind.EXCLUSION:
            sentence = gettext(
                "%(name)s has the fewest votes and is excluded: these votes pass to the next choices.", name=name
            )
        case StageKind.LOT:
            sentence = gettext("Votes are equal, and the lot falls on %(name)s.", name=name)
        case StageKind.ITERATED_ELECTED:
            sentence = gettext("Votes are shared out again until somebody new reaches the quota.")
        case StageKind.ITERATED_BATCH:
            sentence = gettext("Votes are shared out again until it is sure who cannot catch up any more.")
        case _:
            sentence = gettext("Votes are shared out again until no surplus is left to pass on.")
    return str(sentence)


def _tie(tie: Mapping[str, Any]) -> str:
    names, chosen = ", ".join(tie["tied"]), tie["chosen"]
    if tie["lot_between"]:
        return str(gettext("%(names)s are tied; the lot names %(chosen)s.", names=names, chosen=chosen))
    if tie["decided_at_stage"] is not None:
        return str(
            gettext(
                "%(names)s are tied; stage %(number)s, where they were not, names %(chosen)s.",
                names=names,
                number=tie["decided_at_stage"],
                chosen=chosen,
            )
        )
    return str(gettext("%(names)s are tied; this names %(chosen)s.", names=names, chosen=chosen))
