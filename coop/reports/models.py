"""Approved accounts, the reviewer's report, the words around the figures, and the editions that were published.

What was approved, signed or published is only ever added. A draft of words can be edited and erased. The content of an edition is
named by its digest; it holds the names of officers, which are published by decision, and of nobody else.
"""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from coop.approvals.models import TwoPersonAct
from coop.assembly.resolutions import Resolution
from coop.database import CoopBase
from coop.identity.models import Person
from evidence.columns import Code, Line, LongText, Moment, Sha256, text_enum
from evidence.messages import N_
from ledger.models import FiscalYear, YearClosing


class ApprovedAccounts(CoopBase):
    """The board approved the accounts of a closed year: once for each closing, and exactly these figures."""

    __tablename__ = "accounts_approval"
    __table_args__ = (
        ForeignKeyConstraint(["fiscal_year_id", "closing"], [YearClosing.fiscal_year_id, YearClosing.number]),
    )

    fiscal_year_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: The number of the closing: a year that is closed again is approved again.
    closing: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: SHA-256 of the statements in canonical JSON.
    statements_digest: Mapped[Sha256]
    resolution_id: Mapped[UUID] = mapped_column(ForeignKey(Resolution.id), unique=True)
    approved_at: Mapped[Moment]


class AccountsSignature(CoopBase):
    """A director signed the approved accounts."""

    __tablename__ = "accounts_signature"
    __table_args__ = (
        ForeignKeyConstraint(
            ["fiscal_year_id", "closing"], [ApprovedAccounts.fiscal_year_id, ApprovedAccounts.closing]
        ),
    )

    fiscal_year_id: Mapped[UUID] = mapped_column(primary_key=True)
    closing: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), primary_key=True)
    signed_at: Mapped[Moment]


class Conclusion(StrEnum):
    """What a reviewer concludes about the accounts."""

    CLEAN = "no-reservations"
    QUALIFIED = "with-reservations"
    DECLINED = "declined"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _CONCLUSIONS[self]


_CONCLUSIONS = {
    Conclusion.CLEAN: N_("No reservations"),
    Conclusion.QUALIFIED: N_("With reservations"),
    Conclusion.DECLINED: N_("No conclusion: the reviewer declined to give one"),
}


class Review(CoopBase):
    """A version of the reviewer's report on the accounts of a year. The highest version stands."""

    __tablename__ = "accounts_review"
    __table_args__ = (CheckConstraint("version > 0", name="version"),)

    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: The statements that were reviewed.
    statements_digest: Mapped[Sha256]
    conclusion: Mapped[Conclusion] = mapped_column(text_enum(Conclusion, "conclusion"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    written_at: Mapped[Moment]
    #: SHA-256 over salt, name and text.
    text_digest: Mapped[Sha256]


class ReviewText(CoopBase):
    """What the reviewer wrote, and the name under it. Erasable."""

    __tablename__ = "accounts_review_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ["fiscal_year_id", "version"], ["accounts_review.fiscal_year_id", "accounts_review.version"]
        ),
    )

    fiscal_year_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    salt: Mapped[Code]
    signed_as: Mapped[Line]
    #: Markdown.
    text: Mapped[LongText]


class ReportWords(CoopBase):
    """What the board writes around the figures of a year: a draft that is edited until an edition is published from it."""

    __tablename__ = "report_words"
    __table_args__ = (CheckConstraint("revision > 0", name="revision"),)

    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), primary_key=True)
    #: Counts the edits, so that of two who edit at once the second is told.
    revision: Mapped[int]
    #: Who signs the letter.
    chair: Mapped[Line]
    #: Markdown, both.
    letter: Mapped[LongText]
    story: Mapped[LongText]
    #: Why there is a new edition; empty for the first.
    reason: Mapped[LongText]
    edited_at: Mapped[Moment]


class ReportContent(CoopBase):
    """Everything that an edition says, as canonical JSON under its own SHA-256: page and PDF are made from it alone."""

    __tablename__ = "report_content"

    digest: Mapped[Sha256] = mapped_column(primary_key=True)
    content: Mapped[LongText]
    composed_at: Mapped[Moment]


class ReportEdition(CoopBase):
    """An edition of the annual report, published by two people. Never changed: what follows is a new edition."""

    __tablename__ = "report_edition"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        Index("ix_report_edition_published_at", "published_at"),
    )

    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey(FiscalYear.id), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    content_digest: Mapped[Sha256] = mapped_column(ForeignKey(ReportContent.digest), unique=True)
    pdf_sha256: Mapped[Sha256]
    act_id: Mapped[UUID] = mapped_column(ForeignKey(TwoPersonAct.id), unique=True)
    published_at: Mapped[Moment]
