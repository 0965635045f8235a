"""What the database itself refuses about bills and claims: changing one, the same number twice, paying what is not owed."""

from coop.payments.bills import models
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

_LASTING = (
    models.Bill,
    models.BillPaymentRun,
    models.BillPayment,
    models.BillReturn,
    models.BillReturnLine,
    models.ExpenseClaim,
    models.ExpenseClaimLine,
    models.ClaimCoding,
    models.ClaimEnding,
)
_TAKEN_BACK = (
    "EXISTS (SELECT 1 FROM ledger_entry r JOIN ledger_entry e ON e.id = r.reverses_id"
    " WHERE e.source_kind = 'bill' AND e.source_id = {bill})"
)
_WITHDRAWN = "EXISTS (SELECT 1 FROM act_withdrawal w WHERE w.act_id = b.act_id)"
#: What is paid of a bill with the new payment.
_PAID = (
    "(NEW.amount_minor + (SELECT COALESCE(SUM(p.amount_minor), 0) FROM bill_payment p WHERE p.bill_id = NEW.bill_id"
    " AND NOT EXISTS (SELECT 1 FROM bill_return_line r WHERE r.bill_id = p.bill_id AND r.run_id = p.run_id)))"
)
#: What the run pays its supplier so far.
_OF_SUPPLIER = (
    "(SELECT COALESCE(SUM(p.amount_minor), 0) FROM bill_payment p JOIN bill o ON o.id = p.bill_id"
    " WHERE p.run_id = NEW.run_id AND o.supplier_id = (SELECT b.supplier_id FROM bill b WHERE b.id = NEW.bill_id))"
)
_APPROVED = (
    "EXISTS (SELECT 1 FROM claim_coding c JOIN act_approval p ON p.act_id = c.act_id WHERE c.claim_id = {claim})"
)

RULES: tuple[Rule, ...] = (
    *(rule for mapped in _LASTING for rule in append_only(table_of(mapped))),
    refuse(
        "bill_number_once",
        "bill",
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM bill b WHERE b.supplier_id = NEW.supplier_id AND b.number_key = NEW.number_key"
                f" AND NOT {_WITHDRAWN} AND NOT {_TAKEN_BACK.format(bill='b.id')})",
                "bills: this number of the supplier stands already",
            ),
        ],
        requires=("act_withdrawal", "ledger_entry"),
        postgresql_lock="PERFORM 1 FROM supplier s WHERE s.id = NEW.supplier_id FOR UPDATE;",
    ),
    refuse(
        "bill_payment_of_open",
        "bill_payment",
        "INSERT",
        [
            Case(
                "NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.source_kind = 'bill' AND e.source_id = NEW.bill_id)",
                "bills: only an approved bill is paid",
            ),
            Case(_TAKEN_BACK.format(bill="NEW.bill_id"), "bills: the bill was taken back"),
            Case(
                "EXISTS (SELECT 1 FROM bill b WHERE b.id = NEW.bill_id AND"
                f" NOT (CASE WHEN b.total_minor > 0 THEN NEW.amount_minor > 0 AND {_PAID} <= b.total_minor"
                f" ELSE NEW.amount_minor < 0 AND {_PAID} >= b.total_minor END))",
                "bills: no more is paid than is left of the bill",
            ),
        ],
        # The last one is of the revision that gave payments an amount.
        requires=("ledger_entry", "bill_return_line", "account_confirmation"),
        postgresql_lock="PERFORM 1 FROM bill b WHERE b.id = NEW.bill_id FOR UPDATE;",
    ),
    # Bills are written before what is taken off them, so at no row of a run does a supplier owe us. The sum never falls below
    # zero later, for a bill only adds to it: no header at the end is needed.
    refuse(
        "bill_payment_nets",
        "bill_payment",
        "INSERT",
        [
            Case(
                f"NEW.amount_minor < 0 AND NEW.amount_minor + {_OF_SUPPLIER} < 0",
                "bills: no more is taken off a supplier than its bills of the run come to",
            ),
        ],
        requires=("bill", "account_confirmation"),
        # Of two who add to one run, the second sees what the first has written.
        postgresql_lock="PERFORM 1 FROM bill_payment_run r WHERE r.id = NEW.run_id FOR UPDATE;",
    ),
    refuse(
        "claim_approval_by_another",
        "act_approval",
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM claim_coding c JOIN expense_claim e ON e.id = c.claim_id"
                " WHERE c.act_id = NEW.act_id AND e.claimed_by = NEW.approved_by)",
                "claims: nobody approves what they claimed",
            ),
            Case(
                "EXISTS (SELECT 1 FROM claim_coding c JOIN claim_ending g ON g.claim_id = c.claim_id"
                " WHERE c.act_id = NEW.act_id)",
                "claims: the claim was refused or withdrawn",
            ),
            Case(
                "EXISTS (SELECT 1 FROM claim_coding c JOIN claim_coding o ON o.claim_id = c.claim_id"
                " JOIN act_approval p ON p.act_id = o.act_id WHERE c.act_id = NEW.act_id)",
                "claims: the claim was approved before",
            ),
        ],
        requires=("claim_coding", "expense_claim", "claim_ending"),
    ),
    refuse(
        "claim_ending_in_time",
        "claim_ending",
        "INSERT",
        [Case(_APPROVED.format(claim="NEW.claim_id"), "claims: the claim was approved")],
        requires=("claim_coding", "act_approval"),
    ),
)
