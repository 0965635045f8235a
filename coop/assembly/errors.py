"""What the assembly refuses, beside what governance refuses about a vote itself."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class MembersOnly(Refusal):
    """The participant is not a member."""

    message = N_("Only members can do this. Everybody who takes part in the community may read along.")


@dataclass(eq=False)
class NotInDiscussion(Refusal):
    """The motion is open for voting, decided or withdrawn."""

    message = N_("This can only be done while the proposal is being discussed, and that has ended.")


@dataclass(eq=False)
class NotPutToVote(Refusal):
    """The motion is still discussed, or was withdrawn."""

    message = N_("There is nothing to vote on yet: this has not been put to the vote.")


@dataclass(eq=False)
class NotItsAuthor(Refusal):
    """Words are changed by who wrote them."""

    message = N_("Only who wrote this can change it.")


@dataclass(eq=False)
class NotAnElection(Refusal):
    """Candidates and seats belong to elections only."""

    message = N_("This is not an election.")


@dataclass(eq=False)
class NoSuchMajority(Refusal):
    """The by-laws know no such majority."""

    message = N_("Choose one of the majorities in the list.")
    about = "majority"


@dataclass(eq=False)
class SeatsOutOfRange(Refusal):
    """Fewer than one seat, or more than a board can have."""

    most: int
    message = N_("Choose a number of seats from 1 to %(most)s.")
    about = "seats"


@dataclass(eq=False)
class VoteTooLong(Refusal):
    """The vote would stay open longer than is sensible."""

    most_days: int
    message = N_("A vote can stay open for at most %(most_days)s days. Choose an earlier time.")
    about = "closes_on"


@dataclass(eq=False)
class ClosesInThePast(Refusal):
    """The closing time has passed already."""

    message = N_("This time has passed. Choose a later one.")
    about = "closes_on"


@dataclass(eq=False)
class WordsChanged(Refusal):
    """Somebody edited the motion after the page was opened."""

    message = N_("The words were edited after you opened this page. Nothing was changed; please read them again.")


@dataclass(eq=False)
class NotNominable(Refusal):
    """The participant cannot stand."""

    message = N_("Only a member who is an individual can stand: a seat on the board is held by a person.")
    about = "participant_id"


@dataclass(eq=False)
class SitsOnBoard(Refusal):
    """A director stands in a by-election, and their own seat would be empty after it."""

    decided_on: date
    message = N_(
        "This election fills seats beside those that are taken. Whoever was elected to the board until after %(decided_on)s holds one"
        " of these, which would be empty afterwards: they stand when their term ends, or give up their seat first."
    )
    about = "participant_id"


@dataclass(eq=False)
class AlreadyNominated(Refusal):
    """One candidacy for each participant in an election."""

    message = N_("This member has already been nominated.")
    about = "participant_id"


@dataclass(eq=False)
class HasDeclined(Refusal):
    """Who has declined is not nominated again by others."""

    message = N_("This member has declined the nomination or withdrawn. Only they can stand again.")
    about = "participant_id"


@dataclass(eq=False)
class NoSuchWay(Refusal):
    """A vote of this kind is not cast in the way that was asked for."""

    message = N_("A vote of this kind is not cast in this way. An election is always secret.")
    about = "secrecy"


@dataclass(eq=False)
class NoBltOfPoints(Refusal):
    """Ballots with points do not fit into a BLT file."""

    message = N_("A BLT file holds rankings, and these ballots hold points. Take the CSV file.")


@dataclass(eq=False)
class NoBallotList(Refusal):
    """There is no list of ballots without names: the vote was by roll-call, or counted elsewhere."""

    message = N_("This vote has no list of ballots by receipt. Its page says how it was counted.")


@dataclass(eq=False)
class BallotsWithheld(Refusal):
    """So few ballots share what a list would show that it would name voters."""

    cast: int
    least: int
    message = N_(
        "A list of the ballots is not published: of %(cast)s cast, fewer than %(least)s share what it would show, so it would tell who"
        " voted how. The result states all its counts."
    )


@dataclass(eq=False)
class NotCounted(Refusal):
    """There is no result yet."""

    message = N_("The votes are not counted yet.")


@dataclass(eq=False)
class BundleNotMade(Refusal):
    """The worker has not made the result bundle yet."""

    message = N_("The votes are counted, and the result bundle is being made. Please come back in a minute.")


@dataclass(eq=False)
class BoardRecorded(Refusal):
    """The elected were recorded already."""

    recorded_on: date
    message = N_("The new board was already recorded on %(recorded_on)s.")


@dataclass(eq=False)
class TooFewOptions(Refusal):
    """Too few options leave nothing to choose."""

    least: int
    message = N_("Write at least %(least)s options, one a line: there must be one more than are chosen.")
    about = "options"


@dataclass(eq=False)
class TooManyOptions(Refusal):
    """More options than a voter can weigh against each other."""

    found: int
    most: int
    message = N_("These are %(found)s options; there can be up to %(most)s.")
    about = "options"


@dataclass(eq=False)
class OptionRepeated(Refusal):
    """Two options that read the same."""

    option: str
    message = N_("“%(option)s” is there twice. Each option stands on a line of its own, once.")
    about = "options"


@dataclass(eq=False)
class CodeMissing(Refusal):
    """Whoever changes a ballot or takes it back types its change code."""

    message = N_("Type the change code that came with your ballot. Your vote stands as it is.")
    about = "key"


@dataclass(eq=False)
class RankUnreadable(Refusal):
    """Something other than a place stands in a number box."""

    text: str
    most: int
    message = N_("“%(text)s” is not a place. Write a whole number from 1 to %(most)s, or leave the box empty.")


@dataclass(eq=False)
class RankRepeated(Refusal):
    """Two candidates share a place."""

    rank: int
    message = N_("The number %(rank)s stands beside more than one name. Each place can be given once.")


@dataclass(eq=False)
class RankSkipped(Refusal):
    """A place is left out."""

    missing: int
    message = N_("The number %(missing)s is missing. Number your choices 1, 2, 3 and so on, without a gap.")


@dataclass(eq=False)
class PointsUnreadable(Refusal):
    """Something other than points that can be given stands in a box."""

    text: str
    cap: int
    message = N_("“%(text)s” cannot be given. Write a whole number from 0 to %(cap)s, or leave the box empty.")


@dataclass(eq=False)
class RuleNotOffered(Refusal):
    """A counting rule that cannot be chosen for so many seats, or at all."""

    message = N_("Choose one of the rules. Nothing was opened.")
    about = "rule"


@dataclass(eq=False)
class FigureNotAsked(Refusal):
    """A figure for a rule that has none."""

    about: str
    message = N_("The rule that you chose has no such number. Leave this empty, or choose another rule.")


@dataclass(eq=False)
class NoSuchMember(Refusal):
    """Nobody in the register has this name or number."""

    message = N_("The register of members has nobody of this name or number. Write the name as the member writes it.")
    about = "whom"


@dataclass(eq=False)
class SeveralMembers(Refusal):
    """A name that several members have."""

    message = N_("Several members have this name. Give the number in the register of members instead.")
    about = "whom"


@dataclass(eq=False)
class OwnChallenge(Refusal):
    """Nobody answers a challenge that they made, or that is about whom they act for."""

    message = N_("You made this challenge, or it is about you or somebody you act for. Somebody else answers it.")


@dataclass(eq=False)
class NotInRegister(Refusal):
    """Only members are on a voting roll."""

    message = N_("They are not in the register of members, so they cannot be put on the voting roll.")
    about = "upheld"


@dataclass(eq=False)
class JoinedAfterRecordDate(Refusal):
    """Later joiners cannot vote on what is open already."""

    joined_on: date
    record_on: date
    message = N_(
        "They became a member on %(joined_on)s, after the roll was made by the registers of %(record_on)s. Who joins later"
        " cannot vote on this, so this cannot be upheld."
    )
    about = "upheld"


#: Refusals because somebody may not (403), and because of the state that the matter is in (409).
FORBIDDEN = (MembersOnly, NotItsAuthor, OwnChallenge)
#: What is there in a moment.
NOT_YET = (BundleNotMade,)
CONFLICTS = (
    NotInDiscussion,
    NotPutToVote,
    WordsChanged,
    AlreadyNominated,
    HasDeclined,
    NotCounted,
    BoardRecorded,
    BallotsWithheld,
)
