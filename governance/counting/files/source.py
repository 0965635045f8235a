"""The bytes of a ballot file, and the words and numbers in them, all within bounds.

It knows encodings, line ends and limits, and no format. Limits are here because a file comes from anybody.
"""

import re
import unicodedata
from pathlib import Path
from typing import BinaryIO

from evidence.messages import N_
from governance.counting.errors import BallotFileError, Cause, UnusableBallotFileError

MAX_BYTES = 200_000_000
MAX_CANDIDATES = 1000
MAX_WEIGHT = 10**12
MAX_NAME_CHARACTERS = 500

#: What is left of letters beyond ASCII where a file was written in one encoding and read in another. A terminal obeys these.
_MISREAD = re.compile("[\x80-\x9f]")
_BLANKS = re.compile(r"\s+")
_DIGITS = re.compile(r"[0-9]{1,13}")


def refuse(name: str, line: int | None, text: str, /, **values: int | str | Cause) -> BallotFileError:
    """Return the error to raise for a bad line, or for the file as a whole when `line` is None."""
    kind = UnusableBallotFileError if line is None else BallotFileError
    return kind(name, line, Cause(text, **values))


def load(source: str | Path | BinaryIO, name: str) -> bytes:
    r"""Return the bytes of a file, in an encoding that extends ASCII and with \n at the end of each line.

    Raises:
        BallotFileError: it cannot be read, is larger than MAX_BYTES, or is empty.
    """
    try:
        if isinstance(source, (str, Path)):
            with Path(source).open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        else:
            raw = source.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(name, None, N_("it cannot be read (%(reason)s)"), reason=reason) from error
    if len(raw) > MAX_BYTES:
        raise refuse(name, None, N_("it is larger than %(megabytes)d MB"), megabytes=MAX_BYTES // 10**6)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            raw = raw.decode("utf-16").encode()
        except UnicodeError:
            raise refuse(name, 1, N_("it begins as UTF-16 text and goes on as none")) from None
    raw = raw.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a\x00")
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not raw.strip():
        raise refuse(name, 1, N_("the file is empty"))
    return raw


def text_of(raw: bytes) -> str:
    """Decode UTF-8, or what Western European machines wrote before it."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def shown(raw: bytes | str) -> str:
    """Return a piece of a file as a message can show it: short, and without control characters."""
    text = text_of(raw) if isinstance(raw, bytes) else raw
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return text if len(text) <= 40 else f"{text[:40]}…"


def whole_number(raw: bytes | str) -> int | None:
    """Return a whole number of at most thirteen ASCII digits, or None: no signs, no other scripts, nothing huge."""
    text = raw.decode("latin-1") if isinstance(raw, bytes) else raw
    return int(text) if _DIGITS.fullmatch(text) else None


def checked_count(raw: bytes | str, name: str, line: int) -> int:
    """Return the number of candidates.

    Raises:
        BallotFileError: it is no number, none, or more than MAX_CANDIDATES.
    """
    number = whole_number(raw)
    if number is None:
        raise refuse(name, line, N_("the number of candidates is expected, not “%(text)s”"), text=shown(raw))
    if number < 1:
        raise refuse(name, line, N_("there are no candidates"))
    if number > MAX_CANDIDATES:
        raise refuse(
            name,
            line,
            N_("%(count)d candidates are more than the %(limit)d that can be counted"),
            count=number,
            limit=MAX_CANDIDATES,
        )
    return number


def checked_weight(raw: bytes | str, name: str, line: int, *, least: int = 1) -> int:
    """Return how many ballots a line stands for.

    Raises:
        BallotFileError: it is no whole number from `least` to MAX_WEIGHT.
    """
    number = whole_number(raw)
    if number is None or not least <= number <= MAX_WEIGHT:
        raise refuse(
            name,
            line,
            N_("the number of ballots is a whole number from %(least)d to %(limit)d, not “%(text)s”"),
            least=least,
            limit=MAX_WEIGHT,
            text=shown(raw),
        )
    return number


def checked_candidate(raw: bytes | str, count: int, name: str, line: int, *, first: int = 1) -> int:
    """Return the index, from 0, of the candidate with this number; the first has the number `first`.

    Raises:
        BallotFileError: it is no number, or nobody has it.
    """
    number = whole_number(raw)
    if number is None:
        raise refuse(name, line, N_("a candidate's number is expected, not “%(text)s”"), text=shown(raw))
    if not first <= number < first + count:
        raise refuse(
            name,
            line,
            N_("candidate %(number)d does not exist, there are %(count)d"),
            number=number,
            count=count,
        )
    return number - first


class Names:
    """The names of the candidates as they are read: each one there, readable, and different from those before."""

    def __init__(self, name: str) -> None:
        self._file = name
        #: By the name without blanks at its ends: the number, and the name as it is kept.
        self._numbers: dict[str, tuple[int, str]] = {}

    def add(self, text: str, line: int) -> None:
        """Take the next name.

        Raises:
            BallotFileError: it is empty, too long, has control characters, or has been there before.
        """
        number = len(self._numbers) + 1
        written = self.line_of_text(text, line)
        key = written.strip()
        if not key:
            raise refuse(self._file, line, N_("candidate %(number)d has no name"), number=number)
        if key in self._numbers:
            raise refuse(
                self._file,
                line,
                N_("candidates %(first)d and %(second)d are both called “%(text)s”"),
                first=self._numbers[key][0],
                second=number,
                text=shown(key),
            )
        self._numbers[key] = number, written

    def line_of_text(self, text: str, line: int) -> str:
        """Return a name or a title with single spaces.

        A blank at an end stays, as it does in other counting programs, so that results compare. What was misread before is shown
        as such, for it harms no count.

        Raises:
            BallotFileError: it is too long or has control characters.
        """
        written = _MISREAD.sub("\N{REPLACEMENT CHARACTER}", _BLANKS.sub(" ", text))
        if len(written) > MAX_NAME_CHARACTERS:
            raise refuse(
                self._file,
                line,
                N_("a name is longer than %(limit)d characters"),
                limit=MAX_NAME_CHARACTERS,
            )
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in written):
            raise refuse(self._file, line, N_("“%(text)s” has a control character"), text=shown(written))
        return written

    def __len__(self) -> int:
        return len(self._numbers)

    def all(self) -> tuple[str, ...]:
        """Return the names in their order."""
        return tuple(written for _, written in self._numbers.values())
