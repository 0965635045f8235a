"""The method of equal shares: everybody gets the same part of a budget, and supporters of a project buy it together.

Of the projects whose supporters have enough left, the one with the best value for each unit paid is bought; each supporter pays the
same, or all that is left. Variants differ in what a project is worth to a supporter (its cost, or the same for every project), and
in what becomes of money that nobody can spend. It knows no chance: equal value is decided by the lot that the caller brings.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor

from evidence.messages import N_
from governance.counting.budget import BudgetResult, Step, StepKind
from governance.counting.errors import Cause, InvalidProfile
from governance.counting.lots import checked_lot
from governance.counting.profiles import BudgetProfile
from governance.counting.result import Tie
from governance.counting.ties import Lot

_PARTS = 1 << 60
#: How often shares are raised at most. In one step a unit, a file whose budget has many digits would never be counted.
MOST_RAISES = 50_000

#: What a project of this cost is worth to each of its supporters.
_Worth = Callable[[Fraction], Fraction]


def count(profile: BudgetProfile, _seats: int | None = None, lot: Sequence[int] | None = None) -> BudgetResult:
    """Fund projects by equal shares with cost utility; what nobody can spend is left.

    A number of seats has no meaning here.

    Raises:
        InvalidLot: the lot is not an order of all projects.
    """
    return _counted(profile, lot, "Method of equal shares (cost utility)", _by_cost)


def count_cardinality(
    profile: BudgetProfile, _seats: int | None = None, lot: Sequence[int] | None = None
) -> BudgetResult:
    """Fund projects by equal shares where each project is worth the same; what nobody can spend is left.

    Raises:
        InvalidLot: the lot is not an order of all projects.
    """
    return _counted(profile, lot, "Method of equal shares (cardinality utility)", _alike)


def count_completed(
    profile: BudgetProfile, _seats: int | None = None, lot: Sequence[int] | None = None
) -> BudgetResult:
    """Fund projects by equal shares with cost utility, and spend what is left (Add1U).

    Shares are raised by one unit for every ballot as long as what is bought stays within the budget and something more would
    fit. Then those of the most approvals that still fit are added.

    Raises:
        InvalidLot: the lot is not an order of all projects.
        InvalidProfile: the unit of the amounts is too small for the budget.
    """
    return _counted(profile, lot, "Method of equal shares (cost utility, Add1U)", _by_cost, complete=True)


def _by_cost(cost: Fraction) -> Fraction:
    return cost


def _alike(_cost: Fraction) -> Fraction:
    return Fraction(1)


def _counted(
    profile: BudgetProfile, lot: Sequence[int] | None, rule: str, worth: _Worth, *, complete: bool = False
) -> BudgetResult:
    """Count by any of the variants."""
    order = checked_lot(len(profile.candidates), lot)
    ballots = sum(profile.ballots.values())
    share = profile.budget / ballots if ballots else Fraction(0)
    shares = _Shares(profile, worth, Lot(order))
    steps = shares.bought(share)
    raised = 0
    while complete and shares.something_fits(steps):
        if raised == MOST_RAISES:
            raise InvalidProfile(
                Cause(
                    N_("shares would be raised more than %(most)d times: state budget and costs in a larger unit"),
                    most=MOST_RAISES,
                )
            )
        more = shares.bought(share + raised + 1)
        if sum(step.cost for step in more) > profile.budget:
            break
        steps, raised = more, raised + 1
    if complete:
        steps += shares.added(steps)
    return BudgetResult(
        title=profile.title,
        rule=rule,
        arithmetic="rational arithmetic",
        candidates=profile.candidates,
        withdrawn=frozenset(),
        ballots=ballots,
        blank=profile.ballots.get((), 0),
        elected=tuple(step.project for step in steps),
        lot=order,
        budget=profile.budget,
        share=share + raised,
        raised=raised,
        steps=tuple(steps),
    )


class _Balances:
    """What each group of equal ballots has left, for one ballot of it.

    Many groups have the same left. So each has the number of an amount, and arithmetic is done once for each amount.
    """

    def __init__(self, share: Fraction, weights: Sequence[int]) -> None:
        self._weights = weights
        self._amounts = [share]
        #: The amounts in small whole parts, cut off: whole numbers compare fast, and fractions only where these are equal.
        self._whole = [floor(share * _PARTS)]
        self._number_of = {share: 0}
        self._has = [0] * len(weights)

    def ascending(self, groups: Sequence[int]) -> list[tuple[Fraction, int]]:
        """Return the amounts that these groups have left, the smallest first, each with the number of ballots."""
        ballots: dict[int, int] = {}
        for group in groups:
            number = self._has[group]
            ballots[number] = ballots.get(number, 0) + self._weights[group]
        ordered = sorted((self._whole[number], self._amounts[number], weight) for number, weight in ballots.items())
        return [(amount, weight) for _, amount, weight in ordered]

    def pay(self, groups: Sequence[int], payment: Fraction) -> None:
        """Take a payment, or all that is left, from each ballot of these groups."""
        becomes: dict[int, int] = {}
        for group in groups:
            before = self._has[group]
            if before not in becomes:
                becomes[before] = self._number(max(self._amounts[before] - payment, Fraction(0)))
            self._has[group] = becomes[before]

    def _number(self, amount: Fraction) -> int:
        if amount not in self._number_of:
            self._number_of[amount] = len(self._amounts)
            self._amounts.append(amount)
            self._whole.append(floor(amount * _PARTS))
        return self._number_of[amount]


class _Shares:
    """The projects with their supporters, equal ballots as one, and how they buy."""

    def __init__(self, profile: BudgetProfile, worth: _Worth, lot: Lot) -> None:
        self._profile = profile
        self._lot = lot
        self._worth = [worth(cost) for cost in profile.costs]
        self._weights = list(profile.ballots.values())
        self._supporters: list[list[int]] = [[] for _ in profile.candidates]
        for group, choice in enumerate(profile.ballots):
            for project in choice:
                self._supporters[project].append(group)
        self._approvals = [sum(self._weights[group] for group in groups) for groups in self._supporters]

    def bought(self, share: Fraction) -> list[Step]:
        """Return what is bought when each ballot has this share, in the order in which it is bought."""
        balances = _Balances(share, self._weights)
        left = self._profile.budget
        #: For each project that may still be bought, a price for one unit of worth that it cannot fall below.
        prices = {project: Fraction(0) for project, groups in enumerate(self._supporters) if groups}
        steps: list[Step] = []
        while best := self._cheapest(prices, balances):
            project, tie = self._lot.pick(sorted(best))
            payment = best[project]
            balances.pay(self._supporters[project], payment)
            del prices[project]
            left -= self._profile.costs[project]
            steps.append(self._step(StepKind.BOUGHT, project, payment, left, tie))
        return steps

    def something_fits(self, steps: Sequence[Step]) -> bool:
        """Return whether a project that somebody supports still fits into what is left."""
        left = self._profile.budget - sum(step.cost for step in steps)
        bought = {step.project for step in steps}
        return any(
            groups and project not in bought and self._profile.costs[project] <= left
            for project, groups in enumerate(self._supporters)
        )

    def added(self, steps: Sequence[Step]) -> list[Step]:
        """Return what is added from what is left: of the projects that fit, always the one with the most approvals."""
        left = self._profile.budget - sum(step.cost for step in steps)
        bought = {step.project for step in steps}
        open_to = {project for project, groups in enumerate(self._supporters) if groups and project not in bought}
        more: list[Step] = []
        while fitting := [project for project in sorted(open_to) if self._profile.costs[project] <= left]:
            most = max(self._approvals[project] for project in fitting)
            project, tie = self._lot.pick([project for project in fitting if self._approvals[project] == most])
            open_to.remove(project)
            left -= self._profile.costs[project]
            more.append(self._step(StepKind.COMPLETED, project, Fraction(0), left, tie))
        return more

    def _cheapest(self, prices: dict[int, Fraction], balances: _Balances) -> dict[int, Fraction]:
        """Return the projects with the lowest price for their worth, each with the most that a supporter pays for it.

        A price never falls, because balances never rise: a project whose last price is too high need not be looked at again.
        Those that cannot be paid any more are taken out of `prices`.
        """
        lowest: Fraction | None = None
        best: dict[int, Fraction] = {}
        for project in sorted(prices, key=prices.__getitem__):
            if lowest is not None and prices[project] > lowest:
                break
            payment = self._payment(project, balances)
            if payment is None:
                del prices[project]
                continue
            prices[project] = price = payment / self._worth[project]
            if lowest is None or price < lowest:
                lowest, best = price, {}
            if price == lowest:
                best[project] = payment
        return best

    def _payment(self, project: int, balances: _Balances) -> Fraction | None:
        """Return the most that a supporter must pay when all pay alike as far as they can; None when it is not enough."""
        paying = self._approvals[project]
        due = self._profile.costs[project]
        for balance, weight in balances.ascending(self._supporters[project]):
            if due <= balance * paying:
                return due / paying
            due -= balance * weight
            paying -= weight
        return None

    def _step(self, kind: StepKind, project: int, payment: Fraction, left: Fraction, tie: Tie | None) -> Step:
        return Step(
            kind=kind,
            project=project,
            cost=self._profile.costs[project],
            supporters=self._approvals[project],
            payment=payment,
            left=left,
            tie=tie,
        )
