"""Words of challenges of a voting roll, and of the answers to them.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "challenge_words",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["governance_challenge.id"], name=op.f("fk_challenge_words_challenge_id")
        ),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_challenge_words")),
    )


def downgrade() -> None:
    op.drop_table("challenge_words")
