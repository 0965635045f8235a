"""Identifiers that are made by the program, never by a sequence of the database.

Two kinds: an identifier that sorts by the time it was made, which keeps indexes compact, and a reference that tells nothing
at all, for persons and for secret ballots.
"""

import secrets
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62
_LAST_62 = (1 << 62) - 1


def new_id() -> UUID:
    """Make a time-ordered identifier: UUID version 7 of RFC 9562, 48 bits of milliseconds and 74 random bits.

    The time of the machine is used, not the co-op's clock: it only orders an index and is never read back.
    """
    milliseconds = time.time_ns() // 1_000_000 & (1 << 48) - 1
    bits = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | _VERSION_7 | bits >> 62 << 64 | _VARIANT | bits & _LAST_62)


def new_ref() -> UUID:
    """Make a random reference (UUID version 4) that says nothing about when it was made or for whom."""
    return UUID(bytes=secrets.token_bytes(16), version=4)
