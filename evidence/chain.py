"""A hash chain: each link's hash covers the hash before it, so that no earlier record can change unseen.

Pure functions. Who appends, under which lock and to which table is the business of the engine that keeps the chain.
"""

import hashlib

#: The hash that the first link points back to.
GENESIS = "0" * 64


def link(previous: str, record: bytes) -> str:
    """Return the hash of the link that appends `record` (canonical JSON) after the link with hash `previous`."""
    return hashlib.sha256(previous.encode("ascii") + b"\n" + record).hexdigest()
