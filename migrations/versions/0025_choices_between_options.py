"""Choices between options: motions whose answers are options that are texts, voted on by the rules of elections.

Revision ID: 0025
Revises: 0024
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KINDS = "'resolution', 'election'"
_KINDS_WITH_CHOICES = "'resolution', 'election', 'choice'"
_SEATS = "(kind = 'election') = (seats IS NOT NULL)"
_SEATS_OF_CHOICES = "(kind <> 'resolution') = (seats IS NOT NULL)"


def upgrade() -> None:
    op.add_column("motion_words", sa.Column("options", sa.Text(), nullable=True))
    _replace(_KINDS, _KINDS_WITH_CHOICES, _SEATS, _SEATS_OF_CHOICES)


def downgrade() -> None:
    """Take these motions away, if there never was one: the revision before does not know what was voted on."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM motion WHERE kind = 'choice'")):
        raise RuntimeError("there are choices between options, which the revision before does not know")
    _replace(_KINDS_WITH_CHOICES, _KINDS, _SEATS_OF_CHOICES, _SEATS)
    with op.batch_alter_table("motion_words") as batch:
        batch.drop_column("options")


def _replace(kinds: str, new_kinds: str, seats: str, new_seats: str) -> None:
    with op.batch_alter_table("governance_proposal", copy_from=_proposal(kinds)) as batch:
        batch.drop_constraint(op.f("ck_governance_proposal_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_governance_proposal_kind"), f"kind IN ({new_kinds})")
    with op.batch_alter_table("motion", copy_from=_motion(kinds, seats)) as batch:
        batch.drop_constraint(op.f("ck_motion_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_motion_kind"), f"kind IN ({new_kinds})")
        batch.drop_constraint(op.f("ck_motion_election_seats"), type_="check")
        batch.create_check_constraint(op.f("ck_motion_election_seats"), new_seats)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _table(name: str, parts: Sequence[sa.schema.SchemaItem], indexes: dict[str, tuple[str, ...]]) -> sa.Table:
    """Return a table as it stands: SQLite is told of checks that it cannot be asked about."""
    table = sa.Table(name, sa.MetaData(), *parts)
    for index, columns in indexes.items():
        sa.Index(index, *(table.c[column] for column in columns))
    return table


def _proposal(kinds: str) -> sa.Table:
    checks = {
        "kind": f"kind IN ({kinds})",
        "secrecy": "secrecy IN ('open', 'secret', 'external')",
        "times": "opens_at < closes_at",
        "roll": "roll_size > 0",
        "weights": "weighting IS NOT NULL OR roll_weight IS NULL OR roll_weight = roll_size",
        "challenges": "challenges_until IS NULL OR challenges_until <= closes_at",
        "lot": "(lot_head IS NULL) = (lot_value IS NULL)",
        "form": "record_on IS NULL OR (roll_weight IS NOT NULL AND lot_head IS NOT NULL AND secret_least IS NOT NULL)",
    }
    columns: list[sa.schema.SchemaItem] = [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("secrecy", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("roll_digest", sa.String(length=64), nullable=False),
        sa.Column("roll_size", sa.Integer(), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("record_on", sa.Date(), nullable=True),
        sa.Column("roll_weight", sa.Integer(), nullable=True),
        sa.Column("weighting", sa.Text(), nullable=True),
        sa.Column("challenges_until", UtcDateTime(), nullable=True),
        sa.Column("takes_paper", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("secret_least", sa.SmallInteger(), nullable=True),
        sa.Column("lot_head", sa.String(length=64), nullable=True),
        sa.Column("lot_value", sa.String(length=200), nullable=True),
    ]
    key = sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_proposal"))
    rest = [_check("governance_proposal", name, condition) for name, condition in checks.items()]
    return _table("governance_proposal", [*columns, *rest, key], {"ix_governance_proposal_closes_at": ("closes_at",)})


def _motion(kinds: str, seats: str) -> sa.Table:
    checks = {
        "kind": f"kind IN ({kinds})",
        "stage": "stage IN ('discussion', 'opened', 'withdrawn')",
        "majority": "majority IN ('ordinary', 'special')",
        "election_seats": seats,
        "resolution_majority": "(kind = 'resolution') = (majority IS NOT NULL)",
        "opened_bylaws": "(stage = 'opened') = (bylaws_id IS NOT NULL)",
        "opened_proposal": "(stage = 'opened') = (proposal_id IS NOT NULL)",
    }
    columns: list[sa.schema.SchemaItem] = [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("majority", sa.String(length=40), nullable=True),
        sa.Column("seats", sa.SmallInteger(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("bylaws_id", sa.Uuid(), nullable=True),
    ]
    keys = [
        sa.ForeignKeyConstraint(["author_id"], ["participant.id"], name=op.f("fk_motion_author_id")),
        sa.ForeignKeyConstraint(["bylaws_id"], ["bylaw_version.id"], name=op.f("fk_motion_bylaws_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["governance_proposal.id"], name=op.f("fk_motion_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_motion_proposal_id")),
    ]
    rest = [_check("motion", name, condition) for name, condition in checks.items()]
    indexes = {"ix_motion_author_id": ("author_id",), "ix_motion_stage": ("stage", "written_at")}
    return _table("motion", [*columns, *rest, *keys], indexes)
