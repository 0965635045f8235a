"""The tables of the surplus: a plan with its lines, and the distribution that posted it.

A plan is written lines first, header last: the header's trigger sees all of them and refuses a plan that does not add up, and
afterwards none can be added. The lines that the fingerprint covers hold no party; who stands behind each lies in a table of
its own, tied to the line by a salted hash.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from evidence.columns import Code, CurrencyCode, Id, Minor, Moment, Sha256, text_enum
from ledger.models import FiscalYear, LedgerBase


class Fallback(StrEnum):
    """Where the surplus of a year goes in which no member did business with the co-op."""

    RESERVE = "reserve"
    FUND = "fund"


class SurplusPlan(LedgerBase):
    """The header of a plan: written last, never changed. Several may exist for a year; one at most is posted."""

    __tablename__ = "ledger_surplus_plan"
    __table_args__ = (
        CheckConstraint("result_minor > 0 AND member_minor + other_minor = result_minor", name="split"),
        CheckConstraint("reserve_minor + fund_minor + pool_minor = member_minor", name="member_part"),
        CheckConstraint("cash_minor + retained_minor = pool_minor", name="pool"),
        CheckConstraint("reserve_bp >= 0 AND fund_bp >= 0 AND reserve_bp + fund_bp <= 10000", name="rates"),
        CheckConstraint("cash_bp BETWEEN 0 AND 10000", name="cash_rate"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), index=True)
    currency: Mapped[CurrencyCode]
    result_minor: Mapped[Minor]
    #: What the year earned from members, each counted from their first day, and from everybody and everything else.
    member_business_minor: Mapped[Minor]
    other_income_minor: Mapped[Minor]
    #: The result, split in proportion to the two.
    member_minor: Mapped[Minor]
    other_minor: Mapped[Minor]
    #: The part from members, by the rates: hundredths of a per cent.
    reserve_bp: Mapped[int] = mapped_column(SmallInteger)
    fund_bp: Mapped[int] = mapped_column(SmallInteger)
    cash_bp: Mapped[int] = mapped_column(SmallInteger)
    reserve_minor: Mapped[Minor]
    fund_minor: Mapped[Minor]
    pool_minor: Mapped[Minor]
    cash_minor: Mapped[Minor]
    retained_minor: Mapped[Minor]
    line_count: Mapped[int]
    #: SHA-256 of the schedule: see `ledger.surplus.schedule`.
    fingerprint: Mapped[Sha256]
    prepared_at: Mapped[Moment]
    fallback: Mapped[Fallback | None] = mapped_column(text_enum(Fallback, "fallback"), default=None)
    prepared_by: Mapped[UUID | None] = mapped_column(Uuid, default=None)


class SurplusLine(LedgerBase):
    """What one member gets. The number says nothing about who they are."""

    __tablename__ = "ledger_surplus_line"
    __table_args__ = (
        CheckConstraint("patronage_minor > 0 AND cash_minor >= 0 AND retained_minor >= 0", name="amounts"),
        CheckConstraint("cash_minor + retained_minor = allocation_minor", name="parts"),
        {"sqlite_with_rowid": False},
    )

    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey(SurplusPlan.id, deferrable=True, initially="DEFERRED"), primary_key=True
    )
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: SHA-256 over salt and party, both as text.
    party_hash: Mapped[Sha256]
    patronage_minor: Mapped[Minor]
    allocation_minor: Mapped[Minor]
    cash_minor: Mapped[Minor]
    retained_minor: Mapped[Minor]


class SurplusLineParty(LedgerBase):
    """Who stands behind a line, and the salt that ties them to it."""

    __tablename__ = "ledger_surplus_line_party"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "line_no"], [SurplusLine.plan_id, SurplusLine.line_no]),
        Index("uq_ledger_surplus_line_party_party_ref", "party_ref", "plan_id", unique=True),
        {"sqlite_with_rowid": False},
    )

    plan_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: 32 random hexadecimal digits.
    salt: Mapped[Code]
    party_ref: Mapped[UUID] = mapped_column(Uuid)
    #: The first day from which their business counted: of their membership, be it before the year.
    counted_from: Mapped[date]


class Distribution(LedgerBase):
    """A plan that was posted. The year's key is the gate: a surplus is distributed once."""

    __tablename__ = "ledger_surplus_distribution"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey(SurplusPlan.id), primary_key=True)
    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), unique=True)
    #: The decision of the members, as a reference the ledger does not know more about.
    decision_ref: Mapped[UUID] = mapped_column(Uuid)
    decided_on: Mapped[date]
    fingerprint: Mapped[Sha256]
    posted_at: Mapped[Moment]
    posted_by: Mapped[UUID | None] = mapped_column(Uuid, default=None)
