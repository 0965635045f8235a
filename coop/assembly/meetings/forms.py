"""The forms of meetings: calling and postponing, the agenda, the opening, the minutes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import Length

from coop.assembly.counting_forms import CountingForm
from coop.assembly.counting_rules import Asked, choices_for, chosen
from coop.assembly.meetings.calling import LONGEST_LINK, LONGEST_OPENING, LONGEST_PLACE, LONGEST_REASON, When
from coop.assembly.meetings.models import MeetingKind
from coop.assembly.meetings.records import LONGEST_MINUTES
from coop.assembly.solvency import LONGEST_GROUNDS
from coop.forms import DayField, Form, LineField, TextField, TimeField, choices, moment, required
from coop.texts import LONGEST_NAME
from evidence.messages import Refusal


@dataclass(frozen=True)
class Called:
    """A new meeting as its form gives it."""

    kind: MeetingKind
    fiscal_year_id: UUID | None
    when: When
    opening: str


class WhenForm(Form):
    """When and where a meeting is held."""

    held_on = DayField(lazy_gettext("Date"), [required()])
    held_time = TimeField(lazy_gettext("Time"), [required()])
    place = LineField(
        lazy_gettext("Place"),
        longest=LONGEST_PLACE,
        description=lazy_gettext("Hall, street and town; leave it empty for a meeting that is online only."),
    )
    link = LineField(
        lazy_gettext("Link for those who take part online"),
        longest=LONGEST_LINK,
        description=lazy_gettext("Only members see it."),
    )

    def to_when(self, zone: str) -> When:
        """Return time and place, the time read in the co-op's zone.

        Raises:
            NoSuchTime: the clocks skip that time.
        """
        held_at = moment(self.held_on.required_day, self.held_time.required_time, zone, about="held_time")
        return When(held_at, self.place.data or "", self.link.data or "")


class EditForm(WhenForm):
    """What can be changed before the notice."""

    opening = TextField(
        lazy_gettext("Opening words"),
        longest=LONGEST_OPENING,
        description=lazy_gettext("What the notice says before the agenda. You can use Markdown."),
    )

    def to_opening(self) -> str:
        """Return the opening words."""
        return self.opening.data or ""


class CallForm(EditForm):
    """A new meeting."""

    kind = RadioField(
        lazy_gettext("Kind of meeting"),
        choices=choices(
            [
                (MeetingKind.ANNUAL.value, lazy_gettext("Annual meeting: receives the accounts of a year")),
                (MeetingKind.GENERAL.value, lazy_gettext("General meeting: about anything else")),
            ]
        ),
        default=MeetingKind.ANNUAL.value,
    )
    fiscal_year_id = SelectField(
        lazy_gettext("Fiscal year"),
        validate_choice=False,
        description=lazy_gettext("The year whose accounts an annual meeting receives."),
    )

    def offer(self, years: Iterable[tuple[UUID, str]]) -> None:
        """Set which years can be chosen."""
        self.fiscal_year_id.choices = choices([(str(year_id), label) for year_id, label in years])

    def to_called(self, zone: str) -> Called:
        """Return the new meeting.

        Raises:
            NoSuchTime: the clocks skip that time.
        """
        year_id = _chosen(self.fiscal_year_id)
        return Called(MeetingKind(self.kind.data), year_id, self.to_when(zone), self.to_opening())


class ReasonForm(Form):
    """Why a meeting is cancelled."""

    reason = TextField(
        lazy_gettext("Reason"), longest=LONGEST_REASON, description=lazy_gettext("Members read it in the mail.")
    )

    def to_reason(self) -> str:
        """Return what was written."""
        return self.reason.data or ""


class PostponeForm(WhenForm):
    """When and where instead, and why."""

    reason = TextField(
        lazy_gettext("Reason"), longest=LONGEST_REASON, description=lazy_gettext("Members read it in the new notice.")
    )

    def to_reason(self) -> str:
        """Return what was written."""
        return self.reason.data or ""


class PlanForm(Form):
    """Which plan is put to the members."""

    plan_id = SelectField(lazy_gettext("Plan"), [required(lazy_gettext("Choose a plan."))], validate_choice=False)

    def offer(self, plans: Iterable[tuple[UUID, str]]) -> None:
        """Set which plans can be chosen."""
        self.plan_id.choices = choices([(str(plan_id), label) for plan_id, label in plans])

    def to_plan_id(self) -> UUID | None:
        """Return the plan that was chosen, or nothing for what was not offered."""
        return _chosen(self.plan_id)


class AgendaMotionForm(Form):
    """Which motion is put on the agenda."""

    motion_id = SelectField(
        lazy_gettext("Proposal or election"), [required(lazy_gettext("Choose one."))], validate_choice=False
    )

    def offer(self, motions: Iterable[tuple[UUID, str]]) -> None:
        """Set which motions can be chosen."""
        self.motion_id.choices = choices([(str(motion_id), title) for motion_id, title in motions])

    def to_motion_id(self) -> UUID | None:
        """Return the motion that was chosen, or nothing for what was not offered."""
        return _chosen(self.motion_id)


class TopicForm(Form):
    """Something to talk about."""

    topic = LineField(
        lazy_gettext("Topic"),
        [required(), Length(min=3, message=lazy_gettext("Please write at least %(min)d characters."))],
        longest=LONGEST_NAME,
        description=lazy_gettext("For example: Report of the board; Any other business."),
    )

    def to_topic(self) -> str:
        """Return what was written."""
        return self.topic.data or ""


class SendForm(Form):
    """Sending a notice, with the digest of what was read."""

    seen = HiddenField()

    def to_seen(self) -> str:
        """Return the digest."""
        return self.seen.data or ""


class ElectionCountingForm(CountingForm):
    """How one election of a meeting is counted."""

    class Meta(CountingForm.Meta):
        """The form around it carries the token."""

        csrf = False


class OpenMeetingForm(Form):
    """Until when the votes of a meeting are open, whether votes in the room count, and how each of its elections is counted."""

    closes_on = DayField(lazy_gettext("Closing date of the votes"), [required()])
    closes_time = TimeField(lazy_gettext("Closing time"), [required()])
    #: Of each election by its motion; see `count_elections`.
    countings: Mapping[UUID, ElectionCountingForm] = MappingProxyType({})
    seats: Mapping[UUID, int] = MappingProxyType({})

    takes_paper = BooleanField(
        lazy_gettext("Votes on paper or in the room are counted too"),
        description=lazy_gettext("Two scrutineers enter them independently. The votes are counted once the two agree."),
    )

    def to_closes_at(self, zone: str) -> datetime:
        """Return when the votes close, read in the co-op's zone.

        Raises:
            NoSuchTime: the clocks skip that time.
        """
        return moment(self.closes_on.required_day, self.closes_time.required_time, zone, about="closes_time")

    def count_elections(self, elections: Mapping[UUID, int]) -> None:
        """Ask for the rule of each election, given by its motion with its seats. The fields have the motion in their names."""
        self.seats = elections
        self.countings = {motion_id: ElectionCountingForm(prefix=f"election-{motion_id}-") for motion_id in elections}
        for motion_id, counting in self.countings.items():
            counting.offer_rules(choices_for(elections[motion_id]))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that each election can be counted as it is asked for."""
        is_valid: bool = super().validate(extra_validators)
        for motion_id, counting in self.countings.items():
            is_valid = counting.validate() and _can_be_counted(counting, self.seats[motion_id]) and is_valid
        return is_valid

    def to_rules(self) -> dict[UUID, Asked]:
        """Return the rule of each election by its motion."""
        return {motion_id: counting.to_rule() for motion_id, counting in self.countings.items()}


def _can_be_counted(counting: CountingForm, seats: int) -> bool:
    """Say beside its field what keeps a rule from being taken, if anything does."""
    try:
        chosen(counting.to_rule(), seats)
    except Refusal as refusal:
        counting.show(refusal)
        return False
    return True


class MinutesForm(Form):
    """The minutes."""

    text = TextField(
        lazy_gettext("Minutes"),
        [required()],
        longest=LONGEST_MINUTES,
        description=lazy_gettext("What was said and done, for everybody to read. You can use Markdown."),
    )

    def to_text(self) -> str:
        """Return what was written."""
        return self.text.data or ""


class GroundsForm(Form):
    """The grounds of a solvency statement."""

    grounds = TextField(
        lazy_gettext("Grounds"),
        [required()],
        longest=LONGEST_GROUNDS,
        description=lazy_gettext(
            "Why the co-op can pay its debts as they fall due after the payment, and still owns more than it owes: what it holds,"
            " what it owes, what is to come. You can use Markdown."
        ),
    )

    def to_grounds(self) -> str:
        """Return what was written."""
        return self.grounds.data or ""


class SignForm(Form):
    """Signing a statement, with the digest of what was read."""

    seen = HiddenField()

    def to_seen(self) -> str:
        """Return the digest."""
        return self.seen.data or ""


def _chosen(field: SelectField) -> UUID | None:
    """Return the id that was chosen from what was offered."""
    offered = {choice.value for choice in field.choices or ()}
    return UUID(field.data) if field.data in offered and field.data else None
