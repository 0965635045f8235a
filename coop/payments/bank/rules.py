"""What the database itself refuses about bank lines and payments out.

They are only added, a line is one entry at a time and an entry one line of each bank account, and where several belong together
both sides add up to the same.
"""

from coop.payments.bank.models import (
    BankLine,
    BankLineRemoval,
    BankMatch,
    BankMatchGroup,
    BankStatement,
    BankStatementLine,
    BankUnmatch,
)
from coop.payments.payouts.models import (
    Disbursement,
    DisbursementLine,
    DisbursementReturn,
    DisbursementReturnLine,
)
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

_ONLY_ADDED = (
    *(BankLine, BankLineRemoval, BankMatch, BankMatchGroup, BankUnmatch, BankStatement, BankStatementLine),
    *(Disbursement, DisbursementLine, DisbursementReturn, DisbursementReturnLine),
)
_HOLD_LINE = "  PERFORM 1 FROM bank_line WHERE id = NEW.line_id FOR NO KEY UPDATE;"
_IN_GROUP = "FROM bank_match m WHERE m.group_id = NEW.id"
#: The bank account of what is matched.
_OF_LINE = "SELECT l.account_code FROM bank_line l WHERE l.id = NEW.line_id"
_OF_GROUP = f"SELECT MIN(l.account_code) FROM bank_line l WHERE l.id IN (SELECT m.line_id {_IN_GROUP})"
#: What moves money between two bank accounts is a line of each.
_SAME_ACCOUNT = f" AND (SELECT o.account_code FROM bank_line o WHERE o.id = m.line_id) = ({_OF_LINE})"


def _stands(column: str, elsewhere: str = "") -> str:
    return (
        f"EXISTS (SELECT 1 FROM bank_match m WHERE m.{column} = NEW.{column}{elsewhere}"
        " AND NOT EXISTS (SELECT 1 FROM bank_unmatch u WHERE u.match_id = m.id))"
    )


def _moved(account: str, entries: str) -> str:
    """Return by how much entries moved a bank account, as SQL."""
    return (
        "(SELECT COALESCE(SUM(p.amount_minor), 0) FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id"
        f" WHERE a.code = ({account}) AND p.entry_id {entries})"
    )


#: In the same group a line stands beside several entries, or an entry beside several lines.
_ELSEWHERE = " AND (NEW.group_id IS NULL OR m.group_id IS NULL OR m.group_id <> NEW.group_id)"

RULES: tuple[Rule, ...] = (
    *(rule for mapped in _ONLY_ADDED for rule in append_only(table_of(mapped))),
    refuse(
        "bank_match_one_to_one",
        "bank_match",
        "INSERT",
        [
            Case(_stands("line_id", _ELSEWHERE), "payments: the bank line is matched already"),
            Case(_stands("entry_id", _SAME_ACCOUNT + _ELSEWHERE), "payments: the entry is matched already"),
            Case(_stands("line_id", " AND m.entry_id = NEW.entry_id"), "payments: the two are matched already"),
            Case(
                "EXISTS (SELECT 1 FROM bank_line_removal r WHERE r.line_id = NEW.line_id)",
                "payments: the bank line was removed",
            ),
            Case(
                "NEW.group_id IS NULL AND (SELECT l.amount_minor FROM bank_line l WHERE l.id = NEW.line_id) <> "
                + _moved(_OF_LINE, "= NEW.entry_id"),
                "payments: the bank line and the entry are of different amounts",
            ),
            Case(
                "EXISTS (SELECT 1 FROM bank_match_group g WHERE g.id = NEW.group_id)",
                "payments: the group of matches is complete",
            ),
        ],
        requires=[
            *("bank_unmatch", "bank_line_removal", "bank_line", "bank_match_group"),
            *("ledger_entry", "ledger_posting", "ledger_account"),
        ],
        postgresql_lock=(f"{_HOLD_LINE}\n  PERFORM 1 FROM ledger_entry WHERE id = NEW.entry_id FOR NO KEY UPDATE;"),
    ),
    refuse(
        "bank_match_group_adds_up",
        "bank_match_group",
        "INSERT",
        [
            Case(f"(SELECT COUNT(*) {_IN_GROUP}) < 2", "payments: a group is of two matches or more"),
            Case(
                f"(SELECT COUNT(DISTINCT m.line_id) {_IN_GROUP}) > 1"
                f" AND (SELECT COUNT(DISTINCT m.entry_id) {_IN_GROUP}) > 1",
                "payments: a group is of one line or of one entry",
            ),
            Case(
                f"(SELECT COUNT(DISTINCT l.account_code) FROM bank_line l WHERE l.id IN (SELECT m.line_id {_IN_GROUP})) > 1",
                "payments: a group is of lines of one bank account",
            ),
            Case(
                f"(SELECT SUM(l.amount_minor) FROM bank_line l WHERE l.id IN (SELECT m.line_id {_IN_GROUP})) <> "
                + _moved(_OF_GROUP, f"IN (SELECT m.entry_id {_IN_GROUP})"),
                "payments: the lines and the entries of a group do not add up to the same",
            ),
        ],
        requires=["bank_match", "bank_line", "ledger_posting", "ledger_account"],
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
