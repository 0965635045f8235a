"""Ballots as a database holds them: texts such as '["c3","c1"]', each once with its weight, read no further than a count needs.

Sorted texts that begin alike lie together. So who is named next, after those already out of the count, is found by looking up where
the next beginning ends, and how many ballots that are is a difference of two sums. Of two hundred thousand different texts most
are never read. It knows no rule; whoever wants all rankings gets them, as from any other mapping.
"""

import json
from bisect import bisect_left
from collections.abc import Container, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from itertools import accumulate, starmap
from operator import itemgetter, sub

from evidence.canonical import canonical_bytes
from evidence.messages import N_
from governance.counting.errors import Cause, InvalidProfile
from governance.counting.profiles import Ranking

#: Texts from the first of these places to before the second, which begin alike for so many characters; and whom they name there,
#: as bits.
_Range = tuple[int, int, int, int]

#: What no text of an open beginning can have behind a code, and sorts after all that it can.
_AFTER = "^"


class SortedBallots(Mapping[Ranking, int]):
    """How many ballots hold each ranking; rankings are canonical JSON lists of the candidates' codes."""

    def __init__(self, codes: Sequence[str], texts: Iterable[tuple[str, int]]) -> None:
        """Take texts with their weights, each text once, in any order.

        Raises:
            InvalidProfile: a ballot has a weight below one.
        """
        ordered = sorted(texts, key=itemgetter(0))
        self._codes = codes
        self._texts = list(map(itemgetter(0), ordered))
        weights: list[int] = list(map(itemgetter(1), ordered))
        if weights and min(weights) < 1:
            raise InvalidProfile(Cause(N_("a ballot has the weight %(weight)d"), weight=min(weights)))
        #: The weights of all texts before each one, and of all.
        self._before: list[int] = list(accumulate(weights, initial=0))
        self._candidates = {canonical_bytes(code).decode(): index for index, code in enumerate(codes)}
        self._read: dict[Ranking, int] | None = None

    def pile(self) -> "SortedPile":
        """Return all ballots as a pile."""
        return SortedPile(self, [(0, len(self._texts), 0, 0)])

    def weight(self, part: _Range) -> int:
        """Return how many ballots a range holds."""
        return self._before[part[1]] - self._before[part[0]]

    def passed_on(self, ranges: Iterable[_Range], continuing: Container[int]) -> tuple[dict[int, list[_Range]], int]:
        """Return the ranges of whoever of those continuing is named next, and how many ballots name none of them.

        Raises:
            InvalidProfile: a ballot names somebody who does not exist, or names somebody twice.
        """
        texts, before, candidates = self._texts, self._before, self._candidates
        parcels: dict[int, list[_Range]] = {}
        ended = 0
        left = list(ranges)
        while left:
            at, end, length, named = left.pop()
            # The text that ends here comes last, because "]" sorts after the other characters that may stand in its place.
            if end > at and len(texts[end - 1]) == (length or 1) + 1:
                end -= 1
                ended += before[end + 1] - before[end]
            while at < end:
                text = texts[at]
                stop = text.find('"', length + 2) + 1
                candidate = candidates.get(text[length + 1 : stop])
                if candidate is None:
                    raise InvalidProfile(Cause(N_("a ballot names a candidate who does not exist")))
                if named >> candidate & 1:
                    raise InvalidProfile(Cause(N_("a ballot names a candidate twice")))
                following = at + 1 if end - at == 1 else bisect_left(texts, text[:stop] + _AFTER, at, end)
                (parcels.setdefault(candidate, []) if candidate in continuing else left).append(
                    (at, following, stop, named | 1 << candidate)
                )
                at = following
        return parcels, ended

    def _rankings(self) -> dict[Ranking, int]:
        """Read all texts, once."""
        if self._read is None:
            rank_of = {code: (index,) for index, code in enumerate(self._codes)}
            rankings: dict[Ranking, int] = {}
            weights = starmap(sub, zip(self._before[1:], self._before, strict=False))
            for codes, weight in zip(json.loads(f"[{','.join(self._texts)}]"), weights, strict=True):
                if len(set(codes)) < len(codes):
                    raise InvalidProfile(Cause(N_("a ballot names a candidate twice")))
                try:
                    rankings[tuple(map(rank_of.__getitem__, codes))] = weight
                except KeyError:
                    raise InvalidProfile(Cause(N_("a ballot names a candidate who does not exist"))) from None
            self._read = rankings
        return self._read

    def __getitem__(self, ranking: Ranking) -> int:
        return self._rankings()[ranking]

    def __iter__(self) -> Iterator[Ranking]:
        return iter(self._rankings())

    def __len__(self) -> int:
        return len(self._texts)

    def items(self) -> ItemsView[Ranking, int]:
        """Return all rankings with their weights."""
        return self._rankings().items()

    def values(self) -> ValuesView[int]:
        """Return all weights."""
        return self._rankings().values()


class SortedPile:
    """Papers as ranges of sorted texts: see `piles.Pile`."""

    def __init__(self, ballots: SortedBallots, ranges: list[_Range]) -> None:
        self._ballots = ballots
        self._ranges = ranges
        self.weight = sum(map(ballots.weight, ranges))

    def passed_on(self, continuing: Container[int]) -> tuple[list[tuple[int, "SortedPile"]], int]:
        """See `piles.Pile`."""
        parcels, ended = self._ballots.passed_on(self._ranges, continuing)
        return [(candidate, SortedPile(self._ballots, parcels[candidate])) for candidate in sorted(parcels)], ended
