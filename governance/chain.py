"""The chain of votes: each opening, each answer to a challenge and each result is a link that covers all links before it.

A link holds the digest of a record that stands elsewhere. Who keeps the newest hash can tell later whether anything that came
before it was changed, added or taken out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.canonical import canonical_bytes
from evidence.chain import GENESIS, link
from evidence.columns import table_of
from evidence.findings import Finding
from evidence.races import LostRace
from governance.models import ChainLink


class LinkKind(StrEnum):
    """What a link tells of."""

    #: A vote was opened: `governance.headers`.
    OPENED = "opened"
    #: A challenge of a roll was answered: `governance.challenges.models`.
    ANSWERED = "answered"
    #: A vote was counted: the digest of its outcome.
    CLOSED = "closed"


@dataclass(frozen=True)
class Head:
    """The newest link: its number and its hash. Before the first there is number 0."""

    seq: int
    hash: str


def head(session: Session) -> Head:
    """Return the newest link of the chain."""
    row = session.execute(select(ChainLink.seq, ChainLink.hash).order_by(ChainLink.seq.desc()).limit(1)).first()
    return Head(row.seq, row.hash) if row else Head(0, GENESIS)


def append(session: Session, kind: LinkKind, subject: UUID, digest: str, *, after: Head | None = None) -> Head:
    """Add a link and return it: after the newest one, or after the one that the caller has read as the newest.

    Two that add at the same time want the same number: its key lets one of them through, and the other does its work again.

    Raises:
        LostRace
    """
    previous = after or head(session)
    seq = previous.seq + 1
    hash_ = link_hash(previous.hash, seq, kind, subject, digest)
    row = {"seq": seq, "kind": kind.value, "subject": subject, "digest": digest, "hash": hash_}
    try:
        session.execute(insert(table_of(ChainLink)), [row])
    except IntegrityError as error:
        raise LostRace from error
    return Head(seq, hash_)


def link_hash(previous: str, seq: int, kind: str, subject: UUID, digest: str) -> str:
    """Return the hash of a link: SHA-256 over the hash before it, a line end and the canonical JSON of the link."""
    record = {"seq": seq, "kind": kind, "subject": subject, "digest": digest}
    return link(previous, canonical_bytes(record))


def links(session: Session, up_to: int | None = None) -> Iterator[ChainLink]:
    """Yield the links from the first on, up to and with a number."""
    query = select(ChainLink).order_by(ChainLink.seq)
    yield from session.scalars(query if up_to is None else query.where(ChainLink.seq <= up_to))


def findings(session: Session) -> Iterator[Finding]:
    """Yield what breaks the chain: a number left out, a hash that its link does not have."""
    previous, told = Head(0, GENESIS), set[tuple[str, UUID]]()
    for row in links(session):
        if (row.kind, row.subject) in told:
            yield Finding("governance-chain-twice", f"link {row.seq} tells again that {row.subject} was {row.kind}")
        told.add((row.kind, row.subject))
        if row.seq != previous.seq + 1:
            yield Finding("governance-chain-gap", f"after link {previous.seq} comes link {row.seq}")
        if row.hash != link_hash(previous.hash, row.seq, row.kind, row.subject, row.digest):
            yield Finding("governance-chain-hash", f"link {row.seq} ({row.kind} {row.subject}) was changed")
        previous = Head(row.seq, row.hash)


def digest_in_chain(session: Session, kind: LinkKind, subject: UUID) -> str | None:
    """Return the digest that the chain holds of something, or nothing where it was never linked."""
    return session.scalar(select(ChainLink.digest).where(ChainLink.kind == kind, ChainLink.subject == subject))


def link_of(session: Session, kind: LinkKind, subject: UUID) -> Head | None:
    """Return the link of something, or nothing where there is none."""
    query = select(ChainLink.seq, ChainLink.hash).where(ChainLink.kind == kind, ChainLink.subject == subject)
    row = session.execute(query).first()
    return Head(row.seq, row.hash) if row else None
