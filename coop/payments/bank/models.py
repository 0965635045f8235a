"""Lines of the bank statement, and which entry each one is.

A line and a match are only ever added. A match that was wrong is taken back by a row of its own, and then line and entry are
free again; so is a line that the statement does not show, which then no longer counts. What the bank wrote beside a line may name a person, so it lies in a table that can be erased.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from evidence.columns import CurrencyCode, Id, Line, Minor, Moment
from ledger.models import Entry


class BankLine(CoopBase):
    """A movement as the bank statement shows it: positive for money that came in."""

    __tablename__ = "bank_line"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        CheckConstraint("place > 0", name="place"),
        # Two who paste the same statement at once: the second finds the places taken.
        UniqueConstraint("booked_on", "amount_minor", "place"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    booked_on: Mapped[date]
    amount_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    #: 1, 2, 3 ... among the lines of the same day and amount.
    place: Mapped[int] = mapped_column(SmallInteger)
    recorded_at: Mapped[Moment]


class BankLineText(CoopBase):
    """What the bank wrote beside a line. Erasable."""

    __tablename__ = "bank_line_text"

    line_id: Mapped[UUID] = mapped_column(ForeignKey(BankLine.id), primary_key=True)
    text: Mapped[Line]


class BankLineRemoval(CoopBase):
    """A line that was entered by mistake. It stays to be seen and counts no longer."""

    __tablename__ = "bank_line_removal"

    line_id: Mapped[UUID] = mapped_column(ForeignKey(BankLine.id), primary_key=True)
    removed_at: Mapped[Moment]


class BankMatch(CoopBase):
    """A line of the statement is this entry of the books: both moved the bank account by the same amount."""

    __tablename__ = "bank_match"
    __table_args__ = (Index("ix_bank_match_line_id", "line_id"), Index("ix_bank_match_entry_id", "entry_id"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey(BankLine.id))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id))
    matched_at: Mapped[Moment]


class BankUnmatch(CoopBase):
    """A match that was taken back, once."""

    __tablename__ = "bank_unmatch"

    match_id: Mapped[UUID] = mapped_column(ForeignKey(BankMatch.id), primary_key=True)
    unmatched_at: Mapped[Moment]
