"""PrefLib files with the header of today's format. Seats are not in it, and who has withdrawn is struck.

Which of the four kinds fits is seen from the ballots: strict orders or orders with ties, of all candidates or of some. The kind is
the ending of the file's name.
"""

from collections import Counter
from collections.abc import Iterator

from governance.counting.profiles import RankedProfile, Ranking
from governance.counting.writing.names import one_line, told_apart
from governance.counting.writing.struck import Struck


def kind(profile: RankedProfile) -> str:
    """Return "soc", "soi", "toc" or "toi": the narrowest kind that holds the ballots."""
    struck = Struck(len(profile.candidates), profile.withdrawn)
    rankings = [struck.ranking(ranking) for ranking in profile.ballots]
    tied = any(len(rank) > 1 for ranking in rankings for rank in ranking)
    complete = all(sum(map(len, ranking)) == len(struck.standing) for ranking in rankings)
    return f"{'t' if tied else 's'}o{'c' if complete else 'i'}"


def lines(profile: RankedProfile, *, file_name: str = "", day: str = "") -> Iterator[str]:
    """Yield a PrefLib file line by line, the most frequent order first. `day` is when it was made, as 2026-05-04."""
    struck = Struck(len(profile.candidates), profile.withdrawn)
    orders: Counter[Ranking] = Counter()
    for ranking, weight in profile.ballots.items():
        orders[struck.ranking(ranking)] += weight
    names = struck.names(told_apart(profile.candidates))
    header = {
        "FILE NAME": one_line(file_name),
        "TITLE": one_line(profile.title),
        "DESCRIPTION": "",
        "DATA TYPE": kind(profile),
        "MODIFICATION TYPE": "original",
        "RELATES TO": "",
        "RELATED FILES": "",
        "PUBLICATION DATE": day,
        "MODIFICATION DATE": day,
        "NUMBER ALTERNATIVES": len(names),
        "NUMBER VOTERS": sum(orders.values()),
        "NUMBER UNIQUE ORDERS": len(orders),
        **{f"ALTERNATIVE NAME {number}": name for number, name in enumerate(names, 1)},
    }
    yield from (f"# {key}: {value}".rstrip() + "\n" for key, value in header.items())
    for ranking, weight in sorted(orders.items(), key=lambda order: (-order[1], order[0])):
        yield f"{weight}: {','.join(map(_rank, ranking))}".rstrip() + "\n"


def _rank(rank: tuple[int, ...]) -> str:
    numbers = ",".join(str(index + 1) for index in rank)
    return numbers if len(rank) == 1 else f"{{{numbers}}}"
