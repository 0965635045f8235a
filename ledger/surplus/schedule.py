"""The schedule of a plan: the one document that its fingerprint covers, and that members vote on.

It is canonical JSON, so whoever saves it can compute the fingerprint with any SHA-256 program. A line holds a number and a hash in
place of a name: SHA-256 over the line's salt and the member's reference, both as text, one after the other. A member knows
both, so they can find and check their line; nobody else can tell whose it is.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from evidence.canonical import canonical_bytes
from ledger.surplus.models import Fallback

#: How many lines are put together at a time.
_BATCH = 5_000
_NO_LINES = b'"lines":[]'


class ScheduleLine(NamedTuple):
    """A line as the schedule has it."""

    line_no: int
    party_hash: str
    patronage_minor: int
    allocation_minor: int
    cash_minor: int
    retained_minor: int


@dataclass(frozen=True)
class Rates:
    """How the part from members is divided, in hundredths of a per cent: 2000 is 20 %.

    Reserve and fund are parts of the members' part of the surplus, the rest of which is shared by patronage; cash is the part of
    each member's share that is paid out.
    """

    reserve_bp: int
    fund_bp: int
    cash_bp: int


@dataclass(frozen=True)
class Totals:
    """The sums of a plan: where the surplus came from and where it goes."""

    result_minor: int
    member_business_minor: int
    other_income_minor: int
    member_minor: int
    other_minor: int
    reserve_minor: int
    fund_minor: int
    pool_minor: int
    cash_minor: int
    retained_minor: int


@dataclass(frozen=True)
class Heading:
    """What a schedule says besides its lines."""

    starts_on: date
    ends_on: date
    currency: str
    rates: Rates
    fallback: Fallback | None
    totals: Totals


def party_hash(salt: str, party_ref: UUID) -> str:
    """Return what stands for a party on a line."""
    return hashlib.sha256(f"{salt}{party_ref}".encode()).hexdigest()


def pieces(heading: Heading, lines: Iterable[ScheduleLine]) -> Iterator[bytes]:
    """Return the schedule piece by piece: the canonical JSON of heading and lines, without all lines in memory.

    A line's members stand in the order of their names, as canonical JSON has them; they are whole numbers and hexadecimal digits,
    so nothing in them needs escaping.
    """
    before, after = canonical_bytes(_document(heading)).split(_NO_LINES)
    yield before + b'"lines":['
    remaining, separator = iter(lines), ""
    while batch := list(islice(remaining, _BATCH)):
        text = ",".join(
            f'{{"allocation_minor":{allocation},"cash_minor":{cash},"line":{number},"party_sha256":"{hashed}",'
            f'"patronage_minor":{patronage},"retained_minor":{retained}}}'
            for number, hashed, patronage, allocation, cash, retained in batch
        )
        yield f"{separator}{text}".encode()
        separator = ","
    yield b"]" + after


def fingerprint(heading: Heading, lines: Iterable[ScheduleLine]) -> str:
    """Return the SHA-256 of the schedule."""
    hashed = hashlib.sha256()
    for piece in pieces(heading, lines):
        hashed.update(piece)
    return hashed.hexdigest()


def _document(heading: Heading) -> dict[str, object]:
    totals, rates = heading.totals, heading.rates
    return {
        "currency": heading.currency,
        "fallback": heading.fallback,
        "lines": [],
        "rates": {"cash_bp": rates.cash_bp, "fund_bp": rates.fund_bp, "reserve_bp": rates.reserve_bp},
        "result_minor": totals.result_minor,
        "split": {
            "member_business_minor": totals.member_business_minor,
            "member_minor": totals.member_minor,
            "other_income_minor": totals.other_income_minor,
            "other_minor": totals.other_minor,
        },
        "totals": {
            "cash_minor": totals.cash_minor,
            "fund_minor": totals.fund_minor,
            "pool_minor": totals.pool_minor,
            "reserve_minor": totals.reserve_minor,
            "retained_minor": totals.retained_minor,
        },
        "year": {"ends_on": heading.ends_on, "starts_on": heading.starts_on},
    }
