"""The forms about tax: a new code, a new rate of one, and the registration."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import StopValidation

from coop.books.tax.words import to_choose, use
from coop.forms import DayField, Form, LineField, choices, required
from coop.taxes import LONGEST_NUMBER, Registration
from ledger.models import TaxUse
from ledger.tax.codes import CodeInForce, NewCode


class RateField(LineField):
    """A rate in per cent, such as 12.5. `rate_bp` is the rate in hundredths of a per cent, after a successful validation."""

    rate_bp: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the rate; an unreadable one is an error beside the field."""
        self.rate_bp = None
        whole, _, decimals = (self.data or "").removesuffix("%").strip().partition(".")
        digits = whole + decimals.ljust(2, "0")
        if not self.data:
            return
        if not (whole and len(digits) == len(whole) + 2 and digits.isascii() and digits.isdigit() and len(whole) < 4):
            raise StopValidation(gettext("Enter a rate in per cent with at most two decimals, such as 15 or 12.5."))
        self.rate_bp = int(digits)

    @property
    def required_bp(self) -> int:
        """The rate of a field that validation has found filled in."""
        assert self.rate_bp is not None
        return self.rate_bp


class RateForm(Form):
    """A new rate of a code, from a day on."""

    rate = RateField(
        _l("Rate in per cent"), [required(_l("Enter the rate."))], render_kw={"inputmode": "decimal"}, longest=8
    )
    valid_from = DayField(
        _l("From"),
        [required(_l("Enter the first day."))],
        description=_l("Entries of this day and later are computed with it."),
    )

    def to_rate(self) -> tuple[int, date]:
        """Return the rate and its first day."""
        return self.rate.required_bp, self.valid_from.required_day


class CodeForm(RateForm):
    """A new tax code with its first rate."""

    code = LineField(_l("Code"), [required(_l("Enter a code."))], longest=20)
    name = LineField(_l("Name"), [required(_l("Enter a name."))], longest=100)
    use = SelectField(_l("Counts for"))
    box_gross = LineField(
        _l("Box of the amounts with tax"), description=_l("As numbered on the return; empty for none."), longest=10
    )
    box_tax = LineField(_l("Box of the tax"), longest=10)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.use.choices = choices((one.value, use(one)) for one in TaxUse)

    def to_code(self) -> NewCode:
        """Return the code that the form asks for."""
        return NewCode(
            code=self.code.data or "",
            name=self.name.data or "",
            use=TaxUse(self.use.data),
            rate_bp=self.rate.required_bp,
            valid_from=self.valid_from.required_day,
            box_gross=self.box_gross.data or None,
            box_tax=self.box_tax.data or None,
        )


class RegistrationForm(Form):
    """Whether the co-op is registered for tax, under which number, and the code of what it sells."""

    YES, NO = "yes", "no"

    registered = RadioField(_l("The co-op is"), [required(_l("Please choose one."))])
    number = LineField(
        _l("GST number"), description=_l("Needed while it is registered. Printed on receipts."), longest=LONGEST_NUMBER
    )
    sales_code = SelectField(_l("Tax code of what the co-op sells"), validate_choice=False)

    def __init__(self, codes: Iterable[CodeInForce], today: date, **options: Any) -> None:
        super().__init__(**options)
        self.registered.choices = choices(
            [(self.YES, _l("registered for goods and services tax")), (self.NO, _l("not registered"))]
        )
        self.sales_code.choices = choices([("", gettext("None chosen")), *to_choose(codes, today)])

    def to_registration(self) -> Registration:
        """Return what is declared."""
        is_registered = self.registered.data == self.YES
        return Registration(is_registered, self.number.data or "", self.sales_code.data or None)
