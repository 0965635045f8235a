"""The register of resolutions: each decision of founders, board or members has a number, a date and its words.

The number and the digest stand in an append-only row; the words may name a person, so they lie in a table that can be erased.
"""

import hashlib
import secrets
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Uuid, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from coop import cooperative
from coop.database import CoopBase
from evidence.columns import Code, Id, Line, LongText, Sha256, text_enum
from evidence.identifiers import new_id


class Body(StrEnum):
    """Who decided."""

    FOUNDERS = "founders"
    BOARD = "board"
    MEMBERS = "members"


class Resolution(CoopBase):
    """A decision that was taken, numbered in the order of recording."""

    __tablename__ = "resolution"

    id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    body: Mapped[Body] = mapped_column(text_enum(Body, "body"))
    decided_on: Mapped[date]
    #: SHA-256 over salt, title and text.
    text_digest: Mapped[Sha256]
    #: Whether it is about one person (an admission, a power): read by officers, not by everybody.
    about_person: Mapped[bool] = mapped_column(server_default=false(), default=False)
    #: The governance proposal that carried it, where members voted.
    proposal_id: Mapped[UUID | None] = mapped_column(Uuid, default=None, unique=True)

    words: Mapped["ResolutionText | None"] = relationship(lambda: ResolutionText, viewonly=True, default=None)


class ResolutionText(CoopBase):
    """The words of a resolution; erasable, because they may name people."""

    __tablename__ = "resolution_text"

    resolution_id: Mapped[UUID] = mapped_column(ForeignKey(Resolution.id), primary_key=True)
    salt: Mapped[Code]
    title: Mapped[Line]
    text: Mapped[LongText]


def record_resolution(
    session: Session,
    *,
    body: Body,
    decided_on: date,
    title: str,
    text: str,
    about_person: bool = False,
    proposal_id: UUID | None = None,
) -> UUID:
    """Add a resolution under the next number and return its id.

    Part of a larger operation, which has checked the actor and writes the audit row.
    """
    cooperative.current(session, lock=True)
    number = (session.scalar(select(func.max(Resolution.number))) or 0) + 1
    salt = secrets.token_hex(16)
    row = Resolution(
        id=new_id(),
        number=number,
        body=body,
        decided_on=decided_on,
        text_digest=hashlib.sha256(f"{salt}{title}\n{text}".encode()).hexdigest(),
        about_person=about_person,
        proposal_id=proposal_id,
    )
    session.add(row)
    session.flush()
    session.add(ResolutionText(resolution_id=row.id, salt=salt, title=title, text=text))
    session.flush()
    return row.id
