"""Races for a unique key that are lost in the midst of a transaction."""

from sqlalchemy.exc import IntegrityError


class LostRace(Exception):
    """Another writer was first with a key, and this transaction can go no further: the work is done again in a new one."""


def key_of(error: IntegrityError) -> str | None:
    """Return the name of the key or the check that a row failed at. SQLite does not tell, and has one writer: no race."""
    diagnosis = getattr(error.orig, "diag", None)
    return diagnosis.constraint_name if diagnosis is not None else None
