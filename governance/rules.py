"""What the database itself refuses in governance, whoever writes to it.

Roll and options come before the header; ballots come before the outcome; a secret ballot leaves the urn only when its copy
stands. So a vote can be neither added late, nor changed, nor lost, even by who writes past the program.
"""

from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, no_truncate, refuse
from governance import external_rules
from governance.challenges import Challenge, ChallengeAnswer
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
from governance.paper import PaperCount, PaperMark, PaperSheet

#: A rule that reads what came with the chain waits for it, so that earlier revisions have only what they can obey.
_WITH_CHAIN = "governance_chain"
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

#: From an entry of the roll to its proposal.
_PROPOSAL_OF_ENTRY = "(SELECT proposal_id FROM governance_roll_entry WHERE id = NEW.roll_entry_id)"


def _hold(proposal: str, lock: str) -> str:
    """Return the statement that makes casting and closing wait for each other on PostgreSQL."""
    return f"  PERFORM 1 FROM governance_proposal WHERE id = {proposal} FOR {lock};"


def _counted(proposal: str) -> Case:
    return Case(
        f"EXISTS (SELECT 1 FROM governance_outcome WHERE proposal_id = {proposal})",
        "governance: this vote is counted",
    )


def _wrong_secrecy(proposal: str, secrecy: str) -> Case:
    return Case(
        f"NOT EXISTS (SELECT 1 FROM governance_proposal WHERE id = {proposal} AND secrecy = '{secrecy}')",
        f"governance: this ballot belongs to a vote that is {secrecy}",
    )


def _upheld(proposal: str, voter: str, asks: str) -> str:
    """Return the condition that a challenge was upheld."""
    return (
        "EXISTS (SELECT 1 FROM governance_challenge c JOIN governance_challenge_answer a ON a.challenge_id = c.id"
        f" WHERE c.proposal_id = {proposal} AND c.voter_ref = {voter} AND c.asks = '{asks}' AND a.upheld)"
    )


_URN_OPENED = "EXISTS (SELECT 1 FROM governance_urn_opening WHERE proposal_id = {proposal})"
_STRUCK = Case(
    "EXISTS (SELECT 1 FROM governance_roll_entry r WHERE r.id = NEW.roll_entry_id AND "
    + _upheld("r.proposal_id", "r.voter_ref", "strike")
    + ")",
    "governance: who was struck from the roll does not vote",
)
_NO_MORE_BALLOTS = "governance: the urn of this vote was opened"


def _while_open(table: str, proposal: str, secrecy: str | None, *more: Case, one_entry: bool = False) -> Rule:
    """Refuse ballots to a vote that is counted. With `one_entry` all that one voter does takes its turns."""
    lock = _hold(proposal, "SHARE")
    if one_entry:
        lock += "\n  PERFORM 1 FROM governance_roll_entry WHERE id = NEW.roll_entry_id FOR UPDATE;"
    kinds = [_wrong_secrecy(proposal, secrecy)] if secrecy else []
    opened = Case(_URN_OPENED.format(proposal=proposal), _NO_MORE_BALLOTS)
    return refuse(
        f"{table}_while_open",
        table,
        "INSERT",
        [*kinds, _counted(proposal), opened, *more],
        requires=["governance_proposal", "governance_roll_entry", "governance_outcome", _WITH_CHAIN],
        postgresql_lock=lock,
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
                f" AND (NOT {_upheld('NEW.proposal_id', 'NEW.voter_ref', 'add')}"
                " OR EXISTS (SELECT 1 FROM governance_outcome WHERE proposal_id = NEW.proposal_id)"
                f" OR {_URN_OPENED.format(proposal='NEW.proposal_id')}"
                " OR NEW.weight <> 1 AND EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id"
                " AND weighting IS NULL))",
                "governance: nobody is added to the roll of an open vote without a challenge that was upheld",
            )
        ],
        requires=["governance_proposal", "governance_outcome", _WITH_CHAIN],
        postgresql_lock=_hold("NEW.proposal_id", "SHARE"),
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
        requires=["governance_roll_entry", "governance_option", _WITH_CHAIN],
    ),
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
            _counted("NEW.proposal_id"),
            Case(
                "(NEW.asks = 'strike') <> EXISTS (SELECT 1 FROM governance_roll_entry r"
                " WHERE r.proposal_id = NEW.proposal_id AND r.voter_ref = NEW.voter_ref)",
                "governance: who is on the roll is not added, and who is not is not struck",
            ),
        ],
        requires=["governance_proposal", "governance_outcome", "governance_roll_entry"],
        postgresql_lock=_hold("NEW.proposal_id", "SHARE"),
    ),
    refuse(
        "governance_challenge_answer_before_count",
        "governance_challenge_answer",
        "INSERT",
        [
            _counted("(SELECT proposal_id FROM governance_challenge WHERE id = NEW.challenge_id)"),
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
        postgresql_lock=_hold("(SELECT proposal_id FROM governance_challenge WHERE id = NEW.challenge_id)", "UPDATE"),
    ),
    _while_open(
        "governance_open_ballot",
        _PROPOSAL_OF_ENTRY,
        "open",
        _STRUCK,
        Case(
            "NEW.version <> 1 + COALESCE((SELECT max(b.version) FROM governance_open_ballot b"
            " WHERE b.roll_entry_id = NEW.roll_entry_id), 0)",
            "governance: the versions of a vote follow each other",
        ),
        Case(
            "NEW.on_paper AND NOT EXISTS (SELECT 1 FROM governance_paper_mark m"
            f" JOIN governance_paper_count c ON c.proposal_id = {_PROPOSAL_OF_ENTRY}"
            " WHERE m.roll_entry_id = NEW.roll_entry_id AND m.marked_at = NEW.cast_at)",
            "governance: a vote on paper was handed in and counted",
        ),
    ),
    _while_open(
        "governance_participation",
        _PROPOSAL_OF_ENTRY,
        "secret",
        _STRUCK,
        Case(
            "EXISTS (SELECT 1 FROM governance_paper_mark m WHERE m.roll_entry_id = NEW.roll_entry_id)",
            "governance: who was given a ballot on paper has no other",
        ),
        one_entry=True,
    ),
    _while_open("governance_withdrawal", _PROPOSAL_OF_ENTRY, "secret", one_entry=True),
    _while_open(
        "governance_paper_mark",
        _PROPOSAL_OF_ENTRY,
        None,
        _STRUCK,
        Case(
            f"NOT EXISTS (SELECT 1 FROM governance_proposal WHERE id = {_PROPOSAL_OF_ENTRY} AND takes_paper"
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
    _while_open(
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
    _while_open(
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
    _while_open(
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
                f"NOT {_URN_OPENED.format(proposal='OLD.proposal_id')}",
                "governance: a ballot leaves the urn only when its copy stands",
            )
        ],
        requires=[_WITH_CHAIN],
    ),
    no_truncate("governance_urn"),
    refuse(
        "governance_ballot_from_urn",
        "governance_ballot",
        "INSERT",
        [
            _counted("NEW.proposal_id"),
            Case(_URN_OPENED.format(proposal="NEW.proposal_id"), _NO_MORE_BALLOTS),
            Case(
                f"NOT EXISTS (SELECT 1 FROM governance_urn u WHERE {_same_ballot('u', 'NEW')} AND {_STANDING})",
                "governance: a ballot comes out of the urn, and from nowhere else",
            ),
        ],
        requires=["governance_urn", "governance_outcome", _WITH_CHAIN],
    ),
    refuse(
        "governance_urn_opening_is_whole",
        "governance_urn_opening",
        "INSERT",
        [
            _wrong_secrecy("NEW.proposal_id", "secret"),
            _counted("NEW.proposal_id"),
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
        requires=["governance_proposal", "governance_urn", "governance_ballot", "governance_outcome", _WITH_CHAIN],
        postgresql_lock=_hold("NEW.proposal_id", "UPDATE"),
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
                f" AND NOT {_URN_OPENED.format(proposal='NEW.proposal_id')}",
                "governance: the urn was not opened",
            ),
        ],
        requires=["governance_proposal", "governance_urn", "governance_ballot", _WITH_CHAIN],
        postgresql_lock=_hold("NEW.proposal_id", "UPDATE"),
    ),
)
