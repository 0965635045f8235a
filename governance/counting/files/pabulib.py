"""Pabulib files (.pb): a budget, projects with their costs, and ballots that approve projects.

Three parts, each with a line of its name and a line of its columns: META, PROJECTS and VOTES, cells parted by semicolons. Only
ballots that approve are read; those with points, shares or orders are refused, because what they are worth to a voter is a
question of its own.
"""

import csv
import re
from collections.abc import Iterator
from fractions import Fraction
from io import StringIO

from evidence.messages import N_
from governance.counting.files.source import MAX_CANDIDATES, Names, refuse, shown, text_of, whole_number
from governance.counting.profiles import BudgetProfile, Choice

_PARTS = ("META", "PROJECTS", "VOTES")
_APPROVAL = frozenset({"approval", "choose-1"})
#: Decimals that an amount may have.
PLACES = 6
_AMOUNT = re.compile(rf"[0-9]{{1,15}}(?:\.[0-9]{{1,{PLACES}}})?")

_Row = tuple[int, list[str]]


def read(raw: bytes, name: str) -> BudgetProfile:
    """Read a Pabulib file.

    Raises:
        BallotFileError: a line is not what the format asks for, or the file is not whole.
    """
    parts = _parts(text_of(raw), name)
    meta = {row[0].strip(): (line, row[1].strip()) for line, row in parts["META"][1:] if len(row) > 1}
    kind_line, kind = meta.get("vote_type", (parts["META"][0][0], ""))
    if kind not in _APPROVAL:
        raise refuse(
            name, kind_line, N_("only ballots of the vote_type approval are counted, not “%(text)s”"), text=shown(kind)
        )
    budget_line, budget = meta.get("budget", (parts["META"][0][0], ""))
    titles = Names(name)
    title_line, title = meta.get("description", (1, ""))
    numbers, names, costs = _projects(parts["PROJECTS"], name)
    ballots = _votes(parts["VOTES"], numbers, name)
    voters_line, voters = meta.get("num_votes", (1, ""))
    if voters and whole_number(voters) != sum(ballots.values()):
        raise refuse(
            name,
            voters_line,
            N_("the header says %(voters)s ballots, and the file holds %(total)d"),
            voters=shown(voters),
            total=sum(ballots.values()),
        )
    return BudgetProfile(
        title=titles.line_of_text(title, title_line),
        candidates=names,
        costs=costs,
        budget=_amount(budget, name, budget_line),
        ballots=ballots,
    )


def _parts(text: str, name: str) -> dict[str, list[_Row]]:
    """Return the rows of each part, the one with its columns first.

    Raises:
        BallotFileError: a part is missing, has no columns, or stands where another should.
    """
    parts: dict[str, list[_Row]] = {}
    rows: list[_Row] | None = None
    last = 1
    for last, row in _rows(text, name):
        word = row[0].strip()
        if len(parts) < len(_PARTS) and word == _PARTS[len(parts)] and not any(cell.strip() for cell in row[1:]):
            rows = parts[word] = []
        elif rows is None:
            raise refuse(name, last, N_("“%(word)s” is expected, not “%(text)s”"), word="META", text=shown(word))
        else:
            rows.append((last, row))
    for part in _PARTS:
        if not parts.get(part):
            raise refuse(name, last, N_("the file ends where %(part)s with its columns was expected"), part=part)
    return parts


def _rows(text: str, name: str) -> Iterator[_Row]:
    """Yield the rows that are not empty, with the number of their last line."""
    rows = csv.reader(StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield rows.line_num, row
    except csv.Error as error:
        raise refuse(name, rows.line_num, N_("this is no CSV (%(reason)s)"), reason=str(error)) from error


def _column(rows: list[_Row], column: str, name: str) -> int:
    """Return where a column stands."""
    line, header = rows[0]
    for at, cell in enumerate(header):
        if cell.strip() == column:
            return at
    raise refuse(name, line, N_("there is no column “%(column)s”"), column=column)


def _projects(rows: list[_Row], name: str) -> tuple[dict[str, int], tuple[str, ...], tuple[Fraction, ...]]:
    """Return the projects: the index of each id, their names, and their costs.

    A project is called by its name, with its id where another has that name too, or by its id alone.
    """
    id_at, cost_at = _column(rows, "project_id", name), _column(rows, "cost", name)
    header = [cell.strip() for cell in rows[0][1]]
    name_at = header.index("name") if "name" in header else id_at
    numbers: dict[str, int] = {}
    costs: list[Fraction] = []
    called: list[tuple[str, str, int]] = []
    for line, row in rows[1:]:
        if len(row) <= max(id_at, cost_at):
            raise refuse(name, line, N_("a project has an id and a cost"))
        project = row[id_at].strip()
        if project in numbers:
            raise refuse(name, line, N_("project %(id)s stands there twice"), id=shown(project))
        numbers[project] = len(numbers)
        costs.append(_amount(row[cost_at].strip(), name, line))
        words = row[name_at].strip() if name_at < len(row) else ""
        called.append((words or project, project, line))
    if not numbers:
        raise refuse(name, rows[0][0], N_("there are no candidates"))
    if len(numbers) > MAX_CANDIDATES:
        raise refuse(
            name,
            rows[0][0],
            N_("%(count)d candidates are more than the %(limit)d that can be counted"),
            count=len(numbers),
            limit=MAX_CANDIDATES,
        )
    names = Names(name)
    shared = [words for words, _, _ in called]
    for words, project, line in called:
        names.add(f"{words} ({project})" if shared.count(words) > 1 else words, line)
    return numbers, names.all(), tuple(costs)


def _votes(rows: list[_Row], numbers: dict[str, int], name: str) -> dict[Choice, int]:
    """Return how many ballots approve each set of projects."""
    voter_at, vote_at = _column(rows, "voter_id", name), _column(rows, "vote", name)
    ballots: dict[Choice, int] = {}
    voters: set[str] = set()
    for line, row in rows[1:]:
        if len(row) <= voter_at:
            raise refuse(name, line, N_("a ballot has a voter_id"))
        voter = row[voter_at].strip()
        if voter in voters:
            raise refuse(name, line, N_("ballot %(id)s stands there twice"), id=shown(voter))
        voters.add(voter)
        choice = _choice(row[vote_at] if vote_at < len(row) else "", numbers, name, line)
        ballots[choice] = ballots.get(choice, 0) + 1
    return ballots


def _choice(cell: str, numbers: dict[str, int], name: str, line: int) -> Choice:
    """Return the projects of one ballot; one that stands there twice is approved once, as where such ballots were cast."""
    chosen: set[int] = set()
    for word in filter(None, map(str.strip, cell.split(","))):
        index = numbers.get(word)
        if index is None:
            raise refuse(name, line, N_("project %(id)s does not exist"), id=shown(word))
        chosen.add(index)
    return tuple(sorted(chosen))


def read_amount(text: str) -> Fraction:
    """Return an amount as exact as it is written; nothing where it is no amount."""
    return Fraction(text) if _AMOUNT.fullmatch(text) else Fraction(0)


def _amount(text: str, name: str, line: int) -> Fraction:
    """Return an amount above nothing."""
    amount = read_amount(text)
    if not amount:
        raise refuse(name, line, N_("an amount above nothing is expected, not “%(text)s”"), text=shown(text))
    return amount
