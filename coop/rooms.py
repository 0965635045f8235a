"""The rooms of the house: their pages, their database rules and their checks, each in one list."""

from collections.abc import Callable, Sequence

from flask import Flask
from sqlalchemy.orm import Session

from coop import audit
from coop.approvals import checks as approvals_checks
from coop.approvals import rules as approvals_rules
from coop.approvals import web as approvals_web
from coop.approvals.kinds import ActKind, register
from coop.assembly import checks as assembly_checks
from coop.assembly import rules as assembly_rules
from coop.assembly import web as assembly_web
from coop.attachments import checks as attachments_checks
from coop.attachments import rules as attachments_rules
from coop.books import acts as books_acts
from coop.books import checks as books_checks
from coop.books import rules as books_rules
from coop.books import web as books_web
from coop.community import checks as community_checks
from coop.community import rules as community_rules
from coop.community import web as community_web
from coop.demonstration import web as demonstration_web
from coop.home import web as home_web
from coop.identity import acts as identity_acts
from coop.identity import factor_web
from coop.identity import rules as identity_rules
from coop.identity import web as identity_web
from coop.marketplace import checks as marketplace_checks
from coop.marketplace import rules as marketplace_rules
from coop.marketplace import web as marketplace_web
from coop.membership import checks as membership_checks
from coop.membership import rules as membership_rules
from coop.membership import web as membership_web
from coop.payments import checks as payments_checks
from coop.payments import paying_web
from coop.payments import rules as payments_rules
from coop.payments import web as payments_web
from coop.payments.bank import checks as bank_checks
from coop.payments.bank import web as bank_web
from coop.payments.bills import acts as bill_acts
from coop.payments.bills import checks as bill_checks
from coop.payments.bills import web as bill_web
from coop.payments.cards import checks as card_checks
from coop.payments.cards import web as cards_web
from coop.payments.confirming import checks as confirming_checks
from coop.payments.confirming import web as confirming_web
from coop.payments.payouts import checks as payout_checks
from coop.payments.payouts import web as payout_web
from coop.reports import acts as reports_acts
from coop.reports import checks as reports_checks
from coop.reports import rules as reports_rules
from coop.reports import web as reports_web
from coop.shares import checks as shares_checks
from coop.shares import rules as shares_rules
from coop.shares import web as shares_web
from evidence.columns import table_of
from evidence.findings import Finding
from evidence.rules import Rule, append_only
from governance import checks as governance_checks
from governance import rules as governance_rules
from ledger import checks as ledger_checks
from ledger import rules as ledger_rules

_PAGES = (
    identity_web.blueprint,
    factor_web.blueprint,
    approvals_web.blueprint,
    community_web.blueprint,
    membership_web.blueprint,
    shares_web.blueprint,
    marketplace_web.blueprint,
    payments_web.blueprint,
    bank_web.accounts_blueprint,
    bank_web.blueprint,
    cards_web.blueprint,
    paying_web.blueprint,
    payout_web.blueprint,
    confirming_web.blueprint,
    bill_web.blueprint,
    books_web.blueprint,
    assembly_web.blueprint,
    reports_web.blueprint,
)

#: Everything that the database itself enforces.
RULES: tuple[Rule, ...] = (
    *ledger_rules.RULES,
    *governance_rules.RULES,
    *append_only(table_of(audit.AuditEvent)),
    *identity_rules.RULES,
    *approvals_rules.RULES,
    *attachments_rules.RULES,
    *books_rules.RULES,
    *membership_rules.RULES,
    *payments_rules.RULES,
    *shares_rules.RULES,
    *marketplace_rules.RULES,
    *assembly_rules.RULES,
    *community_rules.RULES,
    *reports_rules.RULES,
)

#: Every invariant, as functions that return what is wrong.
CHECKS: Sequence[Callable[[Session], list[Finding]]] = (
    ledger_checks.findings,
    attachments_checks.findings,
    books_checks.findings,
    governance_checks.findings,
    approvals_checks.findings,
    membership_checks.findings,
    payments_checks.findings,
    bank_checks.findings,
    card_checks.findings,
    payout_checks.findings,
    bill_checks.findings,
    confirming_checks.findings,
    shares_checks.findings,
    marketplace_checks.findings,
    assembly_checks.findings,
    community_checks.findings,
    reports_checks.findings,
)

#: Every kind of act that needs two people.
ACTS: tuple[ActKind, ...] = (*identity_acts.ACTS, *books_acts.ACTS, *bill_acts.ACTS, *reports_acts.ACTS)

for _kind in ACTS:
    register(_kind)


def init_app(app: Flask) -> None:
    """Open all rooms."""
    home_web.init_app(app)
    demonstration_web.init_app(app)
    for blueprint in _PAGES:
        app.register_blueprint(blueprint)
