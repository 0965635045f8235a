"""What the scrutineers' desk refuses, beside what governance refuses."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class TooFewScrutineers(Refusal):
    """Votes on paper could never be counted."""

    found: int
    least: int
    message = N_(
        "Votes on paper are counted by at least %(least)s scrutineers, each on their own; so many hold the power now: %(found)s."
    )
    about = "takes_paper"


@dataclass(eq=False)
class OwnSheetFirst(Refusal):
    """The sheets of others are shown to who has entered one."""

    message = N_("Enter your own sheet first. You see what the others found once yours is there.")


@dataclass(eq=False)
class NumberUnreadable(Refusal):
    """Something other than a number of ballots stands in a box."""

    text: str
    message = N_("“%(text)s” is not a number of ballots. Write a whole number, such as 12.")


@dataclass(eq=False)
class LetterUnknown(Refusal):
    """What was written names nothing that is on the ballot."""

    text: str
    message = N_("“%(text)s” is not a letter on the ballot. Write the letters as it says above the sheet.")


@dataclass(eq=False)
class RankingMissing(Refusal):
    """A number of ballots without what they say."""

    message = N_("Write what these ballots say.")


@dataclass(eq=False)
class NumberMissing(Refusal):
    """A ranking without the number of ballots."""

    message = N_("Write how many ballots say this.")


@dataclass(eq=False)
class AnswerMissing(Refusal):
    """A marked voter without a line."""

    message = N_("Say how this member voted, or that the vote is spoilt.")


#: Refusals because of the state that the matter is in (409).
CONFLICTS = (TooFewScrutineers, OwnSheetFirst)
