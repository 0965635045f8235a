"""The words of a BLT file before its names: numbers, ids in brackets, options in square brackets, comments left out.

It knows where a word stands and for which candidate one stands, and not what the words mean together.
"""

import re

from evidence.messages import N_
from governance.counting.errors import Cause
from governance.counting.files.source import checked_candidate, refuse

_WORD = re.compile(rb"\([^()\n]*\)|\[[^\]\n]*\]|[^\s#(\[]+|[(\[]")
_SPACE = re.compile(rb"\s*")


class Words:
    """The words of the part before the names, one after the other, comments left out."""

    def __init__(self, raw: bytes, name: str) -> None:
        self.raw = raw
        self.name = name
        #: Where the next word is looked for, and where the last one began.
        self.at = self.begin = 0
        self._counted, self._line = 0, 1
        #: The index of each candidate by the number, or the short name, that stands for them on the ballots.
        self.number_of: dict[bytes, int] = {}

    def candidate(self, word: bytes, count: int) -> int:
        """Return the index of the candidate for whom this word stands.

        Raises:
            BallotFileError: it stands for nobody.
        """
        index = self.number_of.get(word)
        return checked_candidate(word, count, self.name, self.line()) if index is None else index

    def next(self, expected: str) -> bytes:
        """Return the next word.

        Raises:
            BallotFileError: the file ends, where `expected` was to stand.
        """
        self.begin = _after_space(self.raw, self.at)
        word = _WORD.match(self.raw, self.begin)
        if word is None:
            self.begin = len(self.raw.rstrip())
            raise refuse(
                self.name,
                self.line(),
                N_("the file ends where %(expected)s was expected"),
                expected=Cause(expected),
            )
        self.at = word.end()
        return word.group()

    def line(self) -> int:
        """Return the line of the last word, from 1; counts on from where it was asked before."""
        if self.begin < self._counted:
            self._counted, self._line = 0, 1
        self._line += self.raw.count(b"\n", self._counted, self.begin)
        self._counted = self.begin
        return self._line


def _after_space(raw: bytes, at: int) -> int:
    """Return where the next word begins: after white space and comments."""
    while True:
        space = _SPACE.match(raw, at)
        at = space.end() if space else at
        if not raw.startswith(b"#", at):
            return at
        end = raw.find(b"\n", at)
        at = len(raw) if end < 0 else end
