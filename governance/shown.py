"""How much is shown of the ballots of a counted vote: on a page, in a file, in the bundle, by class. Decided here and nowhere else.

A secret ballot shows class, weight and answer. Where so few share class and weight that it could be guessed whose they are, the
answers stand apart from the receipts and say no class; where even a weight would tell, they are left out. What was declared is
never withheld. What may not be shown is not in what is returned, so nobody who shows it has to know.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.challenges.models import is_struck
from governance.declared import Declared
from governance.external import ExternalResult, Tally
from governance.models import Ballot, Kind, OpenBallot, RollEntry, Secrecy


class Shown(StrEnum):
    """How much of the ballots is shown."""

    ROWS = "rows"
    #: Receipts, and apart from them the answers with their weights.
    ANSWERS = "answers"
    RECEIPTS = "receipts"
    #: They were cast in another system, and what it counted is shown: each answer with its votes.
    TALLY = "tally"
    #: They were cast in another system, and are so few that what they say is withheld.
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Cast:
    """The ballots that count, as far as they are shown."""

    proposal: str
    shown: Shown
    #: The fewest that share what they show, in a vote that has such a number.
    least: int | None
    #: Each ballot, sorted: secret ones by receipt, those of a roll-call by the entry of the roll.
    rows: Sequence[Mapping[str, Any]] = ()
    #: Receipts of secret ballots, sorted.
    receipts: Sequence[str] = ()
    #: Answers with their weights or votes, in an order that says no more than may be shown.
    answers: Sequence[tuple[Any, int]] = ()
    #: What another system counted.
    tally: Mapping[str, Any] | None = None


def shown_of(groups: Mapping[tuple[str, int], int], least: int) -> Shown:
    """Say how much is shown of what is secret, given how many there are of each class and weight."""
    weights: Counter[int] = Counter()
    for (_, weight), found in groups.items():
        weights[weight] += found
    if min(groups.values(), default=least) >= least:
        return Shown.ROWS
    return Shown.ANSWERS if min(weights.values()) >= least else Shown.RECEIPTS


def how_shown(session: Session, declared: Declared) -> Shown:
    """Say how much is shown of the ballots of a vote, reading none of them."""
    proposal = declared.proposal
    if proposal.secrecy is Secrecy.OPEN:
        return Shown.ROWS
    if proposal.secrecy is Secrecy.SECRET:
        kind = (Ballot.class_code, Ballot.weight)
        counted = select(*kind, func.count()).where(Ballot.proposal_id == proposal.id).group_by(*kind)
        groups = {(code, weight): found for code, weight, found in session.execute(counted)}
        return shown_of(groups, proposal.secret_least or 0)
    if proposal.kind is Kind.RESOLUTION:
        # The votes for and against are the declared result.
        return Shown.TALLY
    heads = int(declared.record["ballots"]["heads"])
    groups = {("", 1): heads} if heads else {}
    return Shown.TALLY if shown_of(groups, proposal.secret_least or 0) is Shown.ROWS else Shown.ELSEWHERE


def are_withheld(session: Session, declared: Declared) -> bool:
    """Say whether all that secret ballots say is withheld. Asked by every page of a result, so no ballot is read unless it must be."""
    least, ballots = declared.proposal.secret_least or 0, declared.record["ballots"]
    if (heads := int(ballots.get("heads", ballots["cast"]))) < least:
        # Each weight is shared by some of these few.
        return heads > 0
    # One member, one vote: all share the one weight.
    return declared.proposal.weighting is not None and how_shown(session, declared) is Shown.RECEIPTS


def cast_of(session: Session, declared: Declared) -> Cast:
    """Return the ballots of a vote as far as they are shown."""
    proposal, shown = declared.proposal, how_shown(session, declared)
    name, least = str(proposal.id), proposal.secret_least
    if proposal.secrecy is Secrecy.OPEN:
        rows = _roll_call(session, declared)
        return Cast(name, shown, None, rows=rows, answers=_answers(rows))
    if proposal.secrecy is Secrecy.EXTERNAL:
        if shown is Shown.ELSEWHERE:
            return Cast(name, shown, least)
        text = session.get_one(ExternalResult, proposal.id).tally
        return Cast(name, shown, least, answers=Tally.read(text).votes, tally=json.loads(text))
    rows = _secret(session, declared)
    receipts = [row["receipt"] for row in rows]
    match shown:
        case Shown.ROWS:
            return Cast(name, shown, least, rows=rows, receipts=receipts, answers=_answers(rows))
        case Shown.ANSWERS:
            apart = sorted(_answers(rows), key=lambda one: (json.dumps(one[0], sort_keys=True), one[1]))
            return Cast(name, shown, least, receipts=receipts, answers=apart)
        case _:
            return Cast(name, shown, least, receipts=receipts)


def _answers(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, int]]:
    return [(row["choice"], row["weight"]) for row in rows]


def _secret(session: Session, declared: Declared) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Ballot.commitment, Ballot.nonce, Ballot.class_code, Ballot.weight, Ballot.choice).where(
            Ballot.proposal_id == declared.proposal_id
        )
    )
    return [
        {"receipt": receipt, "nonce": nonce, "class": code, "weight": weight, "choice": json.loads(choice)}
        for receipt, nonce, code, weight, choice in sorted(rows)
    ]


def _roll_call(session: Session, declared: Declared) -> list[dict[str, Any]]:
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
        .where(RollEntry.proposal_id == declared.proposal_id, ~is_struck())
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
