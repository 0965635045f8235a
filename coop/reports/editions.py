"""Preparing and publishing an edition of the annual report: the work of two people.

Preparing keeps the content under its digest and the PDF under its hash. Publishing composes the report again and refuses if it would
say something else by now; the edition then points at the two for good, and every member is told where it can be read.
"""

from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, files
from coop.approvals.kinds import TwoPeople
from coop.approvals.operations import prepare
from coop.config import configuration
from coop.permissions import Actor, Power
from coop.reports import errors, notices
from coop.reports.compose import compose
from coop.reports.content import Content
from coop.reports.models import ReportContent, ReportEdition
from coop.reports.pdf import render
from coop.reports.queries import content_of, latest
from evidence.canonical import Canonical

KIND = "report.publish"
#: Who prepares an edition, and who approves it.
PREPARERS, APPROVERS = (Power.SECRETARY, Power.BOARD), (Power.BOARD,)


@dataclass(frozen=True)
class Draft:
    """An edition as it would be published now: what it says, and the SHA-256 of its PDF, which is stored."""

    year_id: UUID
    content: Content
    pdf_sha256: str

    @property
    def arguments(self) -> dict[str, Canonical]:
        """Return what the act of publishing it names."""
        return {"year": self.year_id, "content": self.content.digest, "pdf": self.pdf_sha256}


def draft(session: Session, year_id: UUID) -> Draft:
    """Compose the next edition and store its PDF. Writes no row, so it can be done before a transaction that writes.

    Raises:
        NotFound, YearNotClosed, NotApproved, NotSigned, AccountsChanged, ReasonMissing, NothingNew
    """
    content = next_edition(session, year_id)
    return Draft(year_id, content, files.store(configuration(current_app), render(content)))


def keep(session: Session, actor: Actor, made: Draft) -> None:
    """Keep the content of a draft under its digest, for whoever is asked to approve it.

    Raises:
        PowerMissing
        ReportStale: what the draft says has changed meanwhile.
    """
    actor.need(*PREPARERS)
    # Two who prepare the same at once: the second one waits here and then finds the content.
    cooperative.current(session, lock=True)
    if compose(session, made.year_id) != made.content:
        raise errors.ReportStale
    digest = made.content.digest
    if session.get(ReportContent, digest) is None:
        session.add(ReportContent(digest=digest, content=made.content.canonical, composed_at=clock.now()))
        session.flush()


def prepare_edition(session: Session, actor: Actor, made: Draft) -> UUID:
    """Prepare the publishing of a draft and return the act, which a director approves.

    Raises:
        PowerMissing, ReportStale, AlreadyPrepared
    """
    keep(session, actor, made)
    return prepare(session, actor, kind=KIND, arguments=made.arguments)


def publish(
    session: Session, actor: Actor, *, year_id: UUID, content_digest: str, pdf_sha256: str, two: TwoPeople
) -> int:
    """Publish an edition that was prepared by one person and approved by another, tell the members, and return its number.

    Raises:
        PowerMissing, NotFound, YearNotClosed, NotApproved, NotSigned, AccountsChanged, ReasonMissing
        ReportStale: the report would say something else by now, or another edition was published.
        NothingNew: it says what the last edition says.
        FileMissing, FileDamaged: the stored PDF is not what it should be.
    """
    power = actor.need(*APPROVERS)
    # Of two editions that are approved at once the second waits here, and is then no longer the next.
    cooperative.current(session, lock=True)
    content = next_edition(session, year_id)
    if content.digest != content_digest or content_of(session, content_digest) != content:
        raise errors.ReportStale
    files.read(configuration(current_app), pdf_sha256)
    number = content.edition.number
    session.add(
        ReportEdition(
            fiscal_year_id=year_id,
            number=number,
            content_digest=content_digest,
            pdf_sha256=pdf_sha256,
            act_id=two.act_id,
            published_at=clock.now(),
        )
    )
    session.flush()
    facts: dict[str, Canonical] = {"number": number, "content": content_digest, "pdf": pdf_sha256}
    notices.published(session, content)
    audit.record(session, actor, "report.published", subject=year_id, power=power, facts=facts)
    return number


def pdf_of(pdf_sha256: str) -> bytes:
    """Return a stored PDF after comparing it with its hash.

    Raises:
        FileMissing, FileDamaged
    """
    return files.read(configuration(current_app), pdf_sha256)


def next_edition(session: Session, year_id: UUID) -> Content:
    """Return what the next edition would say, if it is worth one.

    Raises:
        NotFound, YearNotClosed, NotApproved, NotSigned, AccountsChanged
        NothingNew: it says what the last edition says.
        ReasonMissing: it does not say why it is there.
    """
    content = compose(session, year_id)
    before = latest(session, year_id)
    if before is not None:
        if content.says_the_same_as(content_of(session, before.content_digest)):
            raise errors.NothingNew(before.number)
        if not content.edition.reason:
            raise errors.ReasonMissing(content.edition.number)
    return content
