"""CSV files: one ballot a row, a column for each candidate, and in the cells the preference, from 1.

A column called "weight" says how many ballots a row stands for; an empty cell means not ranked, the same number twice means
equal preferences. A gap (1, 2, 4) is refused, because the rules of different countries read it differently. The two columns that
prove a published ballot, its receipt and random number, are passed over.
"""

import csv
import re
from collections.abc import Callable, Iterator
from io import StringIO
from typing import TypeVar

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
#: What stands beside a published secret ballot.
RECEIPT, NONCE = "receipt", "random number"
#: Names of columns that no candidate can have.
TAKEN = frozenset({WEIGHT, RECEIPT, NONCE})

_QUOTED = re.compile(r'"[^"]*+"')
_Ballot = TypeVar("_Ballot")


def read(raw: bytes, name: str) -> RankedProfile:
    """Read a CSV file, with commas or, as spreadsheets in many languages write it, semicolons.

    Raises:
        BallotFileError: the header has no usable names, or a row is no ballot.
    """
    table = Table(text_of(raw), name)
    ballots: dict[Ranking, int] = {}
    lines: dict[Ranking, int] = {}
    for line, ranking, weight in table.ballots(lambda cells, line: _ranking(cells, name, line)):
        ballots[ranking] = ballots.get(ranking, 0) + weight
        if any(len(rank) > 1 for rank in ranking):
            lines.setdefault(ranking, line)
    return RankedProfile(title="", candidates=table.candidates, seats=None, ballots=ballots, lines=lines)


class Table:
    """The rows of a CSV file below a header with the names of the candidates and, where there is one, the column of weights."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._rows = _rows(text, name)
        line, header = next(self._rows, (1, []))
        self._columns = len(header)
        self._weight_at = _column(header, WEIGHT, name, line)
        beside = {self._weight_at, *(_column(header, column, name, line) for column in (RECEIPT, NONCE))}
        self._candidates_at = [at for at in range(len(header)) if at not in beside]
        names = Names(name)
        for at in self._candidates_at:
            names.add(header[at].strip(), line)
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

    def ballots(self, understand: Callable[[list[str], int], _Ballot]) -> Iterator[tuple[int, _Ballot, int]]:
        """Yield the line of each row, what `understand` makes of its cells and that line, and how many ballots it stands for.

        Equal cells are understood once.

        Raises:
            BallotFileError: a row has more or fewer cells than the header, or no usable weight.
        """
        understood: dict[tuple[str, ...], _Ballot] = {}
        weights: dict[str, int] = {}
        candidates_at, weight_at = self._candidates_at, self._weight_at
        for line, row in self._rows:
            if len(row) != self._columns:
                raise refuse(
                    self._name,
                    line,
                    N_("the header has %(columns)d columns, and this row %(cells)d"),
                    cells=len(row),
                    columns=self._columns,
                )
            weight = 1
            if weight_at is not None:
                written = row[weight_at]
                if written not in weights:
                    weights[written] = checked_weight(written.strip(), self._name, line)
                weight = weights[written]
            cells = tuple([row[at] for at in candidates_at])
            if cells not in understood:
                understood[cells] = understand([cell.strip() for cell in cells], line)
            yield line, understood[cells], weight


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, with the number of their last line."""
    first = _QUOTED.sub("", text.lstrip("\n").partition("\n")[0])
    delimiter = ";" if ";" in first and "," not in first else ","
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            if row:
                yield rows.line_num, row
    except csv.Error as error:
        raise refuse(name, rows.line_num, N_("this is no CSV (%(reason)s)"), reason=str(error)) from error


def _column(header: list[str], called: str, name: str, line: int) -> int | None:
    """Return where a column stands that is no candidate's, if anywhere."""
    found = [at for at, cell in enumerate(header) if cell.strip().casefold() == called]
    if len(found) > 1:
        raise refuse(name, line, N_("two columns are called “%(column)s”"), column=called)
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
