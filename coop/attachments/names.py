"""The name of a file that somebody sent, made harmless: one line, no path, nothing invisible, and the ending of what it is."""

import unicodedata

from coop.attachments.kinds import Kind

#: Longer names are cut before their ending.
LONGEST_NAME = 120
#: Systems of files give these a meaning.
_SPECIAL = frozenset('<>:"|?*')


def harmless_name(name: str, kind: Kind) -> str:
    """Return the name by which a file is shown and handed out again.

    Characters that cannot be seen go, among them those that turn the direction of writing, by which one ending looks like another. An
    ending that is not of the kind stays as part of the name, and the right one follows.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(_harmless(character) for character in unicodedata.normalize("NFC", last))
    plain = " ".join(plain.split())
    stem, ending = plain, kind.endings[0]
    for known in kind.endings:
        if plain.lower().endswith(known):
            stem, ending = plain[: -len(known)], plain[-len(known) :]
            break
    return (stem[: LONGEST_NAME - len(ending)].strip(" .") or "paper") + ending


def _harmless(character: str) -> str:
    if character.isspace() or character in _SPECIAL:
        return " "
    return "" if unicodedata.category(character).startswith("C") else character
