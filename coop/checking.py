"""All checks in one call: the invariants of each part, and the rules and references that the database itself should enforce."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from coop.rooms import CHECKS, RULES
from evidence.findings import Finding
from evidence.rules import rule_findings


def all_findings(session: Session) -> list[Finding]:
    """Return everything that does not hold, or nothing.

    A check that cannot be made, because what was found before is in its way, is a finding as well; the others are made. Where nothing
    was found, what stops a check is a mistake of ours and is raised.
    """
    found = [Finding("rules", line) for line in rule_findings(session.connection(), RULES)]
    found += _references(session)
    return made(session, CHECKS, found)


def made(session: Session, checks: Sequence[Callable[[Session], list[Finding]]], found: list[Finding]) -> list[Finding]:
    """Make checks, and return what they find after what was found before."""
    stopped: Exception | None = None
    for check in checks:
        try:
            # On PostgreSQL a query that fails would spoil those after it.
            with session.begin_nested():
                found += check(session)
        except Exception as error:  # noqa: BLE001 - whatever stops one check must not hide what the others find
            stopped = stopped or error
            found.append(Finding("check-stopped", f"{check.__module__} could not be checked: {type(error).__name__}"))
    if stopped is not None and all(finding.check == "check-stopped" for finding in found):
        raise stopped
    return found


def _references(session: Session) -> Iterator[Finding]:
    """Look for rows that name one that is not there: SQLite enforces that only where the program that writes has asked for it."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        where = "a row" if row is None else f"row {row}"
        yield Finding("reference-missing", f"{where} of {table} names one of {parent} that is not there")
