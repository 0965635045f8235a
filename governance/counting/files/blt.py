r"""BLT files: the format of OpenSTV, OpaVote, Droop and of the published Scottish ballots.

Numbers of candidates and seats; withdrawn candidates as negative numbers, or in `[withdrawn ...]`; short names in place of the
numbers, in `[nick ...]`; ballots as a weight (or an id in brackets), the
candidates' numbers and a 0; a 0 alone; the names and the title in quotation marks. `#` begins a comment. A quotation mark
within a name is written \" or "".
"""

import re
from collections import Counter
from collections.abc import Mapping
from io import BytesIO

from evidence.messages import N_
from governance.counting.errors import BallotFileError
from governance.counting.files.blt_names import read_names
from governance.counting.files.blt_words import Words
from governance.counting.files.source import (
    checked_count,
    checked_weight,
    refuse,
    shown,
    text_of,
    whole_number,
)
from governance.counting.profiles import RankedProfile, Ranking

_END_OF_BALLOTS = re.compile(rb"^[ \t]*0[ \t]*$", re.MULTILINE)


def read(raw: bytes, name: str) -> RankedProfile:
    """Read a BLT file.

    Raises:
        BallotFileError: a line is not what the format asks for.
    """
    words = Words(raw, name)
    count = checked_count(words.next(N_("the number of candidates")), name, words.line())
    seats = _seats(words)
    withdrawn = _before_ballots(words, count)
    start = words.begin
    lines: dict[Ranking, int] = {}
    quick = _ballots_by_line(raw, start, words.number_of)
    if quick is None:
        words.at = start
        ballots, lines = _ballots_by_word(words, count)
        end = words.at
    else:
        ballots, end = quick
    first_line = raw.count(b"\n", 0, end) + 1
    names, title = read_names(text_of(raw[end:]), count, name, first_line)
    return RankedProfile(
        title=title,
        candidates=names,
        seats=seats,
        ballots=ballots,
        withdrawn=frozenset(withdrawn),
        lines=lines,
    )


def _seats(words: Words) -> int:
    """Return the second number of the file."""
    word = words.next(N_("the number of seats"))
    seats = whole_number(word)
    if seats is None:
        raise refuse(
            words.name,
            words.line(),
            N_("the number of seats is expected, not “%(text)s”"),
            text=shown(word),
        )
    if seats < 1:
        raise refuse(words.name, words.line(), N_("there must be at least one seat"))
    return seats


def _before_ballots(words: Words, count: int) -> set[int]:
    """Return who has withdrawn, take short names, and leave `words.begin` at the first ballot."""
    words.number_of = {b"%d" % number: number - 1 for number in range(1, count + 1)}
    withdrawn: set[int] = set()
    while (word := words.next(N_("a ballot"))).startswith((b"-", b"[")):
        option, *listed = (b"withdrawn", word[1:]) if word.startswith(b"-") else word.strip(b"[]").split() or [b""]
        if option == b"nick":
            _short_names(words, listed, count)
        elif option == b"withdrawn":
            for one in listed:
                candidate = words.candidate(one, count)
                if candidate in withdrawn:
                    raise refuse(
                        words.name,
                        words.line(),
                        N_("candidate %(number)d has withdrawn twice"),
                        number=candidate + 1,
                    )
                withdrawn.add(candidate)
        else:
            raise refuse(
                words.name, words.line(), N_("options in square brackets are not read: %(text)s"), text=shown(word)
            )
    return withdrawn


def _short_names(words: Words, listed: list[bytes], count: int) -> None:
    """Take the names in place of the candidates' numbers: as many as candidates, each once, and none of them a number."""
    if len(listed) != count or len(set(listed)) < count:
        raise refuse(words.name, words.line(), N_("%(count)d different short names are expected here"), count=count)
    for index, short in enumerate(listed):
        if whole_number(short) is not None or b"=" in short or short.startswith((b"-", b"(", b'"')):
            raise refuse(words.name, words.line(), N_("“%(text)s” cannot be a short name"), text=shown(short))
        words.number_of[short] = index


def _ballots_by_line(raw: bytes, start: int, number_of: Mapping[bytes, int]) -> tuple[dict[Ranking, int], int] | None:
    """Read ballots that stand one to a line, equal lines once; None when a line is not so plain.

    This is for speed only: `_ballots_by_word` reads the same and more, and says what is wrong.
    """
    end = raw.find(b"\n0\n", start) + 1
    if end == 0:
        alone = _END_OF_BALLOTS.search(raw, start)
        if alone is None:
            return None
        end = alone.start()
    rank_of = {word: (index,) for word, index in number_of.items()}.__getitem__
    weights: dict[bytes, int] = {}
    ballots: dict[Ranking, int] = {}
    for line, times in Counter(BytesIO(raw[start:end])).items():
        words = line.split()
        if not words:
            continue
        weight, named = words[0], words[1:-1]
        many = weights.get(weight, 0)
        if many == 0 and weight.isdigit() and len(weight) < 13:
            many = weights[weight] = int(weight)
        if many == 0 or words[-1] != b"0" or len(set(named)) < len(named):
            return None
        try:
            ranking = tuple(map(rank_of, named))
        except KeyError:
            return None
        before = len(ballots)
        weight_so_far = ballots.setdefault(ranking, many * times)
        if len(ballots) == before:
            ballots[ranking] = weight_so_far + many * times
    return ballots, raw.index(b"0", end) + 1


def _ballots_by_word(words: Words, count: int) -> tuple[dict[Ranking, int], dict[Ranking, int]]:
    """Read ballots however they are laid out; also return the lines of equal preferences."""
    ballots: dict[Ranking, int] = {}
    lines: dict[Ranking, int] = {}
    ids: set[bytes] = set()
    while (word := words.next(N_("the 0 after the last ballot"))) != b"0":
        line = words.line()
        weight = _weight(words, word, ids)
        ranking = _ranking(words, count, line)
        ballots[ranking] = ballots.get(ranking, 0) + weight
        if any(len(rank) > 1 for rank in ranking):
            lines.setdefault(ranking, line)
    return ballots, lines


def _weight(words: Words, word: bytes, ids: set[bytes]) -> int:
    """Return how many ballots begin with this word: a weight, or an id in brackets for one."""
    name, line = words.name, words.line()
    if word.startswith(b"("):
        if word in ids:
            raise refuse(name, line, N_("ballot %(id)s stands there twice"), id=shown(word))
        ids.add(word)
        return 1
    if word.startswith(b'"'):
        raise refuse(name, line, N_("a name stands before the 0 that ends the ballots"))
    if word.startswith(b"["):
        raise refuse(name, line, N_("options in square brackets are not read: %(text)s"), text=shown(word))
    return checked_weight(word, name, line)


def _ranking(words: Words, count: int, first_line: int) -> Ranking:
    """Read one ballot's candidates up to its 0."""
    ranking: list[tuple[int, ...]] = []
    seen: set[int] = set()
    while (word := words.next(N_("the 0 at the end of a ballot"))) != b"0":
        try:
            ranking.append(_rank(words, word, count, seen))
        except BallotFileError as error:
            if error.line == first_line:
                raise
            raise refuse(
                words.name,
                first_line,
                N_("the ballot does not end with 0, and line %(next)d cannot go on with it: %(cause)s"),
                next=words.line(),
                cause=error.cause,
            ) from None
    return tuple(ranking)


def _rank(words: Words, word: bytes, count: int, seen: set[int]) -> tuple[int, ...]:
    """Return the candidates of one word, of which there are several when it has "=" in it."""
    if word == b"-":
        raise refuse(
            words.name, words.line(), N_("a skipped preference (“-”) is not read: rules differ on what follows")
        )
    rank = []
    for number in word.split(b"="):
        candidate = words.candidate(number, count)
        if candidate in seen:
            raise refuse(
                words.name,
                words.line(),
                N_("candidate %(number)d stands twice on the ballot"),
                number=candidate + 1,
            )
        seen.add(candidate)
        rank.append(candidate)
    return tuple(sorted(rank))
