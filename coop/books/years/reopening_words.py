"""The reopening of a year in words: what it takes back, for the act and the command, and what became of earlier closings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.resolutions import Resolution
from coop.books.years import reopening
from coop.books.years.reopening import Reopenable
from coop.errors import message_of
from coop.formats import format_day, format_money
from ledger.models import Entry, FiscalYear
from ledger.years.closed_years import Closed, closings_of
from ledger.years.reopening_errors import YearIsOpen


@dataclass(frozen=True)
class TakenBack:
    """A closing that was taken back: what it said, by which decision, and where it can be seen."""

    number: int
    closed_on: date
    result: str
    reopened_on: date
    opens_on: date
    decided_on: date
    resolution: int | None
    closing_entry_id: UUID | None
    reopening_entry_id: UUID | None


def described(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say as pairs of term and value what a reopening will do; of one that is done, what it did."""
    opens_on, decided_on = (date.fromisoformat(arguments[name]) for name in ("opens_on", "decided_on"))
    pairs = [
        (gettext("Decided by the board on"), format_day(decided_on)),
        (gettext("Takes entries again from"), format_day(opens_on)),
        (gettext("Fingerprint of the closing"), arguments["fingerprint"]),
    ]
    try:
        found = reopening.reopenable(session, UUID(arguments["year"]))
    except YearIsOpen:
        year = session.get_one(FiscalYear, UUID(arguments["year"]))
        return [(gettext("Fiscal year"), _days(year)), *pairs]
    in_the_way = [(gettext("In the way"), message_of(problem)) for problem in found.problems]
    return [(gettext("Fiscal year"), _days(found.year)), *pairs, *consequences(session, found), *in_the_way]


def consequences(session: Session, found: Reopenable) -> list[tuple[str, str]]:
    """Say as pairs of term and value what reopening a year takes back."""
    result = gettext(
        "The result is no longer final: %(amount)s.", amount=_money(found.closing.result_minor, found.currency)
    )
    taken_back = gettext("The closing entry is taken back on the last day of the year, by an entry that names it.")
    return [
        (gettext("The closing"), f"{result} {taken_back}" if found.closing.entry_id else result),
        (
            gettext("Accounts and report"),
            gettext(
                "What was approved, signed and published stays as it was, and counts no more: once the year is closed again, the"
                " accounts are approved anew, and the next edition says what happened."
            ),
        ),
        (
            gettext("Surplus"),
            gettext("A plan that the members are deciding on is set aside: they decide anew on another.")
            if found.motion_id
            else gettext("Plans of the surplus that were prepared are set aside."),
        ),
        *_of_tax(session),
        (
            gettext("Recorded with it"),
            gettext("A resolution of the board in the register, with the reason below."),
        ),
    ]


def _of_tax(session: Session) -> list[tuple[str, str]]:
    if not cooperative.current(session).is_tax_registered:
        return []
    words = gettext(
        "What is corrected in these months changes their tax returns. What was filed may have to be corrected too."
    )
    return [(gettext("Tax"), words)]


def taken_back(session: Session, closings: Iterable[Closed]) -> list[TakenBack]:
    """Return the closings of a year that were taken back, as its page shows them."""
    currency = cooperative.current(session).currency
    rows = []
    for one in closings:
        if one.reopening is None:
            continue
        rows.append(
            TakenBack(
                number=one.closing.number,
                closed_on=one.closing.closed_on,
                result=_money(one.closing.result_minor, currency),
                reopened_on=one.reopening.reopened_on,
                opens_on=one.reopening.opens_on,
                decided_on=one.reopening.decided_on,
                resolution=session.scalar(select(Resolution.number).where(Resolution.id == one.reopening.decision_ref)),
                closing_entry_id=one.closing.entry_id,
                reopening_entry_id=session.scalar(select(Entry.id).where(Entry.reverses_id == one.closing.entry_id))
                if one.closing.entry_id
                else None,
            )
        )
    return rows


def remarks(session: Session, starts_on: date, ends_on: date) -> list[str]:
    """Say of each year between two days that was reopened that its figures were final once, or are not yet."""
    years = select(FiscalYear).where(FiscalYear.starts_on <= ends_on, FiscalYear.ends_on >= starts_on)
    said = []
    for year in session.scalars(years.order_by(FiscalYear.starts_on)):
        closings = closings_of(session, year.id)
        reopenings = [one.reopening for one in closings if one.reopening is not None]
        if not reopenings:
            continue
        days = {
            "year": format_day(year.ends_on),
            "closed": format_day(closings[len(reopenings) - 1].closing.closed_on),
            "reopened": format_day(reopenings[-1].reopened_on),
        }
        if len(closings) == len(reopenings):
            words = gettext(
                "The year to %(year)s was closed on %(closed)s and reopened on %(reopened)s. Until it is closed again, its figures"
                " are not final.",
                **days,
            )
        else:
            words = gettext(
                "The year to %(year)s was closed on %(closed)s, reopened on %(reopened)s and closed again on %(again)s.",
                again=format_day(closings[-1].closing.closed_on),
                **days,
            )
        said.append(words)
    return said


def _days(year: FiscalYear) -> str:
    return str(gettext("%(first)s to %(last)s", first=format_day(year.starts_on), last=format_day(year.ends_on)))


def _money(amount_minor: int, currency: str) -> str:
    label = gettext("Surplus") if amount_minor >= 0 else gettext("Deficit")
    return f"{label} {format_money(abs(amount_minor), currency)}"
