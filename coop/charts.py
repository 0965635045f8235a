"""The geometry of charts: where each bar and mark stands, exactly, before a template draws it.

Widths follow the page as percentages ("41.66%"), so that text is never scaled. Nothing here knows words, colours or the
database, and no float is used: a picture must not differ from its table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from coop.transfer_chart import TransferChart, transfer_chart

__all__ = [
    "Bar",
    "BarChart",
    "Column",
    "ColumnChart",
    "Mark",
    "ResolutionChart",
    "Segment",
    "TransferChart",
    "bar_chart",
    "column_chart",
    "resolution_chart",
    "transfer_chart",
]

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar; `kind` is for, against, abstain, voted or absent."""

    kind: str
    votes: int
    x: str
    width: str


@dataclass(frozen=True)
class Mark:
    """A line across a bar at a number that had to be reached; `anchor` keeps its label inside."""

    votes: int
    x: str
    anchor: Anchor
    reached: bool


@dataclass(frozen=True)
class ResolutionChart:
    """Two bars: the votes cast with the threshold for "for", and the turnout with the quorum."""

    answers: tuple[Segment, ...]
    threshold: Mark
    turnout: tuple[Segment, ...]
    quorum: Mark
    cast: int
    roll: int


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    x: str
    width: str


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars from a common zero; `unit` is what is counted, such as members."""

    bars: tuple[Bar, ...]
    unit: str
    zero_x: str
    total: int


@dataclass(frozen=True)
class Column:
    label: str
    value: int
    x: str
    width: str
    y: int
    height: int


@dataclass(frozen=True)
class ColumnChart:
    """Upright columns side by side from a common zero, as time goes on; the heights are in pixels."""

    columns: tuple[Column, ...]
    zero_y: int
    height: int
    highest: int
    lowest: int


def resolution_chart(
    for_votes: int, against: int, abstain: int, threshold: int, quorum: int, roll: int
) -> ResolutionChart:
    """Lay out the count of a resolution.

    `threshold` is the least number of "for" votes that carries, `quorum` the least number of votes cast.

    Raises:
        ValueError: a number is negative.
    """
    if min(for_votes, against, abstain, threshold, quorum, roll) < 0:
        raise ValueError("votes are counted from zero")
    cast = for_votes + against + abstain
    answers_scale = max(cast, threshold, 1)
    turnout_scale = max(cast, quorum, roll, 1)
    answers = (("for", for_votes), ("against", against), ("abstain", abstain))
    turnout = (("voted", cast), ("absent", max(roll - cast, 0)))
    return ResolutionChart(
        answers=_stack(answers, answers_scale),
        threshold=_mark(threshold, answers_scale, for_votes),
        turnout=_stack(turnout, turnout_scale),
        quorum=_mark(quorum, turnout_scale, cast),
        cast=cast,
        roll=roll,
    )


def bar_chart(rows: Sequence[tuple[str, int]], unit: str) -> BarChart:
    """Lay out labelled amounts as horizontal bars in the order given; negative ones run left of zero."""
    values = [value for _, value in rows]
    lowest, highest = min([0, *values]), max([0, *values])
    scale = max(highest - lowest, 1)
    return BarChart(
        bars=tuple(
            Bar(
                label=label,
                value=value,
                x=_percent(min(value, 0) - lowest, scale),
                width=_percent(abs(value), scale),
            )
            for label, value in rows
        ),
        unit=unit,
        zero_x=_percent(-lowest, scale),
        total=sum(values),
    )


def column_chart(rows: Sequence[tuple[str, int]]) -> ColumnChart:
    """Lay out labelled amounts as columns from left to right; negative ones hang below zero."""
    values = [value for _, value in rows]
    lowest, highest = min([0, *values]), max([0, *values])
    scale, count = max(highest - lowest, 1), max(len(rows), 1)
    zero_y = highest * COLUMN_HEIGHT // scale
    columns = []
    for index, (label, value) in enumerate(rows):
        # What is not nothing is seen, however little of the height it is.
        height = max(abs(value) * COLUMN_HEIGHT // scale, 1) if value else 0
        columns.append(
            Column(
                label=label,
                value=value,
                x=_percent(10 * index + 1, 10 * count),
                width=_percent(8, 10 * count),
                y=max(zero_y - height, 0) if value > 0 else min(zero_y, COLUMN_HEIGHT - height),
                height=height,
            )
        )
    return ColumnChart(tuple(columns), zero_y, COLUMN_HEIGHT, max(values, default=0), min(values, default=0))


#: Height of the tallest column with the deepest one, in pixels.
COLUMN_HEIGHT = 160


def _stack(parts: Sequence[tuple[str, int]], scale: int) -> tuple[Segment, ...]:
    segments, start = [], 0
    for kind, votes in parts:
        segments.append(Segment(kind, votes, _percent(start, scale), _percent(votes, scale)))
        start += votes
    return tuple(segments)


def _mark(votes: int, scale: int, got: int) -> Mark:
    anchor: Anchor = "start" if votes * 3 < scale else "end" if votes * 3 > 2 * scale else "middle"
    return Mark(votes, _percent(votes, scale), anchor, got >= votes)


def _percent(part: int, whole: int) -> str:
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}%"
