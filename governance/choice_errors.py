"""What is refused of a vote among options: ballots that its rule cannot count, and rules whose figures do not fit."""

from dataclasses import dataclass

from evidence.messages import N_
from governance.errors import EmptyBallot, GovernanceRefusal


@dataclass(eq=False)
class NobodyChosen(EmptyBallot):
    """A ballot that approves, or chooses one, names nobody."""

    message = N_("Nothing is chosen yet.")


@dataclass(eq=False)
class NoPointsGiven(EmptyBallot):
    """A ballot gives no points."""

    message = N_("No points are given yet. Give more than 0 to at least one.")


@dataclass(eq=False)
class TooManyChosen(GovernanceRefusal):
    """A ballot on which one may be chosen names several."""

    message = N_("Choose one only. Nothing was recorded.")
    about = "choice"


@dataclass(eq=False)
class PlaceShared(GovernanceRefusal):
    """A ranking puts several in one place, and its rule cannot count that."""

    message = N_("Two share a place in this ranking, and this vote cannot be counted so. Nothing was recorded.")
    about = "choice"


@dataclass(eq=False)
class TooManyPoints(GovernanceRefusal):
    """A ballot gives one option more points than it may."""

    code: str
    points: int
    cap: int
    message = N_("%(points)s are more than the %(cap)s that one may get.")
    about = "choice"


@dataclass(eq=False)
class TooManyDots(GovernanceRefusal):
    """A ballot gives more points than it has."""

    given: int
    dots: int
    message = N_("%(given)s dots are given, and there are %(dots)s.")
    about = "choice"


@dataclass(eq=False)
class NotVotedBy(GovernanceRefusal):
    """A rule that counts files, and by which no vote can be held."""

    rule: str
    message = N_("No vote can be held by the rule %(rule)s.")
    about = "rule"


@dataclass(eq=False)
class FigureOutOfRange(GovernanceRefusal):
    """A figure of a rule that is missing, or beyond its bounds, or that the rule does not have."""

    most: int
    about: str = "rule"
    message = N_("This must be a whole number from 1 to %(most)s, and stand where the rule has it.")


@dataclass(eq=False)
class CapAboveDots(GovernanceRefusal):
    """More dots for one option than there are."""

    cap: int
    dots: int
    message = N_("One cannot get %(cap)s dots where a ballot has %(dots)s.")
    about = "cap"


@dataclass(eq=False)
class OnlyRankingsOutside(GovernanceRefusal):
    """The other system takes rankings, and no other ballots of an election."""

    message = N_("Only a ranked vote can be counted outside. Choose another rule, or another way to vote.")
    about = "rule"
