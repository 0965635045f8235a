"""The invariants of accounts and reports, as queries that return what is wrong."""

import hashlib
from collections.abc import Iterator

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import files
from coop.assembly.resolutions import Body, Resolution
from coop.config import configuration
from coop.reports import errors
from coop.reports.content import Content
from coop.reports.models import ApprovedAccounts, ReportContent, ReportEdition, Review, ReviewText
from coop.reports.reviews import text_digest
from coop.reports.statements import accounts_of
from evidence.findings import Finding
from evidence.messages import Refusal


def findings(session: Session) -> list[Finding]:
    """Check the reports room."""
    checks = (_approvals, _reviews, _contents, _editions, _files)
    return [finding for check in checks for finding in check(session)]


def _approvals(session: Session) -> Iterator[Finding]:
    """Approved accounts are still those of the books, by a resolution of the board."""
    rows = session.execute(
        select(ApprovedAccounts, Resolution.body).join(Resolution, Resolution.id == ApprovedAccounts.resolution_id)
    )
    for row, body in rows.all():
        if body is not Body.BOARD:
            yield Finding("accounts-approval", f"year {row.fiscal_year_id}: the resolution is not one of the board")
        try:
            accounts = accounts_of(session, row.fiscal_year_id)
        except errors.YearNotClosed:
            continue
        # What was approved before the year was reopened stands in the editions, not in the books.
        if accounts.closing == row.closing and accounts.digest != row.statements_digest:
            yield Finding(
                "accounts-changed", f"year {row.fiscal_year_id}: the books say something else than was approved"
            )


def _reviews(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(Review, ReviewText).join(
            ReviewText, (ReviewText.fiscal_year_id == Review.fiscal_year_id) & (ReviewText.version == Review.version)
        )
    )
    for row, words in rows:
        if text_digest(words.salt, words.signed_as, words.text) != row.text_digest:
            yield Finding("review-text", f"year {row.fiscal_year_id}, version {row.version}: the text was changed")


def _contents(session: Session) -> Iterator[Finding]:
    for row in session.scalars(select(ReportContent)):
        if hashlib.sha256(row.content.encode()).hexdigest() != row.digest:
            yield Finding("report-content", f"{row.digest}: the content is not what the digest names")


def _editions(session: Session) -> Iterator[Finding]:
    """Editions of a year are numbered from one without a gap, and each says its own number and year."""
    rows = session.execute(
        select(ReportEdition, ReportContent.content)
        .join(ReportContent, ReportContent.digest == ReportEdition.content_digest)
        .order_by(ReportEdition.fiscal_year_id, ReportEdition.number)
    )
    before: dict[object, int] = {}
    for row, text in rows:
        place = f"year {row.fiscal_year_id}, edition {row.number}"
        if row.number != before.get(row.fiscal_year_id, 0) + 1:
            yield Finding("report-numbers", f"{place}: the one before is missing")
        before[row.fiscal_year_id] = row.number
        try:
            says = Content.from_canonical(text).edition.number
        except ValueError:
            says = 0
        if says != row.number:
            yield Finding("report-edition", f"{place}: the content is of another edition")


def _files(session: Session) -> Iterator[Finding]:
    for row in session.scalars(select(ReportEdition)):
        try:
            files.read(configuration(current_app), row.pdf_sha256)
        except Refusal as refusal:
            place = f"year {row.fiscal_year_id}, edition {row.number}"
            yield Finding("report-file", f"{place}: {type(refusal).__name__} {row.pdf_sha256}")
