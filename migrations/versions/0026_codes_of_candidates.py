"""Whose code is whose on a ballot: a digest in the header, and so in the chain.

Votes that were opened before have none, and keep the record of their opening.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("governance_proposal", sa.Column("candidates_digest", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Remove the column, if no vote has it: its opening would no longer be what the chain holds."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM governance_proposal WHERE candidates_digest IS NOT NULL")):
        raise RuntimeError(
            "votes were opened with a digest of their candidates, which the revision before does not know"
        )
    op.drop_column("governance_proposal", "candidates_digest")
