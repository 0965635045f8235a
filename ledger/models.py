"""The tables of the ledger.

An entry is written postings first, header last: the header's trigger sees all its postings and refuses an entry that does
not balance, and afterwards no posting can be added, because the header exists. What a person could recognise (the text of an
entry) lies in a table of its own that can be erased, while the entry keeps a salted digest of it.
"""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship

from evidence.columns import Code, CurrencyCode, Id, Line, LongText, Minor, Moment, Sha256, text_enum
from evidence.naming import NAMING_CONVENTION


class LedgerBase(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of the ledger's tables, with a metadata of its own."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


def _where_set(column: str) -> dict[str, Any]:
    """Keep an index to the rows that have a value: most have none, and writing them stays as quick."""
    is_set = text(f"{column} IS NOT NULL")
    return {"postgresql_where": is_set, "sqlite_where": is_set}


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


class Business(StrEnum):
    """Whose business an income or expense account shows, for the statements that keep them apart."""

    MEMBER = "member"
    NON_MEMBER = "non-member"
    EXTRAORDINARY = "extraordinary"


class Account(LedgerBase):
    """An account of the chart, or a heading over accounts. It is closed, never deleted, once something was posted to it."""

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
    #: The heading it stands under.
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_account.id"), default=None)
    #: A heading takes no postings: it adds up what stands under it.
    is_heading: Mapped[bool] = mapped_column(server_default=false(), default=False)
    #: Its normal side is the other one: accumulated depreciation among the assets.
    is_contra: Mapped[bool] = mapped_column(server_default=false(), default=False)
    #: The line of the statements that it is part of, see `ledger.lines`.
    statement_line: Mapped[Code | None] = mapped_column(default=None)
    #: What the registrar or the tax office calls it.
    statutory_tag: Mapped[Code | None] = mapped_column(default=None)
    business: Mapped[Business | None] = mapped_column(text_enum(Business, "business"), default=None)


class CostCentre(LedgerBase):
    """A part of the co-op whose income and costs are looked at apart: a service, a project. They form a tree."""

    __tablename__ = "ledger_cost_centre"

    id: Mapped[Id] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Line]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_cost_centre.id"), default=None)
    #: Nothing new can name it from this day on.
    closed_on: Mapped[date | None] = mapped_column(default=None)


class Fund(LedgerBase):
    """Money held for a purpose: a grant, a bequest. What is unspent of it is never the members' to share."""

    __tablename__ = "ledger_fund"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="order"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Line]
    #: The account on which it stands unspent: a liability, or a restricted reserve.
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(default=None)
    closed_on: Mapped[date | None] = mapped_column(default=None)


class TaxUse(StrEnum):
    """On which side of the return a tax code counts."""

    SALE = "sale"
    PURCHASE = "purchase"


class TaxCode(LedgerBase):
    """A rate of goods and services tax with its days: a new rate is a new row of the same code."""

    __tablename__ = "ledger_tax_code"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        CheckConstraint("rate_bp >= 0 AND rate_bp <= 10000", name="rate"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="order"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    code: Mapped[Code]
    name: Mapped[Line]
    use: Mapped[TaxUse] = mapped_column(text_enum(TaxUse, "use"))
    #: In hundredths of a percent: 1500 is 15 %.
    rate_bp: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    #: The boxes of the return that its supplies, tax included, and its tax are added up in.
    box_gross: Mapped[Code | None] = mapped_column(default=None)
    box_tax: Mapped[Code | None] = mapped_column(default=None)


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
        Index("ix_ledger_entry_reference", "reference", **_where_set("reference")),
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
    #: The number of the document behind it, such as that of an invoice; never a name.
    reference: Mapped[Line | None] = mapped_column(default=None)

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
        *(
            Index(f"ix_ledger_posting_{name}", name, "account_id", **_where_set(name))
            for name in ("cost_centre_id", "fund_id", "tax_code_id")
        ),
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
    cost_centre_id: Mapped[UUID | None] = mapped_column(ForeignKey(CostCentre.id), default=None)
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey(Fund.id), default=None)
    #: The tax code under which it counts in the return, be it the supply or its tax.
    tax_code_id: Mapped[UUID | None] = mapped_column(ForeignKey(TaxCode.id), default=None)

    account: Mapped[Account] = relationship(Account, viewonly=True, init=False)


class Balance(LedgerBase):
    """The running sums of an account in one period: derived from the postings, kept in the same transaction."""

    __tablename__ = "ledger_balance"
    # By period first, and on SQLite in that order itself: the months since the last closing are read as one piece.
    __table_args__ = (PrimaryKeyConstraint("period_id", "account_id"), {"sqlite_with_rowid": False})

    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    period_id: Mapped[UUID] = mapped_column(ForeignKey(Period.id))
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]


class YearClosing(LedgerBase):
    """A closing of a fiscal year. Its key is the gate: the next number is free once the closing before it is taken back."""

    __tablename__ = "ledger_year_closing"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), primary_key=True)
    #: 1, 2, 3 ... of the year: one more than it was reopened.
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: Surplus, or deficit as a negative amount: what the closing entry moved to the surplus awaiting a decision.
    result_minor: Mapped[Minor]
    #: The day of the closing in the co-op's zone.
    closed_on: Mapped[date]
    closed_at: Mapped[Moment]
    #: None where nothing was earned or spent.
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(Entry.id), unique=True, default=None)


class YearReopening(LedgerBase):
    """A closing that was taken back by a decision. The year takes entries again until it is closed under the next number."""

    __tablename__ = "ledger_year_reopening"
    __table_args__ = (
        ForeignKeyConstraint(
            ["fiscal_year_id", "number"], ["ledger_year_closing.fiscal_year_id", "ledger_year_closing.number"]
        ),
    )

    fiscal_year_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    #: Of the closing that it takes back.
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: SHA-256 by which the decision named that closing: see `ledger.years.reopening`.
    fingerprint: Mapped[Sha256]
    #: The decision, as a reference the ledger does not know more about. It serves once.
    decision_ref: Mapped[UUID] = mapped_column(Uuid, unique=True)
    decided_on: Mapped[date]
    #: The first day that takes entries again: of a month of the year.
    opens_on: Mapped[date]
    #: The day of the reopening in the co-op's zone.
    reopened_on: Mapped[date]
    reopened_at: Mapped[Moment]
    reopened_by: Mapped[UUID | None] = mapped_column(Uuid, default=None)


class ClosingBalance(LedgerBase):
    """The sums of an account from the beginning to the end of a year, as they stood when it was closed: derived, and never changed.

    While the closing stands no posting can come before its last day, so that a balance needs no older months.
    """

    __tablename__ = "ledger_closing_balance"
    __table_args__ = (
        ForeignKeyConstraint(
            ["fiscal_year_id", "number"], ["ledger_year_closing.fiscal_year_id", "ledger_year_closing.number"]
        ),
        {"sqlite_with_rowid": False},
    )

    fiscal_year_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), primary_key=True)
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]


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
