"""PrefLib files: .soc and .soi for strict orders, .toc and .toi for orders with ties, complete or not.

Both headers are read: lines "# KEY: value" as PrefLib writes them now, and the older one that begins with the number of
candidates. Neither says how many seats there are. Candidates are numbered from 1, or from 0 where the header does. The number of
voters in the header must be the number of ballots, and that of the orders the number of lines, which shows a file that was cut off
or put together. An order may stand there for no ballots at all.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain

from evidence.messages import N_
from governance.counting.files.source import (
    Names,
    checked_candidate,
    checked_count,
    checked_weight,
    refuse,
    shown,
    text_of,
    whole_number,
)
from governance.counting.profiles import RankedProfile, Ranking

#: Kinds without equal preferences, and kinds in which every ballot ranks everybody.
STRICT = frozenset({"soi", "soc"})
COMPLETE = frozenset({"soc", "toc"})

_Lines = Iterator[tuple[int, str]]

_NAME_KEY = re.compile(r"ALTERNATIVE NAME ([0-9]{1,4})")
#: A candidate's number, or several in braces. Possessive: a line of any length is read once.
_RANK = re.compile(r"\s*+(?:\{([^{}]*+)\}\s*+|([^{},]*+))(?:,|$)")


def reader(kind: str) -> Callable[[bytes, str], RankedProfile]:
    """Return the reader for one of the four kinds of file."""

    def read(raw: bytes, name: str) -> RankedProfile:
        """Read a PrefLib file of this kind."""
        return _read(raw, name, kind)

    return read


@dataclass
class _Header:
    """What stands before the ballots."""

    count: int
    names: tuple[str, ...]
    #: What stands between a weight and an order.
    mark: str
    last_line: int
    #: The number of the first candidate: 1, or 0.
    first: int = 1
    title: str = ""
    voters: int | None = None
    orders: int | None = None


@dataclass
class _Keys:
    """The "# KEY: value" lines as they are read."""

    title: str = ""
    count: int | None = None
    voters: int | None = None
    orders: int | None = None
    names: list[tuple[str, str, int]] = field(default_factory=list)


def _read(raw: bytes, name: str, kind: str) -> RankedProfile:
    """Read header and ballots.

    Raises:
        BallotFileError: a line is not what the format asks for, or the file is not whole.
    """
    lines = ((number, line.rstrip("\n")) for number, line in enumerate(StringIO(text_of(raw)), 1) if not line.isspace())
    number, first = next(lines, (1, ""))
    if first.startswith("#"):
        header, rest = _modern_header(chain([(number, first)], lines), name)
    else:
        header, rest = _older_header(number, first, lines, name), lines
    weights, places, last, orders = _ballots(header, rest, name, kind)
    total = sum(weights.values())
    if header.voters is not None and header.voters != total:
        raise refuse(
            name,
            last,
            N_("the header says %(voters)d ballots, and the file holds %(total)d"),
            voters=header.voters,
            total=total,
        )
    # Orders that differ in writing only, as {1,2} and {2,1}, are one order or two, as whoever wrote the file saw it.
    if header.orders not in {None, orders, len(weights)}:
        raise refuse(
            name,
            last,
            N_("the header says %(orders)d different orders, and the file holds %(total)d"),
            orders=header.orders or 0,
            total=len(weights),
        )
    return RankedProfile(
        title=header.title,
        candidates=header.names,
        seats=None,
        ballots=weights,
        lines=places,
    )


def _modern_header(lines: _Lines, name: str) -> tuple[_Header, _Lines]:
    """Read the lines with a `#`; also return those after them."""
    keys = _Keys()
    last = 1
    for number, line in lines:
        if not line.startswith("#"):
            lines = chain([(number, line)], lines)
            break
        last = number
        _take_key(keys, line, number, name)
    if keys.count is None:
        raise refuse(name, last, N_("the header does not say NUMBER ALTERNATIVES"))
    names = Names(name)
    first = 0 if keys.names and int(keys.names[0][0]) == 0 else 1
    for position, (digits, text, at) in enumerate(keys.names, first):
        if int(digits) != position:
            raise refuse(
                name,
                at,
                N_("the name of candidate %(number)d is expected here"),
                number=position,
            )
        names.add(text, at)
    if len(names) != keys.count:
        raise refuse(
            name,
            last,
            N_("there are %(count)d candidates and %(named)d names"),
            count=keys.count,
            named=len(names),
        )
    title = names.line_of_text(keys.title, last)
    return _Header(keys.count, names.all(), ":", last, first, title, keys.voters, keys.orders), lines


def _take_key(keys: _Keys, line: str, number: int, name: str) -> None:
    """Take what matters here from one line of the header; the rest is about the file's origin."""
    key, _, value = line[1:].partition(":")
    key, value = key.strip().upper(), value.strip()
    if key == "TITLE":
        keys.title = value
    elif key == "NUMBER ALTERNATIVES":
        keys.count = checked_count(value, name, number)
    elif key == "NUMBER VOTERS":
        keys.voters = _total(value, name, number)
    elif key == "NUMBER UNIQUE ORDERS":
        keys.orders = _total(value, name, number, N_("the number of orders is expected, not “%(text)s”"))
    elif named := _NAME_KEY.fullmatch(key):
        keys.names.append((named.group(1), value, number))


def _total(
    text: str, name: str, line: int, otherwise: str = N_("the number of voters is expected, not “%(text)s”")
) -> int:
    total = whole_number(text)
    if total is None:
        raise refuse(name, line, otherwise, text=shown(text))
    return total


def _older_header(number: int, first: str, lines: _Lines, name: str) -> _Header:
    """Read the number of candidates, a line "number,name" for each, and the line with the totals."""
    count = checked_count(first.strip(), name, number)
    names = Names(name)
    first_number = 1
    for at in range(count):
        number, line = _next(lines, number, name)
        digits, comma, text = line.partition(",")
        if comma and at == 0 and whole_number(digits.strip()) == 0:
            first_number = 0
        if not comma or whole_number(digits.strip()) != at + first_number:
            raise refuse(
                name,
                number,
                N_("the name of candidate %(number)d is expected here"),
                number=at + first_number,
            )
        names.add(text.strip(), number)
    number, line = _next(lines, number, name)
    voters = _total(line.partition(",")[0].strip(), name, number)
    return _Header(count, names.all(), ",", number, first_number, voters=voters)


def _next(lines: Iterator[tuple[int, str]], last: int, name: str) -> tuple[int, str]:
    """Return the next line of the header."""
    number, line = next(lines, (last, None))
    if line is None:
        raise refuse(name, number, N_("the file ends within its header"))
    return number, line


def _ballots(
    header: _Header, lines: _Lines, name: str, kind: str
) -> tuple[dict[Ranking, int], dict[Ranking, int], int, int]:
    """Read the ballots; return their weights, the lines of those with ties, the last line, and how many lines there were."""
    weights: dict[Ranking, int] = {}
    places: dict[Ranking, int] = {}
    number, orders = header.last_line, 0
    for orders, (number, line) in enumerate(lines, 1):  # noqa: B007  # how many there were is wanted
        weight_text, mark, order = line.partition(header.mark)
        if not mark:
            raise refuse(
                name,
                number,
                N_("a number of ballots and “%(mark)s” are expected before the order"),
                mark=header.mark,
            )
        weight = checked_weight(weight_text.strip(), name, number, least=0)
        ranking = _ranking(order, header, name, number)
        ranked = sum(map(len, ranking))
        if ranked > len(ranking):
            places.setdefault(ranking, number)
            if kind in STRICT:
                raise refuse(name, number, N_("a .%(kind)s file has no equal preferences"), kind=kind)
        if ranked < header.count and kind in COMPLETE:
            raise refuse(
                name,
                number,
                N_("%(ranked)d of %(count)d candidates are ranked; in a .%(kind)s file all are"),
                ranked=ranked,
                count=header.count,
                kind=kind,
            )
        if weight:
            weights[ranking] = weights.get(ranking, 0) + weight
    return weights, places, number, orders


def _ranking(order: str, header: _Header, name: str, line: int) -> Ranking:
    """Read an order such as "3,{1,2},4"; an empty one is a blank ballot."""
    ranking: list[tuple[int, ...]] = []
    seen: set[int] = set()
    at = 0
    while at < len(order) and not (at == 0 and order.isspace()):
        word = _RANK.match(order, at)
        if word is None or (word.end() == len(order) and order.endswith(",")):
            raise refuse(name, line, N_("an order is expected, not “%(text)s”"), text=shown(order[at:].strip()))
        at = word.end()
        together, alone = word.groups()
        numbers = [alone] if together is None else together.split(",")
        rank = [checked_candidate(number.strip(), header.count, name, line, first=header.first) for number in numbers]
        for candidate in rank:
            if candidate in seen:
                raise refuse(
                    name,
                    line,
                    N_("candidate %(number)d stands twice on the ballot"),
                    number=candidate + header.first,
                )
            seen.add(candidate)
        ranking.append(tuple(sorted(rank)))
    return tuple(ranking)
