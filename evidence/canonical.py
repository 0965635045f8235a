"""Canonical JSON: one value, one sequence of bytes, whichever database or machine it came from.

Sorted keys, no white space, UTF-8, integers and strings, booleans and null; times in UTC with Z, dates in ISO 8601. No
floats: two programs print them differently. The digests of rolls, ballots, results and entries are taken over these bytes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from uuid import UUID

#: What canonical JSON can hold; deeper levels are checked when they are written.
Canonical = None | bool | int | str | UUID | date | datetime | Sequence["Canonical"] | Mapping[str, "Canonical"]

_AS_THEY_ARE = frozenset({type(None), bool, int, str})


def canonical_bytes(value: object) -> bytes:
    """Return the canonical JSON of `value`.

    Raises:
        TypeError: the value holds something that has no canonical form, such as a float or a naive time.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical JSON of `value`, in lower-case hexadecimal (64 characters)."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def utc_text(moment: datetime) -> str:
    """Write an aware time in UTC with microseconds and Z: always the same length, so that text sorts as time."""
    if moment.tzinfo is None:
        raise TypeError("a time without a zone has no canonical form")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: object) -> object:  # noqa: PLR0911 - one line for each kind of value
    # Most values are of these very types, and asking for a type costs a tenth of matching a class.
    if type(value) in _AS_THEY_ARE:
        return value
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool() | int() | str():
            return value
        case UUID():
            return str(value)
        case datetime():
            return utc_text(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("canonical JSON has text keys only")
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            raise TypeError(f"no canonical form for {type(value).__name__}")
