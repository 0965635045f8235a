"""What a page shows of the count of a vote among options: votes that move, sums, runoffs or comparisons, as its rule goes.

It reads the record of a count with names in the place of codes, and counts nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from coop.assembly.results.stages_said import StageSaid, is_rounded, plain, said, shortened
from coop.charts import BarChart, bar_chart
from coop.transfer_chart import TransferChart, transfer_chart
from governance.counting.result import StageKind
from governance.methods import ElectionRule, Form


@dataclass(frozen=True)
class Runoff:
    """Two finalists compared: on how many ballots each has more points, and on how many neither."""

    finalists: tuple[str, str]
    votes: tuple[str, str]
    neither: str
    elected: str
    is_tied: bool


@dataclass(frozen=True)
class Compared:
    """Every two options compared: a row for each in the order that followed, with a cell for each other one."""

    order: tuple[str, ...]
    preferred: tuple[tuple[str, ...], ...]
    #: How strong the strongest path is, where the rule looks for paths.
    paths: tuple[tuple[str, ...], ...]
    #: The comparisons in the order in which they were held, where the rule does so.
    pairs: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class CountShown:
    """A count. How votes moved, or their sums, or the comparisons."""

    transfers: TransferChart | None = None
    #: What happened at each stage, where votes moved.
    said: tuple[StageSaid, ...] = ()
    #: What elected when the count began. Whether it moves from stage to stage; and whether numbers have more decimal places than are shown.
    first_quota: str = ""
    quota_moves: bool = False
    is_rounded: bool = False
    sums: BarChart | None = None
    runoffs: tuple[Runoff, ...] = ()
    compared: Compared | None = None


def shown(rule: ElectionRule, count: Mapping[str, Any], won: Sequence[str], *, is_choice: bool) -> CountShown:
    """Return what is shown of a count, which has names in the place of codes; `won` has who was elected or what was chosen, in order."""
    if "order" in count:
        return CountShown(compared=_compared(count))
    if rule.method.form is Form.RANKED:
        short = shortened(count)
        return CountShown(
            transfers=transfer_chart(short),
            said=said(short, is_choice=is_choice, by_half=rule.name == "irv"),
            first_quota=plain(count["stages"][0].get("quota") or count["quota"]),
            quota_moves=any(stage.get("quota") for stage in count["stages"]),
            is_rounded=is_rounded(count),
        )
    runoffs = tuple(_runoffs(count["stages"])) if rule.name == "star" else ()
    labels = {
        name: gettext("%(name)s, chosen", name=name) if is_choice else gettext("%(name)s, elected", name=name)
        for name in won
    }
    return CountShown(sums=_sums(rule, count["stages"][0]["votes"], labels), runoffs=runoffs)


def _sums(rule: ElectionRule, votes: Mapping[str, str], labels: Mapping[str, str]) -> BarChart:
    """Lay out what each has, those that won first; `labels` has theirs."""
    unit = gettext("dots") if rule.dots else gettext("points") if rule.cap else gettext("votes")
    ordered = sorted(votes, key=lambda name: (name not in labels, -int(votes[name])))
    return bar_chart([(labels.get(name, name), int(votes[name])) for name in ordered], unit)


def _runoffs(stages: Sequence[Mapping[str, Any]]) -> Iterator[Runoff]:
    """Yield each runoff. Who was compared follows from the points before it, and from ties for a place in it."""
    points: Mapping[str, str] = {}
    picked: list[str] = []
    out: list[str] = []
    for stage in stages:
        match stage["kind"]:
            case StageKind.FIRST:
                points, picked = {name: votes for name, votes in stage["votes"].items() if name not in out}, []
            case StageKind.FINALIST:
                picked.append(stage["tie"]["chosen"])
            case _:
                one, other = _finalists(points, picked)
                votes = stage["votes"]
                yield Runoff(
                    finalists=(one, other),
                    votes=(votes[one], votes[other]),
                    neither=stage["non_transferable"],
                    elected=stage["elected"][0],
                    is_tied="tie" in stage,
                )
        out += stage["elected"]


def _finalists(points: Mapping[str, str], picked: Sequence[str]) -> tuple[str, str]:
    ranked = sorted(points, key=lambda name: (-int(points[name]), name not in picked))
    second = int(points[ranked[1]])
    sure = [name for name in ranked if int(points[name]) > second]
    one, other = [*sure, *(name for name in ranked if name not in sure)][:2]
    return one, other


def _compared(count: Mapping[str, Any]) -> Compared:
    order = tuple(count["order"])

    def table(cells: Mapping[str, Mapping[str, str]]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple("" if row == column else cells[row][column] for column in order) for row in order)

    paths = table(count["strongest_paths"]) if "strongest_paths" in count else ()
    return Compared(order, table(count["preferences"]), paths, tuple(count.get("pairs", ())))
