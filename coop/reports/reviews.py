"""The reviewer's report on the accounts of a year, in versions: the highest stands.

Without one, the report says plainly that nobody outside the board has looked. The text and the name can be erased; a salted digest
of them stays.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.permissions import Actor, Power, SignInNeeded
from coop.reports import errors
from coop.reports.models import Conclusion, Review, ReviewText
from coop.reports.statements import YearAccounts, accounts_of
from coop.texts import line, prose
from ledger.years.closed_years import closing_of

LEAST_TEXT, LONGEST_TEXT = 20, 20_000


@dataclass(frozen=True)
class NewReview:
    """A reviewer's report as it was written."""

    conclusion: Conclusion
    signed_as: str
    #: Markdown.
    text: str


@dataclass(frozen=True)
class WrittenReview:
    """A version of the reviewer's report. Name and text are empty once they were erased."""

    version: int
    conclusion: Conclusion
    statements_digest: str
    signed_as: str
    text: str
    written_at: datetime


def write_review(session: Session, actor: Actor, *, year_id: UUID, review: NewReview, seen: str) -> int:
    """Write a version of the reviewer's report on a closed year and return its number. `seen` is the digest of the accounts.

    Raises:
        PowerMissing: the actor is no auditor.
        NotFound, YearNotClosed, ReviewUnchanged, TextMissing, TextTooShort, TextTooLong
        AccountsChanged: the books say something else than the reviewer has seen.
    """
    power = actor.need(Power.AUDITOR)
    if actor.person_id is None:
        raise SignInNeeded
    cooperative.current(session, lock=True)
    if accounts_of(session, year_id).digest != seen:
        raise errors.AccountsChanged
    signed_as = line(review.signed_as, about="signed_as")
    text = prose(review.text, about="text", longest=LONGEST_TEXT, least=LEAST_TEXT)
    last = review_of(session, year_id)
    said = (seen, review.conclusion, signed_as, text)
    if last is not None and (last.statements_digest, last.conclusion, last.signed_as, last.text) == said:
        raise errors.ReviewUnchanged(last.version)
    version = last.version + 1 if last else 1
    salt = secrets.token_hex(16)
    session.add(
        Review(
            fiscal_year_id=year_id,
            version=version,
            statements_digest=seen,
            conclusion=review.conclusion,
            person_id=actor.person_id,
            written_at=clock.now(),
            text_digest=text_digest(salt, signed_as, text),
        )
    )
    session.flush()
    session.add(ReviewText(fiscal_year_id=year_id, version=version, salt=salt, signed_as=signed_as, text=text))
    session.flush()
    facts = {"version": version, "conclusion": review.conclusion.value}
    audit.record(session, actor, "review.written", subject=year_id, power=power, facts=facts)
    return version


def review_of(session: Session, year_id: UUID) -> WrittenReview | None:
    """Return the last version of the reviewer's report; nothing where none was written."""
    return next(iter(versions(session, year_id)), None)


def review_that_stands(session: Session, accounts: YearAccounts) -> WrittenReview | None:
    """Return the last version of the reviewer's report if it is on these accounts, and not on those of an earlier closing."""
    last = review_of(session, accounts.year.id)
    return last if last is not None and last.statements_digest == accounts.digest else None


def is_reviewed(session: Session, year_id: UUID) -> bool:
    """Say whether the reviewer has reported on the accounts of a closed year, and not only on those of an earlier closing."""
    closing, last = closing_of(session, year_id), review_of(session, year_id)
    # The digest is computed from all figures of the year, so time tells it here: accounts change by a closing only.
    return closing is not None and last is not None and last.written_at >= closing.closed_at


def versions(session: Session, year_id: UUID) -> list[WrittenReview]:
    """Return all versions of the reviewer's report, the latest first."""
    rows = session.execute(
        select(Review, ReviewText)
        .outerjoin(
            ReviewText,
            (ReviewText.fiscal_year_id == Review.fiscal_year_id) & (ReviewText.version == Review.version),
        )
        .where(Review.fiscal_year_id == year_id)
        .order_by(Review.version.desc())
    )
    return [
        WrittenReview(
            version=row.version,
            conclusion=row.conclusion,
            statements_digest=row.statements_digest,
            signed_as=words.signed_as if words else "",
            text=words.text if words else "",
            written_at=row.written_at,
        )
        for row, words in rows
    ]


def text_digest(salt: str, signed_as: str, text: str) -> str:
    """Return the digest that stays of name and text."""
    return hashlib.sha256(f"{salt}{signed_as}\n{text}".encode()).hexdigest()
