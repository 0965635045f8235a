"""Splitting a sum in proportion to weights, with no cent lost and none made: the method of largest remainders.

Source: Hamilton's method, as proportional seats are given out; every part is the exact share rounded down, and the cents that are
left go one by one to the largest remainders. Plain integers, so it is exact however large the sums are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from evidence.messages import N_
from ledger.errors import LedgerRefusal


class Ordered(Protocol):
    """Something that can be a key and sorts."""

    def __lt__(self, other: Any, /) -> bool: ...
    def __hash__(self) -> int: ...


Key = TypeVar("Key", bound=Ordered)


@dataclass(eq=False)
class NothingToApportionBy(LedgerRefusal):
    """All weights are zero, so there is no proportion."""

    message = N_("There is nothing to share by: every part would be in proportion to zero.")


def apportion(total: int, weights: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Split `total` in proportion to the weights; the parts add up to it exactly.

    Equal remainders go by key, ascending, so the order of the input does not matter; a weight of zero gets nothing.

    Raises:
        NothingToApportionBy: there is no weight above zero.
        ValueError: a key comes twice, or the total or a weight is negative.
    """
    given = list(weights)
    whole = sum(weight for _, weight in given)
    if total < 0 or any(weight < 0 for _, weight in given):
        raise ValueError("only what is there can be shared out")
    if whole == 0:
        raise NothingToApportionBy
    parts = {key: total * weight // whole for key, weight in given}
    if len(parts) < len(given):
        raise ValueError("a key comes twice")
    left = total - sum(parts.values())
    if left:
        remainders = [total * weight % whole for _, weight in given]
        # Sorting plain integers is quick; only the keys at the edge have to be compared as well.
        last = sorted(remainders, reverse=True)[left - 1]
        for (key, _), remainder in zip(given, remainders, strict=True):
            if remainder > last:
                parts[key] += 1
                left -= 1
        edge = (key for (key, _), remainder in zip(given, remainders, strict=True) if remainder == last)
        for key in sorted(edge)[:left]:
            parts[key] += 1
    return parts
