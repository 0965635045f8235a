"""The pages of the bank's statements: their list, and each with its balance beside the books."""

from uuid import UUID

from flask import render_template

from coop.database import db
from coop.paging import pager, requested_page
from coop.payments.bank import queries, reconciling
from coop.payments.bank.pages import READERS, bank, blueprint, currency, may_write
from coop.permissions import NotFound, requires


@blueprint.get("/statements")
@requires(*READERS)
def statements() -> str:
    """List the statements that were entered as files."""
    part = reconciling.statements(db.session(), bank().code, page=requested_page())
    return render_template(
        "payments/bank_statements.html", part=part, pager=pager(part), currency=currency(), may_write=may_write()
    )


@blueprint.get("/statements/<uuid:statement_id>")
@requires(*READERS)
def statement(statement_id: UUID) -> str:
    """Show a statement: whether its balance is what is matched, or what makes the difference up."""
    session = db.session()
    row = reconciling.statement(session, statement_id)
    if row.account_code != bank().code:
        raise NotFound
    lines, entries = reconciling.left_over(session, row.account_code, row.ends_on)
    part = queries.lines_of_statement(session, statement_id, page=requested_page())
    return render_template(
        "payments/bank_statement.html",
        row=row,
        proof=reconciling.proof(session, row),
        open_lines=lines,
        open_entries=entries,
        most=reconciling.MOST_LISTED,
        part=part,
        pager=pager(part),
        may_write=may_write(),
    )
