"""What the audit trail and the books must agree on, as queries that return what is wrong."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.audit import AuditEvent
from evidence.findings import Finding
from ledger.models import Period


def findings(session: Session) -> list[Finding]:
    """Check the books room; what the ledger can check by itself is the ledger's."""
    return list(_locks(session))


def _locks(session: Session) -> Iterator[Finding]:
    """Look for periods that somebody locked and that are open."""
    locked = select(AuditEvent.subject_id).where(AuditEvent.action == "period.locked")
    opened_again = select(Period.ends_on).where(Period.locked_at.is_(None), Period.id.in_(locked))
    for ends_on in session.scalars(opened_again.order_by(Period.ends_on)):
        yield Finding("period-opened-again", f"the period to {ends_on} was locked and is open")
