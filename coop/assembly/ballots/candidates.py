"""Candidates as a ballot shows them: with what they say, and in an order drawn for each voter."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from coop.assembly import queries
from coop.assembly.results.queries import option_names


@dataclass(frozen=True)
class OnBallot:
    """A candidate as the ballot shows them."""

    code: str
    name: str
    statement: str


def drawn_order(entry_id: UUID, codes: Sequence[str]) -> list[str]:
    """Return the candidates in an order drawn for each voter, so that nobody stands first on every ballot."""
    return sorted(codes, key=lambda code: hashlib.sha256(f"{entry_id}{code}".encode()).digest())


def on_ballot(session: Session, motion_id: UUID, codes: Sequence[str]) -> list[OnBallot]:
    """Return candidates in the order of their codes given, with what they say."""
    rows = {row.code: row for row in queries.candidates(session, motion_id)}
    names = option_names(session, motion_id)
    return [OnBallot(code, names[code], rows[code].statement if code in rows else "") for code in codes]
