"""How amounts, days, moments and numbers are written, and how a written amount is read.

Money is an integer of the minor unit all the way; a text becomes one by digits, never by a float. Nothing here knows
the co-operative: the locale and zone of a page are Flask-Babel's, those of the pure functions are arguments.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import ClassVar

import flask_babel
from babel import dates, numbers
from flask import Flask, g

from evidence.currencies import exponent
from evidence.messages import N_, Refusal

LOCALE = "en_NZ"
#: The largest amount a person may write, in minor units: far beyond any co-operative, well inside BIGINT.
LARGEST_AMOUNT_MINOR = 10**15

_MINUS = "\u2212"
_NO_BREAK_SPACE = "\u00a0"
_DIGITS = r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+"
_AMOUNT = re.compile(rf"(?P<minus>- ?)?(?P<whole>{_DIGITS})(?:\.(?P<decimals>[0-9]+))?")
_LONGEST_TEXT = 40


class AmountError(Refusal):
    """A written amount that cannot be taken; each cause is a class of its own."""


@dataclass(eq=False)
class AmountMissing(AmountError):
    message: ClassVar[str] = N_("Enter an amount.")


@dataclass(eq=False)
class AmountUnreadable(AmountError):
    message: ClassVar[str] = N_("Enter the amount in digits, such as %(example)s.")
    example: str


@dataclass(eq=False)
class AmountTooPrecise(AmountError):
    message: ClassVar[str] = N_("An amount in %(currency)s has at most %(decimals)s decimals.")
    currency: str
    decimals: int


@dataclass(eq=False)
class AmountNotWhole(AmountError):
    message: ClassVar[str] = N_("An amount in %(currency)s has no decimals.")
    currency: str


@dataclass(eq=False)
class AmountNegative(AmountError):
    message: ClassVar[str] = N_("The amount cannot be less than zero.")


@dataclass(eq=False)
class AmountTooLarge(AmountError):
    message: ClassVar[str] = N_("The amount is too large. The most is %(currency)s %(largest)s.")
    currency: str
    largest: str


def parse_amount(text: str, currency: str, *, allow_negative: bool = False) -> int:
    """Read an amount as a person writes it and return it in minor units.

    Thousands may be set apart by commas or by spaces, but then by all of them: "1,23" is more likely a decimal comma
    than a hundred and twenty-three, and guessing costs money. Fewer decimals than the currency has are filled up.

    Raises:
        AmountError: the text is empty, no plain number in ASCII digits, negative unless allowed, finer than the
            currency, or beyond `LARGEST_AMOUNT_MINOR`.
        ValueError: `currency` is unknown.
    """
    places = exponent(currency)
    plain = text.replace(_NO_BREAK_SPACE, " ").replace("\u202f", " ").replace(_MINUS, "-").strip(" ")
    if not plain:
        raise AmountMissing
    found = _AMOUNT.fullmatch(plain) if len(plain) <= _LONGEST_TEXT else None
    if found is None:
        raise AmountUnreadable(example=format_amount(123_450, currency))
    decimals = found["decimals"] or ""
    if len(decimals) > places:
        raise AmountTooPrecise(currency, places) if places else AmountNotWhole(currency)
    digits = re.sub("[ ,]", "", found["whole"]) + decimals.ljust(places, "0")
    amount_minor = int(digits)
    if amount_minor > LARGEST_AMOUNT_MINOR:
        raise AmountTooLarge(currency, format_amount(LARGEST_AMOUNT_MINOR, currency))
    if found["minus"] and amount_minor:
        if not allow_negative:
            raise AmountNegative
        return -amount_minor
    return amount_minor


def format_amount(amount_minor: int, currency: str, locale: str = LOCALE) -> str:
    """Write an amount without its currency, for columns whose head names it: 1,234.50.

    Raises:
        ValueError: `currency` is unknown.
    """
    places = exponent(currency)
    major, minor = divmod(abs(amount_minor), 10**places)
    _, point = _separators(locale)
    decimals = f"{point}{minor:0{places}}" if places else ""
    return _signed(amount_minor, _grouped(major, locale) + decimals)


def format_money(amount_minor: int, currency: str, locale: str = LOCALE) -> str:
    """Write an amount with its currency, for sentences: NZD 50.00, in one piece.

    Raises:
        ValueError: `currency` is unknown.
    """
    return currency + _NO_BREAK_SPACE + format_amount(amount_minor, currency, locale)


def format_whole(number: int, locale: str = LOCALE) -> str:
    """Write a whole number with its thousands: 12,345."""
    return _signed(number, _grouped(abs(number), locale))


def format_percent(part: int, whole: int, locale: str = LOCALE) -> str:
    """Write `part` of `whole` as a percentage with one decimal, rounded half up from the exact fraction.

    Never 100.0% for less than all nor 0.0% for more than none: a vote short by one must look short. A percentage of
    nothing is a dash.
    """
    if whole == 0:
        return "–"
    tenths = (abs(part) * 2000 + abs(whole)) // (2 * abs(whole))
    if tenths == 0 and part:
        tenths = 1
    if tenths >= 1000 and abs(part) < abs(whole):
        tenths = 999
    _, point = _separators(locale)
    return _signed(part * whole, f"{_grouped(tenths // 10, locale)}{point}{tenths % 10}%")


# Babel writes one number in as long as it takes to write twenty here, and a journal page holds hundreds: so only the
# signs of a locale are Babel's, and thousands stand in threes everywhere.
@lru_cache
def _separators(locale: str) -> tuple[str, str]:
    return numbers.get_group_symbol(locale), numbers.get_decimal_symbol(locale)


def _grouped(number: int, locale: str) -> str:
    return f"{number:,}".replace(",", _separators(locale)[0])


def _signed(number: int, digits: str) -> str:
    return _MINUS + digits if number < 0 else digits


@lru_cache(maxsize=4096)
def format_day(value: date, locale: str = LOCALE) -> str:
    """Write a date: 31 March 2026."""
    return dates.format_date(value, "d MMMM y", locale=locale)


@lru_cache(maxsize=4096)
def format_moment(value: date, zone: tzinfo, locale: str = LOCALE) -> str:
    """Write a moment in `zone` with the zone's name: 31 March 2026, 5:00 pm NZDT. A plain date is written as a day.

    Raises:
        ValueError: a datetime without a zone, which could mean any of two dozen moments.
    """
    if not isinstance(value, datetime):
        return format_day(value, locale)
    if value.tzinfo is None:
        raise ValueError("a moment needs a zone")
    local = value.astimezone(zone)
    written = dates.format_datetime(local.replace(tzinfo=None), "d MMMM y, h:mm a", locale=locale)
    return f"{written} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """Name the zone of an aware moment as its residents do: NZDT; UTC+05:45 where they have no letters for it."""
    name = local.tzname() or ""
    return name if name.isalpha() else "UTC" + local.strftime("%z")[:3] + ":" + local.strftime("%z")[3:5]


def page_locale() -> str:
    """Return the locale of this request, such as en_NZ. Every text, amount and day asks for it, so it is found once."""
    found: str | None = g.get("locale")
    if found is None:
        found = g.locale = str(flask_babel.get_locale() or LOCALE)
    return found


def register(app: Flask) -> None:
    """Give the templates their filters, and `language()` for the page's lang attribute.

    The page's locale and zone are those of Flask-Babel's selectors, so that a macro needs no context.
    """

    def language() -> str:
        return page_locale().replace("_", "-")

    def money(amount_minor: int, currency: str) -> str:
        return format_money(amount_minor, currency, page_locale())

    def amount(amount_minor: int, currency: str) -> str:
        return format_amount(amount_minor, currency, page_locale())

    def whole(number: int) -> str:
        return format_whole(number, page_locale())

    def percent(part: int, of: int) -> str:
        return format_percent(part, of, page_locale())

    def day(value: date) -> str:
        return format_day(value, page_locale())

    def moment(value: date) -> str:
        zone = flask_babel.get_timezone()
        return format_moment(value, zone, page_locale())

    for write in (money, amount, whole, percent, day, moment):
        app.add_template_filter(write)
    app.add_template_global(language)
