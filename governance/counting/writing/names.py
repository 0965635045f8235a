"""Names as a file can hold them: on one line, readable, and no two alike, because results are read by name."""

import unicodedata
from collections.abc import Collection, Sequence

from governance.counting.files.source import MAX_NAME_CHARACTERS

#: What the reader takes, less room for a number in brackets.
_LONGEST = MAX_NAME_CHARACTERS - 20


def one_line(text: str) -> str:
    """Return a text with single spaces and without control characters, cut off where it is longer than readers take."""
    spaced = " ".join(text.split())
    kept = "".join(character for character in spaced if unicodedata.category(character) not in {"Cc", "Cs"})
    # At the beginning of a file this character is no part of the text.
    return " ".join(kept.replace("\ufeff", "")[:_LONGEST].split())


def told_apart(names: Sequence[str], taken: Collection[str] = ()) -> tuple[str, ...]:
    """Return names of which each is there and none is another's, or one of those `taken` by the format itself.

    Whoever cannot be told apart by name gets the number on the ballot paper behind it: "Ann (2)". In most files nobody does.
    """
    written = [one_line(name) for name in names]
    given = {*taken, *written}
    for at, name in enumerate(written):
        if name and name.casefold() not in taken and written.count(name) == 1:
            continue
        numbered = f"{name} ({at + 1})".strip()
        while numbered in given:
            numbered += f" ({at + 1})"
        given.add(numbered)
        written[at] = numbered
    return tuple(written)
