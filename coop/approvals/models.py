"""Acts that need two people: what was prepared, who approved it, or who took it back.

Whether an act waits, is done or was withdrawn follows from which rows exist. Words that may name people lie in rows that can be
erased; the lasting row holds their salted digest.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.identity.models import Person
from evidence.columns import Code, Id, LongText, Moment, Sha256


class TwoPersonAct(CoopBase):
    """An act as the first person prepared it."""

    __tablename__ = "two_person_act"
    __table_args__ = (Index("ix_two_person_act_prepared_at", "prepared_at", "id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    #: Exactly what approval runs: references, codes, dates and numbers, as canonical JSON has them.
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: SHA-256 of the canonical JSON of kind, arguments and the digest of the words: what the second person sees and approves.
    digest: Mapped[Sha256]
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    prepared_at: Mapped[Moment]
    #: SHA-256 over salt and text of the words that belong to it, where there are any.
    words_digest: Mapped[Sha256 | None] = mapped_column(default=None)


class ActWords(CoopBase):
    """The words of an act, such as those of the decision behind it; erasable."""

    __tablename__ = "act_words"

    act_id: Mapped[UUID] = mapped_column(ForeignKey(TwoPersonAct.id), primary_key=True)
    salt: Mapped[Code]
    text: Mapped[LongText]


class ActApproval(CoopBase):
    """The second person's approval, and with it the act itself: what it did stands in the same transaction."""

    __tablename__ = "act_approval"

    act_id: Mapped[UUID] = mapped_column(ForeignKey(TwoPersonAct.id), primary_key=True)
    approved_by: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    approved_at: Mapped[Moment]


class ActWithdrawal(CoopBase):
    """The end of an act that was not done: taken back by who prepared it, or refused by somebody who might have approved."""

    __tablename__ = "act_withdrawal"

    act_id: Mapped[UUID] = mapped_column(ForeignKey(TwoPersonAct.id), primary_key=True)
    withdrawn_by: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    withdrawn_at: Mapped[Moment]


class WithdrawalReason(CoopBase):
    """Why an act was not done; erasable."""

    __tablename__ = "act_withdrawal_reason"

    act_id: Mapped[UUID] = mapped_column(ForeignKey(ActWithdrawal.act_id), primary_key=True)
    text: Mapped[LongText]
