"""What the database itself refuses in governance, whoever writes to it.

Roll and options come before the header; ballots come before the outcome; a secret ballot leaves the urn only when its copy
stands. So a vote can be neither added late, nor changed, nor lost, even by who writes past the program. What is refused of challenges,
of paper and of votes counted elsewhere stands in modules of its own; the list of all is here, in one order.
"""

from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, no_truncate, refuse
from governance import external_rules
from governance.challenges import rules as challenge_rules
from governance.challenges.models import Challenge, ChallengeAnswer
from governance.models import (
    Ballot,
    ChainLink,
    OpenBallot,
    Option,
    Outcome,
    Participation,
    Proposal,
    RollEntry,
    UrnOpening,
    Withdrawal,
)
from governance.paper import rules as paper_rules
from governance.paper.models import PaperCount, PaperMark, PaperSheet
from governance.rule_parts import (
    NO_MORE_BALLOTS,
    PROPOSAL_OF_ENTRY,
    STRUCK,
    URN_OPENED,
    WITH_CHAIN,
    already_counted,
    hold,
    upheld,
    while_open,
    wrong_secrecy,
)

_ONLY_ADDED = (
    Proposal,
    Option,
    RollEntry,
    OpenBallot,
    Participation,
    Withdrawal,
    Ballot,
    UrnOpening,
    Outcome,
    ChainLink,
    Challenge,
    ChallengeAnswer,
    PaperMark,
    PaperSheet,
    PaperCount,
)


def _same_ballot(one: str, other: str) -> str:
    columns = ("proposal_id", "commitment", "class_code", "weight", "choice", "nonce")
    return " AND ".join(f"{one}.{column} = {other}.{column}" for column in columns)


#: Ballots that stand in the urn: not superseded, and not taken back.
_STANDING = "u.choice <> 'null' AND NOT EXISTS (SELECT 1 FROM governance_urn s WHERE s.supersedes = u.id)"
_OF_VOTE = "JOIN governance_roll_entry r ON r.id = x.roll_entry_id WHERE r.proposal_id = NEW.proposal_id"
_VOTERS = (
    f"(SELECT count(*) FROM governance_participation x {_OF_VOTE})"
    f" - (SELECT count(*) FROM governance_withdrawal x {_OF_VOTE})"
    " + COALESCE((SELECT ballots FROM governance_paper_count WHERE proposal_id = NEW.proposal_id), 0)"
)
_BALLOTS = "(SELECT count(*) FROM governance_ballot WHERE proposal_id = NEW.proposal_id)"

RULES: tuple[Rule, ...] = (
    *(rule for mapped in _ONLY_ADDED for rule in append_only(table_of(mapped))),
    *external_rules.RULES,
    refuse(
        "governance_option_before_header",
        "governance_option",
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id)",
                "governance: nothing can be added to a vote that is open",
            )
        ],
        requires=["governance_proposal"],
    ),
    refuse(
        "governance_roll_entry_before_header",
        "governance_roll_entry",
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id)"
                f" AND (NOT {upheld('NEW.proposal_id', 'NEW.voter_ref', 'add')}"
                " OR EXISTS (SELECT 1 FROM governance_outcome WHERE proposal_id = NEW.proposal_id)"
                f" OR {URN_OPENED.format(proposal='NEW.proposal_id')}"
                " OR NEW.weight <> 1 AND EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id"
                " AND weighting IS NULL))",
                "governance: nobody is added to the roll of an open vote without a challenge that was upheld",
            )
        ],
        requires=["governance_proposal", "governance_outcome", WITH_CHAIN],
        postgresql_lock=hold("NEW.proposal_id", "SHARE"),
    ),
    refuse(
        "governance_proposal_is_whole",
        "governance_proposal",
        "INSERT",
        [
            Case(
                "(SELECT count(*) FROM governance_roll_entry WHERE proposal_id = NEW.id) <> NEW.roll_size",
                "governance: the roll does not have the announced size",
            ),
            Case(
                "(SELECT sum(weight) FROM governance_roll_entry WHERE proposal_id = NEW.id)"
                " <> COALESCE(NEW.roll_weight, NEW.roll_size)",
                "governance: the roll does not have the announced votes",
            ),
            Case(
                "NEW.weighting IS NULL"
                " AND EXISTS (SELECT 1 FROM governance_roll_entry WHERE proposal_id = NEW.id AND weight <> 1)",
                "governance: one member has one vote",
            ),
            Case(
                "NOT EXISTS (SELECT 1 FROM governance_option WHERE proposal_id = NEW.id)",
                "governance: there is nothing to choose from",
            ),
        ],
        requires=["governance_roll_entry", "governance_option", WITH_CHAIN],
    ),
    *challenge_rules.RULES,
    while_open(
        "governance_open_ballot",
        PROPOSAL_OF_ENTRY,
        "open",
        STRUCK,
        Case(
            "NEW.version <> 1 + COALESCE((SELECT max(b.version) FROM governance_open_ballot b"
            " WHERE b.roll_entry_id = NEW.roll_entry_id), 0)",
            "governance: the versions of a vote follow each other",
        ),
        Case(
            "NEW.on_paper AND NOT EXISTS (SELECT 1 FROM governance_paper_mark m"
            f" JOIN governance_paper_count c ON c.proposal_id = {PROPOSAL_OF_ENTRY}"
            " WHERE m.roll_entry_id = NEW.roll_entry_id AND m.marked_at = NEW.cast_at)",
            "governance: a vote on paper was handed in and counted",
        ),
    ),
    while_open(
        "governance_participation",
        PROPOSAL_OF_ENTRY,
        "secret",
        STRUCK,
        Case(
            "EXISTS (SELECT 1 FROM governance_paper_mark m WHERE m.roll_entry_id = NEW.roll_entry_id)",
            "governance: who was given a ballot on paper has no other",
        ),
        one_entry=True,
    ),
    while_open("governance_withdrawal", PROPOSAL_OF_ENTRY, "secret", one_entry=True),
    *paper_rules.RULES,
    while_open(
        "governance_urn",
        "NEW.proposal_id",
        "secret",
        Case(
            "EXISTS (SELECT 1 FROM governance_urn u WHERE u.id = NEW.id OR u.commitment = NEW.commitment"
            " OR u.supersedes = NEW.supersedes OR u.key_hash = NEW.key_hash)",
            "governance: a ballot in the urn is never replaced",
        ),
        Case(
            "NEW.supersedes IS NOT NULL AND NOT EXISTS (SELECT 1 FROM governance_urn u WHERE u.id = NEW.supersedes"
            " AND u.proposal_id = NEW.proposal_id AND u.class_code = NEW.class_code AND u.weight = NEW.weight"
            " AND u.choice <> 'null')",
            "governance: a ballot takes the place of one like it",
        ),
        Case(
            "NEW.supersedes IS NULL AND NEW.choice = 'null'",
            "governance: what was never cast cannot be taken back",
        ),
    ),
    refuse(
        "governance_urn_no_update",
        "governance_urn",
        "UPDATE",
        [Case("1 = 1", "governance: a ballot in the urn is never changed")],
    ),
    refuse(
        "governance_urn_keeps_ballots",
        "governance_urn",
        "DELETE",
        [
            Case(
                f"NOT {URN_OPENED.format(proposal='OLD.proposal_id')}",
                "governance: a ballot leaves the urn only when its copy stands",
            )
        ],
        requires=[WITH_CHAIN],
    ),
    no_truncate("governance_urn"),
    refuse(
        "governance_ballot_from_urn",
        "governance_ballot",
        "INSERT",
        [
            already_counted("NEW.proposal_id"),
            Case(URN_OPENED.format(proposal="NEW.proposal_id"), NO_MORE_BALLOTS),
            Case(
                f"NOT EXISTS (SELECT 1 FROM governance_urn u WHERE {_same_ballot('u', 'NEW')} AND {_STANDING})",
                "governance: a ballot comes out of the urn, and from nowhere else",
            ),
        ],
        requires=["governance_urn", "governance_outcome", WITH_CHAIN],
    ),
    refuse(
        "governance_urn_opening_is_whole",
        "governance_urn_opening",
        "INSERT",
        [
            wrong_secrecy("NEW.proposal_id", "secret"),
            already_counted("NEW.proposal_id"),
            Case(
                "EXISTS (SELECT 1 FROM governance_urn u WHERE u.proposal_id = NEW.proposal_id"
                f" AND {_STANDING} AND NOT EXISTS (SELECT 1 FROM governance_ballot b WHERE {_same_ballot('b', 'u')}))",
                "governance: a ballot stays in the urn",
            ),
            Case(f"{_BALLOTS} <> NEW.ballots OR {_BALLOTS} <> {_VOTERS}", "governance: as many ballots as voters"),
            Case(
                "(SELECT count(*) FROM governance_urn u WHERE u.proposal_id = NEW.proposal_id AND u.choice = 'null')"
                f" <> (SELECT count(*) FROM governance_withdrawal x {_OF_VOTE})",
                "governance: as many ballots taken back as voters who did so",
            ),
        ],
        requires=["governance_proposal", "governance_urn", "governance_ballot", "governance_outcome", WITH_CHAIN],
        postgresql_lock=hold("NEW.proposal_id", "UPDATE"),
    ),
    refuse(
        "governance_outcome_is_last",
        "governance_outcome",
        "INSERT",
        [
            Case(
                "NOT EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id"
                " AND closes_at <= NEW.closed_at)",
                "governance: a vote is counted after its closing time",
            ),
            Case(
                "EXISTS (SELECT 1 FROM governance_urn WHERE proposal_id = NEW.proposal_id)",
                "governance: the urn is not empty",
            ),
            Case(
                "EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id AND secrecy = 'secret')"
                f" AND NOT {URN_OPENED.format(proposal='NEW.proposal_id')}",
                "governance: the urn was not opened",
            ),
        ],
        requires=["governance_proposal", "governance_urn", "governance_ballot", WITH_CHAIN],
        postgresql_lock=hold("NEW.proposal_id", "UPDATE"),
    ),
)
