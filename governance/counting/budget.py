"""The result of a participatory budget: which projects are funded, step by step, and what is left.

It knows how a result is written down, and not how it came about. Amounts are exact fractions of the currency unit in which the
costs are stated; where one does not come out even, six decimals are written.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from governance.counting.result import Result, Tie, written

_PLACES = 6


class StepKind(StrEnum):
    """How a project comes to be funded."""

    #: Its supporters pay for it out of their shares.
    BOUGHT = "bought"
    #: What is left of the budget goes to it, because nobody can buy anything more.
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One project that is funded."""

    kind: StepKind
    project: int
    cost: Fraction
    #: How many ballots approve it.
    supporters: int
    #: The most that one of them pays; who has less left pays that.
    payment: Fraction
    #: Of the budget, after this step.
    left: Fraction
    tie: Tie | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetResult(Result):
    """What is funded, and how it came about. The candidates are projects; the elected are those funded, in their order."""

    budget: Fraction
    #: What each ballot had to spend at the beginning, after it was raised where the rule raises it.
    share: Fraction
    #: How often the share was raised by one unit.
    raised: int
    steps: tuple[Step, ...]

    @property
    def left(self) -> Fraction:
        """What is left of the budget."""
        return self.steps[-1].left if self.steps else self.budget

    @property
    def lots(self) -> tuple[tuple[int, Tie], ...]:
        """The ties that the lot broke, with the number of their step, from 1."""
        return tuple((number, step.tie) for number, step in enumerate(self.steps, 1) if step.tie)

    def to_canonical(self, *, detail: bool = False) -> dict[str, object]:
        """Return the published form: names, and amounts as strings; the funded in the order of the ballot paper."""
        return {
            "title": self.title,
            "rule": self.rule,
            "arithmetic": self.arithmetic,
            "seats": None,
            "ballots": self.ballots,
            "quota": None,
            "elected": self.names(sorted(self.elected)),
            "budget": money(self.budget),
            "share": money(self.share),
            "raised": self.raised,
            "left": money(self.left),
            "stages": [
                {
                    "event": self.event(step),
                    "cost": money(step.cost),
                    "supporters": step.supporters,
                    "payment": money(step.payment),
                    "left": money(step.left),
                }
                for step in self.steps
            ],
            **self.published_lots(self.lots),
        }

    def event(self, step: Step) -> str:
        """Say what happened in a step. Not translated: other programs read it."""
        return f"{'Bought' if step.kind is StepKind.BOUGHT else 'Completed with'}: {self.candidates[step.project]}"


def money(amount: Fraction) -> str:
    """Write an amount: a whole one as it is, another with six decimals."""
    return str(amount.numerator) if amount.denominator == 1 else written(amount * 10**_PLACES, _PLACES)
