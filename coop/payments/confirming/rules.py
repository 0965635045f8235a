"""What the database itself refuses: confirming one's own account, and paying to one that nobody has confirmed."""

from coop.payments.confirming.models import AccountConfirmation
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

_UNCONFIRMED = (
    "NEW.account_ref IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM account_confirmation c WHERE c.account_ref = NEW.account_ref)"
)

RULES: tuple[Rule, ...] = (
    *append_only(table_of(AccountConfirmation)),
    refuse(
        "account_confirmation_by_another",
        "account_confirmation",
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM supplier s WHERE s.account_ref = NEW.account_ref"
                " AND s.account_changed_by = NEW.confirmed_by)"
                " OR EXISTS (SELECT 1 FROM payout_account a WHERE a.account_ref = NEW.account_ref"
                " AND a.changed_by = NEW.confirmed_by)",
                "accounts: nobody confirms the account that they gave",
            ),
        ],
        requires=("supplier", "payout_account"),
    ),
    *(
        refuse(
            f"{table}_to_confirmed",
            table,
            "INSERT",
            [Case(_UNCONFIRMED, "accounts: nobody has confirmed the account that is paid to")],
            requires=("account_confirmation",),
        )
        for table in ("bill_payment", "disbursement_line")
    ),
)
