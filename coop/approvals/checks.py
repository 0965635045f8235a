"""The invariants of acts of two people, as queries that return what is wrong."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.approvals.models import ActApproval, ActWithdrawal, ActWords, TwoPersonAct
from coop.approvals.operations import digest_of, digest_of_words
from evidence.findings import Finding


def findings(session: Session) -> list[Finding]:
    """Check the approvals room."""
    checks = (_two_people, _one_end, _digests, _words)
    return [finding for check in checks for finding in check(session)]


def _two_people(session: Session) -> Iterator[Finding]:
    query = (
        select(TwoPersonAct.id)
        .join(ActApproval, ActApproval.act_id == TwoPersonAct.id)
        .where(ActApproval.approved_by == TwoPersonAct.prepared_by)
    )
    for act_id in session.scalars(query):
        yield Finding("act-one-person", f"act {act_id} was prepared and approved by the same person")


def _one_end(session: Session) -> Iterator[Finding]:
    query = select(ActApproval.act_id).join(ActWithdrawal, ActWithdrawal.act_id == ActApproval.act_id)
    for act_id in session.scalars(query):
        yield Finding("act-two-ends", f"act {act_id} was both approved and withdrawn")


def _digests(session: Session) -> Iterator[Finding]:
    for row in session.scalars(select(TwoPersonAct)):
        if row.digest != digest_of(row.kind, row.arguments, row.words_digest):
            yield Finding("act-digest", f"act {row.id}: the digest is not that of its arguments")


def _words(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(TwoPersonAct.id, TwoPersonAct.words_digest, ActWords.salt, ActWords.text).join(
            ActWords, ActWords.act_id == TwoPersonAct.id
        )
    )
    for act_id, expected, salt, text in rows:
        if expected != digest_of_words(salt, text):
            yield Finding("act-words", f"act {act_id}: the words are not those that were prepared")
