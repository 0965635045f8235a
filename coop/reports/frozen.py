"""Frozen dataclasses as canonical JSON and back.

Written by the names of their fields, read by their types. A field that a later version added takes its default, so that what was
kept years ago can still be read. One that is marked `LATER` is not written while it has its default, so that what was kept before it
came keeps its digest.
"""

import json
from dataclasses import fields, is_dataclass
from datetime import date
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from evidence.canonical import canonical_bytes

Frozen = TypeVar("Frozen")
#: Metadata of a field that a later version added.
LATER = {"later": True}


def written(value: Any) -> bytes:
    """Return a frozen dataclass as canonical JSON.

    Raises:
        TypeError: a field holds something that has no canonical form.
    """
    return canonical_bytes(_plain(value))


def read(kind: type[Frozen], text: str) -> Frozen:
    """Return what `written` wrote.

    Raises:
        ValueError: the text is no JSON, or not of this kind.
    """
    try:
        found: Frozen = _read(kind, json.loads(text))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        values = ((field, getattr(value, field.name)) for field in fields(value))
        return {
            field.name: _plain(one) for field, one in values if not ("later" in field.metadata and one == field.default)
        }
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) is UnionType:
        (kind,) = (one for one in get_args(kind) if one is not NoneType)
        return None if value is None else _read(kind, value)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in value)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        make: Any = kind
        return make(**{name: _read(hints[name], value[name]) for name in hints if name in value})
    if kind is date:
        return date.fromisoformat(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not {kind.__name__}")
    return value
