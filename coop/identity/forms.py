"""Forms about powers and second factors."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import Optional

from coop.forms import DayField, Form, LineField, TextField, choices, required
from coop.permissions import Power
from evidence.messages import N_

POWER_LABELS = {
    Power.TREASURER: N_("treasurer"),
    Power.BOARD: N_("board"),
    Power.SECRETARY: N_("secretary"),
    Power.ADMINISTRATOR: N_("administrator"),
    Power.AUDITOR: N_("auditor"),
    Power.SCRUTINEER: N_("scrutineer"),
}


@dataclass(frozen=True)
class GrantAsked:
    """A power to be granted, and the decision by which."""

    person_id: UUID
    power: Power
    starts_on: date
    ends_on: date | None
    decided_on: date
    minute: str


@dataclass(frozen=True)
class EndingAsked:
    """A power to be ended, and the decision by which."""

    ended_on: date
    decided_on: date
    minute: str


@dataclass(frozen=True)
class ResetAsked:
    """Whose second factor is to be reset, and why."""

    person_id: UUID
    reason: str


class GrantForm(Form):
    """Grant a power for a term."""

    person = SelectField(_l("Person"), [required()])
    power = SelectField(
        _l("Power"), [required()], choices=choices((p.value, _l(label)) for p, label in POWER_LABELS.items())
    )
    starts_on = DayField(_l("From"), [required()])
    ends_on = DayField(_l("Until"), [Optional()], description=_l("The last day of the term. Empty for no end."))
    decided_on = DayField(_l("Decided on"), [required()])
    minute = TextField(_l("Words of the decision"), [required()], longest=2000)

    def to_grant(self) -> GrantAsked:
        """Return what the form asks for."""
        return GrantAsked(
            person_id=UUID(self.person.data),
            power=Power(self.power.data),
            starts_on=self.starts_on.required_day,
            ends_on=self.ends_on.day,
            decided_on=self.decided_on.required_day,
            minute=self.minute.data,
        )


class EndingForm(Form):
    """End a power before its term."""

    ended_on = DayField(_l("First day without it"), [required()])
    decided_on = DayField(_l("Decided on"), [required()])
    minute = TextField(_l("Words of the decision"), [required()], longest=2000)

    def to_ending(self) -> EndingAsked:
        """Return what the form asks for."""
        return EndingAsked(self.ended_on.required_day, self.decided_on.required_day, self.minute.data)


class FactorForm(Form):
    """Show that the app knows the secret."""

    code = LineField(_l("Code that the app shows"), [required()], longest=20)

    def to_code(self) -> str:
        """Return the code without the space that apps put in the middle."""
        return "".join(str(self.code.data).split())


class ResetForm(Form):
    """Prepare the reset of somebody's second factor."""

    person = SelectField(_l("Person"), [required()])
    reason = TextField(_l("How you know that it is they who ask"), [required()], longest=1000)

    def to_reset(self) -> ResetAsked:
        """Return what the form asks for."""
        return ResetAsked(UUID(self.person.data), str(self.reason.data))
