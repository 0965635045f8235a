"""The files of a bundle, from what the database holds of a counted vote.

Whatever the database is, the same vote gives the same bytes: everything is sorted, and nothing is said that the vote does not fix.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import canonical_bytes, digest
from governance import chain, headers, voters
from governance.bundles import forms, sheets
from governance.bundles.lines import listed, roll_table
from governance.challenges import operations as challenging
from governance.challenges.models import Asks, Challenge, ChallengeAnswer, is_added, is_struck
from governance.challenges.operations import Added
from governance.counts import options_of
from governance.declared import declared
from governance.errors import NoSuchProposal, NotYetCounted
from governance.models import ChainLink, Participation, Proposal, RollEntry, Secrecy, Withdrawal
from governance.paper.models import PaperMark
from governance.shown import Cast, Shown, cast_of

FORMAT = "coop-result-bundle-1"
MANIFEST = "manifest.json"
PROGRAM = "verify.py"


def files_of(session: Session, proposal_id: UUID) -> dict[str, bytes]:
    """Return the files of the bundle of a counted vote, by their names.

    Raises:
        NoSuchProposal, NotYetCounted
    """
    outcome = declared(session, proposal_id)
    if outcome is None:
        raise NoSuchProposal if session.get(Proposal, proposal_id) is None else NotYetCounted
    proposal, record = outcome.proposal, outcome.record
    options = options_of(session, proposal_id)
    links = _links(session, proposal_id)
    cast = cast_of(session, outcome)
    opening = headers.record_of(proposal, options)
    files = {
        "record.json": outcome.result.encode(),
        "opening.json": canonical_bytes(opening),
        "chain.json": listed({}, links=links),
        "roll.csv": _roll(session, proposal, cast),
        "challenges.json": listed({}, answered=_answered(session, proposal_id)),
        "participation.json": canonical_bytes(_participation(session, proposal, record)),
        "ballots.json": _ballots(cast),
        "count.json": canonical_bytes(record["count"]),
        "rule.json": canonical_bytes(sheets.rule_sheet(opening)),
        "count.txt": sheets.count_sheet(record, options).encode(),
        "certificate.txt": sheets.certificate(record, links).encode(),
        "readme.txt": sheets.README.encode(),
        PROGRAM: program(),
        **forms.files(record, options, cast),
    }
    return {**files, MANIFEST: manifest(str(proposal_id), files)}


def manifest(proposal: str, files: Mapping[str, bytes]) -> bytes:
    """Return the file that states the digest of every other one. Its own digest is that of the bundle."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return canonical_bytes({"format": FORMAT, "proposal": proposal, "files": digests})


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the digest of a bundle: that of its manifest."""
    return hashlib.sha256(files[MANIFEST]).hexdigest()


def program() -> bytes:
    """Return `verify.py` as it lies beside this file."""
    return Path(__file__).with_name(PROGRAM).read_bytes()


def _links(session: Session, proposal_id: UUID) -> list[dict[str, object]]:
    """Return the chain from its first link to the closing of a vote; only to its end, where the closing was taken out of it."""
    closed = select(ChainLink.seq).where(ChainLink.kind == chain.LinkKind.CLOSED, ChainLink.subject == proposal_id)
    return [
        {"seq": link.seq, "kind": link.kind, "subject": str(link.subject), "digest": link.digest, "hash": link.hash}
        for link in chain.links(session, session.scalar(closed))
    ]


def _roll(session: Session, proposal: Proposal, cast: Cast) -> bytes:
    """Return the roll, sorted.

    The entries' own ids are in it in a roll-call only, where the digest of the ballots needs them, and of those only who voted:
    nothing would hold the others.
    """
    by_roll_call = proposal.secrecy is Secrecy.OPEN
    voted = {row["entry"] for row in cast.rows} if by_roll_call else ()
    rows = session.execute(
        select(
            RollEntry.id,
            RollEntry.voter_ref,
            RollEntry.class_code,
            RollEntry.weight,
            RollEntry.reason,
            is_added(),
            is_struck(),
        ).where(RollEntry.proposal_id == proposal.id)
    )
    lines = sorted(
        (
            str(ref),
            code,
            weight,
            reason,
            "no" if added else "yes",
            "yes" if struck else "no",
            str(entry_id) if str(entry_id) in voted else "",
        )
        for entry_id, ref, code, weight, reason, added, struck in rows
    )
    return roll_table(lines, by_roll_call=by_roll_call)


def _answered(session: Session, proposal_id: UUID) -> list[dict[str, object]]:
    """Return the records of all answers to challenges of a roll, which are in the chain; the words of nobody."""
    rows = session.execute(
        select(Challenge, ChallengeAnswer, RollEntry)
        .join(ChallengeAnswer, ChallengeAnswer.challenge_id == Challenge.id)
        .outerjoin(
            RollEntry, (RollEntry.proposal_id == Challenge.proposal_id) & (RollEntry.voter_ref == Challenge.voter_ref)
        )
        .where(Challenge.proposal_id == proposal_id)
        .order_by(Challenge.id)
    )
    return [
        challenging.record_of(
            made,
            answered,
            Added(entry.class_code, entry.weight) if answered.upheld and made.asks is Asks.ADD else None,
        )
        for made, answered, entry in rows
    ]


def _ballots(cast: Cast) -> bytes:
    """Return the ballots as far as they are shown."""
    head = {"proposal": cast.proposal, "shown": cast.shown, "least": cast.least}
    match cast.shown:
        case Shown.ROWS:
            return listed(head, rows=cast.rows)
        case Shown.RECEIPTS:
            return listed(head, receipts=cast.receipts)
        case Shown.ANSWERS:
            answers = ({"choice": choice, "weight": weight} for choice, weight in cast.answers)
            return listed(head, receipts=cast.receipts, answers=answers)
        case Shown.TALLY:
            return listed(head | {"tally": cast.tally})
        case Shown.ELSEWHERE:
            return listed(head)


def _participation(session: Session, proposal: Proposal, record: Mapping[str, Any]) -> Mapping[str, object]:
    """Return how many took part, and of a secret vote a digest of who.

    The digest is over the ids of roll entries, which are random and nowhere shown: it tells nobody anything, and whoever may read
    the database can see from it later whether the list is still the one of then. The record has the same one, but for votes that
    were counted before records had it.
    """
    on_paper = record["ballots"].get("paper")
    if proposal.secrecy is not Secrecy.SECRET:
        return {"voted": record["ballots"].get("heads", record["ballots"]["cast"]), "on_paper": on_paper}
    took_part = {
        mapped.__tablename__: sorted(
            str(entry_id)
            for entry_id in session.scalars(
                select(mapped.roll_entry_id)
                .join(RollEntry, RollEntry.id == mapped.roll_entry_id)
                .where(RollEntry.proposal_id == proposal.id)
            )
        )
        for mapped in (Participation, Withdrawal, PaperMark)
    }
    return {
        **voters.numbers_of(session, proposal),
        "on_paper": on_paper,
        "digest": voters.digest_of(session, proposal) if "voters" in record["ballots"] else digest(took_part),
    }
