"""Ballot files: which reader takes which kind, and how their bytes come in.

A whole file is taken or none of it: the first bad line is refused with its number and its cause.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from evidence.messages import N_
from governance.counting.files import blt, preflib, table
from governance.counting.files.source import load, refuse
from governance.counting.profiles import RankedProfile

#: A reader for each kind of file, by the extension without its dot.
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


def read_ballots(source: str | Path | BinaryIO, name: str | None = None, kind: str | None = None) -> RankedProfile:
    """Read a file of ranked ballots.

    `name` stands in the messages, and its extension says the kind of file (a key of `READERS`) unless `kind` does.
    A stream needs one of the two.

    Raises:
        BallotFileError: the file cannot be read, is too large, is of no known kind, or has a bad line.
    """
    if name is None:
        name = Path(source).name if isinstance(source, (str, Path)) else "-"
    if kind is None:
        kind = Path(name).suffix.removeprefix(".").lower()
    reader = READERS.get(kind)
    if reader is None:
        raise refuse(
            name,
            None,
            N_("a ballot file ends in one of %(kinds)s"),
            kinds=", ".join(f".{known}" for known in READERS),
        )
    return reader(load(source, name), name)
