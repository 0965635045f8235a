"""What the database itself refuses of votes that are counted in another system.

The question comes before the closing, the result after it, the outcome last; a vote that is counted elsewhere has no outcome
without the result that came from there.
"""

from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse
from governance.external import ExternalQuestion, ExternalResult

_EXTERNAL = "EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id AND secrecy = 'external'{more})"
_COUNTED = Case(
    "EXISTS (SELECT 1 FROM governance_outcome WHERE proposal_id = NEW.proposal_id)", "governance: this vote is counted"
)
_TABLES = ("governance_proposal", "governance_outcome")

RULES: tuple[Rule, ...] = (
    *append_only(table_of(ExternalQuestion)),
    *append_only(table_of(ExternalResult)),
    refuse(
        "governance_external_question_in_time",
        "governance_external_question",
        "INSERT",
        [
            Case(
                f"NOT {_EXTERNAL.format(more=' AND closes_at > NEW.fixed_at')}",
                "governance: only a vote that is counted elsewhere is handed over, and before it closes",
            ),
            _COUNTED,
        ],
        requires=_TABLES,
    ),
    refuse(
        "governance_external_result_in_time",
        "governance_external_result",
        "INSERT",
        [
            Case(
                f"NOT {_EXTERNAL.format(more=' AND closes_at <= NEW.imported_at')}",
                "governance: a result comes from elsewhere only where votes are counted there, and after the closing",
            ),
            _COUNTED,
        ],
        requires=_TABLES,
        postgresql_lock="  PERFORM 1 FROM governance_proposal WHERE id = NEW.proposal_id FOR UPDATE;",
    ),
    refuse(
        "governance_outcome_of_external",
        "governance_outcome",
        "INSERT",
        [
            Case(
                f"{_EXTERNAL.format(more='')}"
                " AND NOT EXISTS (SELECT 1 FROM governance_external_result WHERE proposal_id = NEW.proposal_id)",
                "governance: what was counted elsewhere has no outcome without the result from there",
            )
        ],
        requires=["governance_proposal", "governance_external_result"],
    ),
)
