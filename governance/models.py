"""The tables of governance: what is asked, who may answer, what was answered, what came of it.

A proposal is written roll and options first, header last: the header's trigger sees the whole roll, and afterwards nobody can
be added, because the header exists. Whether a vote is open follows from the clock and from whether an outcome stands; no
column says so. Who takes part in a secret vote stands apart from the ballots: the urn holds these until they are counted, and
then they lie in an order that says nothing. It knows a voter by a random reference, never by name.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, SmallInteger, UniqueConstraint, Uuid, false
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from evidence.columns import Code, Id, Line, LongText, Moment, Sha256, text_enum
from evidence.naming import NAMING_CONVENTION


class GovernanceBase(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of governance's tables, with a metadata of its own."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Kind(StrEnum):
    """What is decided."""

    #: For, against or abstain.
    RESOLUTION = "resolution"
    #: Candidates are elected by one of `governance.methods`.
    ELECTION = "election"
    #: Options that are texts are voted on by the same rules.
    CHOICE = "choice"


class Secrecy(StrEnum):
    """Who can see how somebody voted."""

    #: Roll-call: whoever may read the result, once it is counted.
    OPEN = "open"
    #: Nobody; see `Urn`.
    SECRET = "secret"  # noqa: S105 - a ballot, not a password
    #: Nobody here: the votes are cast and counted in another system, whose result is brought in with its evidence.
    EXTERNAL = "external"


class Proposal(GovernanceBase):
    """A question put to a vote: the header, written last and never changed."""

    __tablename__ = "governance_proposal"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="times"),
        CheckConstraint("roll_size > 0", name="roll"),
        CheckConstraint("weighting IS NOT NULL OR roll_weight IS NULL OR roll_weight = roll_size", name="weights"),
        CheckConstraint("challenges_until IS NULL OR challenges_until <= closes_at", name="challenges"),
        CheckConstraint("(lot_head IS NULL) = (lot_value IS NULL)", name="lot"),
        CheckConstraint(
            "record_on IS NULL OR (roll_weight IS NOT NULL AND lot_head IS NOT NULL AND secret_least IS NOT NULL)",
            name="form",
        ),
        Index("ix_governance_proposal_closes_at", "closes_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, "kind"))
    secrecy: Mapped[Secrecy] = mapped_column(text_enum(Secrecy, "secrecy"))
    #: How it is counted, as canonical JSON: see `governance.counts`.
    rule: Mapped[LongText]
    #: Digest of the words that are voted on; the words themselves lie with the caller and can be erased.
    text_digest: Mapped[Sha256]
    #: Fingerprint of the voting roll: see `governance.rolls`.
    roll_digest: Mapped[Sha256]
    #: Heads on the roll.
    roll_size: Mapped[int]
    opens_at: Mapped[Moment]
    #: The first moment at which no vote is taken any more.
    closes_at: Mapped[Moment]
    #: What follows is empty for votes of the first form, which were opened before it was kept.
    #: The day whose members, shares and classes make the roll.
    record_on: Mapped[date | None] = mapped_column(default=None)
    #: Votes on the roll: as many as heads, unless the rule gives weights.
    roll_weight: Mapped[int | None] = mapped_column(default=None)
    #: Canonical JSON of how votes weigh: see `governance.weights`. Nothing: one member, one vote.
    weighting: Mapped[LongText | None] = mapped_column(default=None)
    #: Until when the roll can be challenged; nothing where it cannot.
    challenges_until: Mapped[Moment | None] = mapped_column(default=None)
    #: Whether votes on paper or in the room are counted with the rest: see `governance.paper.models`.
    takes_paper: Mapped[bool] = mapped_column(server_default=false(), default=False)
    #: The fewest voters, or ballots, that may share what a secret ballot shows.
    secret_least: Mapped[int | None] = mapped_column(SmallInteger, default=None)
    #: What the lot was drawn from: the head of the chain before the opening, and a public value (`governance.counting.lots`).
    lot_head: Mapped[Sha256 | None] = mapped_column(default=None)
    lot_value: Mapped[Line | None] = mapped_column(default=None)
    #: Digest of whose code is whose; the names lie with the caller. Nothing in a resolution, and in elections before it was kept.
    candidates_digest: Mapped[Sha256 | None] = mapped_column(default=None)
    #: The version of the by-laws that the rule was taken from, and the digest of its figures. Nothing before it was kept.
    bylaws_version: Mapped[int | None] = mapped_column(default=None)
    bylaws_digest: Mapped[Sha256 | None] = mapped_column(default=None)


class Option(GovernanceBase):
    """An answer that can be given. In an election its place was drawn by lot at the opening, and breaks ties."""

    __tablename__ = "governance_option"
    __table_args__ = (UniqueConstraint("proposal_id", "position"),)

    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey(Proposal.id, deferrable=True, initially="DEFERRED"), primary_key=True
    )
    code: Mapped[Code] = mapped_column(primary_key=True)
    #: 1, 2, 3 ...
    position: Mapped[int] = mapped_column(SmallInteger)


class RollEntry(GovernanceBase):
    """Somebody who may vote on one proposal, as the roll was frozen, or was put on it by an answer to a challenge.

    One member has one vote: a weight other than 1 is refused with the header, unless that states how votes weigh.
    """

    __tablename__ = "governance_roll_entry"
    __table_args__ = (
        UniqueConstraint("proposal_id", "voter_ref"),
        CheckConstraint("weight > 0", name="weight"),
    )

    #: Random: tells neither the voter nor an order.
    id: Mapped[Id] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id, deferrable=True, initially="DEFERRED"))
    voter_ref: Mapped[UUID] = mapped_column(Uuid)
    class_code: Mapped[Code]
    #: Why they are on the roll: `member`, `challenge` ...
    reason: Mapped[Code]
    weight: Mapped[int] = mapped_column(SmallInteger, default=1)


class OpenBallot(GovernanceBase):
    """A vote by roll-call. Changing it adds a version; the highest one counts."""

    __tablename__ = "governance_open_ballot"
    __table_args__ = (CheckConstraint("version > 0", name="version"),)

    roll_entry_id: Mapped[UUID] = mapped_column(ForeignKey(RollEntry.id), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Canonical JSON of the answer.
    choice: Mapped[LongText]
    cast_at: Mapped[Moment]
    #: Handed in on paper or in the room at that time, and entered at the closing.
    on_paper: Mapped[bool] = mapped_column(server_default=false(), default=False)


class Participation(GovernanceBase):
    """Somebody on the roll has cast their secret ballot. The key is the gate; there is no time and nothing else."""

    __tablename__ = "governance_participation"
    __table_args__ = ({"sqlite_with_rowid": False},)

    roll_entry_id: Mapped[UUID] = mapped_column(ForeignKey(RollEntry.id), primary_key=True)


class Withdrawal(GovernanceBase):
    """Somebody took their secret ballot back with its key, once, so that they can vote on paper or in the room instead."""

    __tablename__ = "governance_withdrawal"
    __table_args__ = ({"sqlite_with_rowid": False},)

    roll_entry_id: Mapped[UUID] = mapped_column(ForeignKey(Participation.roll_entry_id), primary_key=True)


class Urn(GovernanceBase):
    """Where secret ballots lie until they are counted; the closing copies them to `Ballot` and empties it.

    Two rows written in one transaction can be joined by what the database notes about that transaction (xmin on PostgreSQL, the
    rowid on SQLite), so a ballot that stayed where it was cast would name its voter.
    """

    __tablename__ = "governance_urn"
    __table_args__ = (
        UniqueConstraint("commitment"),
        UniqueConstraint("supersedes"),
        Index("ix_governance_urn_proposal_id", "proposal_id", "commitment"),
        Index("ix_governance_urn_key_hash", "key_hash", unique=True),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id))
    class_code: Mapped[Code]
    weight: Mapped[int] = mapped_column(SmallInteger)
    #: Canonical JSON of the answer; `null` where the ballot was taken back.
    choice: Mapped[LongText]
    #: 64 random hexadecimal digits, so that a ballot cannot be guessed from its commitment.
    nonce: Mapped[Sha256]
    #: SHA-256 over all of this: the ballot receipt.
    commitment: Mapped[Sha256]
    #: Hash of the ballot key, with which only the voter can change this ballot; none on a ballot from paper.
    key_hash: Mapped[Sha256 | None] = mapped_column(default=None)
    #: The ballot that this one takes the place of.
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("governance_urn.id"), default=None)


class Ballot(GovernanceBase):
    """A counted secret ballot. The rows lie in the order of their commitments, which is no order of casting."""

    __tablename__ = "governance_ballot"
    __table_args__ = (
        # Equal ballots are grouped on it: counting a million of them reads this index and nothing else.
        Index("ix_governance_ballot_choice", "proposal_id", "choice", "class_code", "weight"),
        {"sqlite_with_rowid": False},
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id), primary_key=True)
    commitment: Mapped[Sha256] = mapped_column(primary_key=True)
    class_code: Mapped[Code]
    weight: Mapped[int] = mapped_column(SmallInteger)
    choice: Mapped[LongText]
    nonce: Mapped[Sha256]


class UrnOpening(GovernanceBase):
    """The urn of a vote was opened: all ballots that stand are copied. From here on none is added, and they may leave."""

    __tablename__ = "governance_urn_opening"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id), primary_key=True)
    #: How many ballots were copied.
    ballots: Mapped[int]


class Outcome(GovernanceBase):
    """The record of closing: written once, last of all. While there is none, the vote is not counted."""

    __tablename__ = "governance_outcome"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id), primary_key=True)
    closed_at: Mapped[Moment]
    #: Canonical JSON of rule, roll, ballots and count: see `governance.counts`.
    result: Mapped[LongText]
    #: SHA-256 over `result`.
    digest: Mapped[Sha256]


class ChainLink(GovernanceBase):
    """A link of the chain: something happened to a vote, and its record has this digest. See `governance.chain`."""

    __tablename__ = "governance_chain"
    __table_args__ = (UniqueConstraint("kind", "subject"), CheckConstraint("seq > 0", name="seq"))

    #: 1, 2, 3 ...
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Code]
    #: The proposal, or the challenge that was answered.
    subject: Mapped[UUID] = mapped_column(Uuid)
    digest: Mapped[Sha256]
    #: Covers this link and the hash before it.
    hash: Mapped[Sha256]
