"""What the rules of governance have in common: the locks, and what several of them refuse."""

from evidence.rules import Case, Rule, refuse

#: A rule that reads what came with the chain waits for it, so that earlier revisions have only what they can obey.
WITH_CHAIN = "governance_chain"
#: From an entry of the roll to its proposal.
PROPOSAL_OF_ENTRY = "(SELECT proposal_id FROM governance_roll_entry WHERE id = NEW.roll_entry_id)"


def hold(proposal: str, lock: str) -> str:
    """Return the statement that makes casting and closing wait for each other on PostgreSQL."""
    return f"  PERFORM 1 FROM governance_proposal WHERE id = {proposal} FOR {lock};"


def already_counted(proposal: str) -> Case:
    """Refuse what comes after the count."""
    return Case(
        f"EXISTS (SELECT 1 FROM governance_outcome WHERE proposal_id = {proposal})",
        "governance: this vote is counted",
    )


def wrong_secrecy(proposal: str, secrecy: str) -> Case:
    """Refuse a ballot of another kind than the vote has."""
    return Case(
        f"NOT EXISTS (SELECT 1 FROM governance_proposal WHERE id = {proposal} AND secrecy = '{secrecy}')",
        f"governance: this ballot belongs to a vote that is {secrecy}",
    )


def upheld(proposal: str, voter: str, asks: str) -> str:
    """Return the condition that a challenge was upheld."""
    return (
        "EXISTS (SELECT 1 FROM governance_challenge c JOIN governance_challenge_answer a ON a.challenge_id = c.id"
        f" WHERE c.proposal_id = {proposal} AND c.voter_ref = {voter} AND c.asks = '{asks}' AND a.upheld)"
    )


URN_OPENED = "EXISTS (SELECT 1 FROM governance_urn_opening WHERE proposal_id = {proposal})"
STRUCK = Case(
    "EXISTS (SELECT 1 FROM governance_roll_entry r WHERE r.id = NEW.roll_entry_id AND "
    + upheld("r.proposal_id", "r.voter_ref", "strike")
    + ")",
    "governance: who was struck from the roll does not vote",
)
NO_MORE_BALLOTS = "governance: the urn of this vote was opened"


def while_open(table: str, proposal: str, secrecy: str | None, *more: Case, one_entry: bool = False) -> Rule:
    """Refuse ballots to a vote that is counted. With `one_entry` all that one voter does takes its turns."""
    lock = hold(proposal, "SHARE")
    if one_entry:
        lock += "\n  PERFORM 1 FROM governance_roll_entry WHERE id = NEW.roll_entry_id FOR UPDATE;"
    kinds = [wrong_secrecy(proposal, secrecy)] if secrecy else []
    opened = Case(URN_OPENED.format(proposal=proposal), NO_MORE_BALLOTS)
    return refuse(
        f"{table}_while_open",
        table,
        "INSERT",
        [*kinds, already_counted(proposal), opened, *more],
        requires=["governance_proposal", "governance_roll_entry", "governance_outcome", WITH_CHAIN],
        postgresql_lock=lock,
    )
