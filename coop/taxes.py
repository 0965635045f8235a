"""Whether the co-operative is registered for goods and services tax, under which number, and the tax code of what it sells.

A declaration counts from the moment it is made: what was sold before stays as it was sold. Codes, rates and the return are the
ledger's (`ledger.tax`); what the tax of a sale is, the marketplace knows (`coop.marketplace.sales_tax`).
"""

import re
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import audit, cooperative
from coop.cooperative import Cooperative
from coop.permissions import Actor, Power
from coop.texts import line
from evidence.canonical import Canonical
from evidence.messages import N_, Refusal
from ledger.tax.boxes import STANDARD_SALES
from ledger.tax.codes import codes_of_sales, install_new_zealand

LONGEST_NUMBER = 20
#: The weights by which Inland Revenue computes the last digit of a number, and those for when the first give none.
_WEIGHTS = ((3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6))


@dataclass(eq=False)
class TaxNumberMissing(Refusal):
    """Receipts and invoices of a registered co-op show its number."""

    message = N_("Enter the number under which the co-op is registered: receipts and invoices show it.")
    about = "number"


@dataclass(eq=False)
class TaxNumberWrong(Refusal):
    """The last digit of a number follows from the others."""

    message = N_(
        "This is no GST number. It has 8 or 9 digits, such as 49-091-850, and the last one follows from the others."
    )
    about = "number"


@dataclass(eq=False)
class NoSalesCode(Refusal):
    """What is sold has a code for sales."""

    code: str
    message = N_("There is no tax code %(code)s for sales that has a rate today.")
    about = "sales_code"


@dataclass(frozen=True)
class Registration:
    """What is declared. A number or code that is not given stays as it is."""

    is_registered: bool
    number: str = ""
    #: The tax code of what is sold, where an offering has no other.
    sales_code: str | None = None


def declare_registration(session: Session, actor: Actor, declared: Registration) -> None:
    """Declare that the co-operative is registered for goods and services tax from now on, or no longer.

    A co-op of New Zealand that has no code for its sales yet gets the codes of the country, and sells under the standard one.

    Raises:
        PowerMissing: the actor neither keeps the books nor administers the co-operative.
        TaxNumberMissing, TaxNumberWrong, NoSalesCode, NotFounded, TextTooLong
    """
    power = actor.need(Power.TREASURER, Power.ADMINISTRATOR)
    house = cooperative.current(session, lock=True)
    if declared.is_registered:
        _register(session, house, declared)
    house.is_tax_registered = declared.is_registered
    session.flush()
    facts: dict[str, Canonical] = {"registered": declared.is_registered, "sales_code": house.sales_tax_code}
    audit.record(session, actor, "cooperative.tax-declared", subject=None, power=power, facts=facts)


def set_up_codes(session: Session, house: Cooperative) -> None:
    """Give a registered co-op of New Zealand the codes of the country, and the standard one for what it sells."""
    if house.currency == "NZD" and house.sales_tax_code is None:
        install_new_zealand(session, gettext)
        if STANDARD_SALES in _sales_codes(session):
            house.sales_tax_code = STANDARD_SALES


def _register(session: Session, house: Cooperative, declared: Registration) -> None:
    number = line(declared.number, about="number", longest=LONGEST_NUMBER, least=0) or house.tax_number
    if not number:
        raise TaxNumberMissing
    if house.currency == "NZD" and not is_number_of_new_zealand(number):
        raise TaxNumberWrong
    if declared.sales_code is not None:
        if declared.sales_code not in _sales_codes(session):
            raise NoSalesCode(declared.sales_code)
        house.sales_tax_code = declared.sales_code
    house.tax_number = number
    set_up_codes(session, house)


def _sales_codes(session: Session) -> set[str]:
    return {one.code for one in codes_of_sales(session, cooperative.today(session))}


def is_number_of_new_zealand(number: str) -> bool:
    """Say whether a number can be one of Inland Revenue, by its last digit.

    Source: Inland Revenue, how the check digit of an IRD number is computed.
    """
    digits = re.sub(r"[ -]", "", number)
    if not re.fullmatch(r"[0-9]{8,9}", digits) or not 10_000_000 <= int(digits) <= 150_000_000:
        return False
    *rest, last = map(int, digits.zfill(9))
    for weights in _WEIGHTS:
        remainder = sum(weight * digit for weight, digit in zip(weights, rest, strict=True)) % 11
        expected = 11 - remainder if remainder else 0
        if expected != 10:
            return expected == last
    return False
