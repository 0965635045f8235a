"""The table of the budget. A plan, not something that happened: it is changed in place, and the audit trail says by whom."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from evidence.columns import CurrencyCode, Minor
from ledger.models import Account, LedgerBase, Period


class BudgetAmount(LedgerBase):
    """What an account is meant to earn or to cost in a month. No row means nothing planned."""

    __tablename__ = "ledger_budget"

    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), primary_key=True)
    period_id: Mapped[UUID] = mapped_column(ForeignKey(Period.id), primary_key=True, index=True)
    #: Positive on the account's own side: income earned, expense spent.
    amount_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
