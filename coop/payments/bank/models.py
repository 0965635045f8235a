"""The bank accounts, the lines of their statements, the files they came in, and which entries each line is.

A line, a match and a statement are only ever added. A match that was wrong is taken back by a row of its own, and then line and
entry are free again; so is a line that the statement does not show, which then no longer counts. What the bank wrote beside a
line may name a person, so it lies in a table that can be erased. Mappings and rules are the treasurer's, to change and to drop.
"""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from evidence.columns import Code, CurrencyCode, Id, Line, Minor, Moment, Sha256, text_enum
from ledger.models import Entry


class BankAccount(CoopBase):
    """An account of the books that a bank keeps, beside `ledger.chart.BANK`, which always is one and has no row.

    Its name is that of the account. Ended, its lines stay to be read and nothing is added; it can be marked again.
    """

    __tablename__ = "bank_account"

    account_code: Mapped[Code] = mapped_column(primary_key=True)
    marked_at: Mapped[Moment]
    #: By which the bank knows it; empty where nobody has said.
    number: Mapped[Line] = mapped_column(default="")
    ended_at: Mapped[Moment | None] = mapped_column(default=None)


class BankLine(CoopBase):
    """A movement as the statement of a bank account shows it: positive for money that came in."""

    __tablename__ = "bank_line"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        CheckConstraint("place > 0", name="place"),
        # Two who paste the same statement at once: the second finds the places taken.
        UniqueConstraint("account_code", "booked_on", "amount_minor", "place"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: The bank account on whose statement it stands.
    account_code: Mapped[Code]
    booked_on: Mapped[date]
    amount_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    #: 1, 2, 3 ... among the lines of the same account, day and amount.
    place: Mapped[int] = mapped_column(SmallInteger)
    recorded_at: Mapped[Moment]
    #: Digest of the bank's own id of the line, where its files have one: some banks write a name into it.
    bank_id: Mapped[Sha256 | None] = mapped_column(default=None)


class BankLineText(CoopBase):
    """What the bank wrote beside a line. Erasable."""

    __tablename__ = "bank_line_text"

    line_id: Mapped[UUID] = mapped_column(ForeignKey(BankLine.id), primary_key=True)
    text: Mapped[Line]
    #: What the payer or the bank gave as the reference, where the file has it apart.
    reference: Mapped[Line | None] = mapped_column(default=None)


class BankLineRemoval(CoopBase):
    """A line that was entered by mistake. It stays to be seen and counts no longer."""

    __tablename__ = "bank_line_removal"

    line_id: Mapped[UUID] = mapped_column(ForeignKey(BankLine.id), primary_key=True)
    removed_at: Mapped[Moment]


class BankMatchGroup(CoopBase):
    """Matches that hold together: one line that is many entries, or one entry that is many lines.

    Written after its matches, as an entry is after its postings: then the database adds up both sides.
    """

    __tablename__ = "bank_match_group"

    id: Mapped[Id] = mapped_column(primary_key=True)
    matched_at: Mapped[Moment]


class BankMatch(CoopBase):
    """A line of the statement is this entry of the books: both moved the bank account by the same amount.

    In a group it is a part of it: then the sums of the two sides are the same. An entry that moves money between two bank accounts
    is a line of each.
    """

    __tablename__ = "bank_match"
    __table_args__ = (
        Index("ix_bank_match_line_id", "line_id"),
        Index("ix_bank_match_entry_id", "entry_id"),
        Index("ix_bank_match_group_id", "group_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey(BankLine.id))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id))
    matched_at: Mapped[Moment]
    group_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(BankMatchGroup.id, deferrable=True, initially="DEFERRED"), default=None
    )


class BankUnmatch(CoopBase):
    """A match that was taken back, once."""

    __tablename__ = "bank_unmatch"

    match_id: Mapped[UUID] = mapped_column(ForeignKey(BankMatch.id), primary_key=True)
    unmatched_at: Mapped[Moment]


class FileFormat(StrEnum):
    """How a bank writes a statement as a file."""

    CSV = "csv"
    OFX = "ofx"
    CAMT = "camt"


class BankStatement(CoopBase):
    """A file of the bank, with its days and balances where it gives them."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="order"),
        # Two accounts may have the same file: CSV does not name them, and each may show nothing but the same fee.
        UniqueConstraint("account_code", "file_sha256"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    account_code: Mapped[Code]
    file_format: Mapped[FileFormat] = mapped_column(text_enum(FileFormat, "file_format"))
    #: Of the file's bytes: the same file again is the same statement of an account.
    file_sha256: Mapped[Sha256]
    currency: Mapped[CurrencyCode]
    starts_on: Mapped[date]
    #: The day at the end of which the closing balance stands.
    ends_on: Mapped[date]
    recorded_at: Mapped[Moment]
    opening_minor: Mapped[Minor | None] = mapped_column(default=None)
    closing_minor: Mapped[Minor | None] = mapped_column(default=None)


class BankStatementLine(CoopBase):
    """A line that a statement shows, be it new or known from another file."""

    __tablename__ = "bank_statement_line"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey(BankStatement.id), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey(BankLine.id), primary_key=True, index=True)


class BankMapping(CoopBase):
    """What the columns of the bank's CSV files mean, as the treasurer chose it for a bank account."""

    __tablename__ = "bank_mapping"

    account_code: Mapped[Code] = mapped_column(primary_key=True)
    #: See `coop.payments.bank.mapping`, which reads and writes it.
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON)
    chosen_at: Mapped[Moment]


class BankRule(CoopBase):
    """What lines with certain words are booked to. It only suggests. Editable, deletable: the words may be a name."""

    __tablename__ = "bank_rule"

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: The bank account for whose lines it is.
    bank_code: Mapped[Code]
    words: Mapped[Line]
    #: For money that came in, or for money that went out.
    is_in: Mapped[bool]
    #: What they are booked to.
    account_code: Mapped[Code]
    #: What the entry is to say.
    text: Mapped[Line]
    made_at: Mapped[Moment]
    #: The tax code of the amount, which then contains tax.
    tax_code: Mapped[Code | None] = mapped_column(default=None)
