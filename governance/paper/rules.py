"""What the database itself refuses of votes on paper: marks, sheets, and the count of two sheets that say the same."""

from evidence.rules import Case, Rule
from governance.rule_parts import PROPOSAL_OF_ENTRY, STRUCK, while_open

RULES: tuple[Rule, ...] = (
    while_open(
        "governance_paper_mark",
        PROPOSAL_OF_ENTRY,
        None,
        STRUCK,
        Case(
            f"NOT EXISTS (SELECT 1 FROM governance_proposal WHERE id = {PROPOSAL_OF_ENTRY} AND takes_paper"
            " AND (secrecy = 'secret') = (NEW.marked_at IS NULL))",
            "governance: this vote takes no ballots on paper, or it has no times",
        ),
        Case(
            "EXISTS (SELECT 1 FROM governance_participation p WHERE p.roll_entry_id = NEW.roll_entry_id)"
            " AND NOT EXISTS (SELECT 1 FROM governance_withdrawal w WHERE w.roll_entry_id = NEW.roll_entry_id)",
            "governance: who has a ballot in the urn has no other",
        ),
        one_entry=True,
    ),
    while_open(
        "governance_paper_sheet",
        "NEW.proposal_id",
        None,
        Case(
            "NOT EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id AND takes_paper)",
            "governance: this vote takes no ballots on paper",
        ),
        Case(
            "NEW.number <> 1 + COALESCE((SELECT max(s.number) FROM governance_paper_sheet s"
            " WHERE s.proposal_id = NEW.proposal_id AND s.by_ref = NEW.by_ref), 0)",
            "governance: the sheets of a scrutineer follow each other",
        ),
    ),
    while_open(
        "governance_paper_count",
        "NEW.proposal_id",
        None,
        Case(
            "NOT EXISTS (SELECT 1 FROM governance_paper_sheet a JOIN governance_paper_sheet b ON a.content = b.content"
            " WHERE a.id = NEW.first_sheet_id AND b.id = NEW.second_sheet_id AND a.by_ref <> b.by_ref"
            " AND a.proposal_id = NEW.proposal_id AND b.proposal_id = NEW.proposal_id)",
            "governance: two scrutineers have found the same",
        ),
        Case(
            "EXISTS (SELECT 1 FROM governance_paper_sheet s JOIN governance_paper_sheet n"
            " ON n.proposal_id = s.proposal_id AND n.by_ref = s.by_ref AND n.number > s.number"
            " WHERE s.id IN (NEW.first_sheet_id, NEW.second_sheet_id))",
            "governance: of each scrutineer the newest sheet counts",
        ),
    ),
)
