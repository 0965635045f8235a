"""The ballots of a vote as files that other counting programs read.

Candidates stand by their codes in the order of the lot, so that a tie falls in those programs, too, as it did here. A resolution's
answer is a ranking of one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from governance.counting.profiles import Ranking, collapsed
from governance.counting.writing import blt, preflib, rctab, table
from governance.shown import Cast, Shown


def files(record: Mapping[str, Any], options: Sequence[str], cast: Cast) -> dict[str, bytes]:
    """Return the files, by their names; none where answers are not shown."""
    if cast.shown in {Shown.RECEIPTS, Shown.ELSEWHERE}:
        return {}
    ballots = rankings(options, cast.answers)
    title, rule = str(record["proposal"]), record["rule"]
    seats = int(rule.get("seats", 1))
    profile = collapsed(options, ballots, title=title, seats=seats)
    preflib_name = f"ballots.{preflib.kind(profile)}"
    found = {
        "ballots.blt": "".join(blt.lines(options, ballots, seats=seats, title=title)),
        preflib_name: "".join(preflib.lines(profile, file_name=preflib_name, day=record["closes_at"][:10])),
        "ballots.csv": "".join(table.lines(options, ballots)),
    }
    configuration = rctab.configuration(rule["name"], options, seats=seats, title=title, ballots_file="rctab.csv")
    if isinstance(configuration, rctab.Configuration):
        # It knows no weights: a ballot of two votes is two ballots.
        single = (ranking for ranking, weight in ballots for _ in range(weight))
        found |= {
            "rctab.json": configuration.text(),
            "rctab.csv": "".join(table.single_lines(options, single)),
        }
    return {name: text.encode() for name, text in found.items()}


def rankings(options: Sequence[str], answers: Iterable[tuple[str | Sequence[str], int]]) -> list[tuple[Ranking, int]]:
    """Return answers as rankings of the options' indexes, each with its weight.

    Raises:
        KeyError: an answer that could not be given.
    """
    index_of = {code: index for index, code in enumerate(options)}
    return [
        (tuple((index_of[code],) for code in ([choice] if isinstance(choice, str) else choice)), weight)
        for choice, weight in answers
    ]
