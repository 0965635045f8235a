"""What the database itself refuses in the payments room: requests, receipts and credits are only ever added."""

from coop.payments.bank import rules as bank_rules
from coop.payments.bills import rules as bill_rules
from coop.payments.cards import rules as card_rules
from coop.payments.confirming import rules as confirming_rules
from coop.payments.models import PaymentCredit, PaymentReceipt, PaymentRequest
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = (
    *append_only(table_of(PaymentRequest)),
    *append_only(table_of(PaymentReceipt)),
    *append_only(table_of(PaymentCredit)),
    *bank_rules.RULES,
    *bill_rules.RULES,
    *card_rules.RULES,
    *confirming_rules.RULES,
)
