"""The election in Belenios that belongs to a motion: what it is to ask, where it is, and the archive that waits to be brought in.

The words and the candidates' names in it can be erased: governance keeps their digest, and the result.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from coop.assembly.models import Motion
from coop.database import CoopBase
from evidence.columns import Line, LongText, Sha256


class OutsideElection(CoopBase):
    """An election in Belenios. Until its result is brought in, its address and its archive can be put right."""

    __tablename__ = "outside_election"
    __table_args__ = (
        CheckConstraint(
            "(address IS NULL) = (election IS NULL) AND (address IS NULL) = (fingerprint IS NULL)", name="told_whole"
        ),
    )

    motion_id: Mapped[UUID] = mapped_column(ForeignKey(Motion.id), primary_key=True)
    #: What was handed over, as canonical JSON: name, question, answers, seats.
    asked: Mapped[LongText]
    #: Where members vote, Belenios's identifier of the election, and its fingerprint.
    address: Mapped[Line | None] = mapped_column(default=None)
    election: Mapped[Line | None] = mapped_column(default=None)
    fingerprint: Mapped[Line | None] = mapped_column(default=None)
    #: The archive that was uploaded last.
    evidence_sha256: Mapped[Sha256 | None] = mapped_column(default=None)
