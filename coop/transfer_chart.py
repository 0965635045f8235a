"""The geometry of an election by single transferable vote: a braided river of votes, stage by stage.

It works in pixels, because it scrolls, and in exact fractions, because a picture must not differ from its table. It reads
the canonical dict of a count and knows neither the rule that made it nor any word of the page.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

#: The name of the lane of non-transferable votes: no candidate has it, and the page words it.
LOST = ""
#: Votes by name at one stage.
Table = dict[str, Fraction]

# Pixels: above the lanes, above each lane, between lanes, a block, a stage, and all the votes side by side.
_TOP, _STRIP, _GAP, _BLOCK, _STEP, _RIVER = 48, 18, 14, 26, 84, 260
# Letters of a name beside its lane; those of the elected are bold and have a tick before them.
_LONGEST_NAME, _LONGEST_ELECTED = 20, 16


@dataclass(frozen=True)
class Block:
    """The votes of one candidate at one stage; `label` gives them in whole votes, rounded down."""

    x: int
    height: str
    label: str


@dataclass(frozen=True)
class Ribbon:
    """Votes on their way from one stage to the next; `kind` is kept, surplus or excluded."""

    path: str
    kind: str
    source: str
    target: str


@dataclass(frozen=True)
class QuotaLine:
    """The quota across the stages at which it is the same."""

    x: int
    end: int
    y: str


@dataclass(frozen=True)
class Lane:
    """A candidate's row. `outcome`: elected, excluded, unelected, or lost for the non-transferable votes.

    `stage` is the one at which it was decided, `votes` the texts of the count, stage by stage.
    """

    name: str
    short_name: str
    outcome: str
    stage: int | None
    y: str
    label_y: str
    quota_lines: tuple[QuotaLine, ...]
    votes: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Stage:
    number: int
    event: str
    subject: str
    x: int


@dataclass(frozen=True)
class TransferChart:
    """An election as a braided river: a lane for each candidate, as thick as its votes, stage by stage."""

    lanes: tuple[Lane, ...]
    ribbons: tuple[Ribbon, ...]
    stages: tuple[Stage, ...]
    quota: str
    seats: int
    width: int
    height: int
    lane_width: int
    block_width: int


def transfer_chart(result: Mapping[str, Any]) -> TransferChart:
    """Lay out a count by single transferable vote, from its canonical dict.

    Where a stage lists its `transfers` (from, to, amount), they are drawn; else they follow from the differences, and
    several candidates excluded at once share theirs in order.

    Raises:
        ValueError: the count has no stage.
    """
    stages = list(result["stages"])
    if not stages:
        raise ValueError("a count has at least one stage")
    tables = [
        {name: Fraction(votes) for name, votes in stage["votes"].items()} | {LOST: Fraction(stage["non_transferable"])}
        for stage in stages
    ]
    quotas = [Fraction(stage.get("quota") or result["quota"]) for stage in stages]
    scale = Fraction(_RIVER) / max(sum(tables[0].values()), Fraction(1))
    elected = list(result["elected"])
    decided = {name: _decided_at(name, stages, tables, quotas[0], name in elected) for name in tables[0]}
    order = _order(elected, decided, tables)
    tops, bottom = _tops(order, elected, tables, max(quotas), scale)
    return TransferChart(
        lanes=tuple(_lane(name, elected, decided[name], tops[name], stages, quotas, scale) for name in order),
        ribbons=tuple(
            ribbon
            for index in range(len(stages) - 1)
            for ribbon in _ribbons(index, stages[index + 1], tables, order, tops, scale)
        ),
        stages=tuple(
            Stage(index + 1, stage["event"], _short(_subject(stage["event"]), 10), index * _STEP)
            for index, stage in enumerate(stages)
        ),
        quota=result["quota"],
        seats=result["seats"],
        width=(len(stages) - 1) * _STEP + _STEP,
        height=int(bottom) + 1,
        lane_width=(len(stages) - 1) * _STEP + _BLOCK,
        block_width=_BLOCK,
    )


def _decided_at(
    name: str, stages: list[Mapping[str, Any]], tables: list[Table], quota: Fraction, elected: bool
) -> int | None:
    """Return the number of the stage that elected or excluded the candidate, None where none shows it.

    Stages that say whom they decide are believed: a quota can move. Else it follows from the votes.
    """
    key = "elected" if elected else "excluded"
    stated = [number for number, stage in enumerate(stages, 1) if name in stage.get(key, ())]
    if stated:
        return stated[0]
    if elected and any("elected" in stage for stage in stages):
        return len(stages)
    votes = [table[name] for table in tables]
    if elected:
        return next((i + 1 for i, vote in enumerate(votes) if vote >= quota), len(votes))
    gone = [i + 1 for i in range(1, len(votes)) if votes[i - 1] > 0 and votes[i] == 0]
    return gone[-1] if gone else None


def _order(elected: list[str], decided: dict[str, int | None], tables: list[Table]) -> list[str]:
    """Put the elected first, by stage and votes, then the others from the last excluded to the first."""
    last = tables[-1]

    def when_elected(name: str) -> tuple[int, Fraction]:
        stage = decided[name] or len(tables)
        return stage, -tables[stage - 1][name]

    others = [name for name in decided if name not in elected and name != LOST]
    others.sort(key=lambda name: (-last[name], -(decided[name] or 0), -tables[0][name]))
    return [*sorted(elected, key=when_elected), *others, LOST]


def _tops(
    order: list[str], elected: list[str], tables: list[Table], quota: Fraction, scale: Fraction
) -> tuple[dict[str, Fraction], Fraction]:
    tops, y = {}, Fraction(_TOP)
    for name in order:
        tops[name] = y + _STRIP
        most = max(table[name] for table in tables)
        thickest = max(most, quota if name in elected else Fraction(0)) * scale
        y += _STRIP + max(thickest, Fraction(4)) + _GAP
    return tops, y


def _lane(
    name: str,
    elected: list[str],
    stage: int | None,
    top: Fraction,
    stages: list[Mapping[str, Any]],
    quotas: list[Fraction],
    scale: Fraction,
) -> Lane:
    won = name in elected
    outcome = "lost" if name == LOST else "elected" if won else "excluded" if stage else "unelected"
    votes = [s["non_transferable"] if name == LOST else s["votes"][name] for s in stages]
    return Lane(
        name=name,
        short_name=_short(name, _LONGEST_ELECTED if won else _LONGEST_NAME),
        outcome=outcome,
        stage=stage if name != LOST else None,
        y=_pixels(top),
        label_y=_pixels(top - 5),
        quota_lines=tuple(_quota_lines(top, quotas, scale)) if won else (),
        votes=tuple(votes),
        blocks=tuple(
            Block(index * _STEP, _pixels(Fraction(vote) * scale), f"{int(Fraction(vote)):,}")
            for index, vote in enumerate(votes)
            if Fraction(vote) > 0
        ),
    )


def _quota_lines(top: Fraction, quotas: list[Fraction], scale: Fraction) -> Iterator[QuotaLine]:
    """Yield the quota as a line over the stages at which it stays the same."""
    first = 0
    for index, quota in enumerate(quotas):
        is_last = index == len(quotas) - 1
        if is_last or quotas[index + 1] != quota:
            end = index * _STEP + (_BLOCK if is_last else _STEP)
            yield QuotaLine(first * _STEP, end, _pixels(top + quota * scale))
            first = index + 1


def _ribbons(
    index: int,
    stage: Mapping[str, Any],
    tables: list[Table],
    order: list[str],
    tops: dict[str, Fraction],
    scale: Fraction,
) -> list[Ribbon]:
    """Draw what stays in each lane, and what leaves one lane for another, in the order of the lanes."""
    before, after = tables[index], tables[index + 1]
    kind = "surplus" if stage["event"].startswith("Surplus") else "excluded"
    kept = {name: min(before[name], after[name]) for name in order}
    ribbons = [
        _ribbon(index, (name, tops[name]), (name, tops[name]), kept[name] * scale, "kept")
        for name in order
        if kept[name] > 0
    ]
    out, into = dict(kept), dict(kept)
    for source, target, amount in _transfers(stage, before, after, order):
        start = (source, tops[source] + out[source] * scale)
        end = (target, tops[target] + into[target] * scale)
        ribbons.append(_ribbon(index, start, end, amount * scale, kind))
        out[source] += amount
        into[target] += amount
    return ribbons


def _transfers(
    stage: Mapping[str, Any], before: Table, after: Table, order: list[str]
) -> list[tuple[str, str, Fraction]]:
    stated = stage.get("transfers")
    if stated:
        found = [(t["from"], t["to"] or LOST, Fraction(t["amount"])) for t in stated]
        return sorted(found, key=lambda t: (order.index(t[0]), order.index(t[1])))
    left = {name: before[name] - after[name] for name in order if before[name] > after[name]}
    transfers = []
    for target in order:
        wanted = after[target] - before[target]
        for source, remaining in left.items():
            amount = min(wanted, remaining)
            if amount > 0:
                transfers.append((source, target, amount))
                wanted -= amount
                left[source] = remaining - amount
    return transfers


def _ribbon(index: int, start: tuple[str, Fraction], end: tuple[str, Fraction], height: Fraction, kind: str) -> Ribbon:
    left, right = index * _STEP + _BLOCK, (index + 1) * _STEP
    middle = (left + right) // 2
    y, to = start[1], end[1]
    path = (
        f"M{left} {_pixels(y)}C{middle} {_pixels(y)} {middle} {_pixels(to)} {right} {_pixels(to)}"
        f"V{_pixels(to + height)}C{middle} {_pixels(to + height)} {middle} {_pixels(y + height)}"
        f" {left} {_pixels(y + height)}Z"
    )
    return Ribbon(path, kind, start[0], end[0])


def _subject(event: str) -> str:
    """Return whom an event is about: the part after the colon, without the number in brackets; nothing where it names nobody."""
    return event.partition(": ")[2].partition(" (")[0]


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _pixels(value: Fraction) -> str:
    hundredths = int(value * 100)
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
