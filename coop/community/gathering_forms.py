"""The forms of circles, events and polls."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from coop.community.circles import LONGEST_POST, LONGEST_PURPOSE
from coop.community.circles import LONGEST_REASON as LONGEST_REMOVAL_REASON
from coop.community.event_queries import EventRow
from coop.community.events import (
    LEAST_MINUTES,
    LONGEST_DESCRIPTION,
    LONGEST_LINK,
    LONGEST_REASON,
    MOST_MINUTES,
    MOST_SEATS,
    EventPlan,
)
from coop.community.polls import LONGEST_OPTION, LONGEST_TEXT, MOST_OPTIONS, MOST_PICKS, Question
from coop.forms import (
    BoxesField,
    DayField,
    Form,
    LineField,
    TextField,
    TimeField,
    WholeField,
    choices,
    moment,
    required,
)
from coop.texts import LONGEST_NAME


@dataclass(frozen=True)
class CircleText:
    """What a circle is called, and what it is for."""

    name: str
    purpose: str


class CircleForm(Form):
    """A circle."""

    name = LineField(_l("Name"), [required()], longest=LONGEST_NAME)
    purpose = TextField(
        _l("What it is for"),
        [required()],
        longest=LONGEST_PURPOSE,
        description=_l("Who would feel at home in it, and what they do together."),
    )

    def to_circle(self) -> CircleText:
        """Return the circle."""
        return CircleText(str(self.name.data), str(self.purpose.data))


class PostForm(Form):
    """What is written in a circle."""

    text = TextField(
        _l("Text"),
        [required()],
        longest=LONGEST_POST,
        description=_l(
            "You can use Markdown: **bold**, lists, links. Please no exact locations of threatened species."
        ),
    )

    def to_text(self) -> str:
        """Return what was written."""
        return str(self.text.data)


class RemovalForm(Form):
    """Why a post is removed."""

    reason = TextField(
        _l("Reason"),
        [required()],
        longest=LONGEST_REMOVAL_REASON,
        description=_l("It stands where the post stood, and its author gets it by mail."),
    )

    def to_reason(self) -> str:
        """Return the reason."""
        return str(self.reason.data)


class CancellingForm(Form):
    """Why an event is cancelled."""

    reason = TextField(
        _l("Reason"),
        [required()],
        longest=LONGEST_REASON,
        description=_l("Everybody who has signed up gets it by mail."),
    )

    def to_reason(self) -> str:
        """Return the reason."""
        return str(self.reason.data)


class EventForm(Form):
    """An event."""

    title = LineField(_l("Title"), [required()], longest=LONGEST_NAME)
    starts_on = DayField(_l("Date"), [required()])
    starts_time = TimeField(_l("Beginning"), [required()])
    minutes = WholeField(_l("Length in minutes"), [required()], least=LEAST_MINUTES, most=MOST_MINUTES)
    place = LineField(
        _l("Place"),
        [Optional()],
        longest=LONGEST_NAME,
        description=_l("An address, or a meeting point. Give a place, a link, or both."),
    )
    link = LineField(
        _l("Link"),
        [Optional()],
        longest=LONGEST_LINK,
        description=_l("For those who come by video. Everybody who is signed in here can see it."),
        render_kw={"type": "url", "inputmode": "url"},
    )
    capacity = WholeField(
        _l("Seats"), [Optional()], least=1, most=MOST_SEATS, description=_l("Empty where there is room for all.")
    )
    description = TextField(
        _l("Description"),
        [Optional()],
        longest=LONGEST_DESCRIPTION,
        description=_l("What happens, what to bring. You can use Markdown."),
    )

    def to_plan(self, zone: str) -> EventPlan:
        """Return the event, its beginning read in the co-op's zone.

        Raises:
            NoSuchTime: the clocks skip that time.
        """
        return EventPlan(
            title=str(self.title.data),
            description=self.description.data or "",
            starts_at=moment(self.starts_on.required_day, self.starts_time.required_time, zone, about="starts_time"),
            minutes=self.minutes.required_number,
            place=self.place.data or "",
            link=self.link.data or "",
            capacity=self.capacity.number,
        )


def event_values(event: EventRow, zone: Any) -> dict[str, Any]:
    """Return what the form shows of an event that is changed."""
    starts_at = event.starts_at.astimezone(zone)
    return {
        "title": event.title,
        "starts_on": starts_at.date(),
        "starts_time": starts_at.time(),
        "minutes": event.minutes,
        "place": event.place,
        "link": event.link,
        "capacity": event.capacity,
        "description": event.description,
    }


class PollForm(Form):
    """A question to the community."""

    question = LineField(_l("Question"), [required()], longest=LONGEST_NAME)
    text = TextField(
        _l("What it is for"), [Optional()], longest=LONGEST_TEXT, description=_l("What you will do with the answers.")
    )
    options = TextField(
        _l("Options"),
        [required()],
        longest=(LONGEST_OPTION + 2) * MOST_OPTIONS,
        description=_l("One a line."),
    )
    closes_on = DayField(_l("Closing date"), [required()])
    closes_time = TimeField(_l("Closing time"), [required()])

    def to_question(self, zone: str) -> Question:
        """Return the question, its close read in the co-op's zone.

        Raises:
            NoSuchTime: the clocks skip that time.
        """
        return Question(
            question=str(self.question.data),
            text=self.text.data or "",
            options=tuple(str(self.options.data).splitlines()),
            closes_at=moment(self.closes_on.required_day, self.closes_time.required_time, zone, about="closes_time"),
        )


class AnswerForm(Form):
    """What a participant picks."""

    picks = BoxesField(_l("Pick up to %(most)s", most=MOST_PICKS), validate_choice=False)

    def offer(self, options: Iterable[tuple[int, str]]) -> None:
        """Set what can be picked."""
        self.picks.choices = choices([(str(position), label) for position, label in options])

    def to_picks(self) -> frozenset[int]:
        """Return the positions that were picked; what was not offered is none."""
        offered = {choice.value for choice in self.picks.choices or ()}
        return frozenset(int(value) if value in offered else 0 for value in self.picks.data or ())
