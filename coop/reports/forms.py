"""The forms of the accounts and the report."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField

from coop.forms import DayField, Form, LineField, TextField, choices, required
from coop.reports.accounts import LONGEST_MINUTE
from coop.reports.models import Conclusion
from coop.reports.reviews import LONGEST_TEXT, NewReview
from coop.reports.words import LONGEST_LETTER, LONGEST_REASON, Words
from coop.texts import LONGEST_NAME

_MARKDOWN = lazy_gettext("You can use Markdown: **bold**, headings, lists, links.")


@dataclass(frozen=True)
class Approved:
    """What the board decided about the accounts, and the digest of what it saw."""

    decided_on: date
    minute: str
    seen: str


class ApprovalForm(Form):
    """The board approved the accounts."""

    seen = HiddenField()
    decided_on = DayField(lazy_gettext("The board approved the accounts on"), [required()])
    minute = TextField(
        lazy_gettext("Minute"),
        [required()],
        longest=LONGEST_MINUTE,
        description=lazy_gettext("The words of the decision, as they stand in the register of resolutions."),
    )

    def to_approval(self) -> Approved:
        """Return what was decided."""
        return Approved(self.decided_on.required_day, self.minute.data or "", str(self.seen.data or ""))


class SeenForm(Form):
    """A button under something that was read."""

    seen = HiddenField()

    def to_seen(self) -> str:
        """Return the digest of what was on the page."""
        return str(self.seen.data or "")


class ReviewForm(SeenForm):
    """The reviewer's report."""

    conclusion = RadioField(
        lazy_gettext("Conclusion"),
        [required(lazy_gettext("Choose one."))],
        choices=choices((one.value, lazy_gettext(one.label)) for one in Conclusion),
    )
    text = TextField(
        lazy_gettext("Report"),
        [required()],
        longest=LONGEST_TEXT,
        description=lazy_gettext("What you examined, by which standard, and what you found. You can use Markdown."),
    )
    signed_as = LineField(
        lazy_gettext("Signed"),
        [required()],
        longest=LONGEST_NAME,
        description=lazy_gettext("Your name, and your profession or firm, as it is printed under the report."),
    )

    def to_review(self) -> NewReview:
        """Return the report."""
        return NewReview(Conclusion(self.conclusion.data), self.signed_as.data or "", self.text.data or "")


class WordsForm(Form):
    """The words of the board around the figures."""

    revision = HiddenField()
    chair = LineField(
        lazy_gettext("Signed by"),
        longest=LONGEST_NAME,
        description=lazy_gettext("Whose name stands under the letter, such as “Ana Tūī, chair”."),
    )
    letter = TextField(lazy_gettext("Letter of the chair"), longest=LONGEST_LETTER, description=_MARKDOWN)
    story = TextField(
        lazy_gettext("What came of it"),
        longest=LONGEST_LETTER,
        description=lazy_gettext("The story around the figures of the year; the figures themselves are counted."),
    )
    reason = TextField(
        lazy_gettext("Why there is a new edition"),
        longest=LONGEST_REASON,
        description=lazy_gettext("Only where an edition of this year is published already."),
    )

    def to_words(self) -> Words:
        """Return the words, with the revision that was edited."""
        text = self.revision.data or ""
        return Words(
            chair=self.chair.data or "",
            letter=self.letter.data or "",
            story=self.story.data or "",
            reason=self.reason.data or "",
            revision=int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1,
        )
