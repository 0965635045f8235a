"""How tax is named on the page. A rate is written as those of the surplus are."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from flask_babel import gettext

from coop.books.surplus.words import rate
from evidence.messages import N_
from ledger.models import TaxUse
from ledger.tax.boxes import Part
from ledger.tax.codes import CodeInForce

_USES: Mapping[TaxUse, str] = {TaxUse.SALE: N_("Sales"), TaxUse.PURCHASE: N_("Purchases")}


def use(tax_use: TaxUse) -> str:
    """Name the side of the return on which a code counts."""
    return str(gettext(_USES[tax_use]))


def part(one: Part) -> str:
    """Name what of a code is summed."""
    return str(gettext("with tax") if one is Part.GROSS else gettext("tax"))


def to_choose(codes: Iterable[CodeInForce], on: date) -> Iterator[tuple[str, str]]:
    """Name codes as a form offers them, with the rate of a day."""
    for one in codes:
        yield one.code, f"{one.code} {one.name} ({rate(one.rate_on(on) or 0)})"
