"""What must hold in the chart of accounts, as queries that return what does not."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from evidence.findings import Finding
from ledger import chart, lines
from ledger.models import Account, Posting


def findings(session: Session) -> Iterator[Finding]:
    """Look for accounts that stand where they cannot, for headings with postings, and for lines of other kinds."""
    account, heading = Account, aliased(Account)
    rows = session.execute(
        select(account.code, account.kind, heading.code, heading.kind, heading.is_heading)
        .join(heading, heading.id == account.parent_id)
        .order_by(account.code)
    )
    for code, kind, over, kind_over, is_heading in rows:
        if not is_heading or kind is not kind_over:
            yield Finding("ledger-chart", f"account {code} stands under {over}, which is no heading over its kind")
    in_tree = {branch.account.code for branch in chart.tree(session)}
    for one in chart.accounts(session, with_headings=True):
        if one.code not in in_tree:
            yield Finding("ledger-chart", f"account {one.code} stands under itself, by way of its headings")
        if one.statement_line is not None and not lines.is_line_of(one.statement_line, one.kind):
            yield Finding(
                "ledger-chart", f"account {one.code} is part of line {one.statement_line}, which is no line of its kind"
            )
    booked = select(Posting.line).where(Posting.account_id == Account.id).exists()
    for code in session.scalars(select(Account.code).where(Account.is_heading, booked).order_by(Account.code)):
        yield Finding("ledger-chart", f"something was booked to heading {code}")
