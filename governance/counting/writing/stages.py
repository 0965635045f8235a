"""A result as one table for spreadsheets: a row for each stage, place, step or answer, and a column for each number.

It holds what the text of `coop count` shows, numbers with all their decimals. Names are written as they are: whoever offers the
table to be opened in a spreadsheet sees to it that none is taken for a formula.
"""

from collections.abc import Iterator, Sequence

from governance.counting.budget import BudgetResult, money
from governance.counting.consent import ConsentResult
from governance.counting.pairwise import PairwiseResult
from governance.counting.result import CountResult, Result, Stage, StageKind, Tie

#: Between names in one cell.
_AND = "; "


def rows(result: Result) -> Iterator[list[str]]:
    """Yield the header and the rows of a result."""
    match result:
        case CountResult():
            yield from _stages(result)
        case PairwiseResult():
            yield from _places(result)
        case BudgetResult():
            yield from _steps(result)
        case ConsentResult():
            yield from _answers(result)
        case _:
            raise TypeError(f"no table for {type(result).__name__}")


def _stages(result: CountResult) -> Iterator[list[str]]:
    """Yield a row for each stage; who has withdrawn has no column."""
    yield [
        *("stage", "event", "elected", "excluded", "tied", "decided by", "quota"),
        *result.names(result.standing),
        *("not transferable", "lost to rounding"),
    ]
    for number, stage in enumerate(result.stages, 1):
        quota = result.quota if stage.quota is None else stage.quota
        yield [
            str(number),
            result.event(stage),
            _names(result, stage.elected),
            _names(result, _excluded(stage)),
            *_tie(result, stage.tie),
            "" if quota is None else result.written(quota),
            *(result.written(stage.votes[index]) for index in result.standing),
            result.written(stage.non_transferable),
            result.written(stage.lost_to_rounding),
        ]


def _excluded(stage: Stage) -> tuple[int, ...]:
    """Return who is out after a stage: those whose papers passed on in it, or who were excluded at its end."""
    if stage.kind is StageKind.EXCLUSION and stage.candidate is not None:
        return (stage.candidate,)
    return stage.excluded


def _places(result: PairwiseResult) -> Iterator[list[str]]:
    """Yield a row for each place, and in the columns how many ballots prefer its candidate to each other one."""
    yield [
        *("place", "candidate", "elected", "tied", "decided by"),
        *(f"preferred to {name}" for name in result.names(result.standing)),
    ]
    ties = dict(result.ties)
    for place, index in enumerate(result.order, 1):
        yield [
            str(place),
            result.candidates[index],
            "yes" if index in result.elected else "no",
            *_tie(result, ties.get(place)),
            *("" if other == index else str(result.preferences[index][other]) for other in result.standing),
        ]


def _steps(result: BudgetResult) -> Iterator[list[str]]:
    """Yield a row for each project that is funded."""
    yield ["step", "event", "cost", "approved by", "each pays at most", "left", "tied", "decided by"]
    for number, step in enumerate(result.steps, 1):
        amounts = (money(step.cost), str(step.supporters), money(step.payment), money(step.left))
        yield [str(number), result.event(step), *amounts, *_tie(result, step.tie)]


def _answers(result: ConsentResult) -> Iterator[list[str]]:
    """Yield a row for each answer, and one for the outcome."""
    yield ["answer", "ballots"]
    count = result.count.to_canonical()
    yield from ([answer.replace("_", " "), str(count[answer])] for answer in ("consent", "concern", "stand_aside"))
    yield ["object", str(count["objections"])]
    yield ["outcome", "consent" if result.count.carried else "no consent"]


def _tie(result: Result, tie: Tie | None) -> tuple[str, str]:
    """Return who was tied, and what decided."""
    if tie is None:
        return "", ""
    decided = tie.decided_by or f"stage {tie.decided_at_stage}"
    return _names(result, tie.tied), "lot" if tie.lot_between else decided


def _names(result: Result, indexes: Sequence[int]) -> str:
    return _AND.join(name.strip() for name in result.names(indexes))
