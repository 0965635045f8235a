"""How a count is laid out for a terminal: the outcome first, then what happened, then the numbers.

It knows the kinds of results and the width of the page, and no rule.
"""

from collections.abc import Sequence
from textwrap import fill

from governance.counting.budget import BudgetResult, money
from governance.counting.consent import CONSENT_REASONS, ConsentResult
from governance.counting.lots import Drawing
from governance.counting.pairwise import Matrix, PairwiseResult
from governance.counting.result import CountResult, Result, Stage, Tie


def as_text(result: Result, width: int, drawing: Drawing | None = None) -> str:
    """Lay out a result for `width` columns."""
    match result:
        case CountResult():
            lines = _stages(result, width)
        case PairwiseResult():
            lines = _comparisons(result, width)
        case BudgetResult():
            lines = _budget(result, width)
        case ConsentResult():
            lines = _consent(result, width)
        case _:
            raise TypeError(f"no layout for {type(result).__name__}")
    if drawing:
        lines += ["", *_drawing(result, drawing, width)]
    return "\n".join(lines)


def _heading(result: Result, summary: str, width: int) -> list[str]:
    """Return what was counted, and by which rule."""
    one = result.blank == 1
    left_out = f"{'names' if one else 'name'} nobody who stands and {'takes' if one else 'take'} no part"
    if isinstance(result, BudgetResult):
        left_out = "approves nothing; its share stays" if one else "approve nothing; their shares stay"
    blank = f"{_many(result.blank, 'ballot')} {left_out}." if result.blank else ""
    return [fill(fact, width) for fact in (result.title, f"{result.rule}: {summary}", blank) if fact]


def _elected(result: Result) -> list[str]:
    names = [f"  {result.candidates[index].strip()}" for index in result.elected]
    return ["", "Elected, in this order:", *(names or ["  nobody"])]


def _stages(result: CountResult, width: int) -> list[str]:
    """Lay out a count that goes from stage to stage."""
    summary = f"{_many(result.ballots, 'ballot')}, {_many(result.seats, 'seat')}"
    if result.quota is not None:
        summary += f", quota {result.written(result.quota)}"
    lines = [*_heading(result, summary, width), *_elected(result), "", "Stages:"]
    for number, stage in enumerate(result.stages, 1):
        lines += _stage_lines(result, number, stage, width)
    return [*lines, "", *_votes_table(result, width)]


def _stage_lines(result: CountResult, number: int, stage: Stage, width: int) -> list[str]:
    """Say what happened in a stage: the event, how a tie was broken, who was elected or excluded."""
    texts = [result.event(stage).strip()]
    if stage.tie:
        texts.append(_tie(result, stage.tie))
    if stage.elected:
        texts.append("Elected: " + ", ".join(_stripped(result, stage.elected)))
    if stage.excluded:
        texts.append("Excluded: " + ", ".join(_stripped(result, stage.excluded)))
    return _numbered(number, texts, width)


def _tie(result: Result, tie: Tie) -> str:
    """Say who was tied and what decided."""
    how = "by lot, in the order of the ballot paper"
    if result.lot != tuple(range(len(result.candidates))):
        how = "by lot, in the order that was drawn"
    if not tie.lot_between:
        how = f"by {tie.decided_by}" if tie.decided_by else f"by stage {tie.decided_at_stage}"
    return f"Tie of {', '.join(_stripped(result, tie.tied))}: broken {how}."


def _numbered(number: int, texts: Sequence[str], width: int) -> list[str]:
    indent = " " * 5
    return [
        fill(text, width, initial_indent=indent if at else f"{number:>3}  ", subsequent_indent=indent)
        for at, text in enumerate(texts)
    ]


def _votes_table(result: CountResult, width: int) -> list[str]:
    """Return the votes with candidates as rows and stages as columns."""
    rows = [
        (result.candidates[index].strip(), [result.written(stage.votes[index]) for stage in result.stages])
        for index in result.standing
    ]
    rest = [result.written(stage.non_transferable) for stage in result.stages]
    if result.quota is not None or any(stage.non_transferable for stage in result.stages):
        rows.append(("Not transferable", rest))
    if any(stage.lost_to_rounding for stage in result.stages):
        rows.append(("Lost to rounding", [result.written(stage.lost_to_rounding) for stage in result.stages]))
    return _table("Stage", [str(at + 1) for at in range(len(result.stages))], rows, width)


def _comparisons(result: PairwiseResult, width: int) -> list[str]:
    """Lay out a count that compares every two candidates."""
    lines = [
        *_heading(result, f"{_many(result.ballots, 'ballot')}, {_many(result.seats, 'seat')}", width),
        *_elected(result),
    ]
    lines += ["", "Order:"]
    ties = dict(result.ties)
    for place, index in enumerate(result.order, 1):
        texts = [result.candidates[index].strip()]
        if place in ties:
            texts.append(_tie(result, ties[place]))
        lines += _numbered(place, texts, width)
    if result.pairs:
        lines += ["", "Pairs, the clearest first:"]
    for number, pair in enumerate(result.pairs, 1):
        winner, loser = _stripped(result, (pair.winner, pair.loser))
        what = "" if pair.locked else ", left out: it would close a circle"
        lines += _numbered(number, [f"{winner} over {loser}, {pair.votes} to {pair.against}{what}"], width)
    lines += [
        "",
        fill("Ballots that prefer the row to the column:", width),
        *_matrix(result, result.preferences, width),
    ]
    if result.paths is not None:
        lines += ["", fill("Strongest path from the row to the column:", width), *_matrix(result, result.paths, width)]
    return lines


def _matrix(result: PairwiseResult, matrix: Matrix, width: int) -> list[str]:
    """Return a table of numbers; the columns are the numbers of the rows."""
    rows = [
        (
            f"{at} {result.candidates[row].strip()}",
            ["-" if row == column else str(matrix[row][column]) for column in result.standing],
        )
        for at, row in enumerate(result.standing, 1)
    ]
    return _table("", [str(at) for at in range(1, len(rows) + 1)], rows, width)


def _budget(result: BudgetResult, width: int) -> list[str]:
    """Lay out a participatory budget."""
    summary = f"{_many(result.ballots, 'ballot')}, budget {money(result.budget)}, {money(result.share)} for each ballot"
    lines = [*_heading(result, summary, width), "", "Funded, in this order:"]
    for number, step in enumerate(result.steps, 1):
        texts = [f"{result.event(step)}, cost {money(step.cost)}, approved by {_many(step.supporters, 'ballot')}"]
        if step.payment:
            texts.append(f"Each pays {money(step.payment)} at most.")
        if step.tie:
            texts.append(_tie(result, step.tie))
        lines += _numbered(number, [*texts, f"Left: {money(step.left)}"], width)
    return [*lines, *(["  nothing"] if not result.steps else [])]


def _consent(result: ConsentResult, width: int) -> list[str]:
    """Lay out the answers to a question of consent."""
    count = result.count
    fields = {name: getattr(count, name) for name in count.__dataclass_fields__}
    lines = _heading(result, _many(result.ballots, "ballot"), width)
    lines += ["", "There is consent." if count.carried else "There is no consent."]
    lines += [fill(CONSENT_REASONS[reason] % fields, width) for reason in count.reasons]
    answers = (
        ("Consent", count.consent),
        ("Concern", count.concern),
        ("Stand aside", count.stand_aside),
        ("Object", count.objections),
    )
    return [*lines, "", *_table("", ["Ballots"], [(name, [str(number)]) for name, number in answers], width)]


def _drawing(result: Result, drawing: Drawing, width: int) -> list[str]:
    """Say where the order of the lot comes from."""
    texts = (
        f"Order of the lot: {', '.join(_stripped(result, drawing.order))}.",
        f"Seed: {drawing.seed}",
        f"It is the SHA-256 of the chain's head {drawing.chain_head} and the public value {drawing.public_value}.",
    )
    return [fill(text, width) for text in texts]


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _stripped(result: Result, indexes: Sequence[int]) -> list[str]:
    return [result.candidates[index].strip() for index in indexes]


def _table(corner: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], width: int) -> list[str]:
    """Return rows with a name and a cell for each column, in as many blocks as the width needs."""
    label = min(max(len(name) for name in (corner, *(name for name, _ in rows))), width // 2)
    cell = max((len(text) for cells in (columns, *(cells for _, cells in rows)) for text in cells), default=0)
    a_block = max(1, (width - label) // (cell + 2))
    lines: list[str] = []
    for start in range(0, len(columns), a_block):
        lines += [""] if lines else []
        lines += [
            _clipped(name, label) + "".join(f"  {text:>{cell}}" for text in cells[start : start + a_block])
            for name, cells in ((corner, columns), *rows)
        ]
    return lines


def _clipped(name: str, width: int) -> str:
    """Return a name in exactly `width` columns."""
    return name.ljust(width) if len(name) <= width else f"{name[: width - 1]}…"
