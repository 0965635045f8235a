"""Files of an election in Belenios for the tests, written here after its published specification. None comes from a server.

Keys, ciphertexts and proofs are placeholders: the program computes hashes and totals again, and leaves proofs to Belenios's own tool.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.belenios.questions import fingerprint
from governance.belenios.tar import header_of

UUID_OF_ELECTION = "Fv7ZkkNJrFNYk9"
TIMESTAMP = 1780000000
#: What changes the content of an entry before it is written, by what the entry is.
Changes = dict[str, Callable[[Any], Any]]


def compact(value: object) -> bytes:
    """Return JSON as Belenios writes it: on one line, without white space."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def parameters_of(template: dict[str, Any], uuid: str = UUID_OF_ELECTION, version: int = 1) -> bytes:
    """Return the parameters of an election that was set up from a template of questions."""
    more = {"version": version, "group": "Ed25519", "public_key": "00", "uuid": uuid, "administrator": "The secretary"}
    return compact({**more, **template})


def entry(name: str, body: bytes) -> bytes:
    """Return an entry of the archive."""
    return header_of(name, len(body), TIMESTAMP) + body + bytes(-len(body) % 512)


@dataclass
class ArchiveWriter:
    """Writes an archive: data first, and after it the event that names it."""

    changes: Changes = field(default_factory=dict)
    content: bytes = b""
    height: int = 0
    parent: str | None = None

    def data(self, what: str, value: object) -> str:
        """Add data and return its hash."""
        if what in self.changes:
            value = self.changes[what](value)
        body = value if isinstance(value, bytes) else compact(value)
        return self._add(body, "data")

    def event(self, kind: str, payload: str | None = None) -> None:
        """Add an event, which names the one before it."""
        record = {"parent": self.parent, "height": self.height, "type": kind, "payload": payload}
        record = {name: value for name, value in record.items() if value is not None}
        self.parent = self._add(compact(self.changes.get("event", lambda same: same)(record)), "event")
        self.height += 1

    def _add(self, body: bytes, kind: str) -> str:
        hash_ = hashlib.sha256(body).hexdigest()
        self.content += entry(f"{hash_}.{kind}.json", body)
        return hash_


def archive(
    parameters: bytes,
    result: Sequence[Any],
    *,
    voters: int,
    ballots: Sequence[int],
    weights: Sequence[int] | None = None,
    changes: Changes | None = None,
    tallied: bool = True,
) -> bytes:
    """Return the archive of an election. `ballots` says which voters sent one, in their order; who is named twice voted again."""
    writer = ArchiveWriter(changes or {})
    header = writer.changes.get("header", lambda same: same)({"version": 1, "timestamp": str(TIMESTAMP)})
    writer.content = entry("BELENIOS", compact(header))
    uuid = json.loads(parameters)["uuid"]
    credentials = [f"credential{number}" for number in range(voters)]
    written = credentials if weights is None else [f"{c},{w}" for c, w in zip(credentials, weights, strict=True)]
    setup = {
        "election": writer.data("election", parameters),
        "trustees": writer.data("trustees", [["Single", {"pok": {}, "public_key": "00", "name": "A trustee"}]]),
        "credentials": writer.data("credentials", written),
    }
    writer.event("Setup", writer.data("setup", setup))
    for turn, number in enumerate(ballots):
        ballot = {"election_uuid": uuid, "election_hash": fingerprint(parameters), "credential": credentials[number]}
        writer.event("Ballot", writer.data("ballot", {**ballot, "answers": [f"ciphertext {turn}"], "signature": {}}))
    writer.event("EndBallots")
    if tallied:
        weight = sum((weights or [1] * voters)[number] for number in set(ballots))
        total = {
            "num_tallied": len(set(ballots)),
            "total_weight": weight,
            "encrypted_tally": writer.data("tally", [[]]),
        }
        writer.event("EncryptedTally", writer.data("total", total))
        writer.event("PartialDecryption", writer.data("owned", {"owner": 1, "payload": writer.data("share", {})}))
        writer.event("Result", writer.data("result", {"result": list(result)}))
    return writer.content
