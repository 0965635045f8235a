"""Result bundles are kept once they are made, and the opening of a vote says which by-laws its rule was taken from.

The worker makes the bundles of the votes that are counted already. Votes that were opened before keep the record of their opening.

Revision ID: 0028
Revises: 0027
"""

import uuid

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_KEEP_JOB = "keep-bundle"


def upgrade() -> None:
    op.add_column("governance_proposal", sa.Column("bylaws_version", sa.Integer(), nullable=True))
    op.add_column("governance_proposal", sa.Column("bylaws_digest", sa.String(length=64), nullable=True))
    op.create_table(
        "kept_bundle",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["governance_proposal.id"], name=op.f("fk_kept_bundle_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_kept_bundle")),
    )
    _ask_for_bundles()


def downgrade() -> None:
    """Remove the columns, if no vote has them: its opening would no longer be what the chain holds."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM governance_proposal WHERE bylaws_digest IS NOT NULL")):
        raise RuntimeError(
            "votes were opened with the by-laws they are held by, which the revision before does not know"
        )
    op.get_bind().execute(sa.text("DELETE FROM outbox WHERE kind = :kind"), {"kind": _KEEP_JOB})
    op.drop_table("kept_bundle")
    op.drop_column("governance_proposal", "bylaws_digest")
    op.drop_column("governance_proposal", "bylaws_version")


def _ask_for_bundles() -> None:
    """Queue the making of each bundle, as counting a vote does."""
    outcome = sa.table("governance_outcome", sa.column("proposal_id", sa.Uuid()), sa.column("closed_at", UtcDateTime()))
    outbox = sa.table(
        "outbox",
        sa.column("id", sa.Uuid()),
        sa.column("key", sa.String()),
        sa.column("kind", sa.String()),
        sa.column("payload", sa.JSON()),
        sa.column("queued_at", UtcDateTime()),
        sa.column("due_at", UtcDateTime()),
        sa.column("attempts", sa.Integer()),
        sa.column("last_error", sa.Text()),
    )
    jobs = [
        {
            "id": uuid.uuid4(),
            "key": f"{_KEEP_JOB}:{proposal_id}",
            "kind": _KEEP_JOB,
            "payload": {"proposal": str(proposal_id)},
            "queued_at": closed_at,
            "due_at": closed_at,
            "attempts": 0,
            "last_error": "",
        }
        for proposal_id, closed_at in op.get_bind().execute(sa.select(outcome))
    ]
    if jobs:
        op.bulk_insert(outbox, jobs)
