"""What the database itself refuses in the budget: an amount on an account that neither earns nor costs."""

from evidence.columns import table_of
from evidence.rules import Case, Rule, refuse
from ledger.budgets.models import BudgetAmount

_PLANNED = (
    "NOT EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND kind IN ('income', 'expense')"
    " AND NOT is_heading AND currency = NEW.currency)"
)

RULES: tuple[Rule, ...] = tuple(
    refuse(
        f"ledger_budget_of_income_or_expense_{event.lower()}",
        table_of(BudgetAmount).name,
        event,
        [Case(_PLANNED, "ledger: only income and expense accounts have a budget, in their own currency")],
        requires=["ledger_account"],
    )
    for event in ("INSERT", "UPDATE")
)
