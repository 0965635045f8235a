"""What the database itself refuses of challenges of a roll, and of their answers.

A challenge comes in time and asks for what can be done; an answer comes before the count, and strikes nobody whose ballot cannot be found.
"""

from evidence.rules import Case, Rule, refuse
from governance.rule_parts import already_counted, hold

RULES: tuple[Rule, ...] = (
    refuse(
        "governance_challenge_in_time",
        "governance_challenge",
        "INSERT",
        [
            Case(
                "NOT EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id"
                " AND challenges_until > NEW.made_at)",
                "governance: this roll can no longer be challenged",
            ),
            already_counted("NEW.proposal_id"),
            Case(
                "(NEW.asks = 'strike') <> EXISTS (SELECT 1 FROM governance_roll_entry r"
                " WHERE r.proposal_id = NEW.proposal_id AND r.voter_ref = NEW.voter_ref)",
                "governance: who is on the roll is not added, and who is not is not struck",
            ),
        ],
        requires=["governance_proposal", "governance_outcome", "governance_roll_entry"],
        postgresql_lock=hold("NEW.proposal_id", "SHARE"),
    ),
    refuse(
        "governance_challenge_answer_before_count",
        "governance_challenge_answer",
        "INSERT",
        [
            already_counted("(SELECT proposal_id FROM governance_challenge WHERE id = NEW.challenge_id)"),
            Case(
                "NEW.upheld AND EXISTS (SELECT 1 FROM governance_challenge c JOIN governance_roll_entry r"
                " ON r.proposal_id = c.proposal_id AND r.voter_ref = c.voter_ref"
                " JOIN governance_participation p ON p.roll_entry_id = r.id"
                " WHERE c.id = NEW.challenge_id AND c.asks = 'strike')",
                "governance: whose secret ballot is in the urn cannot be struck",
            ),
            Case(
                "NEW.upheld AND EXISTS (SELECT 1 FROM governance_challenge c JOIN governance_roll_entry r"
                " ON r.proposal_id = c.proposal_id AND r.voter_ref = c.voter_ref"
                " JOIN governance_paper_mark p ON p.roll_entry_id = r.id"
                " WHERE c.id = NEW.challenge_id AND c.asks = 'strike')",
                "governance: who was given a ballot on paper cannot be struck",
            ),
        ],
        requires=["governance_challenge", "governance_outcome", "governance_participation", "governance_paper_mark"],
        postgresql_lock=hold("(SELECT proposal_id FROM governance_challenge WHERE id = NEW.challenge_id)", "UPDATE"),
    ),
)
