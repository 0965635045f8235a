"""How tests let the co-operative be registered for tax, and read its return."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import taxes
from coop.marketplace import offers
from coop.marketplace.sales_tax import PriceTax
from coop.taxes import Registration
from ledger import chart
from ledger.models import Account, Posting, TaxCode
from ledger.tax.returns import TaxReturn, tax_return
from tests import joining, selling

#: A number whose last digit follows from the others.
NUMBER = "49-091-850"


def register(session: Session, **declared: str) -> None:
    """Let the treasurer declare that the co-op is registered: in New Zealand it sells under GST15-S then."""
    registration = replace(Registration(is_registered=True, number=NUMBER), **declared)  # type: ignore[arg-type]
    taxes.declare_registration(session, joining.founder(session, "treasurer"), registration)


def deregister(session: Session) -> None:
    """Let the treasurer declare that the co-op is no longer registered."""
    taxes.declare_registration(session, joining.founder(session, "treasurer"), Registration(is_registered=False))


def set_tax(session: Session, offering_id: UUID, code: str | None = None, *, is_added: bool = False) -> None:
    """Let the secretary choose how the prices of a service are taxed."""
    tax = PriceTax(code, is_added)
    offers.set_tax(session, joining.founder(session, "secretary"), offering_id=offering_id, tax=tax)


def tax_owed(session: Session) -> int:
    """Return what is owed to the tax office."""
    return -selling.balance(session, chart.TAX)


def returned(session: Session) -> TaxReturn:
    """Return the return of everything that was ever booked, once it agrees with the tax account."""
    found = tax_return(session, date(2000, 1, 1), date(2100, 1, 1))
    assert found.account.difference_minor == 0
    assert found.account.other_minor == 0
    assert found.account.closing_minor == found.due_minor == tax_owed(session)
    return found


def boxes(session: Session) -> dict[str, int]:
    """Return the boxes of the return that are not empty."""
    return {box.number: box.amount_minor for box in returned(session).boxes if box.amount_minor}


def lines_of(session: Session, entry_id: UUID) -> list[tuple[str, int, str | None]]:
    """Return the lines of an entry: account, amount, tax code."""
    rows = session.execute(
        select(Account.code, Posting.amount_minor, TaxCode.code)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(TaxCode, TaxCode.id == Posting.tax_code_id)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.line)
    )
    return [(account, amount_minor, tax) for account, amount_minor, tax in rows]
