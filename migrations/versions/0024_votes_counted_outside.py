"""Votes that are counted in another system: the question that is handed over, the election that asks it, and its result.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "governance_external_question",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("fixed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["governance_proposal.id"], name=op.f("fk_governance_external_question_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_governance_external_question")),
    )
    op.create_table(
        "governance_external_result",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("election", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("tally", sa.Text(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["governance_external_question.proposal_id"],
            name=op.f("fk_governance_external_result_proposal_id"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_governance_external_result")),
    )
    op.create_table(
        "outside_election",
        sa.Column("motion_id", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("election", sa.String(length=200), nullable=True),
        sa.Column("fingerprint", sa.String(length=200), nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(address IS NULL) = (election IS NULL) AND (address IS NULL) = (fingerprint IS NULL)",
            name=op.f("ck_outside_election_told_whole"),
        ),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_outside_election_motion_id")),
        sa.PrimaryKeyConstraint("motion_id", name=op.f("pk_outside_election")),
    )


def downgrade() -> None:
    """Remove the tables, if nothing was brought in: a result from elsewhere cannot be counted again without its evidence."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM governance_external_result")):
        raise RuntimeError("results of votes were brought in from elsewhere, which the revision before does not know")
    op.drop_table("outside_election")
    op.drop_table("governance_external_result")
    op.drop_table("governance_external_question")
