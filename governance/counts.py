"""From ballots to a result: how a proposal's rule is written down, and what the record of its closing holds.

It groups equal ballots in the database and leaves the arithmetic to `governance.counting`. The record names options by their
codes, never a person.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from evidence.canonical import canonical_bytes, digest
from evidence.collector import unswept
from evidence.reading import driver_rows
from governance import external, headers, rolls, voters
from governance.challenges.models import is_struck
from governance.choices import profile_of_texts
from governance.counting.resolution import ResolutionRule, count_resolution
from governance.counting.rules import rule_named
from governance.methods import ElectionRule, Rule
from governance.models import Ballot, OpenBallot, Option, Proposal, RollEntry, Secrecy
from governance.paper import models as paper

#: The answers to a resolution, in the order of the ballot.
ANSWERS = ("for", "against", "abstain")
_RESOLUTION = "for-against-abstain"


def written(rule: Rule) -> str:
    """Write a rule as the canonical JSON that stands in a proposal's header."""
    match rule:
        case ResolutionRule():
            record: Mapping[str, object] = {"name": _RESOLUTION, **rule.to_canonical()}
        case ElectionRule():
            record = rule.to_canonical()
    return canonical_bytes(record).decode()


def rule_of(proposal: Proposal) -> Rule:
    """Read the rule of a proposal."""
    return rule_in(json.loads(proposal.rule))


def rule_in(record: Mapping[str, Any]) -> Rule:
    """Read a rule as it stands in a header."""
    if record["name"] != _RESOLUTION:
        return ElectionRule(**record)
    return ResolutionRule.from_canonical({key: value for key, value in record.items() if key != "name"})


def options_of(session: Session, proposal_id: UUID) -> list[str]:
    """Return the codes of a proposal's options, in the order of their positions."""
    return list(session.scalars(_OPTIONS, {"proposal_id": proposal_id}))


_OPTIONS = select(Option.code).where(Option.proposal_id == bindparam("proposal_id")).order_by(Option.position)


def result_of(session: Session, proposal: Proposal, *, without: Collection[str] = ()) -> str:
    """Count the ballots of a proposal and return the record: canonical JSON of question, roll, ballots and count.

    A vote of the first form has the record that was written then; `without` names what is said of ballots today, and was not when
    this vote was counted: `voters`, `took_part`.

    Counts what stands in `OpenBallot` or `Ballot`; a secret vote's urn must have been emptied into the latter.
    """
    votes = _votes(session, proposal)
    roll = rolls.final(session, proposal)
    ballots: dict[str, object] = {
        "cast": sum(weight for _, weight in votes),
        "digest": _ballots_digest(session, proposal),
    }
    record = {
        "proposal": proposal.id,
        "kind": proposal.kind,
        "secrecy": proposal.secrecy,
        "rule": json.loads(proposal.rule),
        "text": proposal.text_digest,
        "roll": {"digest": proposal.roll_digest, "size": proposal.roll_size},
        "opens_at": proposal.opens_at,
        "closes_at": proposal.closes_at,
        "ballots": ballots,
        "count": counted(session, proposal, votes),
    }
    if proposal.record_on is not None:
        options = options_of(session, proposal.id)
        drawing = headers.drawing_of(proposal, len(options))
        record["opened"] = headers.digest_of(proposal, options)
        record["roll"] = {"digest": proposal.roll_digest, "final": asdict(roll)}
        record["lot"] = drawing.to_canonical() if drawing else None
        ballots |= {"heads": _heads(session, proposal), "paper": paper.counted(session, proposal)}
        if "voters" not in without:
            ballots["voters"] = voters.digest_of(session, proposal)
        if "took_part" not in without and proposal.secrecy is Secrecy.SECRET:
            ballots["took_part"] = voters.numbers_of(session, proposal)
    if proposal.secrecy is Secrecy.EXTERNAL:
        record["external"] = external.recorded(session, _brought_in(session, proposal))
    return canonical_bytes(record).decode()


def counted(session: Session, proposal: Proposal, votes: Sequence[tuple[str, int]]) -> Mapping[str, object]:
    """Count votes, each different answer once, by a proposal's rule on the roll as it stands."""
    rule = rule_of(proposal)
    if not isinstance(rule, ResolutionRule):
        return _election(options_of(session, proposal.id), rule, votes)
    tally = dict.fromkeys(ANSWERS, 0) | {json.loads(choice): weight for choice, weight in votes}
    return count_resolution(
        rule,
        for_votes=tally["for"],
        against=tally["against"],
        abstain=tally["abstain"],
        roll=rolls.final(session, proposal).votes,
    ).to_canonical()


def digest_of(result: str) -> str:
    """Return the digest of a record as `result_of` writes it."""
    return hashlib.sha256(result.encode()).hexdigest()


@unswept()
def _election(options: Sequence[str], rule: ElectionRule, votes: Sequence[tuple[str, int]]) -> Mapping[str, object]:
    """Count ballots. The order of the options was drawn at the opening: it is the lot that breaks ties."""
    return rule_named(rule.name).count(profile_of_texts(rule, options, votes)).to_canonical(detail=True)


@unswept()
def _votes(session: Session, proposal: Proposal) -> Sequence[tuple[str, int]]:
    """Return each different answer with the votes it has. There may be very many, so the rows stay what they are."""
    if proposal.secrecy is Secrecy.EXTERNAL:
        return external.Tally.read(_brought_in(session, proposal).tally).by_choice()
    if proposal.secrecy is Secrecy.SECRET:
        query = select(Ballot.choice, func.sum(Ballot.weight)).where(Ballot.proposal_id == proposal.id)
        # In order, because the index has them in order, and whoever counts them wants them so.
        return driver_rows(session.connection(), query.group_by(Ballot.choice).order_by(Ballot.choice))
    latest = standing_open_ballots(proposal.id).subquery()
    return session.execute(select(latest.c.choice, func.sum(latest.c.weight)).group_by(latest.c.choice)).all()


def _brought_in(session: Session, proposal: Proposal) -> external.ExternalResult:
    """Return what another system counted. Closing has written it before anything is counted."""
    return session.get_one(external.ExternalResult, proposal.id)


def standing_open_ballots(proposal_id: UUID) -> Select[UUID, UUID, int, str, datetime]:
    """Return the query for the ballots of a roll-call that count: of each roll entry the highest version."""
    highest = (
        select(func.max(OpenBallot.version))
        .where(OpenBallot.roll_entry_id == RollEntry.id)
        .correlate(RollEntry)
        .scalar_subquery()
    )
    return (
        select(RollEntry.id, RollEntry.voter_ref, RollEntry.weight, OpenBallot.choice, OpenBallot.cast_at)
        .join(OpenBallot, OpenBallot.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal_id, OpenBallot.version == highest, ~is_struck())
    )


def _heads(session: Session, proposal: Proposal) -> int:
    """Return how many voters cast the votes."""
    if proposal.secrecy is Secrecy.EXTERNAL:
        return external.Tally.read(_brought_in(session, proposal).tally).heads
    if proposal.secrecy is Secrecy.SECRET:
        return session.scalar(select(func.count()).where(Ballot.proposal_id == proposal.id)) or 0
    latest = standing_open_ballots(proposal.id).subquery()
    return session.scalar(select(func.count()).select_from(latest)) or 0


def _ballots_digest(session: Session, proposal: Proposal) -> str:
    """Return the digest over all ballots that count: their commitments, the roll entries with their answers, or the tally."""
    if proposal.secrecy is Secrecy.EXTERNAL:
        return digest(json.loads(_brought_in(session, proposal).tally))
    if proposal.secrecy is Secrecy.SECRET:
        commitments = session.scalars(select(Ballot.commitment).where(Ballot.proposal_id == proposal.id))
        return digest(sorted(commitments))
    latest = standing_open_ballots(proposal.id).subquery()
    rows = session.execute(select(latest.c.id, latest.c.choice))
    return digest(sorted([str(entry), json.loads(choice)] for entry, choice in rows))
