"""The form by which the treasurer plans a surplus: rates in per cent."""

import re
from collections.abc import Sequence
from typing import Any, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import StopValidation

from coop.books.surplus.words import rate
from coop.forms import Form, choices, required
from ledger.surplus.plan import Fallback, Rates

_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))? ?%?")


def read_rate(text: str) -> int:
    """Read a rate in per cent, with at most two decimals, as hundredths of a per cent.

    Raises:
        ValueError: it is none.
    """
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


class RateField(StringField):
    """A rate in per cent. `basis_points` is the rate after a successful validation."""

    def __init__(self, label: str, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.basis_points: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the rate; an unreadable one is an error beside the field."""
        self.basis_points = None
        if not self.data:
            return
        try:
            self.basis_points = read_rate(self.data)
        except ValueError as error:
            raise StopValidation(gettext("Enter a rate between 0 and 100, such as 20 or 12.5.")) from error

    @property
    def required_rate(self) -> int:
        """The rate of a field that validation has found filled in."""
        return cast("int", self.basis_points)


class SurplusForm(Form):
    """The rates of a plan, and what happens in a year without members' business."""

    reserve = RateField(
        _l("To the general reserve, in per cent"),
        [required(_l("Enter a rate; 0 is one."))],
        description=_l("Of the part of the surplus that came from members' business."),
    )
    fund = RateField(
        _l("To the community fund, in per cent"),
        [required(_l("Enter a rate; 0 is one."))],
        description=_l("Of the same part. What is left is shared among the members."),
    )
    cash = RateField(
        _l("Paid in money, in per cent"),
        [required(_l("Enter a rate; 0 is one."))],
        description=_l("Of each member's share, rounded up to the cent. The rest is kept in their name."),
    )
    fallback = SelectField(_l("Where the surplus goes"), default="")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.fallback.choices = choices(
            [
                ("", gettext("Choose …")),
                (Fallback.RESERVE.value, gettext("To the general reserve")),
                (Fallback.FUND.value, gettext("To the community fund")),
            ]
        )

    def to_rates(self) -> Rates:
        """Return the rates."""
        return Rates(self.reserve.required_rate, self.fund.required_rate, self.cash.required_rate)

    def to_fallback(self) -> Fallback | None:
        """Return where the surplus goes that nobody has a share in."""
        return Fallback(self.fallback.data) if self.fallback.data else None

    @staticmethod
    def shown(rates: Rates | None) -> dict[str, str]:
        """Return what the form begins with: the rates of an earlier plan, if there is one."""
        if rates is None:
            return {}
        shown = {"reserve": rates.reserve_bp, "fund": rates.fund_bp, "cash": rates.cash_bp}
        return {name: rate(value).removesuffix("%") for name, value in shown.items()}
