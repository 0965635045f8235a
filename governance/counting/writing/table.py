"""CSV files of ballots: a column for each candidate, and in the cells the preference or the points.

Seats are not in them, and who has withdrawn is left out. Names are written as they are: whoever offers a file to be opened in a
spreadsheet sees to it that none is taken for a formula.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from io import StringIO

from governance.counting.files.table import NONCE, RECEIPT, TAKEN, WEIGHT
from governance.counting.profiles import Points, Ranking
from governance.counting.writing.names import told_apart
from governance.counting.writing.struck import Struck


def lines(
    candidates: Sequence[str], ballots: Iterable[tuple[Ranking, int]], *, withdrawn: Collection[int] = ()
) -> Iterator[str]:
    """Yield a CSV file of rankings with a column of weights."""
    struck = Struck(len(candidates), withdrawn)
    rows = ([weight, *_preferences(struck, ranking)] for ranking, weight in ballots)
    yield from _written([WEIGHT, *struck.names(told_apart(candidates, TAKEN))], rows)


def single_lines(
    candidates: Sequence[str], rankings: Iterable[Ranking], *, withdrawn: Collection[int] = ()
) -> Iterator[str]:
    """Yield a CSV file with one ballot a row and no other column, as programs take it that know no weights."""
    struck = Struck(len(candidates), withdrawn)
    rows = (_preferences(struck, ranking) for ranking in rankings)
    yield from _written(struck.names(told_apart(candidates, TAKEN)), rows)


def receipted_lines(candidates: Sequence[str], ballots: Iterable[tuple[str, str, Ranking]]) -> Iterator[str]:
    """Yield a CSV file with one ballot a row behind its receipt and its random number, which together prove the ballot."""
    whole = Struck(len(candidates), ())
    rows = ([receipt, nonce, *_preferences(whole, ranking)] for receipt, nonce, ranking in ballots)
    yield from _written([RECEIPT, NONCE, *told_apart(candidates, TAKEN)], rows)


def receipted_points_lines(candidates: Sequence[str], ballots: Iterable[tuple[str, str, Points]]) -> Iterator[str]:
    """Yield a CSV file with the points of one ballot a row behind its receipt and its random number."""
    rows = ([receipt, nonce, *(given or "" for given in points)] for receipt, nonce, points in ballots)
    yield from _written([RECEIPT, NONCE, *told_apart(candidates, TAKEN)], rows)


def answered_lines(ballots: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield a CSV file of a resolution voted on in secret: receipt, random number and answer."""
    yield from _written([RECEIPT, NONCE, "answer"], ballots)


def points_lines(
    candidates: Sequence[str], ballots: Iterable[tuple[Points, int]], *, withdrawn: Collection[int] = ()
) -> Iterator[str]:
    """Yield a CSV file of points with a column of weights; no points are an empty cell."""
    struck = Struck(len(candidates), withdrawn)
    rows = ([weight, *(points[index] or "" for index in struck.standing)] for points, weight in ballots)
    yield from _written([WEIGHT, *struck.names(told_apart(candidates, TAKEN))], rows)


def _preferences(struck: Struck, ranking: Ranking) -> list[int | str]:
    cells: list[int | str] = [""] * len(struck.standing)
    for preference, rank in enumerate(struck.ranking(ranking), 1):
        for index in rank:
            cells[index] = preference
    return cells


def _written(header: list[str], rows: Iterable[Sequence[int | str]]) -> Iterator[str]:
    """Yield the lines. Readers tell by the header what parts its cells, so a semicolon in it is quoted."""
    quoting = csv.QUOTE_ALL if any(";" in name for name in header) else csv.QUOTE_MINIMAL
    yield _line(header, quoting)
    for row in rows:
        yield _line(row, csv.QUOTE_MINIMAL)


def _line(cells: Sequence[int | str], quoting: int) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\r\n", quoting=quoting).writerow(cells)  # type: ignore[arg-type]  # one of csv's own
    return line.getvalue()
