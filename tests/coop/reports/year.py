"""How tests bring a year to its report: closed, approved, signed, written about, by the same operations as the pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.approvals.kinds import Outcome
from coop.database import db, write
from coop.reports import accounts, editions, reviews, words
from coop.reports.models import Conclusion
from coop.reports.reviews import NewReview
from coop.reports.statements import accounts_of
from coop.reports.words import Words
from tests import joining, sharing_out
from tests.sharing_out import CLOSED, Story

LETTER = "Tēnā koutou katoa. **Thank you** for Ā ē ī ō ū."
STORY = "Twelve fellows learned to build what the bush needs."
Result = TypeVar("Result")


@dataclass(frozen=True)
class Office:
    """The office of a co-op whose first year is closed, some weeks later."""

    story: Story

    @property
    def year_id(self) -> UUID:
        """The year that is closed."""
        return self.story.year_id

    @property
    def year(self) -> int:
        """The calendar year in which it ends."""
        return self.story.ends_on.year

    def digest(self, session: Session) -> str:
        """Return the digest of the accounts."""
        return accounts_of(session, self.year_id).digest

    def approve(self, session: Session) -> UUID:
        """Let the board approve the accounts today."""
        return accounts.approve_accounts(
            session,
            joining.founder(session, "board"),
            year_id=self.year_id,
            decided_on=cooperative.today(session),
            minute="The accounts were read and approved.",
            seen=self.digest(session),
        )

    def sign(self, session: Session, *names: str) -> None:
        """Let directors sign."""
        for name in names:
            who = joining.founder(session, name)
            accounts.sign_accounts(session, who, year_id=self.year_id, seen=self.digest(session))

    def write_words(self, session: Session, *, reason: str = "", letter: str = LETTER) -> None:
        """Write the board's words."""
        revision = words.words_of(session, self.year_id).revision
        said = Words("Ana Tūī, chair", letter, STORY, reason, revision)
        words.edit_words(session, joining.founder(session, "secretary"), year_id=self.year_id, words=said)

    def review(self, session: Session, text: str = "We read the journal and asked the bank.") -> int:
        """Let the reviewer report."""
        review = NewReview(Conclusion.CLEAN, "Tāne Kākā CA", text)
        auditor = joining.founder(session, "auditor")
        return reviews.write_review(session, auditor, year_id=self.year_id, review=review, seen=self.digest(session))

    def make_ready(self, session: Session) -> None:
        """Approve and sign the accounts and write the words."""
        self.approve(session)
        self.sign(session, "board", "board2")
        self.write_words(session)

    def publish(self, session: Session) -> Outcome:
        """Publish the next edition, as two people do at once."""
        made = editions.draft(session, self.year_id)
        secretary, board = joining.founder(session, "secretary"), joining.founder(session, "board")
        editions.keep(session, secretary, made)
        return approvals.both(session, secretary, board, kind=editions.KIND, arguments=made.arguments)


@contextmanager
def office(session: Session) -> Iterator[Office]:
    """Found a co-op, live through a year and close it; the clock stays for the block."""
    joining.found(session)
    story = sharing_out.live(session)
    with story.at(CLOSED):
        sharing_out.close(session, story)
    with story.at(CLOSED + 1):
        yield Office(story)


@contextmanager
def office_of(app: Flask) -> Iterator[Office]:
    """Live through the year of an application's co-op and close it; the clock stays for the block, but no context."""
    story = act(app, sharing_out.live)
    with story.at(CLOSED):
        act(app, lambda session: sharing_out.close(session, story))
    with story.at(CLOSED + 1):
        yield Office(story)


def act(app: Flask, work: Callable[[Session], Result]) -> Result:
    """Do something in a context of its own, so that pages can be opened before and after."""
    with app.test_request_context():
        try:
            return write(work)
        finally:
            db.session.remove()
