"""What the database itself refuses about bank lines and payments out: they are only added, and a line is one entry at a time."""

from coop.payments.bank.models import BankLine, BankLineRemoval, BankMatch, BankUnmatch
from coop.payments.payouts.models import Disbursement, DisbursementLine
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

_HOLD_LINE = "  PERFORM 1 FROM bank_line WHERE id = NEW.line_id FOR NO KEY UPDATE;"


def _stands(column: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM bank_match m WHERE m.{column} = NEW.{column}"
        " AND NOT EXISTS (SELECT 1 FROM bank_unmatch u WHERE u.match_id = m.id))"
    )


RULES: tuple[Rule, ...] = (
    *(
        rule
        for mapped in (BankLine, BankLineRemoval, BankMatch, BankUnmatch, Disbursement, DisbursementLine)
        for rule in append_only(table_of(mapped))
    ),
    refuse(
        "bank_match_one_to_one",
        "bank_match",
        "INSERT",
        [
            Case(_stands("line_id"), "payments: the bank line is matched already"),
            Case(_stands("entry_id"), "payments: the entry is matched already"),
            Case(
                "EXISTS (SELECT 1 FROM bank_line_removal r WHERE r.line_id = NEW.line_id)",
                "payments: the bank line was removed",
            ),
        ],
        requires=["bank_unmatch", "bank_line_removal", "bank_line", "ledger_entry"],
        postgresql_lock=(f"{_HOLD_LINE}\n  PERFORM 1 FROM ledger_entry WHERE id = NEW.entry_id FOR NO KEY UPDATE;"),
    ),
    refuse(
        "bank_line_removal_unmatched",
        "bank_line_removal",
        "INSERT",
        [Case(_stands("line_id"), "payments: the bank line is matched")],
        requires=["bank_match", "bank_unmatch", "bank_line"],
        postgresql_lock=_HOLD_LINE,
    ),
)
