"""The archive of an election in Belenios: read strictly, every hash computed again.

It is a tar file of JSON texts, each named by the SHA-256 of its content. Events form a chain, each naming the one before it and
what it is about. What is checked here is that nothing was altered, left out or added, and that ballots, credentials and totals
agree. The proofs are not checked: `belenios-tool election verify` does that.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from governance.belenios.errors import (
    ArchiveAltered,
    ArchiveContradicts,
    ArchiveInZip,
    ArchiveOfOtherVersion,
    ArchiveUnfinished,
    NotAnArchive,
)
from governance.belenios.questions import VERSION, Asked, asked_in, fingerprint, identifier_in
from governance.belenios.tar import entries
from governance.belenios.texts import read_json

_HEADER = "BELENIOS"
_ENTRY = re.compile(r"([0-9a-f]{64})\.(data|event)\.json")
_ZIP = b"PK\x03\x04"
#: A weight or a total is never as long as this.
_LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Archive:
    """What an archive holds of a tallied election."""

    election: str
    fingerprint: str
    asked: Asked
    #: How many could vote, how many ballots are in the count, and their weight.
    voters: int
    heads: int
    weight: int
    #: For each question the votes of each answer, or the ballots.
    result: list[Any]


@dataclass
class _Contents:
    """What was read: data by hash, and for each kind of event the data that they name, in order."""

    data: dict[str, bytes] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)
    last: str = ""

    def only(self, kind: str) -> Any:
        """Return the data of the one event of a kind."""
        hashes = self.named.get(kind, [])
        if not hashes:
            raise ArchiveUnfinished
        if len(hashes) > 1:
            raise ArchiveAltered(kind)
        return self.read(hashes[0])

    def read(self, hash_: object) -> Any:
        """Return data by its hash, from its JSON."""
        return _json(self.content(hash_))

    def content(self, hash_: object) -> bytes:
        """Return data by its hash."""
        found = self.data.get(hash_) if isinstance(hash_, str) else None
        if found is None:
            raise ArchiveAltered(str(hash_)[:64])
        return found


def read(content: bytes) -> Archive:
    """Read the archive of a tallied election.

    Raises:
        NotAnArchive, ArchiveInZip, ArchiveOfOtherVersion, ArchiveAltered, ArchiveUnfinished, ArchiveContradicts
        ParametersUnreadable, OtherFormOfQuestion
    """
    if content.startswith(_ZIP):
        raise ArchiveInZip
    contents = _contents(content)
    if contents.last != "Result":
        raise ArchiveUnfinished
    setup = _record(contents.only("Setup"))
    parameters = contents.content(setup.get("election"))
    election = _record(_json(parameters))
    if election.get("version") != VERSION:
        raise ArchiveOfOtherVersion(str(election.get("version"))[:20])
    weights = _weights(contents.read(setup.get("credentials")))
    total = _record(contents.only("EncryptedTally"))
    _look_for(contents, setup.get("trustees"), total.get("encrypted_tally"))
    identifier, mark = identifier_in(election), fingerprint(parameters)
    heads, weight = _cast(contents, weights, identifier, mark)
    _check_total(total, heads, weight)
    result = _record(contents.only("Result")).get("result")
    if not isinstance(result, list) or not all(isinstance(answers, list) for answers in result):
        raise ArchiveAltered("Result")
    return Archive(
        election=identifier,
        fingerprint=mark,
        asked=asked_in(election),
        voters=len(weights),
        heads=heads,
        weight=weight,
        result=result,
    )


def whole(value: object) -> int:
    """Return a whole number that stands as such or, when it is large, as a text.

    Raises:
        ArchiveAltered
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER:
        return int(value)
    if type(value) is int and 0 <= value < 10**_LONGEST_NUMBER:
        return value
    raise ArchiveAltered(str(value)[:40])


def _contents(content: bytes) -> _Contents:
    """Read all entries, and follow the chain of the events."""
    files = entries(content)
    _check_header(*next(files, ("", b"")))
    found, height, parent = _Contents(), 0, None
    for name, body in files:
        match = _ENTRY.fullmatch(name)
        if match is None or hashlib.sha256(body).hexdigest() != match[1]:
            raise ArchiveAltered(name[:80])
        found.last = ""
        if match[2] == "data":
            found.data[match[1]] = body
            continue
        event = _record(_json(body))
        if (event.get("height"), event.get("parent")) != (height, parent) or not isinstance(event.get("type"), str):
            raise ArchiveAltered(name)
        payload, found.last = event.get("payload"), event["type"]
        if payload is not None:
            found.content(payload)
            found.named.setdefault(found.last, []).append(payload)
        height, parent = height + 1, match[1]
    return found


def _check_header(name: str, body: bytes) -> None:
    if name != _HEADER:
        raise NotAnArchive
    version = _record(_json(body)).get("version")
    if version != VERSION:
        raise ArchiveOfOtherVersion(str(version)[:20])


def _weights(credentials: object) -> dict[str, int]:
    """Return the weight of each credential: a text, with the weight behind a comma where votes are weighted."""
    if not isinstance(credentials, list) or not all(isinstance(line, str) for line in credentials):
        raise ArchiveAltered("Setup")
    parts = [line.split(",") for line in credentials]
    weights = {part[0]: whole(part[1]) if len(part) > 1 and part[1] else 1 for part in parts}
    if len(weights) != len(credentials):
        raise ArchiveContradicts(len(credentials), len(weights))
    return weights


def _cast(contents: _Contents, weights: dict[str, int], election: str, mark: str) -> tuple[int, int]:
    """Return how many voters have a ballot in the box, and their weight. Who votes again, replaces their ballot."""
    voted = set()
    for ballot in map(_record, map(contents.read, contents.named.get("Ballot", []))):
        if (ballot.get("election_uuid"), ballot.get("election_hash")) != (election, mark):
            raise ArchiveAltered("Ballot")
        credential = ballot.get("credential")
        if not isinstance(credential, str) or credential not in weights:
            raise ArchiveAltered("Ballot")
        voted.add(credential)
    return len(voted), sum(weights[credential] for credential in voted)


def _look_for(contents: _Contents, *hashes: object) -> None:
    """Refuse an archive without what it points at, though nothing of it is read here."""
    shares = (*contents.named.get("Shuffle", ()), *contents.named.get("PartialDecryption", ()))
    for hash_ in (*hashes, *(_record(contents.read(share)).get("payload") for share in shares)):
        contents.content(hash_)


def _check_total(tally: dict[str, Any], heads: int, weight: int) -> None:
    for stated, found in ((whole(tally.get("num_tallied")), heads), (whole(tally.get("total_weight")), weight)):
        if stated != found:
            raise ArchiveContradicts(stated, found)


def _json(text: bytes) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        raise NotAnArchive from None


def _record(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotAnArchive
    return value
