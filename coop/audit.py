"""The audit trail: who did what, with which power, by which way. Rows are only ever added.

It holds references, codes and numbers, never a name or a text: persons are erasable, the trail is not. A secret cast leaves
no row here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Uuid
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop import clock
from coop.database import CoopBase
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from evidence.columns import Code, Id, UtcDateTime
from evidence.identifiers import new_id


class AuditEvent(CoopBase):
    """One act."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "at", "id"),
        Index("ix_audit_event_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: What was done, as `noun.verb`: `application.admitted`.
    action: Mapped[Code]
    channel: Mapped[Code]
    subject_kind: Mapped[Code]
    subject_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    person_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    acting_for: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    #: The power by which it was done, where one was needed.
    power: Mapped[Code | None] = mapped_column(default=None)
    #: References, codes and numbers that say what exactly was done.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    subject: UUID | None = None,
    power: Power | None = None,
    facts: Mapping[str, Canonical] | None = None,
) -> None:
    """Add an act to the trail, in the transaction that does it.

    `action` is `noun.verb`; the noun names the kind of the subject.
    """
    session.add(
        AuditEvent(
            id=new_id(),
            at=clock.now(),
            action=action,
            channel=actor.channel,
            subject_kind=action.partition(".")[0],
            subject_id=subject,
            person_id=actor.person_id,
            acting_for=actor.acting_for,
            power=power.value if power else None,
            facts={key: _plain(value) for key, value in (facts or {}).items()},
        )
    )


def _plain(value: Canonical) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
