"""CSV files with points: one ballot a row, a column for each candidate, and in the cells what the ballot gives them.

Scores, stars and dots are written alike; an empty cell is no points. The limits of the ballot paper are not in the file: whoever
counts states them, and a row that goes beyond them is refused. Which rule counts the points is not known here.
"""

from evidence.messages import N_
from governance.counting.files.source import MAX_WEIGHT, refuse, shown, text_of, whole_number
from governance.counting.files.table import Table
from governance.counting.profiles import Points, PointsProfile


def read(raw: bytes, name: str, *, cap: int | None, dots: int | None) -> PointsProfile:
    """Read a CSV file with at most `cap` points for one candidate and `dots` for all, where these are set.

    Raises:
        BallotFileError: the header has no usable names, or a row is no ballot, or gives too much.
    """
    table = Table(text_of(raw), name)

    def understand(cells: list[str], line: int) -> Points:
        points = tuple(_points(cell, name, line) for cell in cells)
        _check_limits(points, table.candidates, cap, dots, name, line)
        return points

    ballots: dict[Points, int] = {}
    for _, points, weight in table.ballots(understand):
        ballots[points] = ballots.get(points, 0) + weight
    return PointsProfile(title="", candidates=table.candidates, seats=None, ballots=ballots, cap=cap, dots=dots)


def _points(cell: str, name: str, line: int) -> int:
    """Return the points of one cell."""
    number = whole_number(cell) if cell else 0
    if number is None or number > MAX_WEIGHT:
        raise refuse(name, line, N_("points are a whole number, not “%(text)s”"), text=shown(cell))
    return number


def _check_limits(
    points: Points, candidates: tuple[str, ...], cap: int | None, dots: int | None, name: str, line: int
) -> None:
    """Refuse a ballot that gives one candidate, or all together, more than the ballot paper allows."""
    for candidate, given in zip(candidates, points, strict=True):
        if cap is not None and given > cap:
            raise refuse(
                name,
                line,
                N_("%(given)d points for %(candidate)s are more than the %(cap)d that one may get"),
                given=given,
                candidate=shown(candidate),
                cap=cap,
            )
    if dots is not None and sum(points) > dots:
        raise refuse(
            name,
            line,
            N_("%(given)d points are more than the %(dots)d that a ballot has"),
            given=sum(points),
            dots=dots,
        )
