"""The tables of the ledger.

An entry is written postings first, header last: the header's trigger sees all its postings and refuses an entry that does
not balance, and afterwards no posting can be added, because the header exists. What a person could recognise (the text of an
entry) lies in a table of its own that can be erased, while the entry keeps a salted digest of it.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, SmallInteger, UniqueConstraint, Uuid, false
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship

from evidence.columns import Code, CurrencyCode, Id, Line, LongText, Minor, Moment, Sha256, text_enum
from evidence.naming import NAMING_CONVENTION


class LedgerBase(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of the ledger's tables, with a metadata of its own."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class AccountKind(StrEnum):
    """The five kinds of account."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def is_debit(self) -> bool:
        """Say whether the normal balance stands on the debit side."""
        return self in {AccountKind.ASSET, AccountKind.EXPENSE}

    @property
    def is_permanent(self) -> bool:
        """Say whether the balance is carried into the next year (the balance sheet's accounts)."""
        return self not in {AccountKind.INCOME, AccountKind.EXPENSE}


class Account(LedgerBase):
    """An account of the chart. It is closed, never deleted, once something was posted to it."""

    __tablename__ = "ledger_account"

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: Digits that sort as the chart does: `1010`.
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Line]
    kind: Mapped[AccountKind] = mapped_column(text_enum(AccountKind, "kind"))
    currency: Mapped[CurrencyCode]
    opened_on: Mapped[date]
    #: Whether each posting must name the party it is owed by or to (members' shares, payables).
    by_party: Mapped[bool] = mapped_column(server_default=false(), default=False)
    closed_on: Mapped[date | None] = mapped_column(default=None)


class FiscalYear(LedgerBase):
    """A fiscal year: its periods (months) together cover it without gap."""

    __tablename__ = "ledger_fiscal_year"
    __table_args__ = (CheckConstraint("starts_on < ends_on", name="order"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(unique=True)
    ends_on: Mapped[date] = mapped_column(unique=True)


class Period(LedgerBase):
    """A month of a fiscal year. An entry needs a period that is not locked."""

    __tablename__ = "ledger_period"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="order"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), index=True)
    starts_on: Mapped[date] = mapped_column(unique=True)
    ends_on: Mapped[date] = mapped_column(unique=True)
    locked_at: Mapped[Moment | None] = mapped_column(default=None)


class Entry(LedgerBase):
    """The header of an entry: written last, never changed."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        UniqueConstraint("reverses_id"),
        Index("ix_ledger_entry_booked_on", "booked_on", "id"),
        Index("ix_ledger_entry_source", "source_kind", "source_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: The accounting date, in the co-op's zone.
    booked_on: Mapped[date]
    #: What kind of event was booked: `manual`, `share-issue`, `bank-receipt` ...
    kind: Mapped[Code]
    #: The same key with the same content gives the same entry; with other content it is refused.
    idempotency_key: Mapped[Line]
    #: SHA-256 over what was asked for, the text left out: tells a repeated request from a conflicting one.
    request_digest: Mapped[Sha256]
    #: SHA-256 over salt and text; the text itself is erasable.
    text_digest: Mapped[Sha256]
    recorded_at: Mapped[Moment]
    #: The person who recorded it, as a reference without a name; none for the program itself.
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    #: The record that caused it, as its kind and id (a share event, a receipt), where there is one.
    source_kind: Mapped[Code | None] = mapped_column(default=None)
    source_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entry.id"), default=None)

    postings: Mapped[list["Posting"]] = relationship(
        lambda: Posting, viewonly=True, order_by=lambda: Posting.line, default_factory=list
    )
    text: Mapped["EntryText | None"] = relationship(lambda: EntryText, viewonly=True, default=None)


class EntryText(LedgerBase):
    """What an entry says in words. May name a person, so it can be erased; the entry's digest stays."""

    __tablename__ = "ledger_entry_text"

    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey(Entry.id, deferrable=True, initially="DEFERRED"), primary_key=True
    )
    #: 32 random hexadecimal digits, so that a short text cannot be guessed from its digest.
    salt: Mapped[Code]
    text: Mapped[LongText]


class Posting(LedgerBase):
    """A line of an entry: a signed amount on an account, debit positive, credit negative."""

    __tablename__ = "ledger_posting"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        Index("ix_ledger_posting_account_id", "account_id", "entry_id"),
        Index("ix_ledger_posting_party_ref", "party_ref", "account_id"),
    )

    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey(Entry.id, deferrable=True, initially="DEFERRED"), primary_key=True
    )
    #: 1, 2, 3 ... within the entry.
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    amount_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    #: Who it is about, as a random reference; never a name.
    party_ref: Mapped[UUID | None] = mapped_column(Uuid, default=None)

    account: Mapped[Account] = relationship(Account, viewonly=True, init=False)


class Balance(LedgerBase):
    """The running sums of an account in one period: derived from the postings, kept in the same transaction."""

    __tablename__ = "ledger_balance"

    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), primary_key=True)
    period_id: Mapped[UUID] = mapped_column(ForeignKey(Period.id), primary_key=True)
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]


class YearClosing(LedgerBase):
    """A fiscal year that is closed: its key is the gate, so a year is closed once."""

    __tablename__ = "ledger_year_closing"

    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), primary_key=True)
    #: Surplus, or deficit as a negative amount: what the closing entry moved to the surplus awaiting a decision.
    result_minor: Mapped[Minor]
    #: The day of the closing in the co-op's zone.
    closed_on: Mapped[date]
    closed_at: Mapped[Moment]
    #: None where nothing was earned or spent.
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(Entry.id), unique=True, default=None)


class ChainLink(LedgerBase):
    """A sealed entry: its place in the chain, and the hash over the previous hash and the entry's content."""

    __tablename__ = "ledger_chain"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id), unique=True)
    hash: Mapped[Sha256]


class ChainHead(LedgerBase):
    """The one row that a sealer locks, and where the chain stands."""

    __tablename__ = "ledger_chain_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[Sha256]
