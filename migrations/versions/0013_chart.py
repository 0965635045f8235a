"""The chart as a tree: headings, lines of the statements, and accounts that were missing, for co-ops that keep books already."""

from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0013"
down_revision = "0012"
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
    sa.column("business", sa.String()),
)
_MATCH = sa.table("bank_match", sa.column("id", sa.Uuid()), sa.column("group_id", sa.Uuid()))
_UNMATCH = sa.table("bank_unmatch", sa.column("match_id", sa.Uuid()), sa.column("unmatched_at", UtcDateTime()))
_HEADINGS = (
    ("1", "Assets", "asset"),
    ("10", "Bank and cash", "asset"),
    ("11", "Card payments", "asset"),
    ("15", "Equipment", "asset"),
    ("2", "Liabilities", "liability"),
    ("20", "Suppliers and expense claims", "liability"),
    ("23", "Received in advance", "liability"),
    ("24", "Sellers, coaches and clients", "liability"),
    ("3", "Equity", "equity"),
    ("31", "Reserves", "equity"),
    ("32", "Funds", "equity"),
    ("4", "Income", "income"),
    ("40", "Fellowships", "income"),
    ("41", "Coaching", "income"),
    ("42", "Marketplace", "income"),
    ("49", "Other income", "income"),
    ("5", "Costs of the services", "expense"),
    ("6", "Running costs", "expense"),
    ("69", "Other", "expense"),
)
#: Accounts of every chart so far, by the line that each is part of.
_KNOWN = {
    "cash": "1000 1100",
    "receivables": "1200",
    "other-current-assets": "1990",
    "payables": "2000 2400 2410 2420",
    "members-payable": "2100 2200 2500",
    "paid-in-advance": "2300",
    "grants-unspent": "2310",
    "tax": "2600",
    "share-capital": "3000",
    "reserves": "3100 3110 3200",
    "retained-patronage": "3300",
    "surplus": "3900",
    "services": "4000 4100 4200",
    "grants": "4300 4400",
    "other-income": "4900",
    "service-costs": "5000 5100 5200",
    "running-costs": "6000 6100 6200 6300 6400",
    "other-costs": "6900",
}
_OF_MEMBERS = ("4000", "4100", "4200")
#: Code, name, kind, line of the statements, and what else is to be said.
_ADDED = (
    ("1090", "In transit between accounts", "asset", "cash", {}),
    ("1110", "Held back while a payment is disputed", "asset", "other-current-assets", {}),
    ("1500", "Equipment, at cost", "asset", "fixed-assets", {}),
    ("1590", "Accumulated depreciation", "asset", "fixed-assets", {"is_contra": True}),
    ("2010", "Expense claims owed", "liability", "payables", {"by_party": True}),
    ("2320", "Platform credit of members and clients", "liability", "paid-in-advance", {"by_party": True}),
    ("2700", "Loans", "liability", "loans", {}),
    ("3250", "Funds held for a purpose", "equity", "restricted-funds", {}),
    ("4010", "Fellowship fees of non-members", "income", "services", {"business": "non-member"}),
    ("4110", "Coaching fees of non-members", "income", "services", {"business": "non-member"}),
    ("4210", "Marketplace commission of non-members", "income", "services", {"business": "non-member"}),
    ("4950", "Extraordinary income", "income", "other-income", {"business": "extraordinary"}),
    ("6500", "Depreciation", "expense", "depreciation", {}),
    ("6950", "Extraordinary costs", "expense", "other-costs", {"business": "extraordinary"}),
)


def upgrade() -> None:
    connection = op.get_bind()
    columns = (_ACCOUNT.c.code, _ACCOUNT.c.name, _ACCOUNT.c.kind, _ACCOUNT.c.currency, _ACCOUNT.c.opened_on)
    there = {row.code: row for row in connection.execute(sa.select(*columns))}
    if not there:
        return
    common = {
        "currency": next(iter(there.values())).currency,
        "opened_on": min(row.opened_on for row in there.values()),
    }
    _insert(connection, [(code, name, kind, None, {"is_heading": True}) for code, name, kind in _HEADINGS], common)
    _insert(connection, [row for row in _ADDED if row[0] not in there], common)
    for code, name, kind, line, more in _ADDED:
        # One that was there before is the treasurer's own, unless this revision has run here and was taken back.
        if code in there and (there[code].name, there[code].kind) == (name, kind):
            _update(connection, code, statement_line=line, **more)
    for line, codes in _KNOWN.items():
        for code in codes.split():
            _update(connection, code, statement_line=line)
    for code in _OF_MEMBERS:
        _update(connection, code, business="member")
    _place(connection)


def _insert(
    connection: sa.Connection,
    rows: list[tuple[str, str, str, str | None, dict[str, object]]],
    common: dict[str, object],
) -> None:
    plain: dict[str, object] = {"by_party": False, "is_heading": False, "is_contra": False, "business": None}
    for code, name, kind, line, more in rows:
        values = {
            "id": uuid4(),
            "code": code,
            "name": name,
            "kind": kind,
            "statement_line": line,
            **common,
            **plain,
            **more,
        }
        connection.execute(sa.insert(_ACCOUNT).values(values))


def _update(connection: sa.Connection, code: str, **values: object) -> None:
    connection.execute(sa.update(_ACCOUNT).where(_ACCOUNT.c.code == code).values(**values))


def _place(connection: sa.Connection) -> None:
    """Put each account under the longest heading of its kind that its code begins with.

    An account of the treasurer's own is part of the same line as its neighbours, where these agree on one.
    """
    columns = (_ACCOUNT.c.id, _ACCOUNT.c.code, _ACCOUNT.c.kind, _ACCOUNT.c.statement_line)
    rows = connection.execute(sa.select(*columns).order_by(_ACCOUNT.c.code)).all()
    ids = {(row.code, row.kind): row.id for row in rows if len(row.code) <= 3}
    lines: dict[UUID, set[str]] = defaultdict(set)
    over = {}
    for row in rows:
        starts = (row.code[:length] for length in range(min(len(row.code) - 1, 3), 0, -1))
        heading = next((ids[start, row.kind] for start in starts if (start, row.kind) in ids), None)
        if heading is not None:
            over[row.code] = heading
            lines[heading].update({row.statement_line} - {None})
    for row in rows:
        if row.code in over:
            _update(connection, row.code, parent_id=over[row.code])
            is_own = row.statement_line is None and len(row.code) > 3
            if is_own and len(lines[over[row.code]]) == 1:
                _update(connection, row.code, statement_line=next(iter(lines[over[row.code]])))


def downgrade() -> None:
    connection = op.get_bind()
    # Before, a line of the bank was one entry. What was matched as many is free again.
    taken_back = sa.select(_UNMATCH.c.match_id)
    grouped = sa.select(_MATCH.c.id).where(_MATCH.c.group_id.is_not(None), _MATCH.c.id.not_in(taken_back))
    now = datetime.now(UTC)
    for match_id in connection.scalars(grouped).all():
        connection.execute(sa.insert(_UNMATCH).values(match_id=match_id, unmatched_at=now))
    # Accounts stay, for they are closed, never deleted; headings take no postings, and without them there is no tree.
    connection.execute(sa.update(_ACCOUNT).values(parent_id=None))
    connection.execute(sa.delete(_ACCOUNT).where(_ACCOUNT.c.is_heading))
