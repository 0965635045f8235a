"""What all forms share: stripped text, amounts, dates and bounded choices.

A form of a room adds its fields and a typed `to_...()` that returns a frozen dataclass; views never read `.data`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import Field, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, Select

from coop.errors import message_of, show_on
from coop.formats import parse_amount
from evidence.messages import N_, Refusal

#: Bounds of text, as the columns have them.
LONGEST_LINE = 200
LONGEST_TEXT = 20_000


def stripped(text: str | None) -> str | None:
    """Remove white space around a text, and the NUL character, which PostgreSQL cannot store."""
    return text.replace("\x00", "").strip() if isinstance(text, str) else text


class Form(FlaskForm):
    """A form with a token against forgery, whose text fields are stripped.

    A view validates what was sent, and does its work within `showing_refusals`: what is wrong stands in the form either way.
    """

    #: The status of HTTP of the page that shows the form.
    status: int = 200

    class Meta(FlaskForm.Meta):
        """Binds the filter to every text field."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Add the stripping filter to text fields."""
            if issubclass(unbound_field.field_class, StringField):
                filters = [stripped, *unbound_field.kwargs.get("filters", ())]
                options = {**options, "filters": filters}
                unbound_field.kwargs.pop("filters", None)
            return super().bind_field(form, unbound_field, options)

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Say whether it was sent and can be read; if it was sent and cannot, each field says why, and the page is a 422."""
        is_valid: bool = super().validate_on_submit(extra_validators)
        if self.is_submitted() and not is_valid:
            self.status = 422
        return is_valid

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside the field it is about, or on top, and return the status of the page. Forms with rows know better."""
        return show_on(self, refusal)

    @contextmanager
    def showing_refusals(self, but: tuple[type[Refusal], ...] = ()) -> Iterator[None]:
        """Do work whose refusal is shown in the form. The work returns from the view; what comes after is for the form's page.

        Refusals `but` which go on have no form that could show them.
        """
        try:
            yield
        except but:
            raise
        except Refusal as refusal:
            self.status = self.show(refusal)


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return the choices of a select or radio field from pairs of value and label."""
    return [SelectChoice(value, label) for value, label in pairs]


def required(message: str | None = None) -> DataRequired:
    """Say that a field must be filled in, with more than white space, with a message that says so."""
    return DataRequired(message or lazy_gettext("Please fill this in."))


class _Options(Select):
    """A list to choose from whose options mostly have a value and nothing else: the library sorts the attributes of each.

    The form of an entry has some hundreds of them.
    """

    @classmethod
    def render_option(cls, choice: Any, **attributes: Any) -> Markup:
        """Write one option as the library does."""
        if attributes or choice.render_kw or isinstance(choice.value, bool):
            return Markup(super().render_option(choice, **attributes))  # noqa: S704 - markup already
        selected = " selected" if choice.selected else ""
        label = escape(choice.label or choice.value)
        return Markup(f'<option{selected} value="{escape(choice.value)}">{label}</option>')  # noqa: S704 - escaped


class ChoiceField(SelectField):
    """One of a long list of choices."""

    widget = _Options()


class LineField(StringField):
    """One line of text, bounded as its column is."""

    def __init__(
        self, label: str, validators: Sequence[Any] = (), *, longest: int = LONGEST_LINE, **options: Any
    ) -> None:
        super().__init__(label, [*validators, _length(longest), _one_line], **options)


class TextField(TextAreaField):
    """Text of several lines, bounded."""

    def __init__(
        self, label: str, validators: Sequence[Any] = (), *, longest: int = LONGEST_TEXT, **options: Any
    ) -> None:
        super().__init__(label, [*validators, _length(longest)], **options)


class WholeField(StringField):
    """A whole number. `number` is its value after a successful validation, or nothing when empty."""

    def __init__(self, label: str, validators: Sequence[Any] = (), *, least: int, most: int, **options: Any) -> None:
        options.setdefault("render_kw", {"inputmode": "numeric"})
        super().__init__(label, validators, **options)
        self.least, self.most = least, most
        self.number: int | None = None

    def process_data(self, value: int | str | None) -> None:
        """Show a given number; a form that comes back without this field keeps it, as the text that is read below."""
        super().process_data(None if value is None else str(value))

    def pre_validate(self, form: Any) -> None:
        """Read the number; an unreadable one is an error beside the field."""
        self.number = None
        if not self.data:
            return
        text = self.data
        if not (text.isascii() and text.isdigit() and len(text) < 9 and self.least <= int(text) <= self.most):
            raise StopValidation(
                gettext("Enter a whole number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )
        self.number = int(text)

    @property
    def required_number(self) -> int:
        """The number of a field that validation has found filled in."""
        return cast("int", self.number)


class BoxesField(SelectMultipleField):
    """Some of a few choices, each with a box to tick."""

    option_widget = CheckboxInput()


class MoneyField(StringField):
    """An amount of money. `amount_minor` is the amount after a successful validation, or nothing when empty.

    `currency` is a code or a function that returns one, because a form class is made before the co-op is known.
    """

    def __init__(
        self,
        label: str,
        validators: Sequence[Any] = (),
        *,
        currency: str | Callable[[], str],
        allow_negative: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self._currency = currency
        self._allow_negative = allow_negative
        self.amount_minor: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the amount; an unreadable one is an error beside the field."""
        self.amount_minor = None
        if not self.data:
            return
        currency = self._currency() if callable(self._currency) else self._currency
        try:
            self.amount_minor = parse_amount(self.data, currency, allow_negative=self._allow_negative)
        except Refusal as refusal:
            raise StopValidation(message_of(refusal)) from refusal

    @property
    def required_minor(self) -> int:
        """The amount of a field that validation has found filled in."""
        return cast("int", self.amount_minor)


class DayField(StringField):
    """A date as browsers send it, `2026-03-31`. `day` is the date after a successful validation."""

    def __init__(self, label: str, validators: Sequence[Any] = (), **options: Any) -> None:
        options.setdefault("render_kw", {"type": "date"})
        super().__init__(label, validators, **options)
        self.day: date | None = None

    def process_data(self, value: date | str | None) -> None:
        """Show a given date."""
        super().process_data(value.isoformat() if isinstance(value, date) else value)

    def pre_validate(self, form: Any) -> None:
        """Read the date."""
        self.day = None
        if not self.data:
            return
        try:
            self.day = read_day(self.data)
        except ValueError as error:
            raise StopValidation(gettext("Enter a date as year-month-day, such as 2026-03-31.")) from error

    @property
    def required_day(self) -> date:
        """The date of a field that validation has found filled in."""
        return cast("date", self.day)


class TokenField(HiddenField):
    """The token of a form, so that a form sent twice is done once. `token` is there after a successful validation."""

    def process_data(self, value: UUID | str | None) -> None:
        """Show a given token, or make one."""
        super().process_data(str(value or uuid4()))

    def pre_validate(self, form: Any) -> None:
        """Refuse a form that comes without it."""
        try:
            self.token = UUID(self.data or "")
        except ValueError as error:
            raise StopValidation(gettext("Open the page again: the form is not complete.")) from error


def read_day(text: str) -> date:
    """Read an ISO date between 1900 and 2999.

    Raises:
        ValueError: it is none.
    """
    if len(text) != 10:
        raise ValueError(text)
    day = date.fromisoformat(text)
    if not 1900 <= day.year <= 2999:
        raise ValueError(text)
    return day


class TimeField(StringField):
    """A time of day as browsers send it, `17:00`. `time` is the time after a successful validation."""

    def __init__(self, label: str, validators: Sequence[Any] = (), **options: Any) -> None:
        options.setdefault("render_kw", {"type": "time"})
        super().__init__(label, validators, **options)
        self.time: time | None = None

    def process_data(self, value: time | str | None) -> None:
        """Show a given time."""
        super().process_data(f"{value:%H:%M}" if isinstance(value, time) else value)

    def pre_validate(self, form: Any) -> None:
        """Read the time."""
        self.time = None
        if not self.data:
            return
        try:
            self.time = read_time(self.data)
        except ValueError as error:
            raise StopValidation(gettext("Enter a time as hours and minutes, such as 17:00.")) from error

    @property
    def required_time(self) -> time:
        """The time of a field that validation has found filled in."""
        return cast("time", self.time)


def read_time(text: str) -> time:
    """Read `17:00`.

    Raises:
        ValueError: it is none.
    """
    if len(text) != 5:
        raise ValueError(text)
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day, its zone comes later


@dataclass(eq=False)
class NoSuchTime(Refusal):
    """The hour is left out when the clocks go forward."""

    about: str
    message = N_("The clocks go forward that night, so this time does not exist. Choose another one.")


def moment(day: date, local: time, zone: str, *, about: str) -> datetime:
    """Return the moment at which a clock in `zone` shows a time; of two such moments the first.

    Raises:
        NoSuchTime: the clocks skip that time; the refusal is about the field `about`.
    """
    there = datetime.combine(day, local, tzinfo=ZoneInfo(zone))
    found = there.astimezone(UTC)
    if found.astimezone(there.tzinfo).replace(tzinfo=None) != there.replace(tzinfo=None):
        raise NoSuchTime(about)
    return found


def _length(longest: int) -> Length:
    return Length(max=longest, message=lazy_gettext("Please keep this under %(max)d characters."))


def _one_line(_: Any, field: Field) -> None:
    if field.data and any(ord(character) < 32 or ord(character) == 127 for character in field.data):
        raise ValidationError(gettext("Please keep this to one line."))
