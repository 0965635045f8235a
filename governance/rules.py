"""What the database itself refuses in governance, whoever writes to it.

Roll and options come before the header; ballots come before the outcome; a secret ballot leaves the urn only when its copy
stands. So a vote can be neither added late, nor changed, nor lost, even by who writes past the program.
"""

from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, no_truncate, refuse
from governance.models import Ballot, OpenBallot, Option, Outcome, Participation, Proposal, RollEntry

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


def _before_header(table: str) -> Rule:
    return refuse(
        f"{table}_before_header",
        table,
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM governance_proposal WHERE id = NEW.proposal_id)",
                "governance: nothing can be added to a vote that is open",
            )
        ],
        requires=["governance_proposal"],
    )


def _while_open(table: str, proposal: str, secrecy: str, *more: Case) -> Rule:
    return refuse(
        f"{table}_while_open",
        table,
        "INSERT",
        [_wrong_secrecy(proposal, secrecy), _counted(proposal), *more],
        requires=["governance_proposal", "governance_roll_entry", "governance_outcome"],
        postgresql_lock=_hold(proposal, "SHARE"),
    )


def _same_ballot(one: str, other: str) -> str:
    columns = ("proposal_id", "commitment", "class_code", "weight", "choice", "nonce")
    return " AND ".join(f"{one}.{column} = {other}.{column}" for column in columns)


RULES: tuple[Rule, ...] = (
    *(
        rule
        for mapped in (Proposal, Option, RollEntry, OpenBallot, Participation, Ballot, Outcome)
        for rule in append_only(table_of(mapped))
    ),
    _before_header("governance_roll_entry"),
    _before_header("governance_option"),
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
                "NOT EXISTS (SELECT 1 FROM governance_option WHERE proposal_id = NEW.id)",
                "governance: there is nothing to choose from",
            ),
        ],
        requires=["governance_roll_entry", "governance_option"],
    ),
    _while_open(
        "governance_open_ballot",
        _PROPOSAL_OF_ENTRY,
        "open",
        Case(
            "NEW.version <> 1 + COALESCE((SELECT max(b.version) FROM governance_open_ballot b"
            " WHERE b.roll_entry_id = NEW.roll_entry_id), 0)",
            "governance: the versions of a vote follow each other",
        ),
    ),
    _while_open("governance_participation", _PROPOSAL_OF_ENTRY, "secret"),
    _while_open(
        "governance_urn",
        "NEW.proposal_id",
        "secret",
        Case(
            "EXISTS (SELECT 1 FROM governance_urn u WHERE u.id = NEW.id OR u.commitment = NEW.commitment"
            " OR u.supersedes = NEW.supersedes)",
            "governance: a ballot in the urn is never replaced",
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
                f"NOT EXISTS (SELECT 1 FROM governance_ballot b WHERE {_same_ballot('b', 'OLD')})",
                "governance: a ballot leaves the urn only when its copy stands",
            )
        ],
        requires=["governance_ballot"],
    ),
    no_truncate("governance_urn"),
    refuse(
        "governance_ballot_from_urn",
        "governance_ballot",
        "INSERT",
        [
            _counted("NEW.proposal_id"),
            Case(
                f"NOT EXISTS (SELECT 1 FROM governance_urn u WHERE {_same_ballot('u', 'NEW')})",
                "governance: a ballot comes out of the urn, and from nowhere else",
            ),
        ],
        requires=["governance_urn", "governance_outcome"],
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
                "(SELECT count(*) FROM governance_ballot WHERE proposal_id = NEW.proposal_id) <>"
                " (SELECT count(*) FROM governance_participation p JOIN governance_roll_entry r"
                " ON r.id = p.roll_entry_id WHERE r.proposal_id = NEW.proposal_id)",
                "governance: as many ballots as voters",
            ),
        ],
        requires=["governance_proposal", "governance_urn", "governance_ballot", "governance_participation"],
        postgresql_lock=_hold("NEW.proposal_id", "UPDATE"),
    ),
)
