"""What is refused about challenges of a voting roll."""

from dataclasses import dataclass
from datetime import datetime

from evidence.messages import N_
from governance.errors import GovernanceRefusal


@dataclass(eq=False)
class NoSuchChallenge(GovernanceRefusal):
    """There is no challenge with this id."""

    message = N_("There is no such challenge.")


@dataclass(eq=False)
class NoChallenges(GovernanceRefusal):
    """The roll was opened without a window for challenges."""

    message = N_("The voting roll of this vote cannot be challenged.")


@dataclass(eq=False)
class ChallengesOver(GovernanceRefusal):
    """The window for challenges has passed."""

    until: datetime
    message = N_("The voting roll could be challenged until %(until)s. Nothing was recorded.")


@dataclass(eq=False)
class AlreadyOnRoll(GovernanceRefusal):
    """Who is on the roll cannot be added."""

    message = N_("They are on the voting roll already.")
    about = "whom"


@dataclass(eq=False)
class NobodyToStrike(GovernanceRefusal):
    """Who is not on the roll cannot be struck."""

    message = N_("They are not on the voting roll, so there is no entry to strike.")
    about = "whom"


@dataclass(eq=False)
class AlreadyStruck(GovernanceRefusal):
    """The entry was struck, and an answer is final."""

    message = N_("They were struck from the voting roll after a challenge. That answer is final.")
    about = "whom"


@dataclass(eq=False)
class AlreadyChallenged(GovernanceRefusal):
    """One challenge of one entry by one challenger."""

    message = N_("You have challenged this entry already. It is answered once.")
    about = "whom"


@dataclass(eq=False)
class TooManyWaiting(GovernanceRefusal):
    """Each challenge sends a mail and asks for an answer: one member alone could bury the others' under theirs."""

    most: int
    message = N_("%(most)s of your challenges wait for an answer. You can make another once one of them is answered.")


@dataclass(eq=False)
class AlreadyAnswered(GovernanceRefusal):
    """A challenge is answered once."""

    message = N_("This challenge is answered already. The answer stands.")


@dataclass(eq=False)
class TooLateToAdd(GovernanceRefusal):
    """Who is added after the closing time could not vote."""

    closes_at: datetime
    message = N_("Voting closed on %(closes_at)s. Whoever is put on the roll now could not vote any more.")


@dataclass(eq=False)
class StruckWithBallot(GovernanceRefusal):
    """A secret ballot cannot be found again, so its voter stays on the roll."""

    message = N_(
        "They have cast a secret ballot, which nobody can find again to take it out of the urn. So they stay on the roll."
    )


@dataclass(eq=False)
class StruckOnPaper(GovernanceRefusal):
    """A ballot on paper was given out."""

    message = N_("They were given a ballot on paper or in the room. So they stay on the roll.")


@dataclass(eq=False)
class TooFewWithoutThem(GovernanceRefusal):
    """So few would share a class and a weight with a voter who is struck that the ballots of those who stay could be told."""

    class_code: str
    weight: int
    heads: int
    least: int
    message = N_(
        "They stay on the roll of this vote: without them only %(heads)s would have ballots that look alike (class “%(class_code)s”,"
        " votes of each: %(weight)s), and at least %(least)s must, as those who voted in secret were told. Answer that the challenge is not upheld,"
        " say why in your reasons, and put the question to the vote again, by roll-call."
    )


#: Refusals because of the state that the vote is in (409), and because there is no such thing (404).
CONFLICTS = (
    NoChallenges,
    ChallengesOver,
    AlreadyAnswered,
    TooLateToAdd,
    StruckWithBallot,
    StruckOnPaper,
    TooFewWithoutThem,
)
MISSING = (NoSuchChallenge,)
