"""How many decimals a currency has: ISO 4217, exceptions to two decimals only.

Source: ISO 4217 list one (SIX Financial Information AG). Historic currencies and funds codes are left out.
"""

from collections.abc import Callable
from functools import cache

_CODES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV
    WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)
_NO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def is_currency(code: str) -> bool:
    """Say whether `code` is a current ISO 4217 code."""
    return code in _CODES


def exponent(code: str) -> int:
    """Return the number of decimals of the currency `code`.

    Raises:
        ValueError: `code` is not a current ISO 4217 code.
    """
    if code not in _CODES:
        raise ValueError(f"not an ISO 4217 currency: {code!r}")
    if code in _NO_DECIMALS:
        return 0
    return 3 if code in _THREE_DECIMALS else 2


def decimal_text(amount_minor: int, code: str) -> str:
    """Write an amount as an exact decimal without grouping, as files and formulas take it: `-1234.50`."""
    return decimal_writer(code)(amount_minor)


@cache
def decimal_writer(code: str) -> Callable[[int], str]:
    """Return what `decimal_text` does for one currency, for loops over many amounts."""
    decimals = exponent(code)
    if not decimals:
        return str
    unit: int = 10**decimals
    pattern = f"%d.%0{decimals}d"

    def write(amount_minor: int) -> str:
        if amount_minor < 0:
            return "-" + pattern % divmod(-amount_minor, unit)
        return pattern % divmod(amount_minor, unit)

    return write
