"""The record of an opening: all that was fixed when a vote opened, in one piece whose digest goes into the chain."""

import json
from collections.abc import Sequence

from evidence.canonical import digest
from governance.counting.lots import Drawing, drawn
from governance.models import Kind, Proposal


def record_of(proposal: Proposal, options: Sequence[str]) -> dict[str, object]:
    """Return the record of an opening, for canonical JSON. `options` are the codes in the order of the ballot."""
    # Votes that were opened before these were kept keep their record.
    kept_since: dict[str, object] = {}
    if proposal.candidates_digest:
        kept_since["candidates"] = proposal.candidates_digest
    if proposal.bylaws_digest:
        kept_since["bylaws"] = {"version": proposal.bylaws_version, "digest": proposal.bylaws_digest}
    return {
        **kept_since,
        "proposal": proposal.id,
        "kind": proposal.kind,
        "secrecy": proposal.secrecy,
        "rule": json.loads(proposal.rule),
        "weighting": json.loads(proposal.weighting) if proposal.weighting else None,
        "options": list(options),
        "text": proposal.text_digest,
        "roll": {"digest": proposal.roll_digest, "heads": proposal.roll_size, "votes": proposal.roll_weight},
        "record_on": proposal.record_on,
        "opens_at": proposal.opens_at,
        "closes_at": proposal.closes_at,
        "challenges_until": proposal.challenges_until,
        "takes_paper": proposal.takes_paper,
        "secret_least": proposal.secret_least,
        "lot": {"chain_head": proposal.lot_head, "public_value": proposal.lot_value},
    }


def digest_of(proposal: Proposal, options: Sequence[str]) -> str:
    """Return the digest of the record of an opening."""
    return digest(record_of(proposal, options))


def drawing_of(proposal: Proposal, options: int) -> Drawing | None:
    """Return how the order of candidates or options was drawn. In a vote of the first form chance drew it."""
    if proposal.kind is Kind.RESOLUTION or proposal.lot_head is None or proposal.lot_value is None:
        return None
    return drawn(options, chain_head=proposal.lot_head, public_value=proposal.lot_value)


def in_plain_order(codes: Sequence[str]) -> list[str]:
    """Return codes in the order in which a drawing numbers them: c1, c2 ... c10."""
    return sorted(codes, key=lambda code: (len(code), code))
