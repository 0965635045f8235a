"""Which days a statement is asked for and what it is compared with, out of the address, and the days that are offered.

Nonsense in an address is told beside its field, and the page shows the days it would show without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from coop import cooperative
from coop.books.forms import DatesForm, DayForm
from coop.books.years.reopening_words import remarks
from coop.database import db
from coop.forms import WholeField, choices
from evidence.messages import N_
from ledger.comparatives import Against, days, months_earlier, stretches
from ledger.spans import Span
from ledger.years.periods import fiscal_year_of

_DAY = timedelta(days=1)
#: A year, so that a club's yearly bills fit.
MOST_DAYS_TO_PAY = 366
_LABELS: Mapping[str, str] = {
    "this-year": N_("This year"),
    "last-year": N_("Last year"),
    "this-quarter": N_("This quarter"),
    "last-quarter": N_("Last quarter"),
    "this-month": N_("This month"),
    "last-month": N_("Last month"),
}
_END_LABELS: Mapping[str, str] = {
    "last-month": N_("End of last month"),
    "last-quarter": N_("End of last quarter"),
    "last-year": N_("End of last year"),
}


def _against(year: str, period: str) -> SelectField:
    offered = ((Against.YEAR.value, year), (Against.PERIOD.value, period), (Against.NOTHING.value, _l("nothing")))
    return SelectField(_l("Compare with"), choices=choices(offered))


class ComparedDatesForm(DatesForm):
    """The days of a statement, and what it is compared with."""

    against = _against(_l("the year before"), _l("the period before"))


class ComparedDayForm(DayForm):
    """The day of a statement, and what it is compared with."""

    against = _against(_l("the end of the year before"), _l("the end of the month before"))


class AgedForm(DayForm):
    """The day of what is owed, and how long people have to pay."""

    days_to_pay = WholeField(_l("Days to pay"), name="days", least=0, most=MOST_DAYS_TO_PAY)


@dataclass(frozen=True)
class Offer:
    """Days that one click asks for."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class AskedDays:
    """The days that were asked for, or this fiscal year up to today."""

    form: ComparedDatesForm
    starts_on: date
    ends_on: date
    against: Against
    status: int

    @property
    def address(self) -> dict[str, Any]:
        """Return what an address says to ask for the same."""
        return {**days_in_address(self.starts_on, self.ends_on), "against": self.against.value}

    @property
    def remarks(self) -> list[str]:
        """Say of the years that are shown which were reopened."""
        session = db.session()
        shown = stretches(session, self.starts_on, self.ends_on, self.against)
        return remarks(session, min(first for first, _ in shown), max(last for _, last in shown))

    @property
    def offers(self) -> list[Offer]:
        """Return this and the last year, quarter and month."""
        today = cooperative.today(db.session())
        around = _stretches_around(today)
        return _offers([(_LABELS[name], days_in_address(*shown)) for name, shown in around.items()], self.address)


@dataclass(frozen=True)
class AskedDay:
    """The day that was asked for, or today."""

    form: ComparedDayForm
    at: date
    against: Against
    status: int

    @property
    def address(self) -> dict[str, Any]:
        """Return what an address says to ask for the same."""
        return {"at": self.at.isoformat(), "against": self.against.value}

    @property
    def remarks(self) -> list[str]:
        """Say of the years that are shown which were reopened."""
        session = db.session()
        shown = days(session, self.at, self.against)
        return remarks(session, min(shown), max(shown))

    @property
    def offers(self) -> list[Offer]:
        """Return today, and the ends of the month, the quarter and the year before."""
        today = cooperative.today(db.session())
        around = _stretches_around(today)
        ends = [(label, around[name][1]) for name, label in _END_LABELS.items() if name in around]
        offered = [(N_("Today"), today), *ends]
        return _offers([(label, {"at": day.isoformat()}) for label, day in offered], self.address)


def asked_days(against: Against = Against.YEAR) -> AskedDays:
    """Read the days of a statement; `against` is what it is compared with unless the address says."""
    form = ComparedDatesForm(formdata=request.args, data={"against": against.value})
    valid = form.validate()
    starts_on, ends_on = days_asked(form, is_valid=valid)
    return AskedDays(form, starts_on, ends_on, _chosen(form.against, against), 200 if valid else 422)


def asked_day(against: Against = Against.YEAR) -> AskedDay:
    """Read the day of a statement; `against` is what it is compared with unless the address says."""
    form = ComparedDayForm(formdata=request.args, data={"against": against.value})
    valid = form.validate()
    return AskedDay(form, day_asked(form, is_valid=valid), _chosen(form.against, against), 200 if valid else 422)


def asked_age() -> tuple[AgedForm, date, int, int]:
    """Read the day and the days to pay of what is owed; return the form, both, and the status of the page."""
    form = AgedForm(formdata=request.args)
    valid = form.validate()
    days_to_pay = (form.days_to_pay.number if valid else None) or 0
    if not form.days_to_pay.data:
        form.days_to_pay.process_data(days_to_pay)
    return form, day_asked(form, is_valid=valid), days_to_pay, 200 if valid else 422


def plain_days() -> tuple[DatesForm, date, date, int]:
    """Read the days of a page that compares nothing; return the form, both days, and the status of the page."""
    form = DatesForm(formdata=request.args)
    valid = form.validate()
    starts_on, ends_on = days_asked(form, is_valid=valid)
    return form, starts_on, ends_on, 200 if valid else 422


def days_asked(form: DatesForm, *, is_valid: bool) -> tuple[date, date]:
    """Return the days of a form, or this fiscal year up to today, and show them in its fields."""
    asked_from, asked_to = form.days() if is_valid else (None, None)
    session = db.session()
    ends_on = asked_to or cooperative.today(session)
    year = fiscal_year_of(session, ends_on)
    starts_on = asked_from or (year.starts_on if year else ends_on)
    ends_on = max(ends_on, starts_on)
    for field, day in ((form.starts_on, starts_on), (form.ends_on, ends_on)):
        if not field.data:
            field.process_data(day)
    return starts_on, ends_on


def day_asked(form: DayForm, *, is_valid: bool) -> date:
    """Return the day of a form, or today, and show it in its field."""
    at = (form.to_day() if is_valid else None) or cooperative.today(db.session())
    if not form.at.data:
        form.at.process_data(at)
    return at


def span_asked() -> Span | None:
    """Return the days that a link from a figure names; nothing where the address names none or nonsense."""
    form = DatesForm(formdata=request.args)
    if not form.validate() or form.days() == (None, None):
        return None
    starts_on, ends_on = form.days()
    return Span(starts_on, ends_on or date.max, with_closings=request.args.get("closings") != "without")


def span_in_address(span: Span) -> dict[str, Any]:
    """Return what an address says to ask for the postings behind a figure."""
    address = days_in_address(span.starts_on, span.ends_on)
    return address if span.with_closings else {**address, "closings": "without"}


def days_in_address(starts_on: date | None, ends_on: date) -> dict[str, Any]:
    """Return days as an address says them."""
    return ({"from": starts_on.isoformat()} if starts_on else {}) | {"to": ends_on.isoformat()}


def _chosen(field: SelectField, default: Against) -> Against:
    return Against(field.data) if field.data in set(Against) else default


def _stretches_around(today: date) -> dict[str, tuple[date, date]]:
    """Return this and the last year, quarter of the fiscal year, and month, as far as the books have them."""
    session = db.session()
    year = fiscal_year_of(session, today)
    month = today.replace(day=1)
    found = {}
    if year is not None:
        found["this-year"] = (year.starts_on, today)
        before = fiscal_year_of(session, year.starts_on - _DAY)
        if before is not None:
            found["last-year"] = (before.starts_on, before.ends_on)
        passed = (today.year - year.starts_on.year) * 12 + today.month - year.starts_on.month
        quarter = months_earlier(month, passed % 3)
        found["this-quarter"] = (quarter, today)
        found["last-quarter"] = (months_earlier(quarter, 3), quarter - _DAY)
    found["this-month"] = (month, today)
    found["last-month"] = (months_earlier(month, 1), month - _DAY)
    return found


def _offers(offered: list[tuple[str, dict[str, Any]]], address: Mapping[str, Any]) -> list[Offer]:
    """Return the links to the same page with other days."""
    endpoint, view_args = str(request.endpoint), request.view_args or {}
    found = []
    for label, shown in offered:
        asked: dict[str, Any] = {**view_args, **address, **shown}
        found.append(Offer(gettext(label), url_for(endpoint, **asked), shown.items() <= address.items()))
    return found
