"""What the database itself refuses in the payments room: requests and receipts are only ever added."""

from coop.payments.models import PaymentReceipt, PaymentRequest
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = (*append_only(table_of(PaymentRequest)), *append_only(table_of(PaymentReceipt)))
