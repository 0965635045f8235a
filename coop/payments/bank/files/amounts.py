"""How banks write amounts: with point or comma, a sign before or behind, brackets, a currency, more zeros than there are cents."""

import re

from coop.formats import AmountMissing, parse_amount
from evidence.currencies import exponent

#: What may stand around the digits and says nothing: a sign of the currency or its code.
_CURRENCY = re.compile(r"^(?:[A-Z]{3}|[A-Z]{0,2}[$€£¥])\s?|\s?(?:[A-Z]{3}|[$€£¥])$")
_THOUSANDS = str.maketrans({"'": ",", "\u2019": ","})
_COMMA_FOR_POINT = str.maketrans(",.", ".,")


def file_amount(text: str, currency: str, decimal: str = ".") -> int:
    """Return an amount of a bank's file in minor units; `decimal` is the character before the cents, the other sets thousands apart.

    Raises:
        AmountError
    """
    plain = text.replace("\u2212", "-").strip()[:60]
    if not plain:
        raise AmountMissing
    negative = False
    if plain[0] == "(" and plain[-1] == ")":
        negative, plain = True, plain[1:-1].strip()
    if plain.endswith("-"):
        negative, plain = not negative, plain[:-1].rstrip()
    plain = _CURRENCY.sub("", plain)
    if plain[:1] in {"-", "+"}:
        negative, plain = negative != (plain[0] == "-"), plain[1:].lstrip()
    plain = _CURRENCY.sub("", plain)
    if decimal == ",":
        plain = plain.translate(_COMMA_FOR_POINT)
    plain = _without_needless_zeros(plain.translate(_THOUSANDS), exponent(currency))
    # A second sign is left for the reader to refuse.
    amount_minor = parse_amount(plain, currency)
    return -amount_minor if negative else amount_minor


def _without_needless_zeros(plain: str, places: int) -> str:
    whole, point, decimals = plain.partition(".")
    if not point or len(decimals) <= places or set(decimals[places:]) != {"0"}:
        return plain
    return f"{whole}.{decimals[:places]}" if places else whole
