"""Identifiers that are made by the program, never by a sequence of the database.

Two kinds: an identifier that sorts by the time it was made, which keeps indexes compact, and a reference that tells nothing
at all, for persons and for secret ballots.
"""

import secrets
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


def new_id() -> UUID:
    """Make a time-ordered identifier: UUID version 7 of RFC 9562, 48 bits of milliseconds, 12 of their parts, 62 random bits.

    With the parts (its section 6.2, method 3) what one process makes one after the other sorts so, within a millisecond too.
    The time of the machine is used, not the co-op's clock: it only orders rows and is never read back.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    parts = rest * 4096 // 1_000_000
    milliseconds &= (1 << 48) - 1
    return UUID(int=milliseconds << 80 | _VERSION_7 | parts << 64 | _VARIANT | secrets.randbits(62))


def new_ref() -> UUID:
    """Make a random reference (UUID version 4) that says nothing about when it was made or for whom."""
    return UUID(bytes=secrets.token_bytes(16), version=4)
