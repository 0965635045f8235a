"""What the board writes around the figures of a year: a draft that anybody on the board, or the secretary, edits.

It touches no figure. An edition keeps its own copy, so editing changes nothing that is published.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit, clock
from coop.permissions import Actor, NotFound, Power
from coop.reports import errors
from coop.reports.models import ReportWords
from coop.texts import line, prose
from ledger.models import FiscalYear

LONGEST_LETTER = 12_000
LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Words:
    """The words of a draft: Markdown, but for the name of the chair. `revision` counts the edits."""

    chair: str = ""
    letter: str = ""
    story: str = ""
    reason: str = ""
    revision: int = 0


def words_of(session: Session, year_id: UUID) -> Words:
    """Return the draft of a year, which is empty at first."""
    row = session.get(ReportWords, year_id)
    return Words(row.chair, row.letter, row.story, row.reason, row.revision) if row else Words()


def edit_words(session: Session, actor: Actor, *, year_id: UUID, words: Words) -> None:
    """Put these words in the place of the draft; their `revision` is the one that was edited.

    Raises:
        PowerMissing, NotFound, TextTooLong
        WordsChanged: somebody else was quicker.
    """
    power = actor.need(Power.BOARD, Power.SECRETARY)
    # Whoever edits the same draft waits here, the first edit included, which has no row to lock.
    year = session.get(FiscalYear, year_id, with_for_update=True)
    if year is None:
        raise NotFound
    if words_of(session, year_id).revision != words.revision:
        raise errors.WordsChanged
    clean = Words(
        chair=line(words.chair, about="chair", least=0),
        letter=prose(words.letter, about="letter", longest=LONGEST_LETTER),
        story=prose(words.story, about="story", longest=LONGEST_LETTER),
        reason=prose(words.reason, about="reason", longest=LONGEST_REASON),
        revision=words.revision + 1,
    )
    row = session.get(ReportWords, year_id)
    if row is None:
        session.add(ReportWords(fiscal_year_id=year_id, edited_at=clock.now(), **vars(clean)))
    else:
        row.chair, row.letter, row.story, row.reason = clean.chair, clean.letter, clean.story, clean.reason
        row.revision, row.edited_at = clean.revision, clock.now()
    session.flush()
    audit.record(
        session, actor, "report_words.edited", subject=year_id, power=power, facts={"revision": clean.revision}
    )
