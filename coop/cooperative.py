"""The co-operative itself: its name, currency, zone and fiscal year. One database is one co-operative, so there is one row."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import CheckConstraint, SmallInteger, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop import clock
from coop.database import CoopBase
from evidence.columns import Code, CurrencyCode, Line
from evidence.messages import N_, Refusal


@dataclass(eq=False)
class NotFounded(Refusal):
    """The database holds no co-operative yet."""

    message = N_("This database holds no co-operative yet. Run: coop init")


class Cooperative(CoopBase):
    """The one row. Also the row that is locked to give out the next member or resolution number."""

    __tablename__ = "cooperative"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, init=False, default=1)
    name: Mapped[Line]
    currency: Mapped[CurrencyCode]
    #: IANA name of the time zone, such as `Pacific/Auckland`.
    zone: Mapped[Code]
    #: Last day of the fiscal year.
    year_end_month: Mapped[int] = mapped_column(SmallInteger)
    year_end_day: Mapped[int] = mapped_column(SmallInteger)
    founded_on: Mapped[date]
    #: Where members pay to, as printed on a request for payment.
    bank_account: Mapped[Line] = mapped_column(default="")
    #: Registered for goods and services tax: then nothing says that amounts contain none.
    is_tax_registered: Mapped[bool] = mapped_column(server_default=false(), default=False)
    #: The number under which it is registered, as printed on invoices and receipts; it stays when the registration ends.
    tax_number: Mapped[Line] = mapped_column(server_default="", default="")
    #: The tax code of what it sells, where an offering has no other. Without one nothing that is sold carries tax.
    sales_tax_code: Mapped[Code | None] = mapped_column(default=None)
    #: Written by `coop demo` only: opens the role sign-ins and the mail viewer.
    is_demo: Mapped[bool] = mapped_column(server_default=false(), default=False)
    #: How far a demonstration's date was moved on; nothing in a real co-operative.
    ahead_seconds: Mapped[int | None] = mapped_column(default=None)


#: Every page asks this: built once, because building a query costs more than its answer.
_THE_ONE = select(Cooperative).where(Cooperative.id == 1)


def find(session: Session) -> Cooperative | None:
    """Return the co-operative, or nothing before it was founded."""
    # The identity map holds rows weakly; with this reference a page asks the database once.
    found: Cooperative | None = session.info.get("cooperative")
    if found is None or found not in session:
        found = session.info["cooperative"] = session.scalar(_THE_ONE)
    return found


def current(session: Session, *, lock: bool = False) -> Cooperative:
    """Return the co-operative; with `lock`, hold its row until the transaction ends.

    Raises:
        NotFounded: before `coop init`.
    """
    cooperative = session.get(Cooperative, 1, with_for_update=True) if lock else find(session)
    if cooperative is None:
        raise NotFounded
    return cooperative


def set_clock(session: Session) -> Cooperative | None:
    """Let the clock show the demonstration's date, and return the co-operative, if there is one.

    Each request, command and round of the worker begins with it.
    """
    found = find(session)
    clock.run_ahead(timedelta(seconds=(found.ahead_seconds or 0) if found and found.is_demo else 0))
    return found


def today(session: Session) -> date:
    """Return today's date in the co-op's zone."""
    return clock.today(current(session).zone)
