"""The statements as files: what each is called, and how it is written as CSV and as JSON for what the address asks for."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext

from coop.books import queries
from coop.books.statements import asked
from coop.database import db
from coop.payments.bills.ages import open_bills
from evidence.messages import N_
from ledger import comparatives, statements
from ledger.comparatives import Against
from ledger.export import balances
from ledger.export import statements as written
from ledger.statements import AgedBalances, Side, statutory, tables

#: What a file has, and the days it is about, for its name.
File = tuple[str, str]


def sheets(found: asked.AskedDay) -> list[statements.BalanceSheet]:
    """Return the balance sheet that was asked for, and what it is compared with."""
    session = db.session()
    return [statements.balance_sheet(session, day) for day in comparatives.days(session, found.at, found.against)]


def trials(found: asked.AskedDay) -> list[statements.TrialBalance]:
    """Return the trial balance that was asked for, and what it is compared with."""
    session = db.session()
    return [statements.trial_balance(session, day) for day in comparatives.days(session, found.at, found.against)]


def incomes(found: asked.AskedDays) -> list[statements.IncomeStatement]:
    """Return the income statement that was asked for, and what it is compared with."""
    return [statements.income_statement(db.session(), *days) for days in _stretches(found)]


def cash_flows(found: asked.AskedDays) -> list[statements.CashFlowStatement]:
    """Return the statement of cash flows that was asked for, and what it is compared with."""
    return [statements.cash_flow_statement(db.session(), *days) for days in _stretches(found)]


def equities(found: asked.AskedDays) -> list[statements.EquityStatement]:
    """Return the changes in equity that were asked for, and what they are compared with."""
    return [statements.equity_statement(db.session(), *days) for days in _stretches(found)]


def tagged(found: asked.AskedDays) -> list[statutory.TaggedStatement]:
    """Return the figures by statutory tag that were asked for, and what they are compared with."""
    return [statutory.tagged_statement(db.session(), *days) for days in _stretches(found)]


def aged(side: Side, at: date, days_to_pay: int) -> AgedBalances:
    """Return what is owed at the end of a day: to suppliers bill by bill, and else the newest parts of each balance."""
    session = db.session()
    open_items = open_bills(session, at) if side is Side.PAYABLE else None
    return statements.aged_balances(session, side, at, days_to_pay=days_to_pay, open_items=open_items)


def downloads(name: str, address: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the links above the table of a statement: its files, and printing it."""
    title = gettext(TITLES[name])
    links: list[dict[str, Any]] = [
        {
            "label": gettext("%(title)s as %(format)s", title=title, format=form.upper()),
            "href": url_for("books.statement_file", name=name, form=form, **address),
        }
        for form in ("csv", "json")
    ]
    return [*links, {"label": gettext("Print"), "print": True}]


def _stretches(found: asked.AskedDays) -> list[tuple[date, date]]:
    return comparatives.stretches(db.session(), found.starts_on, found.ends_on, found.against)


def _trial_file(form: str) -> File:
    day = asked.asked_day(Against.NOTHING)
    write = balances.as_json if form == "json" else balances.as_csv
    return write(trials(day)[0]), str(day.at)


def _sheet_file(form: str) -> File:
    day = asked.asked_day(Against.NOTHING)
    found = sheets(day)
    text = written.sheet_as_json(*found) if form == "json" else written.as_csv(tables.sheet_table(found))
    return text, str(day.at)


def _income_file(form: str) -> File:
    days = asked.asked_days(Against.NOTHING)
    found = incomes(days)
    text = written.income_as_json(*found) if form == "json" else written.as_csv(tables.income_table(found))
    return text, f"{days.starts_on}-{days.ends_on}"


def _cash_file(form: str) -> File:
    days = asked.asked_days(Against.NOTHING)
    found = cash_flows(days)
    text = written.cash_as_json(*found) if form == "json" else written.as_csv(tables.cash_table(found))
    return text, f"{days.starts_on}-{days.ends_on}"


def _equity_file(form: str) -> File:
    days = asked.asked_days(Against.NOTHING)
    found = equities(days)
    text = written.equity_as_json(*found) if form == "json" else written.equity_as_csv(found[0])
    return text, f"{days.starts_on}-{days.ends_on}"


def _tagged_file(form: str) -> File:
    days = asked.asked_days(Against.NOTHING)
    found = tagged(days)
    text = written.tagged_as_json(*found) if form == "json" else written.as_csv(statutory.tagged_table(found))
    return text, f"{days.starts_on}-{days.ends_on}"


def _aged_file(side: Side, form: str) -> File:
    _, at, days_to_pay, _ = asked.asked_age()
    found = aged(side, at, days_to_pay)
    if form == "json":
        return written.aged_as_json(found), str(found.at)
    names = queries.party_names(db.session(), (row.party_ref for account in found.accounts for row in account.rows))
    return written.aged_as_csv(found, names, nobody=gettext("no party named")), str(found.at)


#: By the name in the address.
TITLES: Mapping[str, str] = {
    "trial-balance": N_("Trial balance"),
    "balance-sheet": N_("Balance sheet"),
    "income-statement": N_("Income statement"),
    "cash-flows": N_("Cash flows"),
    "changes-in-equity": N_("Changes in equity"),
    "statutory-tags": N_("Figures by statutory tag"),
    "receivables": N_("What is owed to the co-op"),
    "payables": N_("What the co-op owes"),
}
FILES: Mapping[str, Callable[[str], File]] = {
    "trial-balance": _trial_file,
    "balance-sheet": _sheet_file,
    "income-statement": _income_file,
    "cash-flows": _cash_file,
    "changes-in-equity": _equity_file,
    "statutory-tags": _tagged_file,
    "receivables": partial(_aged_file, Side.RECEIVABLE),
    "payables": partial(_aged_file, Side.PAYABLE),
}
