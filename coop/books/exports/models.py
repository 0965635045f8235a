"""The files in which closed years are handed out: made once, kept under their hash, the same bytes for ever."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from evidence.columns import Code, Moment, Sha256
from ledger.models import FiscalYear


class KeptExport(CoopBase):
    """The export of a closed year in one format: a year that is closed again is exported anew, and what was kept before stays."""

    __tablename__ = "kept_export"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), primary_key=True)
    format: Mapped[Code] = mapped_column(primary_key=True)
    #: Of the closing.
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: SHA-256 of the bytes, under which they are stored.
    sha256: Mapped[Sha256]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    kept_at: Mapped[Moment]
