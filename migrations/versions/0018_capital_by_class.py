"""Share capital by class of members: each class has its account. Classes that are there keep the one account there was."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ACCOUNT = sa.table(
    "ledger_account",
    sa.column("id", sa.Uuid()),
    sa.column("code", sa.String()),
    sa.column("name", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("currency", sa.String()),
    sa.column("opened_on", sa.Date()),
    sa.column("by_party", sa.Boolean()),
    sa.column("parent_id", sa.Uuid()),
    sa.column("is_heading", sa.Boolean()),
    sa.column("is_contra", sa.Boolean()),
    sa.column("statement_line", sa.String()),
)
_POSTING = sa.table(
    "ledger_posting",
    sa.column("account_id", sa.Uuid()),
    sa.column("party_ref", sa.Uuid()),
    sa.column("amount_minor", sa.BigInteger()),
)
_CLASS = sa.table("member_class", sa.column("id", sa.Uuid()), sa.column("capital_account", sa.String()))
_MEMBER = sa.table("member", sa.column("class_id", sa.Uuid()), sa.column("participant_id", sa.Uuid()))
_PARTICIPANT = sa.table("participant", sa.column("id", sa.Uuid()), sa.column("party_ref", sa.Uuid()))
_LINE = "share-capital"
_ADDED = (("3010", "Share capital of groups"), ("3020", "Share capital of enterprises"))


def upgrade() -> None:
    op.add_column(
        "member_class", sa.Column("capital_account", sa.String(length=40), server_default="3000", nullable=False)
    )
    connection = op.get_bind()
    _extend_chart(connection)
    # Where this revision has run before and was taken back, a class may have its capital on another account.
    stands = (
        sa.select(_MEMBER.c.class_id, _ACCOUNT.c.code)
        .join(_PARTICIPANT, _PARTICIPANT.c.id == _MEMBER.c.participant_id)
        .join(_POSTING, _POSTING.c.party_ref == _PARTICIPANT.c.party_ref)
        .join(_ACCOUNT, _ACCOUNT.c.id == _POSTING.c.account_id)
        .where(_ACCOUNT.c.statement_line == _LINE, _ACCOUNT.c.code.in_([code for code, _ in _ADDED]))
        .group_by(_MEMBER.c.class_id, _ACCOUNT.c.code)
        .having(sa.func.sum(_POSTING.c.amount_minor) != 0)
    )
    for class_id, code in connection.execute(stands).all():
        connection.execute(sa.update(_CLASS).where(_CLASS.c.id == class_id).values(capital_account=code))
    _extend_chart(connection)


def _extend_chart(connection: sa.Connection) -> None:
    """Open the accounts and the heading that a new co-op has; what the treasurer has under their codes stays as it is."""
    columns = (
        _ACCOUNT.c.code,
        _ACCOUNT.c.id,
        _ACCOUNT.c.name,
        _ACCOUNT.c.kind,
        _ACCOUNT.c.is_heading,
        _ACCOUNT.c.currency,
    )
    there = {row.code: row for row in connection.execute(sa.select(*columns, _ACCOUNT.c.opened_on))}
    if not there:
        return
    equity = there["3"].id if "3" in there and there["3"].kind == "equity" and there["3"].is_heading else None
    common = {
        "kind": "equity",
        "currency": next(iter(there.values())).currency,
        "opened_on": min(row.opened_on for row in there.values()),
        "parent_id": equity,
        "is_contra": False,
    }
    for code, name in _ADDED:
        if code not in there:
            account = {"code": code, "name": name, "by_party": True, "is_heading": False, "statement_line": _LINE}
            connection.execute(sa.insert(_ACCOUNT).values(id=uuid4(), **account, **common))
        elif (there[code].name, there[code].kind) == (name, "equity"):
            # Opened by this revision, and taken back to a time without lines.
            connection.execute(sa.update(_ACCOUNT).where(_ACCOUNT.c.code == code).values(statement_line=_LINE))
    if "30" in there:
        return
    heading = {"id": uuid4(), "code": "30", "name": "Share capital", "by_party": False, "is_heading": True}
    connection.execute(sa.insert(_ACCOUNT).values(**heading, **common))
    under = _ACCOUNT.c.code.like("30__%") & (_ACCOUNT.c.kind == "equity") & (_ACCOUNT.c.statement_line == _LINE)
    stood = _ACCOUNT.c.parent_id == equity if equity else _ACCOUNT.c.parent_id.is_(None)
    connection.execute(sa.update(_ACCOUNT).where(under, stood, ~_ACCOUNT.c.is_heading).values(parent_id=heading["id"]))


def downgrade() -> None:
    # Accounts and the heading stay, for they are closed, never deleted.
    with op.batch_alter_table("member_class") as batch:
        batch.drop_column("capital_account")
