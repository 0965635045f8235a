r"""BLT files as other counting programs read them: a weight, the candidates' numbers and a 0 for each ballot.

Equal preferences are joined by "=", and a quotation mark in a name is written \". Whether a rule takes equal preferences is not
known here.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from governance.counting.profiles import Ranking
from governance.counting.writing.names import one_line, told_apart


def lines(
    candidates: Sequence[str],
    ballots: Iterable[tuple[Ranking, int]],
    *,
    seats: int,
    withdrawn: Collection[int] = (),
    title: str = "",
) -> Iterator[str]:
    """Yield a BLT file line by line; ballots stand in the order in which they come, each with its weight."""
    yield f"{len(candidates)} {seats}\n"
    yield from (f"-{index + 1}\n" for index in sorted(withdrawn))
    for ranking, weight in ballots:
        ranks = ("=".join(str(index + 1) for index in rank) for rank in ranking)
        yield " ".join((str(weight), *ranks, "0")) + "\n"
    yield "0\n"
    for text in (*told_apart(candidates), one_line(title)):
        yield '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"\n'
