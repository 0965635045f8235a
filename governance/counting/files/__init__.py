"""Ballot files: which reader takes which kind, and how their bytes come in.

A whole file is taken or none of it: the first bad line is refused with its number and its cause.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from evidence.messages import N_
from governance.counting.files import blt, pabulib, points, preflib, table
from governance.counting.files.source import load, refuse
from governance.counting.profiles import BudgetProfile, PointsProfile, RankedProfile

#: A reader for each kind of file with rankings, by the extension without its dot.
READERS: Mapping[str, Callable[[bytes, str], RankedProfile]] = MappingProxyType(
    {
        "blt": blt.read,
        "soi": preflib.reader("soi"),
        "soc": preflib.reader("soc"),
        "toi": preflib.reader("toi"),
        "toc": preflib.reader("toc"),
        "csv": table.read,
    }
)
#: The kinds of files with points, and with projects.
POINTS_KINDS = ("csv",)
BUDGET_KINDS = ("pb",)
#: Every kind of file that is read.
KINDS = (*READERS, *BUDGET_KINDS)

Source = str | Path | BinaryIO


def read_ballots(source: Source, name: str | None = None, kind: str | None = None) -> RankedProfile:
    """Read a file of ranked ballots.

    `name` stands in the messages, and its extension says the kind of file (a key of `READERS`) unless `kind` does.
    A stream needs one of the two.

    Raises:
        BallotFileError: the file cannot be read, is too large, is of no known kind, or has a bad line.
    """
    name, kind = _named(source, name, kind, READERS)
    return READERS[kind](load(source, name), name)


def read_points(
    source: Source,
    name: str | None = None,
    kind: str | None = None,
    *,
    cap: int | None = None,
    dots: int | None = None,
) -> PointsProfile:
    """Read a file of ballots with points; at most `cap` for one candidate and `dots` for all, where these are set.

    Raises:
        BallotFileError: as `read_ballots`; a ballot gives more.
    """
    name, _ = _named(source, name, kind, POINTS_KINDS)
    return points.read(load(source, name), name, cap=cap, dots=dots)


def read_budget(source: Source, name: str | None = None, kind: str | None = None) -> BudgetProfile:
    """Read a file with a budget, projects and ballots that approve them.

    Raises:
        BallotFileError: as `read_ballots`.
    """
    name, _ = _named(source, name, kind, BUDGET_KINDS)
    return pabulib.read(load(source, name), name)


def _named(source: Source, name: str | None, kind: str | None, kinds: Iterable[str]) -> tuple[str, str]:
    """Return the name for messages and the kind of file, which must be one of `kinds`."""
    if name is None:
        name = Path(source).name if isinstance(source, (str, Path)) else "-"
    if kind is None:
        kind = Path(name).suffix.removeprefix(".").lower()
    if kind not in kinds:
        raise refuse(
            name,
            None,
            N_("this rule counts files that end in %(kinds)s")
            if kind in KINDS
            else N_("a ballot file ends in one of %(kinds)s"),
            kinds=", ".join(f".{known}" for known in kinds),
        )
    return name, kind
