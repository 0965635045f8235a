"""What is taken off a supplier in a run is held by the database: no table changes, rules are installed again after each migration.

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
