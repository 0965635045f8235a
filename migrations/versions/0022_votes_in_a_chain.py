"""Votes: the form of a vote in its header, challenges of the roll, keys of secret ballots, paper, and the chain.

Results that are there already become the first links of the chain, in the order in which they were counted. Votes that were
opened before keep the form they had.

Revision ID: 0022
Revises: 0021
"""

import hashlib
import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_SECRECY = "ck_governance_proposal_secrecy"
_CHECKS = {
    "weights": "weighting IS NOT NULL OR roll_weight IS NULL OR roll_weight = roll_size",
    "challenges": "challenges_until IS NULL OR challenges_until <= closes_at",
    "lot": "(lot_head IS NULL) = (lot_value IS NULL)",
    "form": "record_on IS NULL OR (roll_weight IS NOT NULL AND lot_head IS NOT NULL AND secret_least IS NOT NULL)",
}
_ONE_VOTE = "ck_governance_roll_entry_one_member_one_vote"
_NO_WEIGHT = "ck_governance_roll_entry_weight"


def upgrade() -> None:
    _extend_proposals()
    with op.batch_alter_table("governance_roll_entry", copy_from=_roll_entry(_ONE_VOTE, "weight = 1")) as batch:
        batch.drop_constraint(op.f(_ONE_VOTE), type_="check")
        batch.create_check_constraint(op.f(_NO_WEIGHT), "weight > 0")
    op.add_column(
        "governance_open_ballot", sa.Column("on_paper", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(
        "ix_governance_ballot_choice", "governance_ballot", ["proposal_id", "choice", "class_code", "weight"]
    )
    op.create_index("ix_governance_urn_key_hash", "governance_urn", ["key_hash"], unique=True)
    _create_challenges()
    _create_paper()
    _create_urn_tables()
    op.create_table(
        "governance_chain",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_governance_chain_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_governance_chain")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_governance_chain_kind_subject")),
    )
    _link_results()


def downgrade() -> None:
    """Remove the chain and what came with it, if nothing of it was used: a ballot cannot lose the form it was cast in."""
    used = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM governance_proposal WHERE record_on IS NOT NULL OR secrecy = 'external'")
    )
    if used:
        raise RuntimeError("votes were opened in the form of revision 0022, which the revision before does not know")
    for table in (
        "governance_chain",
        "governance_urn_opening",
        "governance_withdrawal",
        "governance_paper_count",
        "governance_paper_sheet",
        "governance_paper_mark",
        "governance_challenge_answer",
        "governance_challenge",
    ):
        op.drop_table(table)
    op.drop_index("ix_governance_urn_key_hash", table_name="governance_urn")
    op.drop_index("ix_governance_ballot_choice", table_name="governance_ballot")
    op.drop_column("governance_open_ballot", "on_paper")
    with op.batch_alter_table("governance_roll_entry", copy_from=_roll_entry(_NO_WEIGHT, "weight > 0")) as batch:
        batch.drop_constraint(op.f(_NO_WEIGHT), type_="check")
        batch.create_check_constraint(op.f(_ONE_VOTE), "weight = 1")
    _shorten_proposals()


def _extend_proposals() -> None:
    with op.batch_alter_table("governance_proposal", copy_from=_proposal(_first_columns())) as batch:
        batch.drop_constraint(op.f(_SECRECY), type_="check")
        batch.create_check_constraint(op.f(_SECRECY), "secrecy IN ('open', 'secret', 'external')")
        for column in _added_columns():
            batch.add_column(column)
        for name, condition in _CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_governance_proposal_{name}"), condition)


def _shorten_proposals() -> None:
    checks = [
        sa.CheckConstraint(condition, name=op.f(f"ck_governance_proposal_{name}"))
        for name, condition in _CHECKS.items()
    ]
    whole = _proposal([*_first_columns("'open', 'secret', 'external'"), *_added_columns(), *checks])
    with op.batch_alter_table("governance_proposal", copy_from=whole) as batch:
        for name in _CHECKS:
            batch.drop_constraint(op.f(f"ck_governance_proposal_{name}"), type_="check")
        for column in _added_columns():
            batch.drop_column(column.name)
        batch.drop_constraint(op.f(_SECRECY), type_="check")
        batch.create_check_constraint(op.f(_SECRECY), "secrecy IN ('open', 'secret')")


def _proposal(parts: Sequence[sa.schema.SchemaItem]) -> sa.Table:
    table = sa.Table("governance_proposal", sa.MetaData(), *parts)
    sa.Index("ix_governance_proposal_closes_at", table.c.closes_at)
    return table


def _first_columns(secrecies: str = "'open', 'secret'") -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("secrecy", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("roll_digest", sa.String(length=64), nullable=False),
        sa.Column("roll_size", sa.Integer(), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('resolution', 'election')", name=op.f("ck_governance_proposal_kind")),
        sa.CheckConstraint(f"secrecy IN ({secrecies})", name=op.f(_SECRECY)),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_governance_proposal_times")),
        sa.CheckConstraint("roll_size > 0", name=op.f("ck_governance_proposal_roll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_proposal")),
    ]


def _added_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("record_on", sa.Date(), nullable=True),
        sa.Column("roll_weight", sa.Integer(), nullable=True),
        sa.Column("weighting", sa.Text(), nullable=True),
        sa.Column("challenges_until", UtcDateTime(), nullable=True),
        sa.Column("takes_paper", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("secret_least", sa.SmallInteger(), nullable=True),
        sa.Column("lot_head", sa.String(length=64), nullable=True),
        sa.Column("lot_value", sa.String(length=200), nullable=True),
    ]


def _roll_entry(check: str, condition: str) -> sa.Table:
    return sa.Table(
        "governance_roll_entry",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("voter_ref", sa.Uuid(), nullable=False),
        sa.Column("class_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(condition, name=op.f(check)),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["governance_proposal.id"],
            name=op.f("fk_governance_roll_entry_proposal_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_roll_entry")),
        sa.UniqueConstraint("proposal_id", "voter_ref", name=op.f("uq_governance_roll_entry_proposal_id_voter_ref")),
    )


def _create_challenges() -> None:
    op.create_table(
        "governance_challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("voter_ref", sa.Uuid(), nullable=False),
        sa.Column("by_ref", sa.Uuid(), nullable=False),
        sa.Column(
            "asks",
            sa.Enum(
                "add",
                "strike",
                name="ck_governance_challenge_asks",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["governance_proposal.id"], name=op.f("fk_governance_challenge_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_challenge")),
        sa.UniqueConstraint(
            "proposal_id", "voter_ref", "by_ref", name=op.f("uq_governance_challenge_proposal_id_voter_ref_by_ref")
        ),
    )
    op.create_table(
        "governance_challenge_answer",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["governance_challenge.id"], name=op.f("fk_governance_challenge_answer_challenge_id")
        ),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_governance_challenge_answer")),
    )


def _create_paper() -> None:
    op.create_table(
        "governance_paper_mark",
        sa.Column("roll_entry_id", sa.Uuid(), nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["governance_roll_entry.id"], name=op.f("fk_governance_paper_mark_roll_entry_id")
        ),
        sa.PrimaryKeyConstraint("roll_entry_id", name=op.f("pk_governance_paper_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "governance_paper_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("by_ref", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_governance_paper_sheet_number")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["governance_proposal.id"], name=op.f("fk_governance_paper_sheet_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_paper_sheet")),
        sa.UniqueConstraint(
            "proposal_id", "by_ref", "number", name=op.f("uq_governance_paper_sheet_proposal_id_by_ref_number")
        ),
    )
    op.create_table(
        "governance_paper_count",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("first_sheet_id", sa.Uuid(), nullable=False),
        sa.Column("second_sheet_id", sa.Uuid(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("spoilt", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_sheet_id <> second_sheet_id", name=op.f("ck_governance_paper_count_two_sheets")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["governance_proposal.id"], name=op.f("fk_governance_paper_count_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_sheet_id"], ["governance_paper_sheet.id"], name=op.f("fk_governance_paper_count_first_sheet_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_sheet_id"], ["governance_paper_sheet.id"], name=op.f("fk_governance_paper_count_second_sheet_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_governance_paper_count")),
    )


def _create_urn_tables() -> None:
    op.create_table(
        "governance_withdrawal",
        sa.Column("roll_entry_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"],
            ["governance_participation.roll_entry_id"],
            name=op.f("fk_governance_withdrawal_roll_entry_id"),
        ),
        sa.PrimaryKeyConstraint("roll_entry_id", name=op.f("pk_governance_withdrawal")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "governance_urn_opening",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["governance_proposal.id"], name=op.f("fk_governance_urn_opening_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_governance_urn_opening")),
    )


def _link_results() -> None:
    """Make the results that are there the first links of the chain."""
    outcome = sa.table(
        "governance_outcome",
        sa.column("proposal_id", sa.Uuid()),
        sa.column("closed_at", UtcDateTime()),
        sa.column("digest", sa.String()),
    )
    chain = sa.table(
        "governance_chain",
        sa.column("seq", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("subject", sa.Uuid()),
        sa.column("digest", sa.String()),
        sa.column("hash", sa.String()),
    )
    results = op.get_bind().execute(sa.select(outcome).order_by(outcome.c.closed_at, outcome.c.proposal_id)).all()
    links: list[dict[str, object]] = []
    previous = "0" * 64
    for seq, (proposal_id, _, digest) in enumerate(results, start=1):
        record = {"digest": digest, "kind": "closed", "seq": seq, "subject": str(proposal_id)}
        text = json.dumps(record, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
        links.append({"seq": seq, "kind": "closed", "subject": proposal_id, "digest": digest, "hash": previous})
    if links:
        op.bulk_insert(chain, links)
