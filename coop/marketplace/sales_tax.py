"""The tax of what is sold: which code and rate count for an offering today, and which for an order since its day.

While the co-op is registered, an offering has a tax code of its own or that of all sales, and its prices contain the tax or get it on
top. What a member sells is the member's to tax: there it is the co-op's fee that contains tax. An order keeps the version of the
code, that is code and rate of its day, so nothing that is chosen later changes it.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from coop import cooperative
from coop.books.surplus.words import rate
from coop.marketplace import offer_errors
from coop.marketplace.order_models import SalesOrder
from ledger.models import TaxCode
from ledger.tax.arithmetic import Split, on_top_of, out_of
from ledger.tax.codes import CodeInForce, codes_of_sales, version_on


@dataclass(frozen=True)
class PriceTax:
    """How the prices of an offering are taxed: under which code, or that of all sales, and whether it is added to them."""

    code: str | None = None
    is_added: bool = False


@dataclass(frozen=True)
class SalesTax:
    """A tax under which something is sold."""

    version_id: UUID
    code: str
    name: str
    rate_bp: int
    is_added: bool = False

    @property
    def rate(self) -> str:
        """Return its rate in per cent, as pages write it."""
        return rate(self.rate_bp)

    def split(self, price_minor: int) -> Split:
        """Return what a price is without its tax, and the tax."""
        return (on_top_of if self.is_added else out_of)(price_minor, self.rate_bp)

    def refunded(self, before_minor: int, refund_minor: int) -> int:
        """Return the tax that a refund gives back, after earlier ones.

        It is that of all refunds together less that of the earlier ones, so the refunds of a whole sale give back exactly its tax.
        """
        return (
            out_of(before_minor + refund_minor, self.rate_bp).tax_minor - out_of(before_minor, self.rate_bp).tax_minor
        )


class Priced(Protocol):
    """An offering, or what a page knows of one."""

    @property
    def seller_id(self) -> UUID | None: ...

    @property
    def tax_code(self) -> str | None: ...

    @property
    def is_tax_added(self) -> bool: ...


def tax_today(session: Session, offering: Priced) -> SalesTax | None:
    """Return under which tax the co-op sells an offering today, or keeps its fee where a member sells.

    Raises:
        NoSuchTaxCode: the code has no rate today.
    """
    house, is_own = cooperative.current(session), offering.seller_id is None
    code = (offering.tax_code if is_own else None) or house.sales_tax_code
    if code is None or not house.is_tax_registered:
        return None
    return _tax(version_on(session, code, cooperative.today(session)), is_added=is_own and offering.is_tax_added)


def buyers_tax_today(session: Session, offering: Priced) -> SalesTax | None:
    """Return the tax that a page tells the buyer of an offering; what tax a member's price contains only they know.

    Raises:
        NoSuchTaxCode: the code has no rate today.
    """
    return tax_today(session, offering) if offering.seller_id is None else None


def tax_of(session: Session, order: SalesOrder) -> SalesTax | None:
    """Return under which tax an order was sold."""
    if order.tax_code_id is None:
        return None
    return _tax(session.get_one(TaxCode, order.tax_code_id), is_added=order.is_tax_added)


def codes_to_choose(session: Session) -> list[CodeInForce]:
    """Return the tax codes that an offering can have; none while the co-op is not registered."""
    if not cooperative.current(session).is_tax_registered:
        return []
    return codes_of_sales(session, cooperative.today(session))


def check(session: Session, tax: PriceTax) -> None:
    """Refuse a tax code that is not for what is sold.

    Raises:
        NotForSales
    """
    if tax.code is not None and tax.code not in {one.code for one in codes_to_choose(session)}:
        raise offer_errors.NotForSales(tax.code)


def _tax(version: TaxCode, *, is_added: bool) -> SalesTax:
    return SalesTax(version.id, version.code, version.name, version.rate_bp, is_added)
