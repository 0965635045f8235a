"""What the database itself refuses: confirming one's own account, changing one behind its confirmation, and paying to one without."""

from coop.payments.confirming.models import AccountConfirmation
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

#: The account of whoever is paid, by the table of what was paid.
_ACCOUNT_OF = {
    "bill_payment": "bill b JOIN supplier a ON a.id = b.supplier_id WHERE b.id = NEW.bill_id",
    "disbursement_line": "payout_account a WHERE a.participant_id = NEW.participant_id",
}
_ANOTHER = (
    "EXISTS (SELECT 1 FROM {account} AND a.account_ref IS NOT NULL"
    " AND (NEW.account_ref IS NULL OR NEW.account_ref <> a.account_ref))"
)
_CONFIRMED = "EXISTS (SELECT 1 FROM account_confirmation c WHERE c.account_ref = NEW.account_ref)"
_UNCONFIRMED = (
    "NEW.account_ref IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM account_confirmation c WHERE c.account_ref = NEW.account_ref)"
)
_NAMELESS = Case(
    "NEW.bank_account <> '' AND NEW.account_ref IS NULL",
    "accounts: an account has a reference, by which it is confirmed",
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
    # The reference is what was confirmed: another account under the same one, under one of before, or without any, would be paid to
    # unseen.
    *(
        refuse(
            f"{table}_changes_with_reference",
            table,
            "UPDATE",
            [
                Case(
                    "OLD.bank_account <> NEW.bank_account AND OLD.account_ref = NEW.account_ref",
                    "accounts: another account has a reference of its own, to be confirmed anew",
                ),
                Case(
                    f"(OLD.account_ref IS NULL OR OLD.account_ref <> NEW.account_ref) AND {_CONFIRMED}",
                    "accounts: the reference was confirmed for another account",
                ),
                _NAMELESS,
            ],
            requires=("account_confirmation",),
        )
        for table in ("supplier", "payout_account")
    ),
    *(
        refuse(
            f"{table}_begins_unconfirmed",
            table,
            "INSERT",
            [Case(_CONFIRMED, "accounts: the reference was confirmed for another account"), _NAMELESS],
            requires=("account_confirmation",),
        )
        for table in ("supplier", "payout_account")
    ),
    *(
        refuse(
            f"{table}_to_confirmed",
            table,
            "INSERT",
            [
                Case(_UNCONFIRMED, "accounts: nobody has confirmed the account that is paid to"),
                Case(_ANOTHER.format(account=account), "accounts: it is not the account of who is paid"),
            ],
            requires=("account_confirmation", "bill", "supplier", "payout_account"),
        )
        for table, account in _ACCOUNT_OF.items()
    ),
)
