"""Text that people write: its bounds, its normal form, and the form in which it is searched.

Forms check the same bounds beside the field; operations check again, because not everything comes through a form.
"""

import unicodedata
from dataclasses import dataclass

from evidence.messages import N_, Refusal

#: The longest name or title that is asked for; columns hold 200.
LONGEST_NAME = 120
#: The longest text of a profile or a reason.
LONGEST_PROSE = 4000
#: What a search looks at; more words would only narrow it to nothing.
MOST_SEARCH_WORDS = 8
LONGEST_SEARCH = 100


@dataclass(eq=False)
class TextMissing(Refusal):
    """Nothing was written where something is needed."""

    about: str
    message = N_("Please fill this in.")


@dataclass(eq=False)
class TextTooShort(Refusal):
    """Too little was written to be of use."""

    least: int
    about: str
    message = N_("Please write a little more: at least %(least)s characters.")


@dataclass(eq=False)
class TextTooLong(Refusal):
    """More was written than is kept."""

    longest: int
    about: str
    message = N_("Please keep this to %(longest)s characters.")


def line(text: str, *, about: str, longest: int = LONGEST_NAME, least: int = 1) -> str:
    """Return a name or title in its normal form: one line, single spaces, composed letters, nothing that cannot be seen.

    Composed, so that a macron typed as letter and accent is the same name as the one typed as a single letter. What cannot be seen, such
    as a soft hyphen or a mark of direction, would make two names of one.

    Raises:
        TextMissing, TextTooLong
    """
    return _bounded(" ".join(_printable(visible(text), keep="").split()), about, longest, least)


def prose(text: str, *, about: str, longest: int = LONGEST_PROSE, least: int = 0) -> str:
    """Return text of several lines in its normal form.

    Raises:
        TextMissing, TextTooShort, TextTooLong
    """
    lines = _printable(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n").split("\n")
    return _bounded("\n".join(line.rstrip() for line in lines).strip(), about, longest, least)


def visible(text: str) -> str:
    """Return a text without the characters that only say how to lay it out: soft hyphens, joiners, marks of direction."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def fold(text: str) -> str:
    """Return the form in which texts are compared: no case, no macrons or accents, single spaces.

    "Maori" finds "Māori", and the two sort side by side.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(_printable(plain, keep="").split())


def search_patterns(words: str) -> list[str]:
    """Return a LIKE pattern, with backslash as the escape, for each word that is searched for."""
    escaped = fold(words[:LONGEST_SEARCH]).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [f"%{word}%" for word in escaped.split()[:MOST_SEARCH_WORDS]]


def _printable(text: str, *, keep: str) -> str:
    """Compose letters, and turn control characters and half surrogates, which no database keeps alike, into spaces."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if c in keep or unicodedata.category(c) not in {"Cc", "Cs"} else " " for c in composed)


def _bounded(text: str, about: str, longest: int, least: int) -> str:
    if not text and least:
        raise TextMissing(about)
    if len(text) < least:
        raise TextTooShort(least, about)
    if len(text) > longest:
        raise TextTooLong(longest, about)
    return text
