"""All checks in one call: the invariants of each part, and the rules that the database itself should enforce."""

from sqlalchemy.orm import Session

from coop.rooms import CHECKS, RULES
from evidence.findings import Finding
from evidence.rules import rule_findings


def all_findings(session: Session) -> list[Finding]:
    """Return everything that does not hold, or nothing."""
    found = [Finding("rules", line) for line in rule_findings(session.connection(), RULES)]
    for check in CHECKS:
        found += check(session)
    return found
