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
class NotYetCounted(GovernanceRefusal):
    """There is no result yet."""

    message = N_("The votes are not counted yet.")


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
    """A secret ballot was cast already, and nobody but its voter can find it to change it."""

    message = N_(
        "Your ballot is already in the urn. Nobody can find it again without your change code; with the code you can change it."
    )


@dataclass(eq=False)
class UnknownOption(GovernanceRefusal):
    """The answer is none of those that can be given."""

    message = N_("Choose one of the answers on the ballot. Nothing was recorded.")
    about = "choice"


@dataclass(eq=False)
class RepeatedOption(GovernanceRefusal):
    """A ranking names a candidate twice."""

    message = N_("The same name stands twice in this ranking. Nothing was recorded; please rank each one once.")
    about = "choice"


@dataclass(eq=False)
class EmptyBallot(GovernanceRefusal):
    """A ranking names nobody."""

    message = N_("Nothing is ranked yet. Write 1 beside your first choice.")
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


@dataclass(eq=False)
class WeightTooHigh(GovernanceRefusal):
    """The roll gives a voter more votes than the class allows."""

    class_code: str
    weight: int
    most: int
    message = N_("A voter of the class %(class_code)s would have %(weight)s votes; the rule allows %(most)s.")


@dataclass(eq=False)
class ClassTooHeavy(GovernanceRefusal):
    """A class would have a greater part of all votes than it may."""

    class_code: str
    votes: int
    most: int
    message = N_("The class %(class_code)s would have %(votes)s votes together; its share of the roll allows %(most)s.")


@dataclass(eq=False)
class TooFewToBeSecret(GovernanceRefusal):
    """So few voters share a class and a weight that a secret ballot would name its voter."""

    class_code: str
    weight: int
    heads: int
    least: int
    message = N_(
        "This vote cannot be secret: only %(heads)s on the roll would have ballots that look alike (class “%(class_code)s”, votes of"
        " each: %(weight)s). At least %(least)s are needed, so that no ballot names its voter."
    )


@dataclass(eq=False)
class UnknownKey(GovernanceRefusal):
    """No ballot of this vote has this key."""

    message = N_("No ballot in this vote has this change code. Check it letter by letter; your vote stands as it is.")
    about = "key"


@dataclass(eq=False)
class KeyTaken(GovernanceRefusal):
    """Another ballot has the key under which this one was to be cast."""

    message = N_("This page was used for another ballot. Open your ballot again: nothing was cast.")


@dataclass(eq=False)
class StaleKey(GovernanceRefusal):
    """The key belongs to a ballot that was changed since."""

    message = N_(
        "This change code was used already. The code that came with your last change is the one that works now."
    )
    about = "key"


@dataclass(eq=False)
class BallotWithdrawn(GovernanceRefusal):
    """The ballot was taken back."""

    message = N_("This ballot was taken back. You can still vote on paper or in the room.")


@dataclass(eq=False)
class NotYetVoted(GovernanceRefusal):
    """There is no ballot to change."""

    message = N_("You have not voted yet, so there is nothing to change.")


@dataclass(eq=False)
class VotesOnPaper(GovernanceRefusal):
    """The voter was given a ballot on paper or in the room."""

    message = N_("You were given a ballot on paper or in the room for this vote, so you cannot vote here as well.")


@dataclass(eq=False)
class TakesNoPaper(GovernanceRefusal):
    """The vote is on the screen only."""

    message = N_("No votes on paper or in the room are taken in this vote.")


@dataclass(eq=False)
class CountedElsewhere(GovernanceRefusal):
    """The votes are cast and counted in another system."""

    message = N_("This vote is counted outside. Bring in its result with its evidence.")


@dataclass(eq=False)
class RankingsNotWeighed(GovernanceRefusal):
    """The other system adds up weighted choices, and takes no weighted rankings."""

    message = N_(
        "An election in which votes have weights cannot be counted outside: Belenios takes rankings without weights only."
    )


@dataclass(eq=False)
class CountedHere(GovernanceRefusal):
    """The votes are cast and counted here, so no result comes from elsewhere."""

    message = N_("This vote is cast and counted here. No result can be brought in.")


@dataclass(eq=False)
class QuestionNotFixed(GovernanceRefusal):
    """Nothing was handed over to another system."""

    message = N_("Nothing was handed over to be asked elsewhere yet, so no result can belong to this vote.")


@dataclass(eq=False)
class OtherQuestion(GovernanceRefusal):
    """The result answers another question than the one that was handed over."""

    message = N_(
        "This result belongs to another vote: its question or its answers are not those that were handed over."
    )
    about = "file"


@dataclass(eq=False)
class UnknownAnswer(GovernanceRefusal):
    """A result from elsewhere has an answer that could not be given."""

    message = N_("This result holds an answer that is not on the ballot of this vote.")
    about = "file"


@dataclass(eq=False)
class TooManyVotes(GovernanceRefusal):
    """A result from elsewhere has more votes than the roll."""

    cast: int
    roll: int
    message = N_("This result holds %(cast)s votes; the voting roll has %(roll)s. Nothing was recorded.")
    about = "file"


@dataclass(eq=False)
class TooManyVoters(GovernanceRefusal):
    """More could vote elsewhere than stand on the roll."""

    voters: int
    roll: int
    message = N_(
        "%(voters)s voters were let in there; %(roll)s stand on the voting roll, as it counts now. Nothing was recorded."
    )
    about = "file"


@dataclass(eq=False)
class PaperNotAgreed(GovernanceRefusal):
    """Votes on paper or in the room were marked, and no two scrutineers have found the same."""

    marked: int
    message = N_(
        "%(marked)s voters are marked for paper or the room. The votes can be counted once the sheets of two scrutineers agree."
    )


#: Refusals because somebody may not (403), and because of the state that the vote is in (409).
FORBIDDEN = (NotOnRoll,)
CONFLICTS = (
    NotYetCounted,
    NotYetOpen,
    VotingClosed,
    AlreadyVoted,
    KeyTaken,
    TooEarlyToClose,
    AlreadyCounted,
    BallotWithdrawn,
    NotYetVoted,
    VotesOnPaper,
    TakesNoPaper,
    CountedElsewhere,
    CountedHere,
    QuestionNotFixed,
    PaperNotAgreed,
)
#: Refusals because there is no such thing (404).
MISSING = (NoSuchProposal,)
