"""The invariants of accounts: what is paid to was confirmed before it was paid to, and not by who gave it."""

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coop.payments.bills.models import BillPayment, BillPaymentRun, Supplier
from coop.payments.confirming.models import AccountConfirmation
from coop.payments.payouts.models import Disbursement, DisbursementLine, PayoutAccount
from evidence.findings import Finding


def findings(session: Session) -> list[Finding]:
    """Check the accounts that were paid to."""
    return [finding for check in (_paid, _own, _nameless) for finding in check(session)]


def _paid(session: Session) -> Iterator[Finding]:
    confirmed = AccountConfirmation
    bills = (
        select(BillPayment.run_id)
        .join(BillPaymentRun, BillPaymentRun.id == BillPayment.run_id)
        .outerjoin(confirmed, confirmed.account_ref == BillPayment.account_ref)
        .where(
            BillPayment.account_ref.is_not(None),
            or_(confirmed.account_ref.is_(None), confirmed.confirmed_at > BillPaymentRun.recorded_at),
        )
    )
    payouts = (
        select(DisbursementLine.disbursement_id)
        .join(Disbursement, Disbursement.id == DisbursementLine.disbursement_id)
        .outerjoin(confirmed, confirmed.account_ref == DisbursementLine.account_ref)
        .where(
            DisbursementLine.account_ref.is_not(None),
            or_(confirmed.account_ref.is_(None), confirmed.confirmed_at > Disbursement.recorded_at),
        )
    )
    for kind, query in (("run", bills), ("disbursement", payouts)):
        for id_ in session.scalars(query.distinct()):
            yield Finding("account-not-confirmed", f"{kind} {id_} went to an account that nobody had confirmed")


def _own(session: Session) -> Iterator[Finding]:
    for ref, changed_by in (
        (Supplier.account_ref, Supplier.account_changed_by),
        (PayoutAccount.account_ref, PayoutAccount.changed_by),
    ):
        query = select(ref).join(AccountConfirmation, AccountConfirmation.account_ref == ref)
        for account_ref in session.scalars(query.where(AccountConfirmation.confirmed_by == changed_by)):
            yield Finding("account-one-person", f"account {account_ref} was confirmed by who gave it")


def _nameless(session: Session) -> Iterator[Finding]:
    """Look for accounts without a reference: nobody could have confirmed them, and the bank's list would not know."""
    nameless = select(Supplier.id).where(Supplier.bank_account != "", Supplier.account_ref.is_(None))
    for supplier_id in session.scalars(nameless.order_by(Supplier.id)):
        yield Finding("account-without-reference", f"supplier {supplier_id} has an account that cannot be confirmed")
