"""The ballots of a counted vote as a bundle shows them, and what is withheld where few share what they would show.

A secret ballot shows class, weight and answer. Where so few ballots share class and weight that it could be guessed whose they
are, the answers stand apart from the receipts and say no class; where even a weight would tell, they are left out. What was
declared is never withheld.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.bundles.lines import listed
from governance.challenges import is_struck
from governance.models import Ballot, OpenBallot, Proposal, RollEntry, Secrecy


class Shown(StrEnum):
    """How much of the ballots is shown."""

    ROWS = "rows"
    #: Receipts, and apart from them the answers with their weights.
    ANSWERS = "answers"
    RECEIPTS = "receipts"
    #: They were cast in another system.
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Cast:
    """The ballots that count, sorted: secret ones by receipt, those of a roll-call by the entry of the roll."""

    proposal: str
    shown: Shown
    least: int | None
    rows: Sequence[Mapping[str, Any]]

    @property
    def size(self) -> int:
        """How many ballots there are."""
        return len(self.rows)

    def answers(self) -> Iterator[tuple[Any, int]]:
        """Yield answer and weight of each ballot, in an order that says no more than may be shown."""
        rows = sorted(self.rows, key=_by_answer) if self.shown is Shown.ANSWERS else self.rows
        if self.shown in {Shown.ROWS, Shown.ANSWERS}:
            yield from ((row["choice"], row["weight"]) for row in rows)

    def written(self) -> bytes:
        """Return the file."""
        head = {"proposal": self.proposal, "shown": self.shown, "least": self.least}
        if self.shown is Shown.ELSEWHERE:
            return listed(head)
        if self.shown is Shown.ROWS:
            return listed(head, rows=self.rows)
        receipts = map(itemgetter("receipt"), self.rows)
        if self.shown is Shown.RECEIPTS:
            return listed(head, receipts=receipts)
        return listed(
            head, receipts=receipts, answers=({"choice": choice, "weight": weight} for choice, weight in self.answers())
        )


def cast_of(session: Session, proposal: Proposal) -> Cast:
    """Return the ballots of a counted vote."""
    proposal_id, least = str(proposal.id), proposal.secret_least
    match proposal.secrecy:
        case Secrecy.EXTERNAL:
            return Cast(proposal_id, Shown.ELSEWHERE, None, ())
        case Secrecy.OPEN:
            return Cast(proposal_id, Shown.ROWS, None, _roll_call(session, proposal))
        case Secrecy.SECRET:
            rows = _secret(session, proposal)
            groups = Counter((row["class"], row["weight"]) for row in rows)
            return Cast(proposal_id, shown_of(groups, least or 0), least, rows)


def shown_of(groups: Mapping[tuple[str, int], int], least: int) -> Shown:
    """Say how much is shown of ballots, given how many there are of each class and weight."""
    weights: Counter[int] = Counter()
    for (_, weight), ballots in groups.items():
        weights[weight] += ballots
    if min(groups.values(), default=least) >= least:
        return Shown.ROWS
    return Shown.ANSWERS if min(weights.values()) >= least else Shown.RECEIPTS


def _secret(session: Session, proposal: Proposal) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Ballot.commitment, Ballot.nonce, Ballot.class_code, Ballot.weight, Ballot.choice).where(
            Ballot.proposal_id == proposal.id
        )
    )
    return [
        {"receipt": receipt, "nonce": nonce, "class": code, "weight": weight, "choice": json.loads(choice)}
        for receipt, nonce, code, weight, choice in sorted(rows)
    ]


def _roll_call(session: Session, proposal: Proposal) -> list[dict[str, Any]]:
    rows = session.execute(
        select(
            RollEntry.id,
            RollEntry.weight,
            OpenBallot.choice,
            OpenBallot.version,
            OpenBallot.cast_at,
            OpenBallot.on_paper,
        )
        .join(OpenBallot, OpenBallot.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal.id, ~is_struck())
        .order_by(OpenBallot.version)
    )
    # The highest version of each voter counts.
    latest = {
        str(entry_id): {
            "entry": str(entry_id),
            "weight": weight,
            "choice": json.loads(choice),
            "version": version,
            "cast_at": cast_at,
            "on_paper": on_paper,
        }
        for entry_id, weight, choice, version, cast_at, on_paper in rows
    }
    return [latest[entry_id] for entry_id in sorted(latest)]


def _by_answer(row: Mapping[str, Any]) -> tuple[str, int]:
    return json.dumps(row["choice"]), row["weight"]
