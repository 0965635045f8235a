"""What is taken off a supplier, accounts behind their confirmation, and what is never removed are held by the database.

No table changes: rules are installed again after each migration.

Revision ID: 0028
Revises: 0027
"""

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing but the rules."""


def downgrade() -> None:
    """Change nothing but the rules."""
