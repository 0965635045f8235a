"""What governance refuses about votes on paper and in the room."""

from dataclasses import dataclass

from evidence.messages import N_
from governance.errors import GovernanceRefusal


@dataclass(eq=False)
class AlreadyMarked(GovernanceRefusal):
    """The voter was given a ballot before, or handed one in."""

    message = N_("This voter is marked already. Each member has one ballot on paper or in the room.")


@dataclass(eq=False)
class HasBallotInUrn(GovernanceRefusal):
    """The voter has voted on the screen in secret, and nobody but the voter can find that ballot."""

    message = N_(
        "This voter has a ballot in the urn, and that one stands. They get one on paper only after they have taken it back"
        " with their change code."
    )


@dataclass(eq=False)
class OtherVote(GovernanceRefusal):
    """The sheet is one for votes of another kind."""

    message = N_("This sheet belongs to another kind of vote. Open the page again.")


@dataclass(eq=False)
class LessThanNone(GovernanceRefusal):
    """A sheet counts fewer than no ballots."""

    message = N_("A number of ballots is 0 or more.")


@dataclass(eq=False)
class NotMarked(GovernanceRefusal):
    """A sheet has a vote of somebody who is not marked."""

    message = N_("This sheet has a vote of somebody who is not marked as having handed one in. Open the page again.")


@dataclass(eq=False)
class VotersMissing(GovernanceRefusal):
    """A sheet of a roll-call says nothing of some who are marked."""

    missing: int
    message = N_("Say for each marked voter how they voted, or that it is spoilt. So many are missing: %(missing)s.")


@dataclass(eq=False)
class MoreBallotsThanMarks(GovernanceRefusal):
    """A sheet has more ballots of a class and weight than voters of that were marked."""

    class_code: str
    weight: int
    ballots: int
    marked: int
    message = N_(
        "These are %(ballots)s ballots that look alike (class “%(class_code)s”, votes of each: %(weight)s), but only %(marked)s such"
        " voters are marked. Count them again."
    )


@dataclass(eq=False)
class SheetDoesNotAddUp(GovernanceRefusal):
    """Ballots, spoilt ones and those not returned are not as many as voters were marked."""

    found: int
    marked: int
    message = N_(
        "Ballots, spoilt ballots and those not returned are %(found)s together; %(marked)s voters are marked. Count them again."
    )


#: Refusals because of the state that the vote is in (409).
CONFLICTS = (AlreadyMarked, HasBallotInUrn)
