"""How the pages of the chart name what an account is part of and whose business it shows, and what a file did to it."""

from collections.abc import Mapping

from flask_babel import gettext

from coop.books.words import account_kind
from evidence.messages import N_
from ledger.chart.file import Change
from ledger.lines import BY_CODE, Caption
from ledger.models import Account, AccountKind, Business

_BUSINESSES: Mapping[Business, str] = {
    Business.MEMBER: N_("Business with members"),
    Business.NON_MEMBER: N_("Business with non-members"),
    Business.EXTRAORDINARY: N_("Extraordinary"),
}
_DID: Mapping[str, str] = {"added": N_("added"), "changed": N_("changed"), "closed": N_("closed")}


def caption(line: Caption, kind: AccountKind | None) -> str:
    """Name a line of the statements; with its kind, where accounts of every kind are offered."""
    label: str = gettext(line.label)
    return label if kind is not None else f"{account_kind(line.kind)}: {label}"


def statement_line(code: str) -> str:
    """Name the line of the statements that an account is part of."""
    return str(gettext(BY_CODE[code].label)) if code in BY_CODE else code


def business(value: Business) -> str:
    """Name whose business an account shows."""
    return str(gettext(_BUSINESSES[value]))


def notes(account: Account) -> list[str]:
    """Say beside an account of the tree what tells it from others."""
    said = [
        (account.closed_on is not None, gettext("closed")),
        (account.by_party, gettext("per member or client")),
        (account.is_contra, gettext("deducted from the others")),
    ]
    return [note for holds, note in said if holds] + ([business(account.business)] if account.business else [])


def did(change: Change) -> str:
    """Say what a row of a file does to the chart, and to which columns."""
    word: str = gettext(_DID[change.did])
    return f"{word}: {', '.join(change.columns)}" if change.columns else word
