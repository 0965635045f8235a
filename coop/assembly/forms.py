"""The forms of the assembly. How the boxes of a ballot are read stands in `coop.assembly.ballots.boxes`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import Length

from coop.assembly.counting_forms import CountingForm
from coop.assembly.elections.operations import LONGEST_STATEMENT
from coop.assembly.models import Majority
from coop.assembly.operations import LONGEST_COMMENT, LONGEST_MOTION, MOST_OPTIONS, MOST_SEATS, Words
from coop.assembly.voting import Casting
from coop.forms import DayField, Form, LineField, TextField, TimeField, WholeField, choices, moment, required
from coop.texts import LONGEST_NAME
from governance.models import Secrecy

#: Twenty lines and some.
LONGEST_OPTIONS = (LONGEST_NAME + 2) * (MOST_OPTIONS + 5)


@dataclass(frozen=True)
class NewMotion:
    """A motion as its form gives it."""

    words: Words
    majority: Majority


@dataclass(frozen=True)
class NewElection:
    """An election as its form gives it."""

    words: Words
    seats: int


@dataclass(frozen=True)
class Opening:
    """When a vote closes, the digest of the words that were read before opening it, and how votes are cast."""

    closes_at: datetime
    seen: str
    casting: Casting


class WordsForm(Form):
    """Title and text."""

    title = LineField(
        lazy_gettext("Title"),
        [required(), Length(min=3, message=lazy_gettext("Please write at least %(min)d characters."))],
        longest=LONGEST_NAME,
        description=lazy_gettext("One line that says what would be decided."),
    )
    text = TextField(
        lazy_gettext("Text"),
        [required()],
        longest=LONGEST_MOTION,
        description=lazy_gettext("The words that are voted on. You can use Markdown: **bold**, lists, links."),
    )

    def to_words(self) -> Words:
        """Return what was written."""
        return Words(self.title.data or "", self.text.data or "")


class MotionForm(WordsForm):
    """A new motion."""

    majority = RadioField(
        lazy_gettext("Majority it needs"),
        choices=choices(
            [
                (Majority.ORDINARY.value, lazy_gettext("Ordinary: more than half of the votes for and against")),
                (Majority.SPECIAL.value, lazy_gettext("Special: the larger share that the by-laws set")),
            ]
        ),
        default=Majority.ORDINARY.value,
    )

    def to_motion(self) -> NewMotion:
        """Return the motion."""
        return NewMotion(self.to_words(), Majority(self.majority.data))


class ElectionForm(WordsForm):
    """A new election."""

    seats = WholeField(
        lazy_gettext("Seats"), [required()], least=1, most=MOST_SEATS, render_kw={"inputmode": "numeric"}
    )

    def to_election(self) -> NewElection:
        """Return the election."""
        return NewElection(self.to_words(), self.seats.required_number)


class ChoiceForm(WordsForm):
    """A question with options."""

    options = TextField(
        lazy_gettext("Options"),
        [required()],
        longest=LONGEST_OPTIONS,
        description=lazy_gettext("One a line, from 2 to 20."),
    )
    seats = WholeField(
        lazy_gettext("How many are chosen"),
        [required()],
        least=1,
        most=MOST_OPTIONS - 1,
        render_kw={"inputmode": "numeric"},
    )

    def keep_seats(self) -> None:
        """Take the number away, which is not changed any more."""
        del self.seats

    def to_words(self) -> Words:
        """Return what was written, an option for each line that is not empty."""
        lines = (line.strip() for line in (self.options.data or "").splitlines())
        return Words(self.title.data or "", self.text.data or "", tuple(filter(None, lines)))

    def to_seats(self) -> int:
        """Return how many are chosen."""
        return self.seats.required_number


class CommentForm(Form):
    """A contribution to the debate."""

    text = TextField(lazy_gettext("Your comment"), [required()], longest=LONGEST_COMMENT)

    def to_text(self) -> str:
        """Return what was written."""
        return self.text.data or ""


class StatementForm(Form):
    """What a candidate says."""

    statement = TextField(
        lazy_gettext("What you want to say to the voters"),
        longest=LONGEST_STATEMENT,
        description=lazy_gettext("Who you are and what you would do on the board. You can use Markdown."),
    )

    def to_statement(self) -> str:
        """Return what was written."""
        return self.statement.data or ""


class NominationForm(Form):
    """Who is nominated."""

    participant_id = SelectField(
        lazy_gettext("Member"), [required(lazy_gettext("Choose a member."))], validate_choice=False
    )

    def offer(self, members: Iterable[tuple[UUID, str]]) -> bool:
        """Set whom one may nominate, and say whether there is anybody. Nobody is chosen beforehand."""
        offered = [(str(member_id), name) for member_id, name in members]
        self.participant_id.choices = choices([("", lazy_gettext("Choose a member")), *offered])
        return bool(offered)

    def to_participant_id(self) -> UUID | None:
        """Return the member who was chosen, or nothing for what was not offered."""
        offered = {choice.value for choice in self.participant_id.choices or ()}
        return UUID(self.participant_id.data) if self.participant_id.data in offered else None


#: Who can see a vote, in words.
SECRECIES: Mapping[Secrecy, str] = {
    Secrecy.OPEN: lazy_gettext("By roll-call: members see after the count who voted how"),
    Secrecy.SECRET: lazy_gettext("Secret: nobody is shown how somebody voted, before or after the count"),
    Secrecy.EXTERNAL: lazy_gettext(
        "Counted outside, with Belenios: encrypted there, and brought back with its evidence"
    ),
}


class OpenForm(CountingForm):
    """Until when a vote is open, and how votes are cast and counted."""

    secrecy = RadioField(lazy_gettext("Who can see a vote"), [required()], validate_choice=True)
    takes_paper = BooleanField(
        lazy_gettext("Votes on paper or in the room are counted too"),
        description=lazy_gettext("Two scrutineers enter them independently. The votes are counted once the two agree."),
    )
    public_value = LineField(
        lazy_gettext("Public value for the lot"),
        longest=120,
        description=lazy_gettext(
            "It fixes the order of the candidates, which decides ties, together with what stands in the chain of votes. Announce"
            " beforehand what will be taken, such as the numbers of a public lottery. Without it the fingerprint of the roll is."
        ),
    )

    closes_on = DayField(lazy_gettext("Closing date"), [required()])
    closes_time = TimeField(lazy_gettext("Closing time"), [required()])
    seen = HiddenField()

    def to_opening(self, zone: str) -> Opening:
        """Return the opening, the closing time read in the co-op's zone.

        Raises:
            NoSuchTime: the clocks skip that time.
        """
        closes_at = moment(self.closes_on.required_day, self.closes_time.required_time, zone, about="closes_time")
        casting = Casting(
            Secrecy(self.secrecy.data),
            bool(self.takes_paper.data),
            self.public_value.data or "",
            self.to_rule(),
        )
        return Opening(closes_at, self.seen.data or "", casting)

    def offer(self, ways: Sequence[Secrecy]) -> None:
        """Set who may be able to see the vote; the first is chosen beforehand."""
        self.secrecy.choices = choices([(way.value, SECRECIES[way]) for way in ways])
        if self.secrecy.data is None:
            self.secrecy.data = ways[0].value
