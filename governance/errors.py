"""What governance refuses. One class per refusal, with typed fields; the web turns them into words and statuses."""

from dataclasses import dataclass
from datetime import datetime

from evidence.messages import N_, Refusal


class GovernanceRefusal(Refusal):
    """Something that the rules of a vote do not allow."""


@dataclass(eq=False)
class NoSuchProposal(GovernanceRefusal):
    """There is no proposal with this id."""

    message = N_("There is no such vote.")


@dataclass(eq=False)
class NotOnRoll(GovernanceRefusal):
    """The voter does not stand on the frozen roll."""

    message = N_("Only who stands on the voting roll, as it was frozen when the vote opened, can vote on this.")


@dataclass(eq=False)
class NotYetOpen(GovernanceRefusal):
    """The vote has not opened."""

    opens_at: datetime
    message = N_("Voting opens on %(opens_at)s.")


@dataclass(eq=False)
class VotingClosed(GovernanceRefusal):
    """The closing time has passed, or the votes are counted."""

    closes_at: datetime
    message = N_("Voting closed on %(closes_at)s, so this vote was not taken.")


@dataclass(eq=False)
class AlreadyVoted(GovernanceRefusal):
    """A secret ballot was cast already, and nobody can find it to change it."""

    message = N_("Your ballot is already in the urn. It is secret and final: nobody can find it again to change it.")


@dataclass(eq=False)
class UnknownOption(GovernanceRefusal):
    """The answer is none of those that can be given."""

    message = N_("Choose one of the answers on the ballot. Nothing was recorded.")
    about = "choice"


@dataclass(eq=False)
class RepeatedOption(GovernanceRefusal):
    """A ranking names a candidate twice."""

    message = N_("A candidate stands twice in this ranking. Nothing was recorded; please rank each one once.")
    about = "choice"


@dataclass(eq=False)
class EmptyBallot(GovernanceRefusal):
    """A ranking names nobody."""

    message = N_("Nobody is ranked yet. Write 1 beside the candidate you want most.")
    about = "choice"


@dataclass(eq=False)
class EmptyRoll(GovernanceRefusal):
    """Nobody could vote."""

    message = N_("Nobody may vote yet, so no vote can be opened.")


@dataclass(eq=False)
class NoCandidates(GovernanceRefusal):
    """An election without candidates."""

    message = N_("Nobody stands for election, so no vote can be opened.")


@dataclass(eq=False)
class ClosesBeforeOpening(GovernanceRefusal):
    """The closing time is not after the opening."""

    message = N_("Voting must close after it opens. Choose a later time.")
    about = "closes_at"


@dataclass(eq=False)
class TooEarlyToClose(GovernanceRefusal):
    """The votes are counted only after the closing time."""

    closes_at: datetime
    message = N_("Voting is open until %(closes_at)s. The votes can be counted from then on.")


@dataclass(eq=False)
class AlreadyCounted(GovernanceRefusal):
    """There is an outcome already."""

    message = N_("These votes are counted already. The result stands.")


#: Refusals because somebody may not (403), and because of the state that the vote is in (409).
FORBIDDEN = (NotOnRoll,)
CONFLICTS = (NotYetOpen, VotingClosed, AlreadyVoted, TooEarlyToClose, AlreadyCounted)
#: Refusals because there is no such thing (404).
MISSING = (NoSuchProposal,)
