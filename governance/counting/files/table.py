"""CSV files: one ballot a row, a column for each candidate, and in the cells the preference, from 1.

A column called "weight" says how many ballots a row stands for; an empty cell means not ranked, the same number twice means
equal preferences. A gap (1, 2, 4) is refused, because the rules of different countries read it differently.
"""

import csv
from collections.abc import Iterator
from io import StringIO

from evidence.messages import N_
from governance.counting.files.source import (
    MAX_CANDIDATES,
    Names,
    checked_weight,
    refuse,
    shown,
    text_of,
    whole_number,
)
from governance.counting.profiles import RankedProfile, Ranking

WEIGHT = "weight"


def read(raw: bytes, name: str) -> RankedProfile:
    """Read a CSV file, with commas or, as spreadsheets in many languages write it, semicolons.

    Raises:
        BallotFileError: the header has no usable names, or a row is no ballot.
    """
    table = Table(text_of(raw), name)
    ballots: dict[Ranking, int] = {}
    lines: dict[Ranking, int] = {}
    read_before: dict[tuple[str, ...], tuple[Ranking, int]] = {}
    for line, row in table.rows:
        key = tuple(row)
        if key not in read_before:
            weight, cells = table.ballot(row, line)
            read_before[key] = _ranking(cells, name, line), weight
        ranking, weight = read_before[key]
        ballots[ranking] = ballots.get(ranking, 0) + weight
        if any(len(rank) > 1 for rank in ranking):
            lines.setdefault(ranking, line)
    return RankedProfile(title="", candidates=table.candidates, seats=None, ballots=ballots, lines=lines)


class Table:
    """The rows of a CSV file below a header with the names of the candidates and, where there is one, the column of weights."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self.rows = _rows(text, name)
        line, header = next(self.rows, (1, []))
        self._columns = len(header)
        self._weight_at = _weight_column(header, name, line)
        names = Names(name)
        for at, cell in enumerate(header):
            if at != self._weight_at:
                names.add(cell.strip(), line)
        if not names:
            raise refuse(name, line, N_("there are no candidates"))
        if len(names) > MAX_CANDIDATES:
            raise refuse(
                name,
                line,
                N_("%(count)d candidates are more than the %(limit)d that can be counted"),
                count=len(names),
                limit=MAX_CANDIDATES,
            )
        self.candidates = names.all()

    def ballot(self, row: list[str], line: int) -> tuple[int, list[str]]:
        """Return how many ballots a row stands for, and its cells for the candidates.

        Raises:
            BallotFileError: it has more or fewer cells than the header, or no usable weight.
        """
        if len(row) != self._columns:
            raise refuse(
                self._name,
                line,
                N_("the header has %(columns)d columns, and this row %(cells)d"),
                cells=len(row),
                columns=self._columns,
            )
        cells = [cell.strip() for cell in row]
        weight = 1 if self._weight_at is None else checked_weight(cells.pop(self._weight_at), self._name, line)
        return weight, cells


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, with the number of their last line."""
    first = text.lstrip("\n").partition("\n")[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            if row:
                yield rows.line_num, row
    except csv.Error as error:
        raise refuse(name, rows.line_num, N_("this is no CSV (%(reason)s)"), reason=str(error)) from error


def _weight_column(header: list[str], name: str, line: int) -> int | None:
    """Return where the weights stand, if anywhere."""
    found = [at for at, cell in enumerate(header) if cell.strip().casefold() == WEIGHT]
    if len(found) > 1:
        raise refuse(name, line, N_("two columns are called “weight”"))
    return found[0] if found else None


def _ranking(cells: list[str], name: str, line: int) -> Ranking:
    """Return the ranking that the preferences of a row make."""
    placed: dict[int, list[int]] = {}
    for candidate, cell in enumerate(cells):
        if not cell:
            continue
        preference = whole_number(cell)
        if preference is None or not 1 <= preference <= len(cells):
            raise refuse(
                name,
                line,
                N_("a preference is a whole number from 1 to %(count)d, not “%(text)s”"),
                count=len(cells),
                text=shown(cell),
            )
        placed.setdefault(preference, []).append(candidate)
    for expected, preference in enumerate(sorted(placed), 1):
        if preference != expected:
            raise refuse(
                name,
                line,
                N_("preference %(missing)d is missing before %(next)d"),
                missing=expected,
                next=preference,
            )
    return tuple(tuple(placed[preference]) for preference in sorted(placed))
