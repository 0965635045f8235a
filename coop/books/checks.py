"""What the audit trail and the books must agree on, as queries that return what is wrong."""

from collections.abc import Iterator

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import files
from coop.assembly.bindings import MotionBinding
from coop.assembly.models import Motion
from coop.assembly.resolutions import Body, Resolution
from coop.assembly.results.queries import count_of
from coop.audit import AuditEvent
from coop.books.exports.models import KeptExport
from coop.config import configuration
from coop.cooperative import Cooperative
from evidence.findings import Finding
from evidence.messages import Refusal
from governance.declared import declared
from ledger.models import Account, Period, YearReopening
from ledger.surplus.models import Distribution


def findings(session: Session) -> list[Finding]:
    """Check the books room; what the ledger can check by itself is the ledger's."""
    return [
        *_currency(session),
        *_locks(session),
        *_reopenings(session),
        *_distributions(session),
        *_kept_exports(session),
    ]


def _currency(session: Session) -> Iterator[Finding]:
    """Look for accounts in another currency than the co-op's: the books have one."""
    others = select(Account.code, Account.currency, Cooperative.currency).where(
        Account.currency != Cooperative.currency
    )
    for code, currency, of_the_books in session.execute(others.order_by(Account.code)):
        yield Finding("books-currency", f"account {code} is in {currency}, the co-operative in {of_the_books}")


def _locks(session: Session) -> Iterator[Finding]:
    """Look for periods that somebody locked and that are open, though no reopening of their year has opened them since."""
    opened_since = select(YearReopening.number).where(
        YearReopening.fiscal_year_id == Period.fiscal_year_id,
        YearReopening.opens_on <= Period.starts_on,
        YearReopening.reopened_at >= AuditEvent.at,
    )
    opened_again = (
        select(Period.ends_on)
        .join(AuditEvent, AuditEvent.subject_id == Period.id)
        .where(AuditEvent.action == "period.locked", Period.locked_at.is_(None), ~opened_since.exists())
    )
    for ends_on in session.scalars(opened_again.distinct().order_by(Period.ends_on)):
        yield Finding("period-opened-again", f"the period to {ends_on} was locked and is open")


def _reopenings(session: Session) -> Iterator[Finding]:
    """Look for years that were reopened without a resolution of the board that names exactly that closing."""
    rows = session.execute(
        select(YearReopening, Resolution)
        .outerjoin(Resolution, Resolution.id == YearReopening.decision_ref)
        .order_by(YearReopening.fiscal_year_id, YearReopening.number)
    )
    for row, resolution in rows:
        named = resolution is not None and (resolution.words is None or row.fingerprint in resolution.words.text)
        if not named or (resolution.body, resolution.decided_on) != (Body.BOARD, row.decided_on):
            place = f"reopening {row.number} of year {row.fiscal_year_id}"
            yield Finding("reopening-not-decided", f"{place}: no resolution of the board names this closing")


def _kept_exports(session: Session) -> Iterator[Finding]:
    """Look for files of closed years that are missing or are not what they were."""
    for row in session.scalars(select(KeptExport).order_by(KeptExport.fiscal_year_id, KeptExport.format)):
        try:
            files.check(configuration(current_app), row.sha256)
        except Refusal as refusal:
            place = f"year {row.fiscal_year_id}, {row.format}"
            yield Finding("kept-export-file", f"{place}: {type(refusal).__name__} {row.sha256}")


def _distributions(session: Session) -> Iterator[Finding]:
    """Look for surpluses that were posted without a resolution that carried exactly that plan."""
    rows = session.execute(
        select(Distribution.plan_id, MotionBinding.motion_id, Motion.proposal_id)
        .outerjoin(Resolution, Resolution.id == Distribution.decision_ref)
        .outerjoin(Motion, Motion.proposal_id == Resolution.proposal_id)
        .outerjoin(
            MotionBinding,
            (MotionBinding.motion_id == Motion.id)
            & (MotionBinding.plan_id == Distribution.plan_id)
            & (MotionBinding.fingerprint == Distribution.fingerprint),
        )
        .order_by(Distribution.plan_id)
    )
    for plan_id, bound_id, proposal_id in rows:
        outcome = declared(session, proposal_id) if bound_id else None
        if outcome is None or not count_of(outcome).carried:
            yield Finding(
                "surplus-not-carried",
                f"plan {plan_id} was posted without a resolution of the members that carried it",
            )
