"""Which business a refund takes back, so that a refund of what did not count does not count either.

A refund follows its sale. What belongs together is told by the entries alone: they name the same source, or one reverses the other.
Within that, a reversal takes back the entry that it names, and any other refund the oldest business that is not taken back yet. A part
for which there is none counts like business of its own day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID


class Movement(NamedTuple):
    """A posting of somebody's business. The amount counts for them, a refund against them."""

    booked_on: date
    entry_id: UUID
    line: int
    amount_minor: int
    reverses_id: UUID | None


@dataclass
class _Parcel:
    """Business, whether it counts, and what is not taken back of it yet."""

    entry_id: UUID
    counts: bool
    left_minor: int


def counted(movements: Iterable[Movement], since: date) -> dict[tuple[UUID, int], int]:
    """Return how much of each posting counts, by entry and line, for one party and one source, with a first day."""
    parcels: list[_Parcel] = []
    taken: dict[UUID, list[tuple[_Parcel, int]]] = {}
    found = {}
    for movement in sorted(movements):
        if movement.amount_minor < 0:
            parts = _take(parcels, movement, since)
            taken.setdefault(movement.entry_id, []).extend(parts)
            counts_minor = -sum(part_minor for parcel, part_minor in parts if parcel.counts)
        elif movement.reverses_id in taken:
            counts_minor = _give_back(taken[movement.reverses_id], movement.amount_minor)
        else:
            parcels.append(_Parcel(movement.entry_id, movement.booked_on >= since, movement.amount_minor))
            counts_minor = movement.amount_minor if parcels[-1].counts else 0
        found[movement.entry_id, movement.line] = counts_minor
    return found


def _take(parcels: list[_Parcel], refund: Movement, since: date) -> list[tuple[_Parcel, int]]:
    """Take a refund from the entry that it reverses, then from the oldest, and return from which how much."""
    left_minor, parts = -refund.amount_minor, []
    # Sorting keeps the order of the rest.
    for parcel in sorted(parcels, key=lambda parcel: parcel.entry_id != refund.reverses_id):
        part_minor = min(parcel.left_minor, left_minor)
        if part_minor:
            parcel.left_minor -= part_minor
            left_minor -= part_minor
            parts.append((parcel, part_minor))
    if left_minor:
        parts.append((_Parcel(refund.entry_id, refund.booked_on >= since, 0), left_minor))
    return parts


def _give_back(parts: list[tuple[_Parcel, int]], amount_minor: int) -> int:
    """Undo what a refund took, and return how much of it counts."""
    counts_minor = 0
    while parts and amount_minor:
        parcel, part_minor = parts.pop()
        given_minor = min(part_minor, amount_minor)
        parcel.left_minor += given_minor
        amount_minor -= given_minor
        counts_minor += given_minor if parcel.counts else 0
        if given_minor < part_minor:
            parts.append((parcel, part_minor - given_minor))
    return counts_minor
