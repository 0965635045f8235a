"""What is written about a fund: its funder, its purpose and its conditions. Editable and erasable, for it may name a person."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from evidence.columns import Line, LongText
from ledger.models import Fund


class FundWords(CoopBase):
    """The words about a fund; what it holds is read from the ledger."""

    __tablename__ = "fund_words"

    fund_id: Mapped[UUID] = mapped_column(ForeignKey(Fund.id), primary_key=True)
    funder: Mapped[Line]
    purpose: Mapped[LongText] = mapped_column(default="")
    conditions: Mapped[LongText] = mapped_column(default="")
