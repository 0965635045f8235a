"""Canonical JSON: one value, one sequence of bytes, whichever database or machine it came from.

Sorted keys, no white space, UTF-8, integers and strings, booleans and null; times in UTC with Z, dates in ISO 8601. No
floats: two programs print them differently. The digests of rolls, ballots, results and entries are taken over these bytes.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

#: What canonical JSON can hold; deeper levels are checked when they are written.
Canonical = None | bool | int | str | UUID | date | datetime | Sequence["Canonical"] | Mapping[str, "Canonical"]

# Made once: `json.dumps` makes one for each value.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_AS_THEY_ARE = frozenset({type(None), bool, int, str})


def canonical_bytes(value: object) -> bytes:
    """Return the canonical JSON of `value`.

    Raises:
        TypeError: the value holds something that has no canonical form, such as a float or a naive time.
    """
    return _ENCODER.encode(_plain(value)).encode()


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical JSON of `value`, in lower-case hexadecimal (64 characters)."""
    return digest_of_plain(_plain(value))


def digest_of_plain(value: object) -> str:
    """Return what `digest` does for a value of text, whole numbers, booleans, None, lists and dicts with text keys alone.

    Looking for anything else costs more than writing it, which hot paths that know what they hold can save.
    """
    return hashlib.sha256(_ENCODER.encode(value).encode()).hexdigest()


def utc_text(moment: datetime) -> str:
    """Write an aware time in UTC with microseconds and Z: always the same length, so that text sorts as time."""
    if moment.tzinfo is None:
        raise TypeError("a time without a zone has no canonical form")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: object) -> object:
    # Nearly every value is of one of these very types, and asking for a type costs a tenth of matching a class.
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    write = _BY_TYPE.get(kind, _plain_by_class)
    return write(value)


def _plain_by_class(value: object) -> object:  # noqa: PLR0911 - one line for each kind of value
    match value:
        case Enum():
            return _plain(value.value)
        case bool() | int() | str():
            return value
        case UUID():
            return str(value)
        case datetime():
            return utc_text(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return _plain_items(value)
        case Mapping():
            return _plain_mapping(value)
        case _:
            raise TypeError(f"no canonical form for {type(value).__name__}")


def _plain_items(items: Sequence[object]) -> list[object]:
    return [item if type(item) in _AS_THEY_ARE else _plain(item) for item in items]


def _plain_mapping(mapping: Mapping[object, object]) -> dict[str, object]:
    if not all(isinstance(key, str) for key in mapping):
        raise TypeError("canonical JSON has text keys only")
    return {str(key): item if type(item) in _AS_THEY_ARE else _plain(item) for key, item in mapping.items()}


_BY_TYPE: dict[type, Callable[[Any], object]] = {
    UUID: str,
    date: date.isoformat,
    datetime: utc_text,
    list: _plain_items,
    tuple: _plain_items,
    dict: _plain_mapping,
}
