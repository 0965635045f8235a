"""The lot: an order of all candidates that stands before the count, and how to derive one that nobody could choose.

Rules never draw; they take an order that is brought along. This module checks it, and makes it out of two values that
together were known to nobody beforehand. It knows no chance either: the same values always give the same order.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from governance.counting.errors import InvalidLot


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """An order of the candidates with what it was derived from: what a count sheet shows, so that others derive it too."""

    #: The head of the chain that holds the ballots: whoever chose the public value did not know it.
    chain_head: str
    #: What was announced beforehand to be taken, such as the numbers of a public lottery on a later day.
    public_value: str
    #: SHA-256 of the two, hexadecimal.
    seed: str
    #: The candidates by their indexes.
    order: tuple[int, ...]

    def to_canonical(self) -> dict[str, object]:
        """Return the drawing for the count sheet, candidates as numbers from 1."""
        return {
            "chain_head": self.chain_head,
            "public_value": self.public_value,
            "seed": self.seed,
            "order": [index + 1 for index in self.order],
        }


def drawn(candidates: int, *, chain_head: str, public_value: str) -> Drawing:
    """Derive an order of the candidates.

    The seed is the SHA-256 of the chain's head, a line end and the public value, in UTF-8. Each candidate has the SHA-256 of
    the seed, a line end and the candidate's number on the ballot paper, from 1; the smallest comes first.
    """
    seed = _sha256(chain_head, public_value)
    order = sorted(range(candidates), key=lambda index: _sha256(seed, str(index + 1)))
    return Drawing(chain_head=chain_head, public_value=public_value, seed=seed, order=tuple(order))


def checked_lot(candidates: int, lot: Sequence[int] | None) -> tuple[int, ...]:
    """Return the lot, or without one the order of the ballot paper.

    Raises:
        InvalidLot: it is not an order of all candidates.
    """
    if lot is None:
        return tuple(range(candidates))
    if sorted(lot) != list(range(candidates)):
        raise InvalidLot(candidates)
    return tuple(lot)


def _sha256(first: str, second: str) -> str:
    return hashlib.sha256(f"{first}\n{second}".encode()).hexdigest()
