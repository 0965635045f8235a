"""Candidates as a ballot shows them: with what they say, and in an order drawn for each voter."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from coop.assembly import queries
from coop.assembly.results.queries import option_names
from governance.methods import ElectionRule, Form

#: What the names of the boxes of an option begin with, where each has a box of its own.
_BOXES = {Form.RANKED: "rank-", Form.POINTS: "points-"}


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


def problems(
    options: Sequence[OnBallot], rule: ElectionRule, errors: Mapping[str, str], error: str | None
) -> list[dict[str, str]]:
    """Return what is wrong with a ballot for the summary above its form: beside which option, or with the ballot as a whole."""
    found = [{"text": error, "id": "ballot", "about": ""}] if error else []
    start = _BOXES.get(rule.method.form)
    return found + [
        {"text": errors[option.code], "id": f"{start}{option.code}" if start else "ballot", "about": option.name}
        for option in options
        if option.code in errors
    ]
