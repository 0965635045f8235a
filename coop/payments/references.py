"""Payment references: what a payer types into a bank's form, and a treasurer reads off a statement.

A reference such as `KAN-7F3K-2` is the co-op's letters, random characters and a check character. The alphabet has 29
characters, without those that are taken for another (0 and O, 1 and I and L, 5 and S, U and V). As 29 is a prime, the weighted
sum detects every single mistyped character and every two that were swapped.
"""

import secrets
import string

from coop.texts import fold

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
SHORTEST = 4
LONGEST = 8


def make_reference(cooperative_name: str, length: int = SHORTEST) -> str:
    """Draw a reference; the caller keeps it unique."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return f"{prefix(cooperative_name)}-{body}-{check_character(body)}"


def prefix(cooperative_name: str) -> str:
    """Return the first three letters of the name that every keyboard has; `PAY` where there are fewer."""
    letters = [c for c in fold(cooperative_name).upper() if c in string.ascii_uppercase]
    return "".join(letters[:3]) if len(letters) >= 3 else "PAY"


def check_character(body: str) -> str:
    """Return the character that makes the weighted sum of body and check a multiple of 29."""
    total = sum(weight * ALPHABET.index(c) for weight, c in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def is_mistyped(text: str) -> bool:
    """Say whether `text` looks like a whole reference whose check character is wrong."""
    _, separator, rest = text.partition("-")
    body, second, check = rest.partition("-")
    if not (separator and second and SHORTEST <= len(body) <= LONGEST and len(check) == 1):
        return False
    return any(c not in ALPHABET for c in body) or check != check_character(body)


def normalised(text: str) -> str:
    """Return a reference as it may have been typed or printed by a bank, in capitals and without spaces."""
    return "".join(text[:40].upper().split())


def references_in(text: str) -> set[str]:
    """Return every reference that a text may hold, however a bank or a payer wrote it: with hyphens, spaces or nothing between.

    A longer text holds a few by accident, for the check character lets one in 29 through; whether a reference was ever given out,
    the caller looks up.
    """
    bare = "".join(c for c in text.upper() if c.isascii() and c.isalnum())
    found = set()
    for start in range(len(bare)):
        for length in range(SHORTEST, LONGEST + 1):
            before, body, check = bare[start : start + 3], bare[start + 3 :][:length], bare[start + 3 + length :][:1]
            if check and before.isalpha() and set(body) <= set(ALPHABET) and check == check_character(body):
                found.add(f"{before}-{body}-{check}")
    return found
