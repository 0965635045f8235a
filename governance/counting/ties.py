"""Ties: picking one of several, and writing down what decided.

It knows the stages of a count and the order of the lot. Which of the two are asked, and in what order, a rule decides.
"""

from collections.abc import Sequence

from governance.counting.result import Stage, Tie


class Lot:
    """The order of all candidates that decides where nothing else does: the first of the tied in it is picked."""

    def __init__(self, order: Sequence[int]) -> None:
        self._place = {candidate: place for place, candidate in enumerate(order)}

    def first(self, tied: Sequence[int]) -> int:
        """Return the one on whom the lot falls."""
        return min(tied, key=self._place.__getitem__)

    def sorted(self, candidates: Sequence[int]) -> list[int]:
        """Return candidates in the order of the lot."""
        return sorted(candidates, key=self._place.__getitem__)

    def pick(self, tied: Sequence[int]) -> tuple[int, Tie | None]:
        """Pick one by lot alone; no tie is written down where there is only one."""
        if len(tied) == 1:
            return tied[0], None
        chosen = self.first(tied)
        return chosen, Tie(tuple(tied), chosen, None, tuple(tied))

    def pick_by_stages(self, tied: Sequence[int], stages: Sequence[Stage], *, most: bool) -> tuple[int, Tie | None]:
        """Pick one by the last earlier stage that sets them apart, else by lot.

        A stage that sets only some apart leaves the others tied, and the stages before it go on deciding among these.
        """
        if len(tied) == 1:
            return tied[0], None
        rest = list(tied)
        for number in range(len(stages), 0, -1):
            votes = stages[number - 1].votes
            wanted = (max if most else min)(votes[index] for index in rest)
            rest = [index for index in rest if votes[index] == wanted]
            if len(rest) == 1:
                return rest[0], Tie(tuple(tied), rest[0], number)
        chosen = self.first(rest)
        return chosen, Tie(tuple(tied), chosen, None, tuple(rest))
