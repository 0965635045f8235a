"""Every invariant of motions that are bound to a plan, and of the solvency statements on plans."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.assembly.bindings import MotionBinding
from coop.assembly.models import Motion, MotionWords
from coop.assembly.solvency import SIGNERS, Solvency, SolvencyGrounds, SolvencySignature, grounds_digest
from evidence.findings import Finding
from governance.models import Proposal
from ledger.surplus.models import SurplusPlan


def findings(session: Session) -> list[Finding]:
    """Return everything about bindings and statements that should not be."""
    return [*_bindings(session), *_statements(session), *_opened(session)]


def _bindings(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(MotionBinding, SurplusPlan.fingerprint, MotionWords.text)
        .join(SurplusPlan, SurplusPlan.id == MotionBinding.plan_id)
        .outerjoin(MotionWords, MotionWords.motion_id == MotionBinding.motion_id)
    )
    for binding, fingerprint, text in rows:
        if binding.fingerprint != fingerprint:
            yield Finding("binding-fingerprint", f"motion {binding.motion_id}: the plan has another fingerprint")
        if text is not None and binding.fingerprint not in text:
            yield Finding("binding-words", f"motion {binding.motion_id}: the words do not name the fingerprint")


def _statements(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(Solvency, SurplusPlan.fingerprint, SurplusPlan.cash_minor, SolvencyGrounds)
        .join(SurplusPlan, SurplusPlan.id == Solvency.plan_id)
        .outerjoin(SolvencyGrounds, SolvencyGrounds.statement_id == Solvency.id)
    )
    for row, fingerprint, cash_minor, grounds in rows:
        if (row.fingerprint, row.cash_minor) != (fingerprint, cash_minor):
            yield Finding("solvency-plan", f"statement {row.id}: it is about other amounts than its plan's")
        if grounds is not None and grounds_digest(grounds.salt, grounds.text) != row.grounds_digest:
            yield Finding("solvency-grounds", f"statement {row.id}: the grounds were changed")


def _opened(session: Session) -> Iterator[Finding]:
    """Find votes on a surplus that were opened before enough directors had signed a statement."""
    signed = (
        select(func.count())
        .select_from(SolvencySignature)
        .join(Solvency, Solvency.id == SolvencySignature.statement_id)
        .where(Solvency.plan_id == MotionBinding.plan_id, SolvencySignature.signed_at <= Proposal.opens_at)
        .group_by(Solvency.id)
        .order_by(func.count().desc())
        .limit(1)
        .correlate(MotionBinding, Proposal)
        .scalar_subquery()
    )
    query = (
        select(MotionBinding.motion_id)
        .join(Motion, Motion.id == MotionBinding.motion_id)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .where(func.coalesce(signed, 0) < SIGNERS)
    )
    for motion_id in session.scalars(query):
        yield Finding("solvency-late", f"motion {motion_id}: its vote opened before the solvency statement was signed")
