"""The rooms of the house: their pages, their database rules and their checks, each in one list."""

from collections.abc import Callable, Sequence

from flask import Flask
from sqlalchemy.orm import Session

from coop import audit
from coop.assembly import checks as assembly_checks
from coop.assembly import rules as assembly_rules
from coop.assembly import web as assembly_web
from coop.books import checks as books_checks
from coop.books import web as books_web
from coop.community import web as community_web
from coop.demonstration import web as demonstration_web
from coop.home import web as home_web
from coop.identity import rules as identity_rules
from coop.identity import web as identity_web
from coop.membership import checks as membership_checks
from coop.membership import rules as membership_rules
from coop.membership import web as membership_web
from coop.payments import checks as payments_checks
from coop.payments import rules as payments_rules
from coop.payments import web as payments_web
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
    community_web.blueprint,
    membership_web.blueprint,
    shares_web.blueprint,
    payments_web.blueprint,
    books_web.blueprint,
    assembly_web.blueprint,
)

#: Everything that the database itself enforces.
RULES: tuple[Rule, ...] = (
    *ledger_rules.RULES,
    *governance_rules.RULES,
    *append_only(table_of(audit.AuditEvent)),
    *identity_rules.RULES,
    *membership_rules.RULES,
    *payments_rules.RULES,
    *shares_rules.RULES,
    *assembly_rules.RULES,
)

#: Every invariant, as functions that return what is wrong.
CHECKS: Sequence[Callable[[Session], list[Finding]]] = (
    ledger_checks.findings,
    books_checks.findings,
    governance_checks.findings,
    membership_checks.findings,
    payments_checks.findings,
    shares_checks.findings,
    assembly_checks.findings,
)


def init_app(app: Flask) -> None:
    """Open all rooms."""
    home_web.init_app(app)
    demonstration_web.init_app(app)
    for blueprint in _PAGES:
        app.register_blueprint(blueprint)
