"""How banks write amounts: with point or comma, a sign before or behind, brackets, a currency, more zeros than there are cents."""

import re

from babel.numbers import get_currency_symbol

from coop.formats import AmountMissing, parse_amount
from coop.payments.bank.files.errors import AmountElsewhere
from evidence.currencies import exponent, is_currency

#: What may stand around the digits and say which currency it is: its sign or its code.
_CURRENCY = re.compile(r"^(?:[A-Z]{3}|[A-Z]{0,2}[$€£¥])\s?|\s?(?:[A-Z]{3}|[$€£¥])$")
_THOUSANDS = str.maketrans({"'": ",", "\u2019": ","})
_COMMA_FOR_POINT = str.maketrans(",.", ".,")


def file_amount(text: str, currency: str, decimal: str = ".") -> int:
    """Return an amount of a bank's file in minor units; `decimal` is the character before the cents, the other sets thousands apart.

    Raises:
        AmountError
        AmountElsewhere: it is written with the sign or the code of another currency.
    """
    plain = text.replace("\u2212", "-").strip()[:60]
    if not plain:
        raise AmountMissing
    negative = False
    if plain[0] == "(" and plain[-1] == ")":
        negative, plain = True, plain[1:-1].strip()
    if plain.endswith("-"):
        negative, plain = not negative, plain[:-1].rstrip()
    plain = _without_currency(plain, currency)
    if plain[:1] in {"-", "+"}:
        negative, plain = negative != (plain[0] == "-"), plain[1:].lstrip()
    plain = _without_currency(plain, currency)
    if decimal == ",":
        plain = plain.translate(_COMMA_FOR_POINT)
    plain = _without_needless_zeros(plain.translate(_THOUSANDS), exponent(currency))
    # A second sign is left for the reader to refuse.
    amount_minor = parse_amount(plain, currency)
    return -amount_minor if negative else amount_minor


def _without_currency(plain: str, currency: str) -> str:
    def strip(found: re.Match[str]) -> str:
        mark = found[0].strip()
        if mark.isalpha() and not is_currency(mark):
            # Three letters that may say anything, such as debit: left for the reader to refuse.
            return found[0]
        if not _may_mean(mark, currency):
            raise AmountElsewhere(mark, currency)
        return ""

    return _CURRENCY.sub(strip, plain)


def _may_mean(mark: str, currency: str) -> bool:
    """Say whether a code or a sign can stand for a currency."""
    if mark.isalpha():
        return mark == currency
    symbol = get_currency_symbol(currency, "en")
    # Many currencies are written with the sign of dollars; the letters before it tell them apart.
    is_of_sign = symbol == currency or symbol.endswith(mark[-1])
    return mark == symbol or (is_of_sign and currency.startswith(mark[:-1]))


def _without_needless_zeros(plain: str, places: int) -> str:
    whole, point, decimals = plain.partition(".")
    if not point or len(decimals) <= places or set(decimals[places:]) != {"0"}:
        return plain
    return f"{whole}.{decimals[:places]}" if places else whole
