"""Ballots as a database holds them: texts such as '["c3","c1"]', each once with its weight, read no further than a count needs.

Sorted texts that begin alike lie together. So who is named next, after those already out of the count, is found by looking up where
the next beginning ends, and how many ballots that are is a difference of two sums. Of two hundred thousand different texts most
are never read. It knows no rule; whoever wants all rankings gets them, as from any other mapping.
"""

import json
from bisect import bisect_left
from collections.abc import Container, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from itertools import accumulate
from operator import itemgetter

from evidence.canonical import canonical_bytes
from evidence.messages import N_
from governance.counting.errors import Cause, InvalidProfile
from governance.counting.profiles import Ranking

#: Texts from the first of these places to before the second, which begin alike for so many characters; and whom they name there,
#: as bits.
Range = tuple[int, int, int, int]

#: What no text of an open beginning can have behind a code, and sorts after all that it can.
_AFTER = "^"


def _unknown() -> InvalidProfile:
    """Return the refusal of a ballot that names somebody who does not stand on the paper."""
    return InvalidProfile(Cause(N_("a ballot names a candidate who does not exist")))


def named_twice() -> InvalidProfile:
    """Return the refusal of a ballot that names somebody twice."""
    return InvalidProfile(Cause(N_("a ballot names a candidate twice")))


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
        self._weights: list[int] = list(map(itemgetter(1), ordered))
        if self._weights and min(self._weights) < 1:
            raise InvalidProfile(Cause(N_("a ballot has the weight %(weight)d"), weight=min(self._weights)))
        #: The weights of all texts before each one, and of all.
        self._before: list[int] = list(accumulate(self._weights, initial=0))
        self._candidates = {canonical_bytes(code).decode(): index for index, code in enumerate(codes)}
        self._by_code = {quoted[1:-1]: index for quoted, index in self._candidates.items()}
        self._read: dict[Ranking, int] | None = None

    def pile(self) -> "SortedPile":
        """Return all ballots as a pile."""
        return SortedPile(self, [self.everything()])

    def everything(self) -> Range:
        """Return the range of all texts."""
        return (0, len(self._texts), 0, 0)

    def weight(self, part: Range) -> int:
        """Return how many ballots a range holds."""
        return self._before[part[1]] - self._before[part[0]]

    def without_ended(self, part: Range) -> tuple[Range, int]:
        """Return a range without the text that names nobody more than all do, and how many ballots hold that text."""
        at, end, length, named = part
        # It comes last, because "]" sorts after the other characters that may stand in its place.
        if end > at and len(self._texts[end - 1]) == (length or 1) + 1:
            return (at, end - 1, length, named), self._before[end] - self._before[end - 1]
        return part, 0

    def named_next(self, part: Range) -> list[tuple[int, Range]]:
        """Return whom the texts of a range name next, each with the narrower range; it has no text that ends here.

        Raises:
            InvalidProfile: a ballot names somebody who does not exist, or names somebody twice.
        """
        texts, candidates = self._texts, self._candidates
        at, end, length, named = part
        found: list[tuple[int, Range]] = []
        while at < end:
            text = texts[at]
            stop = text.find('"', length + 2) + 1
            candidate = candidates.get(text[length + 1 : stop])
            if candidate is None:
                raise _unknown()
            if named >> candidate & 1:
                raise named_twice()
            following = at + 1 if end - at == 1 else bisect_left(texts, text[:stop] + _AFTER, at, end)
            found.append((candidate, (at, following, stop, named | 1 << candidate)))
            at = following
        return found

    def passed_on(self, ranges: Iterable[Range], continuing: Container[int]) -> tuple[dict[int, list[Range]], int]:
        """Return the ranges of whoever of those continuing is named next, and how many ballots name none of them.

        Raises:
            InvalidProfile: as `named_next`.
        """
        parcels: dict[int, list[Range]] = {}
        ended = 0
        left = list(ranges)
        while left:
            part, ending = self.without_ended(left.pop())
            ended += ending
            for candidate, narrower in self.named_next(part):
                (parcels.setdefault(candidate, []) if candidate in continuing else left).append(narrower)
        return parcels, ended

    def rests(self, part: Range) -> Iterator[tuple[str, int]]:
        """Return what each text of a range has behind the beginning that they share, with its weight."""
        at, end, length, _ = part
        return zip([text[length:] for text in self._texts[at:end]], self._weights[at:end], strict=True)

    def candidates_in(self, rest: str) -> tuple[int, ...]:
        """Read the candidates in what a text has behind its beginning.

        Raises:
            InvalidProfile: it names somebody who does not exist, or names somebody twice.
        """
        try:
            found = tuple(map(self._by_code.__getitem__, rest[2:-2].split('","')))
        except KeyError:
            raise _unknown() from None
        if len(set(found)) < len(found):
            raise named_twice()
        return found

    def _rankings(self) -> dict[Ranking, int]:
        """Read all texts, once."""
        if self._read is None:
            rank_of = {code: (index,) for index, code in enumerate(self._codes)}
            rankings: dict[Ranking, int] = {}
            for codes, weight in zip(json.loads(f"[{','.join(self._texts)}]"), self._weights, strict=True):
                if len(set(codes)) < len(codes):
                    raise named_twice()
                try:
                    rankings[tuple(map(rank_of.__getitem__, codes))] = weight
                except KeyError:
                    raise _unknown() from None
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

    def __init__(self, ballots: SortedBallots, ranges: list[Range]) -> None:
        self._ballots = ballots
        self._ranges = ranges
        self.weight = sum(map(ballots.weight, ranges))

    def passed_on(self, continuing: Container[int]) -> tuple[list[tuple[int, "SortedPile"]], int]:
        """See `piles.Pile`."""
        parcels, ended = self._ballots.passed_on(self._ranges, continuing)
        return [(candidate, SortedPile(self._ballots, parcels[candidate])) for candidate in sorted(parcels)], ended
