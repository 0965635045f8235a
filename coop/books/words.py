"""How the books room names things on the page: kinds of account and of entry, and a member's balances in plain words."""

from collections.abc import Collection, Mapping

from flask_babel import gettext

from coop.translating import finished
from evidence.messages import N_
from ledger import chart
from ledger.models import AccountKind
from ledger.statements import Change
from ledger.totals import CAPITAL_MOVE

ACCOUNT_KINDS: Mapping[AccountKind, str] = {
    AccountKind.ASSET: N_("Assets"),
    AccountKind.LIABILITY: N_("Liabilities"),
    AccountKind.EQUITY: N_("Equity"),
    AccountKind.INCOME: N_("Income"),
    AccountKind.EXPENSE: N_("Expenses"),
}
_ENTRY_KINDS: Mapping[str, str] = {
    "manual": N_("Entered by hand"),
    "imported": N_("Imported"),
    "opening": N_("Opening balances"),
    "bank-receipt": N_("Money received"),
    "card-suspense": N_("Paid by card, not delivered"),
    "card-fee": N_("Fee of the card processor"),
    "card-refund": N_("Paid back to a card"),
    "bank-line": N_("Booked from the bank statement"),
    "disbursement": N_("Paid out"),
    "bill": N_("Supplier's bill"),
    "disbursement-return": N_("Payment out sent back"),
    "bill-payment": N_("Bills paid"),
    "bill-return": N_("Payment of bills sent back"),
    "expense-claim": N_("Expense claim"),
    "closing": N_("Closing of the year"),
    "reopening": N_("Reopening of the year"),
    "distribution": N_("Surplus distributed"),
    "share-issue": N_("Shares issued"),
    CAPITAL_MOVE: N_("Share capital moved to another account"),
    "sale": N_("Sold"),
    "invoice": N_("Invoiced"),
    "commission": N_("Marketplace fee"),
    "delivery": N_("Delivered"),
    "refund": N_("Refunded"),
    "reversal": N_("Reversal"),
    "fund-receipt": N_("Received for a fund"),
    "fund-release": N_("Spent for a fund"),
}
#: What stands on an account for a member, said to the member.
_YOURS: Mapping[str, str] = {
    chart.RECEIVABLE: N_("Owed by you"),
    chart.PAYABLE: N_("Owed to you"),
    chart.EXPENSE_CLAIMS: N_("Owed to you for expenses"),
    chart.DEFERRED_INCOME: N_("Paid ahead by you"),
    chart.PLATFORM_CREDIT: N_("Your credit with us"),
    chart.SHARE_APPLICATIONS: N_("Paid for shares not issued yet"),
    chart.CAPITAL_REPAYABLE: N_("Share money to be paid back to you"),
    chart.OWED_TO_SELLERS: N_("Owed to you for sales"),
    chart.OWED_TO_COACHES: N_("Owed to you for coaching"),
    chart.OWED_TO_CLIENTS: N_("To be paid back to you"),
    chart.PATRONAGE_PAYABLE: N_("Your share of the surplus, to be paid out"),
    chart.RETAINED_PATRONAGE: N_("Kept in your name"),
}
_EQUITY_CHANGES: Mapping[Change, str] = {
    Change.OPENING: N_("Brought over from other books"),
    Change.ISSUED: N_("Shares issued"),
    Change.REDEEMED: N_("Shares redeemed"),
    Change.MOVED: N_("Moved to the account of the class"),
    Change.RESULT: N_("Surplus, or deficit as a minus"),
    Change.CLOSING: N_("Closing of the year"),
    Change.DISTRIBUTION: N_("Surplus distributed"),
    Change.OTHER: N_("Other changes"),
}
_SOURCES: Mapping[str, str] = {
    "payment_receipt": N_("A receipt in Payments"),
    "share_event": N_("A line of the share register"),
    "member_class": N_("Another account for the share capital of a class"),
    "sales_order": N_("An order"),
    "disbursement": N_("A payment out"),
    "disbursement_return": N_("A payment out that was sent back"),
    "bill": N_("A supplier's bill"),
    "bill_payment_run": N_("A payment of bills"),
    "bill_return": N_("A payment of bills that was sent back"),
    "expense_claim": N_("An expense claim"),
    "fiscal_year": N_("The closing of the year"),
    "distribution": N_("A plan for the surplus"),
    "card_payment": N_("A payment by card"),
    "card_refund": N_("A refund to a card"),
}


def account_kind(kind: AccountKind) -> str:
    """Name a kind of account, in the plural."""
    return str(gettext(ACCOUNT_KINDS[kind]))


def entry_kind(kind: str) -> str:
    """Name a kind of entry; one that has no words yet is shown by its code."""
    return finished(_ENTRY_KINDS[kind]) if kind in _ENTRY_KINDS else kind


def equity_change(change: Change) -> str:
    """Name a reason for which equity changed."""
    return str(gettext(_EQUITY_CHANGES[change]))


def yours(code: str, name: str, of_capital: Collection[str]) -> str:
    """Name an account to the member whom its balance is about; share capital stands on one of several."""
    if code in of_capital:
        return str(gettext("Your shares"))
    return gettext(_YOURS[code]) if code in _YOURS else name


def source(kind: str) -> str:
    """Name the record that caused an entry."""
    return gettext(_SOURCES[kind]) if kind in _SOURCES else kind
