"""The closing of a year in words: its checklist, and what will be booked, for the page, the act and the command."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from coop.books.errors import BankLinesUnmatched, LinesOfAccountUnmatched
from coop.books.years.closing import Prospect
from coop.errors import message_of
from coop.formats import format_day, format_money
from evidence.messages import N_, Refusal
from ledger import chart


@dataclass(frozen=True)
class CheckRow:
    """An item of the checklist: done, open with what to do, or a note that keeps nobody from closing."""

    label: str
    #: `done`, `open` or `note`.
    state: str
    text: str = ""
    #: Endpoint and values of the page where it is done.
    endpoint: str = ""
    values: tuple[tuple[str, Any], ...] = ()


#: Code, what it says when it is done, and the page where it is done.
_ITEMS: tuple[tuple[str, str, str], ...] = (
    ("year-not-over", N_("The year is over"), ""),
    ("earlier-year-open", N_("Earlier years are closed"), "books.fiscal_years"),
    ("no-next-year", N_("The next year is open"), "books.fiscal_years"),
    ("suspense", N_("Nothing is left in suspense"), ""),
    ("bank-lines", N_("Every line of the bank statement is an entry"), "bank.lines"),
    ("card-events", N_("Every message about payments by card is settled"), "cards.payments"),
    ("funds", N_("What was spent for funds is income"), "books.fund_list"),
    ("bills", N_("No bill or expense claim of the year waits"), "bills.waiting"),
    ("acts", N_("No act of two people waits that would book into the year"), "approvals.acts"),
    ("check", N_("The checks of the books find nothing"), ""),
)


def checklist(found: Prospect) -> list[CheckRow]:
    """Return the checklist of a year that is not closed."""
    rows = [row for item in _ITEMS for row in _rows_of(found, *item)]
    rows += [
        CheckRow(gettext("The last month is still open"), "open", message_of(refusal))
        for refusal in found.found("last-month-locked")
    ]
    return [*rows, *_notes(found)]


def result(found: Prospect) -> str:
    """Say what the result is."""
    label = gettext("Surplus") if found.result_minor >= 0 else gettext("Deficit")
    return f"{label} {format_money(abs(found.result_minor), found.currency)}"


def closing_lines(session: Session, found: Prospect) -> list[tuple[str, str, int]]:
    """Return the lines of the closing entry: account, its name, and the amount, debit positive."""
    names = {account.code: account.name for account in chart.accounts(session)}
    return [(line.account, names[line.account], line.amount_minor) for line in found.lines]


def described(session: Session, found: Prospect) -> list[tuple[str, str]]:
    """Say as pairs of term and value what the closing will do; of a closed year, what it did."""
    year = found.year
    days = gettext("%(first)s to %(last)s", first=format_day(year.starts_on), last=format_day(year.ends_on))
    pairs = [(gettext("Fiscal year"), days), (gettext("Result"), result(found))]
    if found.closing is not None:
        return [*pairs, (gettext("Closed on"), format_day(found.closing.closed_on))]
    for code, name, amount_minor in closing_lines(session, found):
        amount = format_money(abs(amount_minor), found.currency)
        side = (
            gettext("debit %(amount)s", amount=amount)
            if amount_minor > 0
            else gettext("credit %(amount)s", amount=amount)
        )
        pairs.append((f"{code} {name}", side))
    months = ngettext("%(num)s month is locked", "%(num)s months are locked", found.months_to_lock)
    pairs.append((gettext("Then"), months))
    if found.meetings_to_confirm or found.orders_to_deliver:
        pairs.append((gettext("Not confirmed"), _to_confirm(found)))
    pairs += [(gettext("Still open"), message_of(item.refusal)) for item in found.open_items]
    return pairs


def _rows_of(found: Prospect, code: str, label: str, endpoint: str) -> list[CheckRow]:
    """Return an item of the checklist: one row, or one for each bank account with open lines, which are done on a page each."""
    refusals = found.found(code)
    if not refusals:
        return [CheckRow(gettext(label), "done")]
    parts = [[refusal] for refusal in refusals] if code == "bank-lines" else [refusals]
    return [
        CheckRow(
            _label(label, part[0]), "open", " ".join(map(message_of, part)), *_place(found, code, endpoint, part[0])
        )
        for part in parts
    ]


def _label(label: str, refusal: Refusal) -> str:
    """Return the words of an item; of several bank accounts each is named, so that their links read apart."""
    words: str = gettext(label)
    if isinstance(refusal, LinesOfAccountUnmatched):
        account = f"{refusal.code} {refusal.name}"
        words = gettext("Every line of the statement of %(account)s is an entry", account=account)
    return words


def _place(found: Prospect, code: str, endpoint: str, refusal: Refusal) -> tuple[str, tuple[tuple[str, Any], ...]]:
    if code == "suspense":
        return "books.account", (("code", chart.SUSPENSE),)
    if isinstance(refusal, BankLinesUnmatched):
        return endpoint, (
            ("bank_code", refusal.code),
            ("from", found.year.starts_on.isoformat()),
            ("to", found.year.ends_on.isoformat()),
        )
    return endpoint, ()


def _notes(found: Prospect) -> list[CheckRow]:
    rows = []
    if found.deferred_minor:
        amount = format_money(found.deferred_minor, found.currency)
        text = gettext(
            "%(amount)s is paid in advance at the end of the year. What was held in the year has to be confirmed first, by the "
            "secretary: once it is closed, what it earned belongs to the next one. %(waiting)s",
            amount=amount,
            waiting=_to_confirm(found),
        )
        rows.append(CheckRow(gettext("Deliveries of the year are confirmed"), "note", text, "marketplace.to_deliver"))
    if found.receivable_minor:
        amount = format_money(found.receivable_minor, found.currency)
        text = gettext("%(amount)s is still owed to the co-op. It stays so in the next year.", amount=amount)
        values = (("code", chart.RECEIVABLE),)
        rows.append(CheckRow(gettext("What is owed to the co-op"), "note", text, "books.account", values))
    return rows


def _to_confirm(found: Prospect) -> str:
    """Say how much of what was sold may have been delivered in the year without anybody having said so."""
    parts = []
    if found.meetings_to_confirm:
        words = ngettext(
            "%(num)s meeting of a cohort is not confirmed",
            "%(num)s meetings of cohorts are not confirmed",
            found.meetings_to_confirm,
        )
        parts.append(words)
    if found.orders_to_deliver:
        words = ngettext(
            "%(num)s order of coaching has sessions to come",
            "%(num)s orders of coaching have sessions to come",
            found.orders_to_deliver,
        )
        parts.append(words)
    return "; ".join(parts) + "." if parts else str(gettext("Nothing waits to be confirmed."))
