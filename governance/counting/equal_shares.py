"""The method of equal shares: everybody gets the same part of a budget, and supporters of a project buy it together.

Of the projects whose supporters have enough left, the one with the best value for each unit paid is bought; each supporter pays the
same, or all that is left. Variants differ in what a project is worth to a supporter (its cost, or the same for every project), and
in what becomes of money that nobody can spend. It knows no chance: equal value is decided by the lot that the caller brings.
"""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from fractions import Fraction
from math import lcm

from evidence.messages import N_
from governance.counting.budget import BudgetResult, Step, StepKind
from governance.counting.errors import Cause, InvalidProfile
from governance.counting.lots import checked_lot
from governance.counting.profiles import BudgetProfile
from governance.counting.result import Tie
from governance.counting.ties import Lot

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
    return _counted(
        profile, lot, "Method of equal shares (cost utility, Add1U)", _by_cost, completion=_Completion.RAISE_AND_ADD
    )


def count_raised(profile: BudgetProfile, _seats: int | None = None, lot: Sequence[int] | None = None) -> BudgetResult:
    """Fund projects by equal shares with cost utility, and raise the shares as far as the budget goes (Add1).

    Shares are raised by one unit for every ballot as long as what is bought stays within the budget, also where nothing more would
    fit: what is bought with larger shares may be something else. Nothing is added.

    Raises:
        InvalidLot: the lot is not an order of all projects.
        InvalidProfile: the unit of the amounts is too small for the budget.
    """
    return _counted(profile, lot, "Method of equal shares (cost utility, Add1)", _by_cost, completion=_Completion.RAISE)


class _Completion(Enum):
    """What becomes of money that nobody can spend."""

    #: It is left.
    NONE = auto()
    #: Shares are raised until more would be spent than there is.
    RAISE = auto()
    #: Shares are raised until nothing more fits either, and what fits is added.
    RAISE_AND_ADD = auto()


def _by_cost(cost: Fraction) -> Fraction:
    return cost


def _alike(_cost: Fraction) -> Fraction:
    return Fraction(1)


def _counted(
    profile: BudgetProfile,
    lot: Sequence[int] | None,
    rule: str,
    worth: _Worth,
    *,
    completion: _Completion = _Completion.NONE,
) -> BudgetResult:
    """Count by any of the variants."""
    order = checked_lot(len(profile.candidates), lot)
    ballots = sum(profile.ballots.values())
    share = profile.budget / ballots if ballots else Fraction(0)
    shares = _Shares(profile, worth, Lot(order))
    steps = shares.bought(share)
    raised = 0
    raises_while = {
        _Completion.NONE: lambda _steps: False,
        _Completion.RAISE: shares.something_is_not_bought,
        _Completion.RAISE_AND_ADD: shares.something_fits,
    }[completion]
    while raises_while(steps):
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
    if completion is _Completion.RAISE_AND_ADD:
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

    Many groups have the same left. So each has the number of an amount, and arithmetic is done once for each amount. Amounts are
    whole numbers of parts so small that all come out even: one part is `1 / parts` of the unit, and a payment that does not come
    out even makes the parts smaller. Whole numbers are added and compared many times faster than fractions.
    """

    def __init__(self, share: Fraction, weights: Sequence[int], parts: int) -> None:
        self._weights = weights
        #: How many parts make one unit of the currency.
        self.parts = lcm(parts, share.denominator)
        self._amounts = [share.numerator * (self.parts // share.denominator)]
        self._has = [0] * len(weights)

    def ascending(self, groups: Sequence[int]) -> list[tuple[int, int]]:
        """Return the amounts in parts that these groups have left, the smallest first, each with the number of ballots."""
        ballots: dict[int, int] = {}
        for group in groups:
            number = self._has[group]
            ballots[number] = ballots.get(number, 0) + self._weights[group]
        amounts = self._amounts
        return sorted([(amounts[number], weight) for number, weight in ballots.items()])

    def pay(self, groups: Sequence[int], payment: Fraction) -> None:
        """Take a payment, or all that is left, from each ballot of these groups."""
        finer = lcm(self.parts, payment.denominator)
        if finer > self.parts:
            factor = finer // self.parts
            self._amounts = [amount * factor for amount in self._amounts]
            self.parts = finer
        due = payment.numerator * (self.parts // payment.denominator)
        number_of = {amount: number for number, amount in enumerate(self._amounts)}
        becomes: dict[int, int] = {}
        for group in groups:
            before = self._has[group]
            if before not in becomes:
                left = max(self._amounts[before] - due, 0)
                becomes[before] = number_of.setdefault(left, len(self._amounts))
                if becomes[before] == len(self._amounts):
                    self._amounts.append(left)
            self._has[group] = becomes[before]


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
        #: All costs come out even in so many parts of a unit.
        self._parts = lcm(*(cost.denominator for cost in profile.costs))
        self._approvals = [sum(self._weights[group] for group in groups) for groups in self._supporters]

    def bought(self, share: Fraction) -> list[Step]:
        """Return what is bought when each ballot has this share, in the order in which it is bought."""
        balances = _Balances(share, self._weights, self._parts)
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

    def something_is_not_bought(self, steps: Sequence[Step]) -> bool:
        """Return whether somebody supports a project that is not bought."""
        return len(steps) < sum(1 for groups in self._supporters if groups)

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
        cost = self._profile.costs[project]
        due = cost.numerator * (balances.parts // cost.denominator)
        for balance, weight in balances.ascending(self._supporters[project]):
            if due <= balance * paying:
                return Fraction(due, paying * balances.parts)
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
