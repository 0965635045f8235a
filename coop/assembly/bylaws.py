"""By-laws as versioned data: what they set, which version was in force on a day.

A version is a row that is never changed; a new one takes its place from a date. Whoever needs a figure (the price of a share, a
quorum, a threshold) reads it from here and records which version it used.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop.database import CoopBase
from evidence.canonical import digest
from evidence.columns import Id, Sha256
from evidence.identifiers import new_id


@dataclass(frozen=True)
class Bylaws:
    """What the by-laws set. Fractions are given as numerator and denominator, so that they stay exact."""

    #: Price of one share in the minor unit of the co-op's currency; nothing where there is no share to buy.
    share_price_minor: int | None
    most_shares: int
    #: Fewest votes for a decision to be valid: a fraction of the roll, and a head-count below which it never lies.
    quorum_numerator: int = 1
    quorum_denominator: int = 10
    quorum_heads: int = 3
    #: A special resolution needs at least this fraction of the votes for and against.
    special_numerator: int = 3
    special_denominator: int = 4
    #: The fewest voters that may share a class in a secret vote, and the fewest ballots that may be listed after it.
    secret_least: int = 3
    #: How long an ordinary vote stays open unless the secretary says otherwise.
    voting_days: int = 7
    #: How many days the record date of a vote lies before its opening; members, classes and shares of that day make the roll.
    record_days: int = 0
    #: How many days a voting roll can be challenged from the opening on; 0 is until voting closes, which ends it in any case.
    challenge_days: int = 0
    board_seats: int = 5
    #: Term of a seat on the board.
    board_term_days: int = 365
    #: Clear days between the notice of a meeting and the meeting: neither the day of sending nor that of the meeting counts.
    notice_days: int = 14
    #: Working days between the publishing of an annual report and the meeting that receives it: neither end counts.
    report_working_days: int = 20
    #: How much one person may move by an entry by hand, in minor units; beyond it takes two.
    entry_alone_minor: int = 1_000_000
    #: The co-op's fee on a sale in the marketplace, in hundredths of a percent of the price.
    marketplace_fee_bp: int = 1000

    @classmethod
    def from_canonical(cls, values: dict[str, Any]) -> Self:
        """Read what `asdict` wrote."""
        return cls(**values)


class BylawVersion(CoopBase):
    """A version of the by-laws: its figures as canonical JSON, adopted by a resolution."""

    __tablename__ = "bylaw_version"

    id: Mapped[Id] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    in_force_on: Mapped[date]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[Sha256]


@dataclass(frozen=True)
class InForce:
    """By-laws with the version they come from."""

    version_id: UUID
    version: int
    #: Of its figures.
    digest: str
    bylaws: Bylaws


def in_force(session: Session, on: date) -> InForce:
    """Return the by-laws in force on a day: the highest version whose date has come."""
    row = session.scalars(
        select(BylawVersion)
        .where(BylawVersion.in_force_on <= on)
        .order_by(BylawVersion.in_force_on.desc(), BylawVersion.version.desc())
        .limit(1)
    ).one()
    return InForce(row.id, row.version, row.digest, Bylaws.from_canonical(row.figures))


def adopt(session: Session, bylaws: Bylaws, *, in_force_on: date) -> UUID:
    """Add a version of the by-laws. The caller holds the co-operative's row and has recorded the resolution."""
    latest = session.scalar(select(BylawVersion.version).order_by(BylawVersion.version.desc()).limit(1)) or 0
    figures = asdict(bylaws)
    row = BylawVersion(
        id=new_id(), version=latest + 1, in_force_on=in_force_on, figures=figures, digest=digest(figures)
    )
    session.add(row)
    session.flush()
    return row.id
