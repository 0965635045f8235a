"""The statements as frozen values, whose figures know the days of the postings behind them. Words and pages are the web's."""

from ledger.statements.aged import AgedAccount, AgedBalances, AgedRow, OpenItem, OpenItems, Side, aged_balances
from ledger.statements.balances import (
    BalanceSheet,
    IncomeStatement,
    TrialBalance,
    balance_sheet,
    income_by_month,
    income_statement,
    trial_balance,
)
from ledger.statements.cash import CashAccount, CashFlows, CashFlowStatement, cash_flow_statement
from ledger.statements.equity import Change, EquityAccount, EquityRow, EquityStatement, equity_statement
from ledger.statements.general import LedgerAccount, LedgerPosting, general_ledger, ledger_postings
from ledger.statements.party import party_statement
from ledger.statements.sections import Group, Section, StatementLine

__all__ = [
    "AgedAccount",
    "AgedBalances",
    "AgedRow",
    "BalanceSheet",
    "CashAccount",
    "CashFlowStatement",
    "CashFlows",
    "Change",
    "EquityAccount",
    "EquityRow",
    "EquityStatement",
    "Group",
    "IncomeStatement",
    "LedgerAccount",
    "LedgerPosting",
    "OpenItem",
    "OpenItems",
    "Section",
    "Side",
    "StatementLine",
    "TrialBalance",
    "aged_balances",
    "balance_sheet",
    "cash_flow_statement",
    "equity_statement",
    "general_ledger",
    "income_by_month",
    "income_statement",
    "ledger_postings",
    "party_statement",
    "trial_balance",
]
