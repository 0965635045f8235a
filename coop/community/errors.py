"""What the community room refuses."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class TooManySkills(Refusal):
    """A list of everything helps nobody to find anything."""

    most: int
    message = N_("At most %(most)s skills each way. Remove one that matters less first.")
    about = "name"


@dataclass(eq=False)
class NotListed(Refusal):
    """Whoever is asked wants to see who asks."""

    message = N_("Show your profile in the directory first, so that they can see who asks.")


@dataclass(eq=False)
class NoMatch(Refusal):
    """Neither wants what the other offers, or no longer."""

    message = N_("Your skills and theirs do not match any more. Look at your matches again.")


@dataclass(eq=False)
class AlreadyAsked(Refusal):
    """Between the two a request is open, an introduction was made, or the one who is asked has said no."""

    message = N_("You have asked them, or they have asked you, already. It stands among your introductions.")


@dataclass(eq=False)
class TooManyRequests(Refusal):
    """More requests than somebody can mean seriously."""

    most: int
    message = N_(
        "At most %(most)s requests may wait for an answer; one that you take back counts for another day. "
        "Wait until some are answered."
    )


@dataclass(eq=False)
class AlreadyAnswered(Refusal):
    """The request has ended."""

    message = N_("This request was answered or taken back already.")


@dataclass(eq=False)
class CircleNameTaken(Refusal):
    """Two circles of one name would be mistaken for each other."""

    message = N_("There is a circle of this name already.")
    about = "name"


@dataclass(eq=False)
class CircleMembersOnly(Refusal):
    """Who writes in a circle, or invites in its name, belongs to it."""

    message = N_("Only those who have joined the circle can do this. Anybody may join.")


@dataclass(eq=False)
class StartsInThePast(Refusal):
    """Nobody can come to what has begun."""

    message = N_("This time has passed. Choose a later one.")
    about = "starts_on"


@dataclass(eq=False)
class StartsTooLate(Refusal):
    """A date so far away is a slip of the finger."""

    most_days: int
    message = N_("An event is at most %(most_days)s days ahead.")
    about = "starts_on"


@dataclass(eq=False)
class PlaceMissing(Refusal):
    """Nobody would find it."""

    message = N_("Say where it is: a place, a link, or both.")
    about = "place"


@dataclass(eq=False)
class NoWebAddress(Refusal):
    """A link leads to a page on the web."""

    message = N_("Enter an address of the web that begins with https:// or http://.")
    about = "link"


@dataclass(eq=False)
class EventFigureOutOfRange(Refusal):
    """A length or a number of seats that nothing real has."""

    least: int
    most: int
    about: str
    message = N_("Enter a whole number from %(least)s to %(most)s.")


@dataclass(eq=False)
class FewerSeatsThanTaken(Refusal):
    """Whoever has a seat keeps it."""

    taken: int
    message = N_("%(taken)s have signed up already. There cannot be fewer seats than that.")
    about = "capacity"


@dataclass(eq=False)
class EventBegun(Refusal):
    """The event has begun or is over."""

    message = N_("This event has begun, so nothing about it can be changed any more.")


@dataclass(eq=False)
class EventCancelled(Refusal):
    """The event does not take place."""

    message = N_("This event was cancelled.")


@dataclass(eq=False)
class SoldOut(Refusal):
    """The last seat is taken, perhaps a moment ago."""

    message = N_("All seats are taken. If somebody cancels, theirs is free again.")


@dataclass(eq=False)
class SeatsOfOne(Refusal):
    """One person cannot fill an event through the organisations they act for."""

    most: int
    message = N_("You hold %(most)s seats already, for yourself and others. Let whoever else comes sign up themselves.")


@dataclass(eq=False)
class MembersAnswerOnly(Refusal):
    """Anybody can add organisations, so only those that were admitted are asked; else one person could answer often."""

    message = N_("An organisation answers once it is a member. Until then, answer for yourself.")


@dataclass(eq=False)
class PollIsOpen(Refusal):
    """One question at a time gets more answers than three."""

    message = N_("Another poll is open. One question at a time: wait until it closes, or withdraw it.")


@dataclass(eq=False)
class PollHasClosed(Refusal):
    """The poll has closed or was withdrawn."""

    message = N_("This poll has closed. Answers can no longer be given or changed.")


@dataclass(eq=False)
class ClosingOutOfRange(Refusal):
    """A poll that is over at once, or never."""

    most_days: int
    message = N_("Choose a closing time in the future, at most %(most_days)s days ahead.")
    about = "closes_on"


@dataclass(eq=False)
class OptionsOutOfRange(Refusal):
    """One option is no choice, and a long list is not read."""

    least: int
    most: int
    message = N_("Write from %(least)s to %(most)s options, one a line.")
    about = "options"


@dataclass(eq=False)
class OptionRepeated(Refusal):
    """The answers to two equal options could not be told apart."""

    option: str
    message = N_("“%(option)s” stands there twice.")
    about = "options"


@dataclass(eq=False)
class NothingPicked(Refusal):
    """An answer picks something."""

    message = N_("Pick at least one.")
    about = "picks"


@dataclass(eq=False)
class TooManyPicks(Refusal):
    """Who picks everything sets no priority."""

    most: int
    message = N_("Pick at most %(most)s.")
    about = "picks"


@dataclass(eq=False)
class NoSuchOption(Refusal):
    """The form was altered, or belongs to another poll."""

    message = N_("This poll has no such option. Reload the page and answer again.")
    about = "picks"


@dataclass(eq=False)
class TooManySites(Refusal):
    """More sites than one participant looks after."""

    most: int
    message = N_("At most %(most)s sites. Put small ones that lie together into one.")
    about = "name"


@dataclass(eq=False)
class HectaresOutOfRange(Refusal):
    """No such area is looked after by one participant."""

    message = N_("Enter hectares with at most one decimal, such as 12.5, from 0.1 to 1,000,000.")
    about = "hectares"


@dataclass(eq=False)
class YearOutOfRange(Refusal):
    """A year before anybody kept count, or one that is still to come."""

    least: int
    most: int
    message = N_("Enter a year from %(least)s to %(most)s.")
    about = "since_year"


#: Somebody else was quicker, or the page was old.
CONFLICTS = (AlreadyAsked, AlreadyAnswered, EventBegun, EventCancelled, SoldOut, SeatsOfOne, PollIsOpen, PollHasClosed)
#: Not for everybody.
FORBIDDEN = (CircleMembersOnly, MembersAnswerOnly)
