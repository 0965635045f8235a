"""The lines of the statements: what an account is part of, in the order in which the statements show them."""

from dataclasses import dataclass
from enum import StrEnum

from evidence.messages import N_
from ledger.models import AccountKind


class Activity(StrEnum):
    """Where a change shows in the statement of cash flows; `cash` is what that statement explains."""

    CASH = "cash"
    OPERATING = "operating"
    INVESTING = "investing"
    FINANCING = "financing"


@dataclass(frozen=True)
class Caption:
    """A line of the balance sheet or of the income statement, under which accounts are added up."""

    code: str
    #: Marked for translation.
    label: str
    kind: AccountKind
    activity: Activity


_ASSET, _LIABILITY, _EQUITY, _INCOME, _EXPENSE = AccountKind
_OPERATING, _INVESTING, _FINANCING = Activity.OPERATING, Activity.INVESTING, Activity.FINANCING

LINES = (
    Caption("cash", N_("Cash and bank"), _ASSET, Activity.CASH),
    Caption("receivables", N_("Owed to the co-op"), _ASSET, _OPERATING),
    Caption("other-current-assets", N_("Other current assets"), _ASSET, _OPERATING),
    Caption("fixed-assets", N_("Equipment and other lasting assets"), _ASSET, _INVESTING),
    Caption("payables", N_("Owed to suppliers, sellers and coaches"), _LIABILITY, _OPERATING),
    Caption("tax", N_("Taxes"), _LIABILITY, _OPERATING),
    Caption("paid-in-advance", N_("Paid in advance by clients"), _LIABILITY, _OPERATING),
    Caption("grants-unspent", N_("Grants not yet spent"), _LIABILITY, _OPERATING),
    Caption("members-payable", N_("Owed to members"), _LIABILITY, _FINANCING),
    Caption("loans", N_("Loans"), _LIABILITY, _FINANCING),
    Caption("share-capital", N_("Share capital"), _EQUITY, _FINANCING),
    Caption("reserves", N_("Reserves"), _EQUITY, _FINANCING),
    Caption("restricted-funds", N_("Funds held for a purpose"), _EQUITY, _OPERATING),
    Caption("retained-patronage", N_("Patronage kept in members' names"), _EQUITY, _FINANCING),
    Caption("surplus", N_("Surplus awaiting a decision"), _EQUITY, _OPERATING),
    Caption("services", N_("Services"), _INCOME, _OPERATING),
    Caption("grants", N_("Grants and donations"), _INCOME, _OPERATING),
    Caption("other-income", N_("Other income"), _INCOME, _OPERATING),
    Caption("service-costs", N_("Costs of the services"), _EXPENSE, _OPERATING),
    Caption("running-costs", N_("Running costs"), _EXPENSE, _OPERATING),
    Caption("depreciation", N_("Depreciation"), _EXPENSE, _OPERATING),
    Caption("other-costs", N_("Other costs"), _EXPENSE, _OPERATING),
)
BY_CODE = {line.code: line for line in LINES}


def is_line_of(code: str, kind: AccountKind) -> bool:
    """Say whether accounts of a kind can be part of a line."""
    line = BY_CODE.get(code)
    return line is not None and line.kind is kind
