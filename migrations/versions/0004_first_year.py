"""The first year: services, payments by card, meetings, closing, surplus, reports and the community's doors."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
